"""Adding and changing places, categories and publishers: what is accepted, what is refused, and what it is then."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from app.catalogue.ledger_entries import rebuilt_vocabularies
from app.catalogue.recording import CATEGORIES
from app.catalogue.seed import seed
from app.db.engine import Database
from app.ledger.append import content_hash
from app.models import LedgerEntry
from app.vocabulary.categories import Category
from tests.api import Api
from tests.catalogue.keeper import SLUGS, STATES, Keeper
from tests.factories import make_report, make_strike, make_tally

KINDS = sorted(SLUGS)
ALSO = {"locations": "aliases", "categories": "synonyms", "publishers": "aliases"}


@pytest.mark.parametrize("kind", KINDS)
def test_added_thing_answers_at_once(keeper: Keeper, kind: str) -> None:
    """A new thing takes a number, is answered as GET shows it, and answers to slug, name and aliases."""
    before = keeper.api.read("/v1/ledger")["seq"]
    response = keeper.try_adding(kind, **{ALSO[kind]: ["Another Näme", "x9"]})

    assert response.status_code == 201, response.text
    added = response.json()
    assert response.headers["Location"] == f"/v1/{kind}/{SLUGS[kind]}"
    assert added.pop("seq") == before + 1
    assert keeper.api.read(response.headers["Location"]) == added
    assert added in keeper.api.read(f"/v1/{kind}", limit=500)["items"]
    for name in (SLUGS[kind], STATES[kind]["name"], "another name", "X9"):
        found = keeper.api.get(f"/v1/{kind}/{name}")
        assert found.json() == added
        assert ("Content-Location" in found.headers) == (name != SLUGS[kind])


def test_change_is_in_the_feed_without_a_report(keeper: Keeper) -> None:
    """A change of the vocabulary is an entry of its own kind, of no report."""
    seq = keeper.add("locations", "hajin-south", "Hajin South")["seq"]
    [entry] = keeper.api.read("/v1/changes", after=seq - 1)["items"]

    assert (entry["action"], entry["report"], entry["revision"]) == ("vocabulary", None, None)


def test_report_can_speak_of_what_was_added(keeper: Keeper) -> None:
    """A report in new words is accepted, and found by them."""
    keeper.add("locations", "hajin-south", "Hajin South")
    keeper.add("categories", "cable-car", "Cable car", aliases=["aerial tramway"])
    keeper.add("publishers", "fr-air", "Armée de l'Air")
    line = make_strike(make_tally(2, category="aerial tramways"), location="Hajin, South")
    keeper.api.post(make_report(line, publisher="armee de l'air"))

    [found] = keeper.api.read("/v1/strikes", location="hajin south", category="vehicle")["items"]
    assert found["location"]["slug"] == "hajin-south"
    assert found["tallies"][0]["category"] == "cable-car"
    assert found["report"]["publisher"] == "fr-air"


@pytest.mark.parametrize(
    ("kind", "fields", "pointer", "code"),
    [
        ("locations", {"slug": "Hajin"}, "/slug", "string-pattern-mismatch"),
        ("locations", {"slug": "ha jin"}, "/slug", "string-pattern-mismatch"),
        ("locations", {"slug": "x" * 101}, "/slug", "string-too-long"),
        ("locations", {"slug": "---"}, "/slug", "no-letter"),
        ("locations", {"name": "!?"}, "/name", "no-letter"),
        ("locations", {"name": "\ufdfa" * 20}, "/name", "too-long"),
        ("locations", {"aliases": ["fine", "..."]}, "/aliases/1", "no-letter"),
        ("locations", {"lat": 90.01}, "/lat", "less-than-equal"),
        ("locations", {"lon": -180.5}, "/lon", "greater-than-equal"),
        ("locations", {"lat": "34.5"}, "/lat", "float-type"),
        ("locations", {"lat": True}, "/lat", "float-type"),
        ("locations", {"precision_km": 0}, "/precision_km", "greater-than"),
        ("locations", {"precision_km": 2000.1}, "/precision_km", "less-than-equal"),
        ("locations", {"country": "XX"}, "/country", "unknown-country"),
        ("locations", {"kind": "equipment"}, "/kind", "unknown-name"),
        ("categories", {"family": "vehicle"}, "/family", "unknown-family"),
        ("categories", {"kind": "gadget"}, "/kind", "unknown-kind"),
        ("categories", {"parent": "vehicel"}, "/parent", "unknown-category"),
        ("publishers", {"name": " "}, "/name", "blank"),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused(
    keeper: Keeper, kind: str, fields: dict[str, Any], pointer: str, code: str
) -> None:
    """A body that makes no thing is 422 and says where, and takes no number."""
    before = keeper.api.read("/v1/ledger")
    response = keeper.try_adding(kind, **fields)

    assert response.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]] == [(pointer, code)]
    assert keeper.api.read("/v1/ledger") == before


def test_unknown_parent_and_family_are_suggested(keeper: Keeper) -> None:
    """A mistyped parent and family name the nearest right ones, both at once."""
    faults = keeper.try_adding("categories", parent="vehicel", family="vehicels").json()["errors"]

    assert "'vehicle'" in faults[0]["detail"]
    assert "'vehicles'" in faults[1]["detail"]


@pytest.mark.parametrize(
    ("kind", "fields", "holder"),
    [
        ("locations", {"slug": "palmyra"}, "palmyra"),
        ("locations", {"slug": "tadmur"}, "palmyra"),
        ("locations", {"name": "Ar-Raqqah"}, "raqqa"),
        ("locations", {"aliases": ["new one", "MOSUL"]}, "mosul"),
        ("categories", {"synonyms": ["ISIL tanks"]}, "tank"),
        ("publishers", {"aliases": ["Pentagon"]}, "us-dod"),
    ],
    ids=str,
)
def test_taken_name_is_a_conflict(keeper: Keeper, kind: str, fields: dict[str, Any], holder: str) -> None:
    """A name that already stands for a thing is 409 and says for which."""
    response = keeper.try_adding(kind, **fields)

    assert (response.status_code, response.json()["type"]) == (409, "/problems/conflict")
    assert response.json()["existing"] == f"/v1/{kind}/{holder}"
    assert f"'{holder}'" in response.json()["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_taken_name_is_a_conflict_for_a_change_too(keeper: Keeper, kind: str) -> None:
    """A thing cannot be renamed to what another one is called."""
    keeper.add(kind, "first", "First Thing")
    keeper.add(kind, "second", "Second Thing")

    response = keeper.try_changing(kind, "second", name="first-thing")
    assert (response.status_code, response.json()["existing"]) == (409, f"/v1/{kind}/first")


def test_move_keeps_the_slug_and_changes_the_rest(keeper: Keeper) -> None:
    """A PUT says all that is said of a place; its slug stays, and so do names that it does not speak of."""
    before = keeper.api.read("/v1/locations/palmyra")
    body = {"name": "Tadmur (Palmyra)", "country": "SY", "lat": -0.0, "lon": 38, "precision_km": 3}
    response = keeper.send("PUT", "locations/palmyra", body)

    moved = keeper.api.read("/v1/locations/palmyra")
    assert response.json() == moved | {"seq": keeper.api.read("/v1/ledger")["seq"]}
    assert moved == before | {
        "name": "Tadmur (Palmyra)",
        "lat": 0.0,
        "lon": 38.0,
        "precision_km": 3.0,
        "geonames_id": None,
        "aliases": sorted([*before["aliases"], "tadmur palmyra"]),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_dropped_but_what_was_shown_lasts(keeper: Keeper, kind: str) -> None:
    """With a new list of aliases the others go, but for the slug and every display name there ever was."""
    keeper.add(kind, "thing", "Alder Name", **{ALSO[kind]: ["gone soon", "lasting"]})
    keeper.change(kind, "thing", name="Birch Name")
    changed = keeper.change(kind, "thing", name="Cedar Name", **{ALSO[kind]: ["Lasting", "brand new"]})

    assert changed[ALSO[kind]] == sorted(
        ["thing", "alder name", "birch name", "cedar name", "lasting", "brand new"]
    )
    assert keeper.api.get(f"/v1/{kind}/gone soon").status_code == 404
    keeper.add(kind, "other", "Gone Soon")


def test_what_get_shows_can_be_put_back(keeper: Keeper) -> None:
    """The state that GET shows, sent back, changes nothing but the ledger's number."""
    for path in ("locations/palmyra", "categories/tactical-vehicle", "publishers/us-dod"):
        shown = keeper.api.read(f"/v1/{path}")
        response = keeper.send("PUT", path, {name: shown[name] for name in shown if name != "slug"})

        assert response.status_code == 200, response.text
        assert keeper.api.read(f"/v1/{path}") == shown


@pytest.mark.parametrize("parent", ["vehicle", "tactical-vehicle", "Humvees"])
def test_tree_has_no_circle(keeper: Keeper, parent: str) -> None:
    """A category cannot stand below itself, or below what stands below it."""
    response = keeper.try_changing("categories", "vehicle", parent=parent)

    assert response.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]] == [
        ("/parent", "circle")
    ]


def test_moved_category_counts_where_it_stands(keeper: Keeper) -> None:
    """A filter by the new parent finds the moved category, one by the old parent does not."""
    keeper.api.post(make_report(make_strike(make_tally(1, category="humvee"))))
    keeper.change("categories", "humvee", parent="tank", family="armor")

    assert len(keeper.api.read("/v1/strikes", category="tank")["items"]) == 1
    assert keeper.api.read("/v1/strikes", category="vehicle")["items"] == []
    assert keeper.api.read("/v1/aggregates", group_by="family")["rows"][0]["family"] == "armor"


@pytest.mark.parametrize(("method", "path"), [("PUT", "locations/x"), ("POST", "publishers/x/merge")])
def test_unknown_slug_is_not_found_before_its_body_is_read(keeper: Keeper, method: str, path: str) -> None:
    """A thing that is not there is 404, whatever is wrong with the body."""
    assert keeper.send(method, path, {"nonsense": 1}).status_code == 404
    assert keeper.api.request(method, f"/v1/{path}", json={}).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_only_keepers_may_change(keeper: Keeper, kind: str) -> None:
    """A key that may publish may not add a word."""
    body = {"slug": SLUGS[kind], **STATES[kind]}
    assert keeper.api.try_posting(body, f"/v1/{kind}").status_code == 403
    assert keeper.api.request("POST", f"/v1/{kind}", json=body).status_code == 401


def test_repeated_request_is_done_once(keeper: Keeper) -> None:
    """Under one Idempotency-Key a thing is added once, and the answer is the same."""
    body = {"slug": "hajin-south", **STATES["locations"]}
    first, again = (keeper.send("POST", "locations", body, **{"Idempotency-Key": "a"}) for _ in range(2))

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Location"] == first.headers["Location"]


def test_one_of_many_adds_of_a_slug_is_accepted(keeper: Keeper) -> None:
    """Of clients that add one slug at the same time one gets 201, and the others learn of it by 409."""
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: keeper.try_adding("locations", lat=number), range(6)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert {answer.json().get("existing") for answer in answers} == {None, "/v1/locations/hajin-south"}


def test_stored_rows_prove_what_was_hashed(keeper: Keeper, database: Database) -> None:
    """The content of every entry, made again of its rows, has the hash that the ledger chained."""
    keeper.add("locations", "a", "A Place")
    keeper.change("locations", "a", name="B Place", lat=1.25)
    keeper.merge("locations", "a", "palmyra")
    keeper.merge("categories", "vehicle", "tank")
    keeper.merge("publishers", "us-dod", "dod-news")

    with database.reading() as session:
        entries = session.execute(select(*LedgerEntry.__table__.columns).order_by(LedgerEntry.seq)).all()
        rebuilt = rebuilt_vocabularies(session, entries)
    for entry in entries:
        content = rebuilt[entry.seq]
        assert not isinstance(content, str), content
        assert content_hash(content, entry.content_version) == entry.content_hash


def test_seed_leaves_changes_alone(keeper: Keeper, database: Database) -> None:
    """Seeding again after renames, moves, merges and dropped names adds nothing and undoes nothing."""
    keeper.change("locations", "palmyra", name="Tadmur", lat=1, aliases=[])
    keeper.merge("locations", "mosul", "raqqa")
    keeper.merge("categories", "vehicle", "tank")
    keeper.change("publishers", "us-dod", name="War Department", aliases=["US DoW"])
    before = [keeper.api.read(f"/v1/{kind}", limit=500) for kind in KINDS]

    with database.writing() as session:
        assert seed(session) is None
    assert [keeper.api.read(f"/v1/{kind}", limit=500) for kind in KINDS] == before


def test_seed_respects_what_an_analyst_added_first(
    keeper: Keeper, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shipped thing whose slug an analyst already gave a meaning is that thing; its new names go to it."""
    keeper.add("categories", "tramway", "Tramway", aliases=["drone car"])
    shipped = CATEGORIES.plural
    monkeypatch.setattr(
        "app.vocabulary.categories.load",
        lambda: (
            _category("drone-car", None, ("flying car",)),
            _category("small-drone-car", "drone-car", ()),
        ),
    )
    with database.writing() as session:
        assert seed(session) is not None

    assert keeper.api.read(f"/v1/{shipped}/drone-car")["slug"] == "tramway"
    assert keeper.api.read(f"/v1/{shipped}/flying-car")["slug"] == "tramway"
    assert keeper.api.read(f"/v1/{shipped}/small-drone-car")["parent"] == "tramway"


def test_seed_takes_back_what_it_shipped_and_nothing_that_was_given(
    keeper: Keeper, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name shipped by mistake goes to the thing that it means now; one that an analyst gave stays."""
    keeper.change("categories", "truck", aliases=[])
    keeper.change("categories", "truck", aliases=["lorry", "semi"])
    monkeypatch.setattr("app.vocabulary.categories.WITHDRAWN", {"tank": ("T-55 tank",), "truck": ("lorry",)})
    monkeypatch.setattr(
        "app.vocabulary.categories.load",
        lambda: (_category("old-tank", None, ("T-55 tank", "lorry", "older tank")),),
    )
    with database.writing() as session:
        assert seed(session) is not None
    with database.writing() as session:
        assert seed(session) is None

    shown = {
        name: keeper.api.read(f"/v1/categories/{name}")["slug"]
        for name in ("t-55-tank", "lorry", "older-tank")
    }
    assert shown == {"t-55-tank": "old-tank", "lorry": "truck", "older-tank": "old-tank"}


def _category(slug: str, parent: str | None, synonyms: tuple[str, ...]) -> Category:
    return Category(slug, slug.replace("-", " "), parent, "vehicles", "equipment", synonyms)


def test_every_shipped_slug_finds_itself(api: Api) -> None:
    """No shipped thing is called what another one's slug is."""
    for kind in KINDS:
        for item in api.read(f"/v1/{kind}", limit=500)["items"]:
            assert api.read(f"/v1/{kind}/{item['slug']}") == item
