"""docs/command-line.md is true: its commands print what it shows, and its table of JSON has every command."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_exit_codes import CALLS
from tests.client.conftest import Served

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ strikeledger (.*)\n((?:.*\n)*?)```", PAGE)


@pytest.mark.usefixtures("on_sample")
@pytest.mark.parametrize(("typed", "shown"), EXAMPLES)
def test_example_prints_what_is_shown(command: Command, served: Served, typed: str, shown: str) -> None:
    """Each command of the page, typed on the sample, prints the lines below it but for spaces at their ends."""
    ended = command(*shlex.split(typed.replace("http://127.0.0.1:8000", served.url)))
    assert ended.code == 0, ended
    assert [line.rstrip() for line in ended.text.splitlines()] == shown.splitlines()


def test_json_of_every_command_is_described() -> None:
    """The table names what each command prints that has no document of the API."""
    described = set(re.findall(r"^\| `([a-z ]+)` \|", PAGE, re.MULTILINE))
    assert described == CALLS.keys() - {"strikes", "aggregates", "keys list"}
