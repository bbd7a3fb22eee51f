"""The page on formats tells the truth: its downloads can be had, its examples run, its columns are the files'."""

import csv
import importlib
import io
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.http.formats import MEDIA_TYPES, WITH_PLACE
from tests.api import Api
from tests.factories import make_report, make_strike

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")

duckdb: Any = importlib.import_module("duckdb")
pyogrio: Any = importlib.import_module("pyogrio")


def blocks(language: str) -> list[str]:
    """Return the page's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def columns(heading: str) -> list[str]:
    """Return the names in the first column of the table that follows a text."""
    table = PAGE[PAGE.index(heading) :].split("|---|---|---|\n")[1].split("\n\n")[0]
    return [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.fixture
def downloads(sampled: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the page's curl commands in an empty folder."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for command in blocks("sh")[0].splitlines():
        _, _, name, url = shlex.split(command)
        parts = urlsplit(url)
        answer = sampled.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 200, answer.text
        Path(name).write_bytes(answer.content)
    return folder


def test_examples_run(downloads: Path) -> None:
    """Each Python block and each DuckDB statement of the page runs on the files that its commands fetch."""
    assert len(list(downloads.iterdir())) == 4
    found: dict[str, Any] = {}
    for code in blocks("python"):
        exec(code, found)  # noqa: S102 - our own page
    assert found["by_month"].sum() > 0
    assert found["as_stored"]
    for statement in blocks("sql")[0].strip().splitlines():
        assert duckdb.sql(statement).fetchall()


def test_pandas_recipe_keeps_codes_and_numbers(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The country NA is Namibia and no missing value, and a number keeps its zeros; an empty cell is null."""
    api.post(make_report(make_strike(country="NA", location=None), number="007"))
    api.post(make_report(make_strike(), number=None))
    monkeypatch.chdir(tmp_path)
    Path("strikes.csv").write_bytes(api.get("/v1/export", format="csv").content)
    found: dict[str, Any] = {}
    exec(blocks("python")[0], found)  # noqa: S102 - our own page

    strikes = found["strikes"].sort_values("id")
    assert strikes["country"].tolist() == ["NA", "SY"]
    assert strikes["number"].iloc[0] == "007"
    assert strikes["number"].isna().tolist() == [False, True]


def test_map_layers_open(sampled: Api) -> None:
    """Each address for QGIS gives a layer of points that GDAL opens."""
    for url in blocks("text")[0].split():
        parts = urlsplit(url)
        answer = sampled.get(f"{parts.path}?{parts.query}")
        assert answer.headers["Content-Type"] == "application/geo+json"
        assert pyogrio.read_info(answer.content)["features"] > 0


def test_columns_are_described(sampled: Api) -> None:
    """The tables name the columns of both shapes, all of them, in their order."""
    line = columns("## The columns of strikes")
    for shape, heading in (("wide", "The wide shape"), ("long", "These add up")):
        header = next(csv.reader(io.StringIO(sampled.get("/v1/strikes", format="csv", shape=shape).text)))
        assert header == line + columns(heading)


def test_formats_are_described() -> None:
    """The first table names every format with its media type."""
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+/[\w.+-]+)` \|", PAGE, re.MULTILINE))
    assert rows == {each.value: MEDIA_TYPES[each] for each in WITH_PLACE}
