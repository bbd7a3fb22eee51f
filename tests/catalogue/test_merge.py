"""Merging, and that no change of the vocabulary reaches back to an answer as of an earlier number."""

from typing import Any

import pytest

from app.db.engine import Database
from tests import record
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import make_report, make_strike, make_tally
from tests.recount import crawl

KINDS = ("locations", "categories", "publishers")
FILTER = {"locations": "location", "categories": "category", "publishers": "publisher"}

# Questions whose answers a change of the vocabulary could turn.
READS = (
    "/v1/strikes?limit=500&count=exact",
    "/v1/strikes?location=raqqa&location=palmyra",
    "/v1/strikes?category=vehicle",
    "/v1/strikes?family=vehicles",
    "/v1/strikes?publisher=centcom",
    "/v1/strikes/s1",
    "/v1/reports?limit=500",
    "/v1/reports/r1",
    "/v1/reports/r2",
    "/v1/aggregates?group_by=location,month",
    "/v1/aggregates?group_by=category,effect",
    "/v1/aggregates?group_by=family",
    "/v1/aggregates?group_by=publisher,country",
    "/v1/aggregates?location=palmyra&group_by=day",
    "/v1/locations?limit=500",
    "/v1/locations/palmyra",
    "/v1/categories?limit=500",
    "/v1/categories/tactical-vehicle",
    "/v1/publishers",
    "/v1/publishers/centcom",
)


def as_of(api: Api, seq: int) -> list[bytes]:
    """Return the bytes of every answer as of a number; each must be one."""
    answers = [api.get(f"{path}{'&' if '?' in path else '?'}as_of={seq}") for path in READS]
    assert [answer.status_code for answer in answers] == [200] * len(READS)
    return [answer.content for answer in answers]


def test_no_change_reaches_back(keeper: Keeper, database: Database) -> None:
    """After additions, renames, moves and merges every answer as of each number before is what it was."""
    record.fill(database, reports=12)
    kept: dict[int, list[bytes]] = {}

    def keep() -> None:
        seq = keeper.api.read("/v1/ledger")["seq"]
        kept[seq] = as_of(keeper.api, seq)

    keep()
    keeper.change("locations", "palmyra", name="Tadmur", lat=1.5, country="IQ")
    keeper.change("categories", "tactical-vehicle", name="War wagon", parent="tank", family="armor")
    keeper.change("publishers", "centcom", name="Central")
    keep()
    keeper.add("locations", "new-place", "New Place")
    keeper.merge("locations", "palmyra", "new-place")
    keeper.merge("categories", "vehicle", "tank")
    keeper.merge("publishers", "centcom", "cjtf-oir")
    keep()
    keeper.merge("locations", "new-place", "raqqa")
    keeper.merge("categories", "tank", "mortar-system")
    keeper.merge("publishers", "cjtf-oir", "us-dod")
    keep()

    assert len(set(map(str, kept.values()))) == len(kept)
    assert {seq: as_of(keeper.api, seq) for seq in kept} == kept


def test_what_was_added_is_unknown_before(keeper: Keeper) -> None:
    """As of an earlier number a new name is 422 in a filter, and its thing 404; and so is a renamed one's."""
    before = keeper.api.read("/v1/ledger")["seq"]
    added = keeper.add("locations", "new-place", "New Place")["seq"]
    renamed = keeper.change("locations", "new-place", name="Newer Place")["seq"]

    for name, since in (("new-place", added), ("newer place", renamed)):
        for seq in (before, added, renamed):
            known = seq >= since
            found = keeper.api.get("/v1/strikes", location=name, as_of=seq)
            assert found.status_code == (200 if known else 422)
            assert keeper.api.get(f"/v1/locations/{name}", as_of=seq).status_code == (200 if known else 404)


@pytest.fixture
def told(keeper: Keeper) -> Keeper:
    """Give a record in which one place, one category and one publisher go by two slugs each."""
    keeper.add("locations", "rose-town", "Rose Town", aliases=["the capital"])
    keeper.add("categories", "lorry-bus", "Lorry bus", parent="truck", synonyms=["tramcar"])
    keeper.add("publishers", "allies", "The Allies", aliases=["allied force"])
    both = make_strike(
        make_tally(1, category="tramcar"), make_tally(2, category="truck"), location="the capital", strikes=3
    )
    keeper.api.post(make_report(both, make_strike(make_tally(4, category="truck"))))
    keeper.api.post(make_report(make_strike(make_tally(8, category="lorry bus")), publisher="allies"))
    return keeper


MERGES = {
    "locations": ("rose-town", "raqqa", "the capital"),
    "categories": ("lorry-bus", "truck", "Tramcars"),
    "publishers": ("allies", "cjtf-oir", "Allied Force"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_merged_thing_is_the_other_one(told: Keeper, kind: str) -> None:
    """After a merge slugs, names and aliases of both find the same lines, which show the one that is left."""
    source, target, alias = MERGES[kind]
    before = told.api.read(f"/v1/{kind}/{source}"), told.api.read(f"/v1/{kind}/{target}")
    answer = told.merge(kind, source, target)
    shown = told.api.get(f"/v1/{kind}/{source}")

    also = "synonyms" if kind == "categories" else "aliases"
    assert answer == shown.json() | {"seq": told.api.read("/v1/ledger")["seq"]}
    assert shown.headers["Content-Location"] == f"/v1/{kind}/{target}"
    assert shown.json() == before[1] | {also: sorted([*before[0][also], *before[1][also]])}
    slugs = [item["slug"] for item in told.api.read(f"/v1/{kind}", limit=500, count="exact")["items"]]
    assert target in slugs
    assert source not in slugs
    lines = told.api.read("/v1/strikes")["items"]
    assert len(lines) == 3
    for name in (source, target, alias):
        assert told.api.read("/v1/strikes", **{FILTER[kind]: name})["items"] == lines
    assert f'"{source}"' not in told.api.get("/v1/strikes").text
    assert f'"{source}"' not in told.api.get("/v1/reports/r1").text + told.api.get("/v1/reports/r2").text


def measures(api: Api, group_by: str, **filters: Any) -> dict[Any, tuple[int, ...]]:  # noqa: ANN401 - a query
    """Return reports, lines, strikes and items of each group."""
    answer = api.read("/v1/aggregates", group_by=group_by, fill="none", **filters)
    return {
        row[group_by]: (row["reports"], row["lines"], row["strikes_min"], row["items_min"])
        for row in answer["rows"]
    }


def test_grouping_counts_a_merged_thing_once(told: Keeper) -> None:
    """A line with tallies of both, and a report with lines of both, count once in the group that is left."""
    assert measures(told.api, "location") == {"raqqa": (2, 2, 2, 12), "rose-town": (1, 1, 3, 3)}
    assert measures(told.api, "category") == {"truck": (1, 2, 4, 6), "lorry-bus": (2, 2, 4, 9)}
    assert measures(told.api, "publisher") == {"cjtf-oir": (1, 2, 4, 7), "allies": (1, 1, 1, 8)}
    for kind in KINDS:
        told.merge(kind, *MERGES[kind][:2])

    assert measures(told.api, "location") == {"raqqa": (2, 3, 5, 15)}
    assert measures(told.api, "category") == {"truck": (2, 3, 5, 15)}
    assert measures(told.api, "publisher") == {"cjtf-oir": (2, 3, 5, 15)}


def test_merged_category_counts_in_the_family_of_the_other(keeper: Keeper) -> None:
    """Grouping and filtering by family follow a merge, though the old version still stands in its row."""
    keeper.api.post(
        make_report(make_strike(make_tally(1, category="vehicle"), make_tally(2, category="tank")))
    )
    keeper.merge("categories", "vehicle", "tank")

    assert measures(keeper.api, "family") == {"armor": (1, 1, 1, 3)}
    assert measures(keeper.api, "family", family="armor") == {"armor": (1, 1, 1, 3)}
    assert [tally["family"] for tally in keeper.api.read("/v1/strikes/s1")["tallies"]] == ["armor"] * 2
    assert keeper.api.read("/v1/strikes", family="vehicles")["items"] == []


def test_empty_periods_follow_a_merge(keeper: Keeper) -> None:
    """A line of several days at what was merged reaches into the later periods of the place that is left."""
    keeper.add("locations", "rose-town", "Rose Town")
    long = make_strike(location="rose-town", date_from="2017-03-01", date_to="2017-03-03")
    keeper.api.post(make_report(long, published_on="2017-03-04"))
    asked = {"group_by": "location,day", "date_from": "2017-03-01", "date_to": "2017-03-04"}
    before = keeper.api.read("/v1/aggregates", **asked)
    keeper.merge("locations", "rose-town", "raqqa")

    after = keeper.api.read("/v1/aggregates", **asked)
    assert after["rows"] == [row | {"location": "raqqa"} for row in before["rows"]]


@pytest.mark.parametrize("kind", KINDS)
def test_chain_of_merges_ends_at_its_end(keeper: Keeper, kind: str) -> None:
    """What was merged into something that was merged later is the last one, by every name."""
    for slug in ("alpha", "beta", "gamma"):
        keeper.add(kind, slug, f"{slug} yard")
    words = {FILTER[kind]: "alpha"}
    line = make_strike(
        make_tally(1, category=words.get("category", "tank")), location=words.get("location", "raqqa")
    )
    keeper.api.post(make_report(line, publisher=words.get("publisher", "centcom")))
    first = keeper.merge(kind, "alpha", "beta")["seq"]
    keeper.merge(kind, "beta", "gamma")

    assert {
        keeper.api.read(f"/v1/{kind}/{name}")["slug"] for name in ("alpha", "beta", "gamma", "alpha yard")
    } == {"gamma"}
    assert keeper.api.read(f"/v1/{kind}/alpha", as_of=first)["slug"] == "beta"
    for name in ("alpha", "beta", "gamma"):
        assert len(keeper.api.read("/v1/strikes", **{FILTER[kind]: name})["items"]) == 1
    assert measures(keeper.api, FILTER[kind]) == {"gamma": (1, 1, 1, 1)}
    assert measures(keeper.api, FILTER[kind], as_of=first) == {"beta": (1, 1, 1, 1)}
    kept = keeper.change(kind, "gamma", **{"synonyms" if kind == "categories" else "aliases": []})
    assert {"alpha", "alpha yard", "beta", "beta yard"} <= set(kept.get("aliases") or kept["synonyms"])


def test_children_of_a_merged_category_move(keeper: Keeper) -> None:
    """What stood below the merged category stands below the other one, and is found with it."""
    keeper.api.post(make_report(make_strike(make_tally(1, category="humvee"))))
    keeper.merge("categories", "vehicle", "tank")

    assert keeper.api.read("/v1/categories/humvee")["parent"] == "tank"
    assert len(keeper.api.read("/v1/strikes", category="tank")["items"]) == 1
    keeper.add("categories", "cable-car", "Cable car", parent="vehicles")
    assert keeper.api.read("/v1/categories/cable-car")["parent"] == "tank"


@pytest.mark.parametrize(
    ("kind", "slug", "into", "code"),
    [
        ("locations", "raqqa", "raqqa", "same-thing"),
        ("locations", "raqqa", "Ar Raqqah", "same-thing"),
        ("locations", "raqqa", "gone", "not-a-slug"),
        ("locations", "raqqa", "tadmur", "not-a-slug"),
        ("locations", "raqqa", "atlantis", "unknown-location"),
        ("categories", "tank", "fighter", "other-kind"),
        ("categories", "vehicle", "humvee", "circle"),
        ("publishers", "centcom", "nobody", "unknown-publisher"),
    ],
)
def test_merge_that_makes_no_sense_is_refused(
    keeper: Keeper, kind: str, slug: str, into: str, code: str
) -> None:
    """Into itself, into what was merged, into another kind, below itself, or into nothing: 422."""
    keeper.add("locations", "gone", "Gone")
    keeper.merge("locations", "gone", "palmyra")
    response = keeper.try_merging(kind, slug, into)

    assert response.status_code == 422, response.text
    assert [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]] == [("/into", code)]


def test_merged_thing_is_changed_no_more(keeper: Keeper) -> None:
    """A change or a merge under a slug that now means another thing is 409 and names that thing."""
    keeper.add("locations", "gone", "Gone")
    keeper.merge("locations", "gone", "palmyra")

    for response in (
        keeper.try_changing("locations", "gone", name="Back"),
        keeper.try_merging("locations", "gone", "raqqa"),
        keeper.try_adding("locations", slug="gone"),
    ):
        assert (response.status_code, response.json()["existing"]) == (409, "/v1/locations/palmyra")


def test_recount_holds_after_merges(keeper: Keeper, database: Database) -> None:
    """After merges every line is in one group of each dimension, and the groups add up to what is listed."""
    record.fill(database, reports=15)
    keeper.merge("locations", "palmyra", "raqqa")
    keeper.merge("publishers", "centcom", "cjtf-oir")

    lines = crawl(keeper.api)
    for group_by in ("location", "publisher"):
        counted = {key: found[1] for key, found in measures(keeper.api, group_by).items()}
        assert sum(counted.values()) == len(lines)
        for key, count in counted.items():
            if key is not None:
                assert len(crawl(keeper.api, **{group_by: key})) == count
