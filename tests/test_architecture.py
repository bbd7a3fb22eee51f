"""Laws of the architecture: floors, circles, names, and which libraries may be imported where."""

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"

# From the roof to the ground. Folders on one floor do not know each other.
FLOORS = (
    ("cli",),
    # Knows the server by HTTP alone.
    ("client",),
    ("main", "worker"),
    ("pages",),
    ("releases", "bulk", "coverage"),
    ("reports", "aggregates", "changes"),
    ("strikes",),
    ("record", "columnar"),
    ("catalogue",),
    ("keys",),
    ("server",),
    ("http",),
    ("ledger",),
    ("models",),
    ("db",),
    ("parsing", "settings", "drawings"),
    ("vocabulary", "errors", "log"),
)

# Parts that several features have, under the same name.
FEATURE_PARTS = {"router", "schemas", "params", "service", "queries", "resolve"}

# Only the package's own face, which holds the version, may be read from everywhere.
FREE = {"app"}


def room(module: str) -> str:
    """Return the folder or file directly under `app` that a module belongs to."""
    return module.split(".")[1]


def floor(name: str) -> int:
    """Return how high a room lies; the ground is the highest number."""
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the package with its syntax tree."""
    for path in sorted(APP.rglob("*.py")):
        parts = ("app", *path.relative_to(APP).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name not in FREE:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the names of our own modules that a tree imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = (
                [node.module or ""] if node.module != "app" else [f"app.{name.name}" for name in node.names]
            )
        elif isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith("app.") and name != "app.__version__")


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Yield the names that may be modules among those that a tree imports: `app.a`, and `app.a.b` of its names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def outside(tree: ast.AST) -> Iterator[str]:
    """Yield the packages of others that a tree imports, also those that it names in a call."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(name)):
                names = [name]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.Call(
                func=ast.Name("import_module" | "files") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str(name))],
            ):
                names = [name]
            case _:
                continue
        packages = {name.partition(".")[0] for name in names}
        yield from packages - sys.stdlib_module_names - {"app"}


def test_dependencies_are_those_that_are_imported() -> None:
    """What the server imports is declared, not left to what other packages need; and nothing more is declared."""
    project = tomllib.loads((APP.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {
        re.match(r"[\w-]+", line)[0].replace("-", "_")  # type: ignore[index] # each begins with a name
        for line in chain(
            project["dependencies"], *(extras[name] for name in ("excel", "pandas", "parquet", "postgres"))
        )
    }
    assert {package for _, tree in modules() for package in outside(tree)} == declared


def test_every_room_stands_on_a_floor() -> None:
    """A new folder or file under app finds its floor before it is built."""
    known = {name for rooms in FLOORS for name in rooms}
    assert {room(name) for name, _ in modules()} <= known


def test_imports_go_down() -> None:
    """No module imports from its own floor (but its own folder) or from above, not even inside a function."""
    upward = [
        f"{name} imports {target}"
        for name, tree in modules()
        for target in imported(tree)
        if room(target) != room(name) and floor(room(target)) <= floor(room(name))
    ]
    assert upward == []


def test_client_imports_nothing_else_of_the_application() -> None:
    """The client stands alone, so that it can be used, and copied out, without the server."""
    others = [
        f"{name} imports {target}"
        for name, tree in modules()
        if room(name) == "client"
        for target in imported(tree)
        if room(target) != "client"
    ]
    assert others == []


def test_only_the_command_line_imports_inside_functions() -> None:
    """An import inside a function hides a dependency; only commands may, to start quickly."""
    hidden = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if room(name) != "cli"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and list(imported(node))
    ]
    assert hidden == []


def test_only_the_log_imports_structlog() -> None:
    """A module that imported structlog by itself could log before app/log.py configured it: to stdout."""
    importing = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(alias.name == "structlog" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("structlog"))
    }
    assert importing == {"app.log"}


def test_only_the_edges_commit() -> None:
    """A service never commits: a transaction ends where it was opened."""
    committing = [
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert committing == []


def test_only_one_room_writes_reports() -> None:
    """One door in: only the reports' service, and its lines, add report and strike rows."""
    writing = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"insert", "NumberedInsert"}
        and any(isinstance(part, ast.Name) and part.id in {"Report", "Strike", "Tally"} for part in node.args)
    }
    assert writing == {"app.reports.service", "app.reports.lines"}


def test_no_imports_form_a_circle() -> None:
    """Modules can be read, and imported, one after another."""
    names = {name for name, _ in modules()}
    imports = {
        name: {target for target in imported_modules(tree) if target in names and target != name}
        for name, tree in modules()
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_no_module_knows_both_requests_and_statements() -> None:
    """Routes import no SQLAlchemy, and what queries the database imports no FastAPI."""
    both = {name for name, tree in modules() if {"fastapi", "sqlalchemy"} <= set(outside(tree))}
    assert both == set()


def test_migrations_import_only_types() -> None:
    """A migration is frozen: live code in it could fail on an old filled database tomorrow."""
    imports = {
        target
        for path in sorted((APP.parent / "migrations" / "versions").glob("*.py"))
        for target in imported(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert imports == {"app.db.types"}


def test_no_two_modules_of_one_name_mean_two_things() -> None:
    """A file's name is used once, or wherever a feature has the same part."""
    files = [path for path in APP.rglob("*.py") if path.stem != "__init__" and path.parent.name != "cli"]
    counts = Counter(path.stem for path in files)
    assert {name for name, count in counts.items() if count > 1} == FEATURE_PARTS
