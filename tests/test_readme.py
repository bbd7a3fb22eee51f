"""The README tells the truth: its request gives its answer, and its figures and tables hold."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.settings import Settings
from tests.api import Api

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_request_gives_the_answer_shown(sampled: Api) -> None:
    """The first request of the README, asked of the sample, is answered as shown."""
    _, url = shlex.split(blocks("sh")[0])
    parts = urlsplit(url)
    assert sampled.read(f"{parts.path}?{parts.query}") == json.loads(blocks("json")[0])


def test_report_shown_is_accepted(sampled: Api) -> None:
    """The report that the README posts is stored."""
    posting = blocks("sh")[2]
    body = json.loads(posting[posting.index("-d '") + 4 : posting.rindex("'")])
    assert sampled.post(body)["strikes"][0]["location"]["slug"] == "raqqa"


# A stream has no end; tests/changes reads it.
ENDLESS = {"/v1/changes/stream"}


@pytest.mark.parametrize("path", sorted({*re.findall(r"`(/v1/[^`]+)`", README)} - ENDLESS))
def test_every_path_shown_answers(sampled: Api, path: str) -> None:
    """Each path in the README can be asked as it stands."""
    assert sampled.get(path).status_code == 200


def test_every_setting_is_documented() -> None:
    """The table of settings names every setting with its default, and no other."""
    rows = dict(re.findall(r"^\| `STRIKELEDGER_(\w+)` \| `([^`]*)` \|", README, re.MULTILINE))
    defaults = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert rows == {
        name: ",".join(default) if isinstance(default, tuple) else default
        for name, default in defaults.items()
    }


def test_readme_is_short() -> None:
    """The README can be read in one sitting."""
    assert len(README.splitlines()) < 150
