"""Help and completion: an example for every command, at once, and nothing of the server loaded."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from tests.cli.conftest import Command
from tests.cli.test_commands import environment
from tests.cli.test_exit_codes import commands

# What no help may load: each takes longer than all that it shows.
HEAVY = ("fastapi", "httpx", "numpy", "orjson", "polars", "rich", "sqlalchemy", "starlette", "structlog")


@pytest.mark.parametrize("name", ["", *(name for name, _ in commands())])
def test_help_has_an_example_and_loads_little(tmp_path: Path, name: str) -> None:
    """Each help shows how its command is used, and comes without the server, its libraries and a database."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from app.cli.main import main\n"
        "main()"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, *name.split(), "--help"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(shown.stderr.split())
    assert loaded.isdisjoint(HEAVY)
    ours = {module.split(".")[1] for module in loaded if module.startswith("app.")}
    assert ours == {"cli", "errors"}
    assert re.search(rf"\n  Examples?:\n(.*\n)*.*strikeledger {name}", shown.stdout)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_commands_options_and_values(tmp_path: Path) -> None:
    """The script that --show-completion prints completes in a real bash."""
    starter = tmp_path / "strikeledger"
    quoted = "from app.cli.main import main; import sys; sys.argv[0] = 'strikeledger'; main()"
    starter.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{quoted}" "$@"\n', encoding="utf-8")
    starter.chmod(0o755)
    variables = environment(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    script = subprocess.run(
        [str(starter), "--show-completion", "bash"],
        cwd=tmp_path,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert script.returncode == 0, script
    for words, expected in (
        (["strikeledger", "agg"], "aggregates"),
        (["strikeledger", "strikes", "--date-f"], "--date-from"),
        (["strikeledger", "strikes", "--effect", "destr"], "destroyed"),
    ):
        typed = " ".join(words)
        asked = (
            f"{script.stdout}\nCOMP_WORDS=({typed})\nCOMP_CWORD={len(words) - 1}\n"
            '_strikeledger_completion strikeledger\necho "${COMPREPLY[@]}"'
        )
        completed = subprocess.run(
            ["bash", "-c", asked],  # noqa: S607 - wherever it is
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        )
        assert completed.stdout.split() == [expected], completed


def test_version_is_printed(command: Command) -> None:
    """`--version` prints the version, as JSON too, and nothing is opened; `--json` alone belongs after a command."""
    assert command("--version").text == f"strikeledger {__version__}\n"
    assert json.loads(command("--version", "--json").text) == {"version": __version__}
    assert command("--json").code == 2
    assert command("--json", "strikes").code == 2
