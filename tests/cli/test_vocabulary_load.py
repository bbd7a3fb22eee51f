"""Vocabulary files: what a record added moves to another one."""

import json
import zipfile
from pathlib import Path

import pytest

from app.catalogue import service
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS
from app.catalogue.service import State
from app.db.engine import Database
from app.record.report_in import ReportIn
from app.reports.service import create
from tests.cli.conftest import Command
from tests.factories import Body, make_report, make_strike, make_tally

PLACE = {"country": "SY", "lat": 34.5, "lon": 40.5, "precision_km": 25.0, "geonames_id": None}


@pytest.fixture
def moved(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Unpack the bundle of a record with things of its own, and let commands use another, empty record."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path / 'one.db'}")
    assert command("migrate").code == 0
    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    with database.writing() as session:
        service.add(session, PUBLISHERS, "fr-air", State("Armée de l'Air", ["FAF"], {}))
        service.add(session, LOCATIONS, "hajin-south", State("Hajin South", ["Janub Hajin"], PLACE))
        above = {"parent": "vehicle", "family": "vehicles", "kind": "equipment"}
        service.add(session, CATEGORIES, "cable-car", State("Cable car", ["gondola"], above))
        below = above | {"parent": "cable-car"}
        service.add(session, CATEGORIES, "a-cabin", State("Cabin", [], below))
        line = make_strike(make_tally(category="a-cabin"), make_tally(2), location="hajin-south")
        for number in range(3):
            body = make_report(line, make_strike(location=None), publisher="fr-air", number=f"M-{number}")
            create(session, ReportIn.model_validate(body), None)
    database.close()
    assert command("bundle", str(tmp_path / "one.zip")).code == 0
    zipfile.ZipFile(tmp_path / "one.zip").extractall(tmp_path)
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{tmp_path / 'two.db'}")
    return tmp_path


def lines(folder: Path) -> list[Body]:
    """Return the things of a vocabulary file."""
    return [json.loads(line) for line in (folder / "data" / "vocabulary.ndjson").read_text().splitlines()]


def test_a_record_with_its_own_vocabulary_moves_without_loss(moved: Path, command: Command) -> None:
    """Its reports are refused until its vocabulary is loaded; then the other record has the same export."""
    reports = str(moved / "data" / "reports.ndjson")
    refused = command("import", reports)
    assert refused.code == 1
    assert "vocabulary load" in refused.err
    loaded = [
        command("vocabulary", "load", str(moved / "data" / "vocabulary.ndjson"), "--json", *dry)
        for dry in (["--dry-run"], [], [])
    ]
    first, second, third = (json.loads(done.text) for done in loaded)
    assert (first["seq"], third["seq"]) == (None, None)
    assert second["publishers"] == ["fr-air"]
    assert second["locations"] == ["hajin-south"]
    assert second["categories"] == ["cable-car", "a-cabin"]
    assert {**first, "dry_run": False, "seq": second["seq"]} == second
    assert (third["categories"], third["unchanged"]) == ([], second["unchanged"] + 4)
    assert command("import", reports).code == 0
    assert command("bundle", str(moved / "two.zip")).code == 0
    with zipfile.ZipFile(moved / "two.zip") as two, zipfile.ZipFile(moved / "one.zip") as one:
        assert two.read("data/vocabulary.ndjson") == one.read("data/vocabulary.ndjson")
        for name in ("data/strikes.csv", "data/tallies.csv"):
            assert two.read(name) == one.read(name)
    assert command("verify").code == 0


def test_a_file_holds_what_its_reports_name(moved: Path) -> None:
    """Categories come with all above them, the broader ones first, and nothing else is in the file."""
    slugs = [(line["vocabulary"], line["slug"]) for line in lines(moved)]
    assert slugs[:2] == [("publisher", "fr-air"), ("location", "hajin-south")]
    categories = [slug for noun, slug in slugs[2:] if noun == "category"]
    assert len(categories) == len(slugs) - 2
    assert categories.index("vehicle") < categories.index("cable-car") < categories.index("a-cabin")


def test_a_spelling_that_is_taken_stays_where_it_is(moved: Path, command: Command) -> None:
    """A spelling that means another thing here is left out and reported; the thing is added without it."""
    things = lines(moved)
    things[1]["aliases"].append("Raqqa")
    file = moved / "more.ndjson"
    file.write_text("".join(json.dumps(thing) + "\n" for thing in things))
    report = json.loads(command("vocabulary", "load", str(file), "--json").text)
    assert report["names_left_out"] == [{"slug": "hajin-south", "name": "Raqqa", "means": "raqqa"}]
    assert command("strikes", "--location", "janub hajin").code == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"slug": "raqqa", "country": "IQ"},
            "line 1/slug: 'raqqa' is a name of 'raqqa' here, which lies elsewhere",
        ),
        ({"slug": "raqqa", "lat": 30.0}, "lies elsewhere"),
        ({"lat": 91}, "line 1/lat"),
        ({"vocabulary": "effect"}, "'vocabulary' is one of publisher, location, category"),
        ({"name": "Raqqа"}, "mixes letters of different scripts"),  # noqa: RUF001 - a Cyrillic letter
    ],
)
def test_what_cannot_be_added_is_refused_as_a_whole(
    moved: Path,
    command: Command,
    change: Body,
    reason: str,
) -> None:
    """One line that cannot be added, or names a place elsewhere, and nothing is added."""
    place = next(thing for thing in lines(moved) if thing["vocabulary"] == "location")
    file = moved / "bad.ndjson"
    publisher = next(thing for thing in lines(moved) if thing["vocabulary"] == "publisher")
    file.write_text(f"{json.dumps(place | change)}\n{json.dumps(publisher)}\n")
    refused = command("vocabulary", "load", str(file))
    assert (refused.code, reason in refused.err) == (1, True), refused.err
    assert "no publisher is known" in command("strikes", "--publisher", "fr-air").err
