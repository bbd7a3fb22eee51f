"""The filters of the window out beyond names and days: areas, items, status, and bounds on what may be asked."""

from typing import Any

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

# Near Raqqa, Palmyra and Mosul, and nowhere.
RAQQA, PALMYRA, MOSUL, NOWHERE = 1, 2, 3, 4

# What is asked, and the lines of the record below that meet it.
AREAS: list[tuple[dict[str, Any], list[int]]] = [
    ({"bbox": "38,34,40,37"}, [RAQQA, PALMYRA]),
    ({"bbox": "38.5,34,40,37"}, [RAQQA]),
    ({"bbox": "42,35,44,37"}, [MOSUL]),
    ({"bbox": "0,0,10,10"}, []),
    ({"bbox": "-180,-90,180,90"}, [RAQQA, PALMYRA, MOSUL]),
    ({"bbox": "41,30,39.5,40"}, [RAQQA, PALMYRA, MOSUL]),
    ({"bbox": "41,30,38.5,40"}, [PALMYRA, MOSUL]),
    ({"near": "34.56,38.28", "radius_km": "20"}, [PALMYRA]),
    ({"near": "34.56,38.28", "radius_km": "200"}, [RAQQA, PALMYRA]),
    ({"near": "-34.56,-141.72", "radius_km": "20015"}, [RAQQA, MOSUL]),
    ({"near": "35.95,39.01", "radius_km": "200", "bbox": "38,34,38.5,35"}, [PALMYRA]),
    ({"bbox": "38,34,40,37", "location": ["Palmyra", "Mosul"]}, [PALMYRA]),
    ({"bbox": "38,34,40,37", "location": "Mosul"}, []),
    ({"bbox": "38,34,40,37", "country": "IQ"}, []),
]
ITEMS: list[tuple[dict[str, Any], list[int]]] = [
    ({"min_items": 0}, [RAQQA, PALMYRA, MOSUL, NOWHERE]),
    ({"min_items": 1}, [RAQQA, PALMYRA, MOSUL]),
    ({"min_items": 2}, [RAQQA, PALMYRA, MOSUL]),
    ({"min_items": 7}, [RAQQA]),
    ({"min_items": 8}, []),
    ({"min_items": 3, "category": "tank"}, [RAQQA]),
    ({"min_items": 4, "category": "tank"}, []),
    ({"min_items": 4, "effect": "destroyed"}, [RAQQA]),
    ({"min_items": 5, "effect": "damaged"}, [PALMYRA]),
    ({"min_items": 2, "category": "vehicle", "effect": "destroyed"}, [RAQQA, MOSUL]),
    ({"min_items": 0, "category": "tank"}, [RAQQA]),
    ({"min_items": 4, "family": "armor"}, []),
]

# What is refused: the query, the parameter that is named, the code, and a part of what is said.
REFUSED = [
    ("bbox=200,100,300,200", "bbox", "degrees-bounds", "-180"),
    ("bbox=nan,nan,nan,nan", "bbox", "box-format", "west,south,east,north"),
    ("bbox=38, 34,40,37", "bbox", "box-format", "without spaces"),
    ("bbox=38,34,40", "bbox", "box-format", "west,south,east,north"),
    ("bbox=38,34,40,37,1", "bbox", "box-format", "west,south,east,north"),
    ("bbox=38,37,40,34", "bbox", "box-reversed", "south"),
    ("bbox=", "bbox", "box-format", "west,south,east,north"),
    ("bbox=1,2,3,4&bbox=1,2,3,4", "bbox", "doubled-parameter", "only once"),
    ("near=34.56,38.28", "radius_km", "missing", "radius_km=50"),
    ("radius_km=50", "near", "missing", "near="),
    ("near=nan,0&radius_km=5", "near", "point-format", "lat,lon"),
    ("near=95,0&radius_km=5", "near", "degrees-bounds", "-90"),
    ("near=0,0&radius_km=inf", "radius_km", "distance-format", "kilometres"),
    ("near=0,0&radius_km=0", "radius_km", "distance-bounds", "0.001"),
    ("near=0,0&radius_km=20016", "radius_km", "distance-bounds", "20015"),
    ("min_items=-1", "min_items", "greater-than-equal", "greater"),
    ("min_items=1.5", "min_items", "integer", "plain digits"),
    ("min_items=9999999999", "min_items", "less-than-equal", "less"),
    ("status=draft", "status", "enum", "retracted"),
    ("q=%20%20", "q", "no-word", "word or sign"),
    ("q=", "q", "string-too-short", "1"),
    ("q=" + "a" * 201, "q", "string-too-long", "200"),
    ("q=a%00b", "q", "unstorable-text", "NUL"),
    ("sort=(select hash from ledger)", "sort", "enum", "-items"),
    ("sort=created_by", "sort", "enum", "-date"),
    ("sort=-strikes,date", "sort", "enum", "-strikes"),
    ("fields=ids", "fields", "unknown-field", "'id'"),
    ("fields=id,", "fields", "unknown-field", "tallies"),
    ("fields=id;drop table strikes", "fields", "unknown-field", "id"),
    ("fields=" + "id," * 300, "fields", "string-too-long", "500"),
    ("&".join(["category=tank"] * 101), "category", "too-long", "100"),
    ("&".join(["location=Raqqa"] * 300), "location", "too-long", "100"),
    ("&".join(["owner=enemy"] * 101), "owner", "too-long", "100"),
    ("owner=", "owner", "string-too-short", "1"),
    ("location=" + "a" * 201, "location", "string-too-long", "200"),
]


@pytest.fixture
def stored(api: Api) -> Api:
    """Give a record of four lines in three places and none, told apart by their numbers of strikes."""
    api.post(
        make_report(
            make_strike(make_tally(3, category="tank"), make_tally(4), strikes=RAQQA),
            make_strike(make_tally(5, effect="damaged"), strikes=PALMYRA, location="Palmyra"),
            make_strike(make_tally(1), make_tally(1), strikes=MOSUL, location="Mosul", country="IQ"),
            make_strike(strikes=NOWHERE, location=None),
        )
    )
    return api


def found(api: Api, **filters: Any) -> list[int]:  # noqa: ANN401 - anything a query can hold
    """Return the matching lines by their number of strikes, in ascending order; counting them finds as many."""
    page = api.read("/v1/strikes", count="exact", **filters)
    assert page["total"] == len(page["items"]), filters
    return sorted(line["strikes_min"] for line in page["items"])


def retract(api: Api, report: dict[str, Any]) -> None:
    """Retract a report."""
    etag = api.get(f"/v1/reports/{report['id']}").headers["ETag"]
    response = api.request(
        "POST",
        f"/v1/reports/{report['id']}/retraction",
        json={"reason": "Withdrawn."},
        headers={"Authorization": f"Bearer {api.key}", "If-Match": etag},
    )
    assert response.status_code == 200, response.text


def test_owner_tells_the_enemys_targets_from_others(api: Api) -> None:
    """`enemy` is a line that names no owner; other owners are matched in small letters, capitals, or both."""
    api.post(
        make_report(
            make_strike(make_tally(1), strikes=1),
            make_strike(make_tally(2), strikes=2, owner="Coalition"),
            make_strike(make_tally(4), strikes=3, owner="coalition"),
            make_strike(make_tally(8), strikes=4, owner="Iraqi Army"),
            make_strike(make_tally(16), strikes=5, owner="Enemy"),
        )
    )
    expected = {
        ("enemy",): [1, 5],
        ("coalition",): [2, 3],
        ("COALITION",): [2, 3],
        ("iraqi army",): [4],
        ("nobody",): [],
        ("enemy", "Coalition"): [1, 2, 3, 5],
    }
    for owners, lines in expected.items():
        assert found(api, owner=list(owners)) == lines, owners
        totals = api.read("/v1/aggregates", owner=list(owners))["totals"]
        assert (totals["lines"], totals["items_min"]) == (len(lines), sum(2 ** (line - 1) for line in lines))
        exported = api.get("/v1/export", owner=list(owners), format="csv").text.splitlines()[1:]
        assert len(exported) == len(lines), owners


def test_area_finds_the_lines_of_its_places(stored: Api) -> None:
    """A box, a circle and names are met together by a place; a line without a place is in no area."""
    for filters, expected in AREAS:
        assert found(stored, **filters) == expected, filters
        assert stored.read("/v1/aggregates", **filters)["totals"]["lines"] == len(expected), filters


def test_items_are_counted_over_the_tallies_that_match(stored: Api) -> None:
    """`min_items` adds up the minima of the tallies that meet the other conditions, and no others."""
    for filters, expected in ITEMS:
        assert found(stored, **filters) == expected, filters
        assert stored.read("/v1/aggregates", **filters)["totals"]["lines"] == len(expected), filters


def test_open_count_brings_its_minimum(api: Api) -> None:
    """Of "several" tanks two are proven, and a third tally of none adds nothing."""
    several = make_tally(None, count_min=2, count_max=None)
    api.post(make_report(make_strike(several, make_tally(0))))

    assert found(api, min_items=2) == [1]
    assert found(api, min_items=3) == []


def test_status_tells_lines_that_stand_from_withdrawn_ones(api: Api) -> None:
    """A retracted report's lines are found as they stood just before, in lists and aggregates alike."""
    api.post(make_report(make_strike(make_tally(2), strikes=1)))
    withdrawn = api.post(make_report(make_strike(make_tally(3), strikes=2), publisher="ara-news"))
    before = api.read("/v1/strikes", publisher="ara-news")["items"]
    retract(api, withdrawn)

    assert found(api) == found(api, status="published") == [1]
    assert found(api, status="retracted") == [2]
    assert found(api, status="any") == [1, 2]
    assert api.read("/v1/strikes", status="retracted")["items"] == before
    for status, items in (("published", 2), ("retracted", 3), ("any", 5)):
        assert api.read("/v1/aggregates", status=status)["totals"]["items_min"] == items
    assert found(api, status="retracted", min_items=4) == []
    assert found(api, status="retracted", publisher="ara-news", location="Raqqa", q="nothing") == []


def test_corrected_line_was_not_retracted(api: Api) -> None:
    """What a correction superseded is not found by `status=retracted`, and after a retraction only what stood last."""
    report = api.post(make_report(make_strike(strikes=1)))
    path = f"/v1/reports/{report['id']}"
    headers = {"Authorization": f"Bearer {api.key}", "If-Match": api.get(path).headers["ETag"]}
    corrected = make_report(make_strike(strikes=2)) | {"reason": "There were two."}
    assert api.request("PUT", path, json=corrected, headers=headers).status_code == 200
    assert found(api, status="retracted") == []
    retract(api, report)

    assert found(api, status="retracted") == [2]
    assert api.read("/v1/strikes", status="retracted")["items"][0]["report"]["revision"] == 2


def test_status_is_that_of_the_number_read(api: Api) -> None:
    """As of a number before the retraction a report stands."""
    report = api.post(make_report(make_strike(strikes=1)))
    retract(api, report)

    assert found(api, as_of=report["seq"]) == [1]
    assert found(api, as_of=report["seq"], status="retracted") == []
    assert found(api, as_of=report["seq"] + 1, status="retracted") == [1]
    assert found(api, as_of=report["seq"] + 1) == []


def test_event_is_told_once_among_the_lines_asked_for(api: Api) -> None:
    """A line whose original was retracted stands for the event, and among both the original does."""
    first = api.post(make_report(make_strike(strikes=1)))
    repeated = make_strike(strikes=2, same_as=first["strikes"][0]["id"])
    api.post(make_report(repeated, publisher="centcom"))
    assert found(api) == [1]
    retract(api, first)

    assert found(api) == [2]
    assert found(api, status="retracted") == [1]
    assert found(api, status="any") == [1]
    assert found(api, status="any", duplicates="include") == [1, 2]
    for status, strikes in (("published", 2), ("retracted", 1), ("any", 1)):
        assert api.read("/v1/aggregates", status=status)["totals"]["strikes_min"] == strikes


def test_draft_is_never_found(api: Api) -> None:
    """A draft is no part of the record, whatever is asked."""
    draft = make_report(make_strike(strikes=1)) | {"status": "draft"}
    assert api.try_posting(draft).status_code == 201

    assert found(api, status="any", q="raqqa") == []
    assert api.get("/v1/strikes", status="draft").status_code == 422


def test_line_of_many_days_is_found_in_each_of_them(api: Api) -> None:
    """A line is found by any window that it overlaps, however long it lasts, and by no other."""
    spans = {
        1: ("2017-03-01", "2017-03-01"),
        2: ("2017-02-25", "2017-03-04"),
        3: ("2017-02-24", "2017-03-04"),
        4: ("2015-01-01", "2017-06-30"),
    }
    days = ("2015-01-01", "2016-05-05", "2017-02-25", "2017-03-01", "2017-03-04", "2017-06-30", "2017-07-01")
    # The longest last: it alone would lead to all others.
    for number, (first, last) in spans.items():
        line = make_strike(strikes=number, date_from=first, date_to=last)
        api.post(make_report(line, published_on="2017-07-01"))
        so_far = {each: spans[each] for each in range(1, number + 1)}
        for day in days:
            expected = [each for each, (begin, end) in so_far.items() if begin <= day <= end]
            for sort in ("-date", "date", "-strikes", "-items"):
                assert found(api, date_from=day, date_to=day, sort=sort) == expected, day
            assert found(api, date_from=day) == [each for each, (_, end) in so_far.items() if end >= day], day


def test_what_cannot_be_meant_is_refused_by_name(api: Api) -> None:
    """A value of the wrong form or out of bounds is 422, with its parameter, a code and the right form."""
    for query, parameter, code, hint in REFUSED:
        response = api.get(f"/v1/strikes?{query}")
        assert response.status_code == 422, query
        errors = response.json()["errors"]
        assert {(error["parameter"], error["code"]) for error in errors} == {(parameter, code)}, query
        assert hint in errors[0]["detail"]


def test_fields_picks_what_is_shown(stored: Api) -> None:
    """A line holds the fields requested and no others, in its own order, each as it is without them."""
    whole = stored.read("/v1/strikes")["items"]
    picked = stored.read("/v1/strikes", fields="tallies,date_from,id")["items"]

    assert [list(line) for line in picked] == [["id", "date_from", "tallies"]] * len(whole)
    assert picked == [{name: line[name] for name in ("id", "date_from", "tallies")} for line in whole]
    assert stored.read("/v1/strikes", fields="country")["items"] == [
        {"country": line["country"]} for line in whole
    ]


def test_every_field_can_be_picked(stored: Api) -> None:
    """`fields` takes every field that a strike has, alone and all together."""
    whole = stored.read("/v1/strikes")["items"]

    for name in whole[0]:
        assert stored.read("/v1/strikes", fields=name)["items"] == [{name: line[name]} for line in whole]
    assert stored.read("/v1/strikes", fields=",".join(whole[0]))["items"] == whole


@pytest.mark.parametrize(
    ("sign", "found"), [("%", 1), ("_", 0), ("\\", 0), ("' OR 1=1--", 0), ('"', 0), ("%%", 0)]
)
def test_signs_without_a_word_are_only_themselves(api: Api, sign: str, found: int) -> None:
    """What stands for anything elsewhere is found where the source holds it, and nowhere else."""
    api.post(
        make_report(make_strike(make_tally(1, as_written="a tank of which 50% was left")), make_strike())
    )
    assert len(api.read("/v1/strikes", q=sign)["items"]) == found
    assert api.read("/v1/aggregates", q=sign)["totals"]["lines"] == found


def test_ids_of_any_size_are_asked_for_by_one_statement(api: Api) -> None:
    """An id beyond 32 bits, requested after a small one, finds nothing: the statement was compiled by the first."""
    report = api.post(make_report(make_strike()))
    assert len(api.read("/v1/strikes", report=report["id"])["items"]) == 1
    assert api.read("/v1/strikes", report="r2147483648")["items"] == []
