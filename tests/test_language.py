"""The language of the code: module docstrings and variable names."""

import ast
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[1] / "app"

# Words of the first line of a module's docstring, which names what the module is.
MOST_WORDS = 12

# Names of no thing, so that a reader cannot search for what they hold.
AVOIDED = {"found", "each", "said", "those", "told"}

# Folders that are not yet rewritten.
EXCEPTIONS: frozenset[str] = frozenset()

# Names that addresses of pages have: `each=country`, a small chart of each.
PARAMETERS = {("pages/view.py", "each")}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the product, without the exceptions, by its path."""
    for path in sorted(APP.rglob("*.py")):
        name = path.relative_to(APP)
        if name.parts[0] not in EXCEPTIONS:
            yield str(name), ast.parse(path.read_text(encoding="utf-8"))


def names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and name of every variable and parameter that a module binds."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg


def test_every_module_is_named_in_a_short_line() -> None:
    """The docstring of a module begins with one line of at most 12 words that ends in a full stop."""
    faults = []
    for path, module in modules():
        if module.body:
            line, *rest = (ast.get_docstring(module) or "").split("\n")
            if not line.endswith(".") or len(line.split()) > MOST_WORDS or (rest and rest[0]):
                faults.append(f"{path}: {line}")
    assert faults == []


def test_no_variable_has_a_name_of_no_thing() -> None:
    """A variable or parameter is named after what it holds."""
    faults = [
        f"{path}:{line}: {name}"
        for path, module in modules()
        for line, name in names(module)
        if name in AVOIDED and (path, name) not in PARAMETERS
    ]
    assert faults == []
