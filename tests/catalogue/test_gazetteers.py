"""Gazetteers: files that hold what they promise, and loads that add places through the ledger, once."""

import gzip
import itertools
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process
from typer.testing import CliRunner, Result

from app.catalogue import loading
from app.catalogue.catalogue import catalogue_at
from app.catalogue.geonames import read
from app.catalogue.ledger_entries import rebuilt_vocabularies
from app.catalogue.shipped import shipped_catalogue
from app.catalogue.suggestions import SUGGEST_ABOVE, search_index
from app.cli.main import cli
from app.db.engine import Database
from app.errors import InvalidInput
from app.ledger.head import head
from app.ledger.verify import Sources, verify
from app.reports.ledger_check import stored_contents
from app.reports.line_index import index_faults
from app.strikes import used_places
from app.vocabulary import gazetteers, places
from app.vocabulary.countries import COUNTRIES
from app.vocabulary.gazetteers.spellings import is_name
from app.vocabulary.places import Place
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import make_report, make_strike

FOLDER = Path(gazetteers.__file__).parent
MOST_BYTES = 2_000_000


def place(
    number: int, name: str, country: str = "YE", *others: str, slug: str = "", lat: float = 15.0
) -> Place:
    """Make a place of a gazetteer."""
    return Place(slug or places.fold(name).replace(" ", "-"), name, country, lat, 45.0, 25, number, others)


def load(database: Database, *loaded: Place) -> loading.Plan:
    """Load places, as the command does."""
    with database.writing() as session:
        plan = loading.plan(session, loaded)
        loading.load(session, plan)
    return plan


def meaning(database: Database, name: str) -> str | None:
    """Return the slug of the place that a name means."""
    with database.reading() as session:
        entry = catalogue_at(session, head(session)).location(name)
    return entry and entry.slug


def test_files_are_small() -> None:
    """All files together take two megabytes of the wheel at most."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.csv.gz")) <= MOST_BYTES


def test_every_row_is_valid() -> None:
    """Each place has a slug, a point, and names that can be stored and looked up; no two share a number or a slug."""
    rows = [row for country in gazetteers.countries() for row in gazetteers.load(country)]
    assert set(gazetteers.countries()) <= COUNTRIES
    assert len({row.geonames_id for row in rows}) == len(rows)
    assert len({row.slug for row in rows}) == len(rows)
    wrong = [
        row
        for row in rows
        if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row.slug)
        or len(row.slug) > 100
        or not (-90 <= row.lat <= 90 and -180 <= row.lon <= 180)
        or not all(is_name(name, row.country) for name in (row.name, *row.aliases))
        or len(row.aliases) > 200
    ]
    assert wrong == []


def test_slugs_of_files_are_names_of_no_other_place() -> None:
    """A slug is neither the name of another place, nor any spelling of a place that is in every record."""
    rows = [row for country in gazetteers.countries() for row in gazetteers.load(country)]
    names = Counter(name for row in rows for name in {places.fold(row.name), places.fold(row.slug)})
    shipped = {spelling: known.geonames_id for known in places.load() for spelling in known.spellings()}
    shared = [
        row.slug
        for row in rows
        if shipped.get(places.fold(row.slug), row.geonames_id) != row.geonames_id
        or (names[places.fold(row.slug)] > 1 and row.geonames_id not in shipped.values())
    ]
    assert shared == []


def test_readme_names_every_country_and_the_licence() -> None:
    """The table of the files' README has a reason for each country, and the source and its licence are named."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([A-Z]{2}) \| .+ \|$", readme, re.MULTILINE) == list(gazetteers.countries())
    assert "GeoNames" in readme
    assert "creativecommons.org/licenses/by/4.0" in readme


def test_load_adds_places_once(database: Database) -> None:
    """A load adds what is missing under a new ledger number that verifies; a second one adds nothing."""
    with database.reading() as session:
        before = head(session)
    loaded = gazetteers.load("SS")
    assert load(database, *loaded).countries == {"SS": len(loaded)}
    assert load(database, *loaded).unchanged == {"SS": len(loaded)}
    with database.reading() as session:
        assert head(session).seq == before.seq + 1
        assert verify(session, Sources(stored_contents, rebuilt_vocabularies, index_faults)).fault is None
    assert meaning(database, "Juba") == meaning(database, "جوبا") == "juba"


def test_places_that_stand_are_not_doubled(database: Database) -> None:
    """Syria's gazetteer adds no place that every record has, by its number or by its name and point."""
    load(database, *gazetteers.load("SY"))
    with database.reading() as session:
        entries = list(catalogue_at(session, head(session)).locations.entries())
    numbers = Counter(entry.geonames_id for entry in entries if entry.geonames_id)
    assert max(numbers.values()) == 1
    assert [entry.slug for entry in entries if entry.slug.startswith("as-suwar")] == ["as-suwar"]
    assert [entry.slug for entry in entries if entry.geonames_id == 170063] == ["aleppo"]


def test_merged_places_do_not_come_back(keeper: Keeper, database: Database) -> None:
    """A place that an analyst merged into another one is not added by the next load."""
    loaded = [place(1, "Bir Ali"), place(2, "Balhaf")]
    load(database, *loaded)
    keeper.merge("locations", "bir-ali", "balhaf")
    assert load(database, *loaded).added == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_shared_spellings_mean_no_place(database: Database, order: Iterable[int]) -> None:
    """In whatever order, a name that two places have means neither; one that is an alias elsewhere means the place."""
    loaded = [
        place(1, "Al Hazm", "YE", "Hazm City", slug="al-hazm-1"),
        place(2, "Al Ḩazm", "YE", "Zinjibar", slug="al-hazm-2"),
        place(3, "Zinjibar", "YE", "hazm city"),
    ]
    plan = load(database, *(loaded[index] for index in order))
    assert meaning(database, "Al Hazm") is meaning(database, "hazm") is meaning(database, "Hazm City") is None
    assert meaning(database, "Zinjibar") == "zinjibar"
    assert meaning(database, "al-hazm-2") == "al-hazm-2"
    reasons = {(name.place, places.fold(name.spelling)): (name.reason, name.others) for name in plan.left_out}
    assert reasons["al-hazm-1", "al hazm"] == (loading.Reason.SHARED, ("al-hazm-2",))
    assert reasons["al-hazm-2", "zinjibar"] == (loading.Reason.WEAKER, ("zinjibar",))


def test_spelling_that_stands_stays(database: Database) -> None:
    """What stands for a place stays with it, also where a new one only looks alike, or comes with a later load."""
    load(database, place(1, "Marsa", "LY", LOOKS_LATIN))
    plan = load(database, place(2, "Marsa", "LB"), place(3, "Capa", "LB"), place(4, "Raqqa", "LB"))
    assert [change.slug for change in plan.added] == ["marsa-2", "capa-3", "raqqa-4"]
    assert [meaning(database, name) for name in ("Marsa", LOOKS_LATIN, "Capa", "Raqqa")] == [
        "marsa",
        "marsa",
        None,
        "raqqa",
    ]
    assert {name.reason for name in plan.left_out} == {loading.Reason.TAKEN}


def test_spelling_shared_by_earlier_places_is_not_free(database: Database) -> None:
    """A name that two loaded places have, and neither answers to, is not given to the place of a later load."""
    load(database, place(1, "Marsa", "LY", slug="marsa-ly"), place(2, "Marsa", "LB", slug="marsa-lb"))
    load(database, place(3, "Ras", "EG", "Marsa"))
    assert meaning(database, "Marsa") is None


def test_shared_name_gets_its_places_suggested(api: Api, database: Database) -> None:
    """A report that names what two places are called is refused, and both are suggested first; a search finds them."""
    load(database, place(1, "Marsa", "LY", slug="marsa-ly"), place(2, "Marsa", "LB", slug="marsa-lb"))
    response = api.try_posting(make_report(strikes=[make_strike(location="MARSA")]))
    assert response.status_code == 422
    assert "did you mean 'marsa-lb', 'marsa-ly'" in response.json()["errors"][0]["detail"]
    found = api.read("/v1/locations", q="marsa")["items"]
    assert [shown["slug"] for shown in found] == ["marsa-lb", "marsa-ly"]


def test_release_of_a_loaded_country_is_read(api: Api, database: Database) -> None:
    """A release that names a Yemeni town gets the place once Yemen is loaded."""
    text = "Airstrikes in Yemen\n\nNear Zinjibar, three strikes destroyed two tanks.\n"

    def drafted() -> str | None:
        response = api.request("POST", "/v1/parse", content=text, headers={"Content-Type": "text/plain"})
        slug: str | None = response.json()["draft"]["strikes"][0]["location"]
        return slug

    assert drafted() is None
    load(database, *gazetteers.load("YE"))
    assert drafted() == "zinjibar"


def test_suggestions_are_those_of_a_full_comparison() -> None:
    """The index leaves out no name that a comparison with all of them would suggest."""
    catalogue = shipped_catalogue()
    names = catalogue.locations
    index = search_index(catalogue, names)
    for written in ("dayr az zor", "rakka", "mosull", "تدمرر", "al", "x" * 200, "", "qayarah west", "zzz"):
        scored = process.extract(
            written, list(names.ids), scorer=fuzz.ratio, score_cutoff=SUGGEST_ABOVE, limit=9
        )
        every = list(dict.fromkeys(names.by_id[names.ids[name]].slug for name, _, _ in scored))
        assert index.nearest(written) == every[:3]


def test_wide_area_finds_the_same_lines(sampled: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An area is narrowed to the places that lines have, and finds the same lines, counts and sums."""

    def found(bbox: str) -> list[object]:
        asked = {"bbox": bbox, "limit": "3", "count": "exact"}
        pages = [sampled.read("/v1/strikes", **asked, sort=sort) for sort in ("-date", "-items")]
        exports = [
            sampled.get("/v1/export", params={"bbox": bbox, "format": name}).text
            for name in ("csv", "ndjson")
        ]
        return [[page[name] for page in pages for name in ("items", "total")], *exports]

    plain = found("30,30,50,40")
    monkeypatch.setattr(used_places, "MANY_PLACES", 0)
    # Another spelling of the box, so that nothing is cached.
    assert found("30,30,50,40.0") == plain


# A Cyrillic name that looks like Capa.
LOOKS_LATIN = "\u0421\u0430\u0440\u0430"

ROW = (
    "71137\tṢan'ā`\tSanaa\tSAH,Sana'a,Sanaa City,san a,sn'a,Сана,صنعاء,サナア\t15.35472\t44.20667\tP\tPPLC\tYE\t\t"
    "26\t\t\t\t1937451\t\t2253\tAsia/Aden\t2024-04-10\n"
)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Give what writes a file of GeoNames."""

    def write(*rows: str, packed: str = "txt") -> Path:
        path, content = tmp_path / f"YE.{packed}", "".join(rows).encode()
        if packed == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("readme.txt", "GeoNames")
                archive.writestr("YE.txt", content)
        else:
            path.write_bytes(gzip.compress(content) if packed == "gz" else content)
        return path

    return write


@pytest.mark.parametrize("packed", ["txt", "gz", "zip"])
def test_file_of_geonames_is_read(written: Callable[..., Path], packed: str) -> None:
    """A row becomes a place: rounded, with aliases in its readers' scripts, without codes and transliterations."""
    valley = ROW.replace("71137", "2").replace("\tP\tPPLC", "\tT\tVAL")
    country = ROW.replace("71137", "3").replace("\tP\tPPLC", "\tA\tPCLI")
    dump = read(written(ROW, valley, country, packed=packed))
    sanaa, other = dump.places
    assert (sanaa.slug, sanaa.name, sanaa.lat, sanaa.lon) == ("sana-71137", "Ṣan'ā`", 15.35, 44.21)
    assert set(sanaa.aliases) == {"Sanaa", "Sanaa City", "Сана", "صنعاء"}
    assert (sanaa.precision_km, other.precision_km) == (25, 50)
    assert dump.skipped == {"whole countries, or of no feature class": 1}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("71137\tSanaa\n", "has 2 columns, not the 19 of GeoNames separated by tabs"),
        (ROW.replace("71137", "0"), "the geonameid must be between 1 and 2147483647"),
        (ROW.replace("71137", "x"), "the geonameid must be an integer"),
        (ROW.replace("15.35472", "95.0"), "the latitude must be degrees between -90 and 90"),
        (ROW.replace("44.20667", "nan"), "the longitude must be degrees between -180 and 180"),
        (ROW.replace("\tYE\t", "\tYY\t"), "the country code must be one of ISO 3166-1 alpha-2, or empty"),
        (
            ROW.replace("\tP\t", "\tX\t"),
            "the feature class must be one of A, H, L, P, R, S, T, U, V, or empty",
        ),
        (ROW.replace("Ṣan'ā`", " "), "the name is empty"),
        (ROW.replace("1937451", "-1"), "the population must be an integer"),
        (ROW.replace("71137", "1"), "repeats the geonameid of row 1"),
        ("\n", "has 1 columns, not the 19 of GeoNames separated by tabs"),
    ],
)
def test_fault_of_a_file_is_named_by_its_row(written: Callable[..., Path], row: str, fault: str) -> None:
    """A file that is not in GeoNames' format is refused with the row and the cause."""
    with pytest.raises(InvalidInput) as refused:
        read(written(ROW.replace("71137", "1"), row))
    assert [each.detail for each in refused.value.faults] == [f"row 2: {fault}"]


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Give the command on the test's database."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", database_url)
    return lambda *arguments: CliRunner().invoke(cli, ["locations", "load", *map(str, arguments)])


def test_command_reports_what_it_did(command: Callable[..., Result]) -> None:
    """A dry run stores nothing and reports the same as the load; a second load has nothing to add."""
    planned = json.loads(command("SS", "ly", "--dry-run", "--json").output)
    loaded = json.loads(command("LY", "SS", "--json").output)
    assert (planned["dry_run"], planned["seq"], loaded["dry_run"]) == (True, None, False)
    same = ("added", "unchanged", "countries", "names_left_out")
    assert [planned[name] for name in same] == [loaded[name] for name in same]
    again = command("LY", "SS")
    assert again.output.splitlines()[-1] == f"0 places added, {loaded['added']} unchanged."


def test_commands_of_the_page_run(command: Callable[..., Result]) -> None:
    """The commands that docs/locations.md shows add the countries that it names."""
    page = (Path(__file__).parents[2] / "docs" / "locations.md").read_text(encoding="utf-8")
    shown = re.findall("^strikeledger locations load (.+)$", page, re.MULTILINE)
    outputs = [command(*arguments.split()).output.splitlines() for arguments in shown]
    assert [output[0] for output in outputs] == [
        "LY: 119 would be added, 0 unchanged",
        "LY: 119 added, 0 unchanged",
    ]


def test_command_loads_a_file(command: Callable[..., Result], written: Callable[..., Path]) -> None:
    """A file is loaded like a country; one with a fault is refused whole."""
    assert command("--file", written(ROW, "x\n")).exception.__class__ is InvalidInput
    assert command("--file", written(ROW)).output.splitlines()[0] == "YE: 1 added, 0 unchanged"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Yemen",), "did you mean YE?; available: AE, AF,"),
        (("ZZ",), "there is no gazetteer of 'ZZ'; available: AE, AF,"),
        ((), "give either countries or --file"),
        (("YE", "--file", "x"), "give either countries or --file"),
        (("--file", "no-such-file"), "no-such-file: no such file"),
    ],
)
def test_mistyped_command_is_refused(arguments: tuple[str, ...], message: str) -> None:
    """A country without a gazetteer is refused with those that have one, before a database is opened."""
    result = CliRunner().invoke(cli, ["locations", "load", *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.output.replace("│", " ").split())
