"""Exit codes of every command: the same for people and for programs, with nothing but results on stdout."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli.main import cli
from tests.cli.conftest import Command

# A call of every command that opens the database.
CALLS = {
    "migrate": (),
    "rebuild": (),
    "sample": (),
    "strikes": (),
    "aggregates": ("--group-by", "month"),
    "changes": (),
    "verify": (),
    "keys create": ("--name", "n", "--scope", "draft"),
    "keys list": (),
    "keys revoke": ("k1",),
    "locations load": ("SS",),
    "vocabulary load": ("vocabulary.ndjson",),
}

# Commands that need no database or make one, and those whose own tests hold their codes.
ELSEWHERE = ("serve", "parse", "import", "export", "bundle", "backup", "restore")

REMOTE = ("strikes", "aggregates", "changes", "parse")
FORMATS = ((), ("--json",))


def commands() -> Iterator[tuple[str, set[str]]]:
    """Yield the name of every command, with its options."""
    for name, one in get_command(cli).commands.items():  # type: ignore[attr-defined] # a group
        for inner, command in getattr(one, "commands", {"": one}).items():
            yield f"{name} {inner}".strip(), {option for each in command.params for option in each.opts}


def test_every_command_is_in_the_table() -> None:
    """A new command is held to the same codes, and has --json."""
    known = dict(commands())
    assert {*CALLS, *ELSEWHERE} <= known.keys()
    assert {name for name, options in known.items() if "--json" not in options} == {"serve"}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CALLS)
def test_database_that_is_not_reached(
    command: Command, monkeypatch: pytest.MonkeyPatch, name: str, form: tuple[str, ...]
) -> None:
    """3, and one line on stderr."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", "postgresql://desk@127.0.0.1:1/x")
    ended = command(*name.split(), *CALLS[name], *form)
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, b"", 1)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CALLS)
def test_database_that_is_none(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, form: tuple[str, ...]
) -> None:
    """1, and one line on stderr."""
    (tmp_path / "text.db").write_text("no database" * 100)
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path}/text.db")
    ended = command(*name.split(), *CALLS[name], *form)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, b"", 1)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [*CALLS, *ELSEWHERE])
def test_option_that_is_unknown(command: Command, name: str, form: tuple[str, ...]) -> None:
    """2, and one line on stderr."""
    ended = command(
        *name.split(), *CALLS.get(name, ()), *(form if name != "serve" else ()), "--no-such-thing"
    )
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, b"", 1), ended


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", REMOTE)
def test_server_that_is_not_reached(
    command: Command, tmp_path: Path, name: str, form: tuple[str, ...]
) -> None:
    """3, and one line on stderr that names the address."""
    (tmp_path / "release.txt").touch()
    file = (str(tmp_path / "release.txt"),) if name == "parse" else ()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = command(name, *file, *form, "--url", f"http://desk:secret@127.0.0.1:{port}")
    assert (ended.code, ended.out, ended.err.count("\n")) == (3, b"", 1)
    assert f"127.0.0.1:{port}" in ended.err
    assert "secret" not in ended.err
    assert command(name, *file, *form, "--url", "ftp://example.org").code == 2


@pytest.mark.usefixtures("on_sample")
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (
            ("strikes", "--location", "Palmyr"),
            "--location: no location is known by this name; did you mean 'palmyra'?",
        ),
        (("strikes", "--limit", "many"), "--limit"),
        (("strikes", "--sort", "size"), "--sort"),
        (("strikes", "--date-from", "2017-02-02", "--date-to", "2017-01-01"), "--date-to"),
        (("strikes", "--locaton", "Palmyra"), "--location"),
        (("aggregates", "--group-by", "moon"), "--group-by"),
        (("aggregates", "--effect", "destroy"), "--effect"),
    ],
)
def test_value_that_is_wrong(
    command: Command, arguments: tuple[str, ...], named: str, form: tuple[str, ...]
) -> None:
    """2, with the option and the nearest right thing, whoever checks it."""
    ended = command(*arguments, *form)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, b"", 1), ended
    assert named in ended.err


def test_results_as_json(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each command prints one document with its documented fields, and a key stands alone on the last line."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    # Of other commands.
    monkeypatch.setenv("STRIKELEDGER_KEY", "sl_key")

    def printed(*arguments: str) -> dict[str, object]:
        ended = command(*arguments, "--json")
        assert ended.code == 0, ended
        document: dict[str, object] = json.loads(ended.out)
        return document

    assert printed("migrate").keys() == {"schema", "rows_written"}
    assert printed("sample") == {"loaded": 534}
    assert printed("sample") == {"loaded": 0}
    assert printed("rebuild").keys() == {"rows_written"}
    assert printed("verify").keys() == {"entries", "hash", "fault"}
    made = printed("keys", "create", "--name", "desk", "--scope", "draft")
    assert (str(made.pop("key"))[:3], made) == (
        "sl_",
        {"name": "desk", "scopes": ["draft"], "expires_at": None},
    )
    assert printed("keys", "revoke", "k1") == {"id": "k1", "revoked": True}
    assert printed("locations", "load", "SS", "--dry-run")["added"] == 23
    assert command("keys", "create", "--name", "desk", "--scope", "draft").text.count("\n") == 1
