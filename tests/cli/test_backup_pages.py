"""The pages on exporting and on backup tell the truth: their commands run as they stand, on the sample."""

import re
import shlex
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.bulk.params import OFFERED
from app.bulk.sqlite_export import TABLES
from tests.api import Api
from tests.cli.test_commands import run

DOCS = Path(__file__).parents[2] / "docs"
EXPORTING, BACKUP = ((DOCS / name).read_text(encoding="utf-8") for name in ("exporting.md", "backup.md"))


def commands(page: str, program: str) -> list[list[str]]:
    """Return the words of the page's commands of a program."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return [words for words in lines if words[0] == program]


@pytest.fixture
def folder(sqlite_sampled: Path, tmp_path: Path) -> Path:
    """Return a folder with the sample as its database."""
    shutil.copy(sqlite_sampled, tmp_path / "strikeledger.db")
    return tmp_path


def test_exports_run(folder: Path) -> None:
    """Each export of the page writes its file, or to stdout, and the query on the database has rows."""
    for _, *words in commands(EXPORTING, "strikeledger"):
        arguments = words[: words.index(">")] if ">" in words else words
        result = run(folder, *arguments)
        assert result.returncode == 0, (arguments, result.stderr)
        if words[0] in {"vocabulary", "import"}:
            # They take what the bundle before them holds.
            continue
        assert result.stderr == "", arguments
        if words == ["bundle", "record.zip"]:
            zipfile.ZipFile(folder / words[1]).extractall(folder)
        if ">" not in words:
            assert (folder / words[1]).stat().st_size > 1_000
        else:
            assert len(result.stdout) > 1_000
    (query,) = re.findall(r"^```sql\n(.*?)^```", EXPORTING, re.DOTALL | re.MULTILINE)
    with closing(sqlite3.connect(folder / "strikes.sqlite")) as connection:
        assert len(connection.execute(query).fetchall()) == 10
    with zipfile.ZipFile(folder / "deposit.zip") as archive:
        assert all(f"`{name}`" in EXPORTING for name in archive.namelist())


def test_downloads_can_be_had(sampled: Api) -> None:
    """Each address of the page on exporting has a response."""
    addresses = [urlsplit(words[-1]) for words in commands(EXPORTING, "curl")]
    assert len(addresses) == 3
    for address in addresses:
        assert sampled.get(f"{address.path}?{address.query}").status_code == 200


def test_every_format_and_table_is_on_the_page() -> None:
    """The page has a row for each format, and names each table."""
    assert [name for name in OFFERED if f"| `{name}`" not in EXPORTING] == []
    assert [name for name in TABLES if f"`{name}`" not in EXPORTING] == []


def test_backup_and_restore_run(folder: Path) -> None:
    """The page's backup and restore lead back to the same head."""
    (_, *backup), (_, *restore), (_, *copied) = commands(BACKUP, "strikeledger")
    (setting,) = (words[1] for words in commands(BACKUP, "export"))
    name, _, value = setting.partition("=")
    made = run(folder, *backup)
    restored = run(folder, *restore, **{name: value})
    assert (made.returncode, restored.returncode) == (0, 0), made.stderr + restored.stderr
    assert made.stdout.split()[-1] == restored.stdout.split()[-1]
    shutil.copy(folder / backup[-1], folder / copied[-1])
    (folder / "strikeledger.db").unlink()
    assert run(folder, *copied).returncode == 0


def test_pages_are_linked_from_the_readme() -> None:
    """Whoever reads the README comes to both pages."""
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in ("exporting", "backup") if f"docs/{name}.md" not in readme] == []
