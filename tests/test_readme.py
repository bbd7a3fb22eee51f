"""The README tells the truth: its request gives its answer, and its figures and tables hold."""

import json
import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.keys.service import Scope, create
from app.settings import Settings
from tests.api import Api

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def command(part: str) -> str:
    """Return the README's one curl command that holds a text."""
    commands = (text for block in blocks("sh") for text in re.findall(r"^curl [^#]*", block, re.MULTILINE))
    (text,) = [text for text in commands if part in text]
    return str(text)


def path_of(text: str) -> str:
    """Return the path and the query that a curl command requests."""
    parts = urlsplit(shlex.split(text)[1])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_request_gives_the_answer_shown(sampled: Api) -> None:
    """The first request of the README returns, for the sample, the response shown."""
    assert sampled.read(path_of(command("/v1/aggregates"))) == json.loads(blocks("json")[0])


def test_report_shown_is_accepted(sampled: Api) -> None:
    """The report that the README posts is stored."""
    posting = command("/v1/reports")
    body = json.loads(posting[posting.index("-d '") + 4 : posting.rindex("'")])
    assert sampled.post(body)["strikes"][0]["location"]["slug"] == "raqqa"


def test_file_shown_is_imported(sampled: Api) -> None:
    """The file that the README imports becomes one new report, in its dry run and then in fact."""
    with sampled.database.writing() as session:
        key = create(session, "importer", [Scope.IMPORT], None)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
    for path in (path_of(command("/v1/imports")), "/v1/imports"):
        outcome = sampled.request("POST", path, content=blocks("csv")[0].encode(), headers=headers)
        assert outcome.status_code == 200, outcome.text
        assert (outcome.json()["created"], outcome.json()["rejected"]) == (1, 0)


def test_client_is_shown_as_in_its_guide() -> None:
    """The README's example of the client is one of docs/client.md, whose examples are run."""
    assert blocks("python")[0] in (ROOT / "docs" / "client.md").read_text(encoding="utf-8")


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
