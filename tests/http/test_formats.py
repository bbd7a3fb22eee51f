"""Formats: which one a response comes in, and that each has its tag, its 304 and its way to the next page."""

import csv
import io

import pytest

from app.bulk.params import OFFERED
from app.errors import InvalidInput, NotAcceptable
from app.http.formats import MEDIA_TYPES, WITH_PLACE, WITHOUT_PLACE, Format, negotiated
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

LISTS = [
    "/v1/strikes",
    "/v1/aggregates?group_by=location,month",
    "/v1/reports",
    "/v1/reports/r1/revisions",
    "/v1/coverage",
    "/v1/locations",
    "/v1/categories",
    "/v1/publishers",
    "/v1/effects",
    "/v1/changes",
]
ON_MAP = {"/v1/strikes", "/v1/locations", "/v1/aggregates?group_by=location,month"}

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        (BROWSER, "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV; charset=utf-8; header=present", "csv"),
        ("text/*", "csv"),
        ("application/*", "json"),
        ("application/json;q=0.5, text/csv", "csv"),
        ("application/json;q=0.5, text/csv;q=0.50", "json"),
        ("*/*, application/json;q=0", "csv"),
        ("*/*;q=0.1, application/x-ndjson;q=0.2", "ndjson"),
        ("application/x-ndjson;q=0.2, application/*;q=0.9", "json"),
        ("application/geo+json, application/json;q=0.9", "geojson"),
        ("application/vnd.apache.parquet", "parquet"),
        ("text/csv;q=wrong, application/x-ndjson;q=0.1", "ndjson"),
        ("image/png, nonsense, ;;,,=, text/csv", "csv"),
    ],
)
def test_accept_chooses(accept: str | None, chosen: str) -> None:
    """The format that weighs most is chosen, by the most specific range; of equals, the first on the list."""
    assert negotiated(None, [] if accept is None else [accept], list(Format)) == chosen


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml;q=1", "*/*;q=0", "text/csv;q=0", "nonsense", "image/*;q=x"]
)
def test_nothing_that_is_made_here_is_not_acceptable(api: Api, accept: str) -> None:
    """An Accept header that allows none of the formats is 406."""
    answer = api.request("GET", "/v1/strikes", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["type"]) == (406, "/problems/not-acceptable")
    assert "text/csv" in answer.json()["detail"]


def test_two_accept_headers_are_one_list() -> None:
    """Header lines of one name are read together."""
    assert negotiated(None, ["application/json;q=0.1", "text/csv"], list(Format)) == "csv"


def test_hostile_accept_is_read_at_once() -> None:
    """A header of many or endless ranges costs no time."""
    for accept in ("a" * 16_000, "a/" * 8_000, ";q=" * 5_000, "a/b;" + " " * 16_000, ',"' * 8_000):
        with pytest.raises(NotAcceptable):
            negotiated(None, [accept], list(Format))


def test_name_goes_before_accept(api: Api) -> None:
    """`format` wins over the header, even over one that allows nothing."""
    for accept in ("text/csv", "text/html"):
        answer = api.request("GET", "/v1/strikes?format=ndjson", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/x-ndjson"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/v1/strikes?format=cvs", "did you mean 'csv'?"),
        ("/v1/strikes?format=xls", "json, csv, ndjson, geojson, parquet, svg, xlsx, sqlite"),
        ("/v1/aggregates?format=GeoJSON", "did you mean 'geojson'?"),
        ("/v1/reports?format=geojson", "geojson needs rows with a place"),
        ("/v1/aggregates?group_by=month&format=geojson", "aggregates grouped by location"),
        ("/v1/export?format=json", "ndjson, csv, parquet, geojson, xlsx, sqlite"),
        ("/v1/strikes?format=xlsx", "/v1/export has this format"),
    ],
)
def test_format_that_is_not_offered_is_refused(api: Api, path: str, detail: str) -> None:
    """A format that is unknown, or not to be had there, is 422 and says what is."""
    answer = api.get(path)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["parameter"]) == (422, "format")
    assert detail in error["detail"]


@pytest.mark.parametrize("path", ["/v1/strikes", "/v1/export"])
@pytest.mark.parametrize("form", ["", "&format=ndjson", "&format=geojson"])
def test_long_shape_is_for_rows(api: Api, path: str, form: str) -> None:
    """Rows of tallies are for formats that are nothing but rows; elsewhere the shape is refused, not ignored."""
    answer = api.get(f"{path}?shape=long{form}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] in {"shape", "format"}


def test_geojson_unasked_where_there_is_no_place(api: Api) -> None:
    """A header that would like GeoJSON and takes JSON gets JSON where nothing has a place."""
    accept = {"Accept": "application/geo+json, application/json;q=0.1"}
    assert api.request("GET", "/v1/reports", headers=accept).headers["Content-Type"] == "application/json"
    only = {"Accept": "application/geo+json"}
    assert api.request("GET", "/v1/reports", headers=only).status_code == 406


@pytest.mark.parametrize("path", LISTS)
def test_every_list_comes_in_every_format(api: Api, path: str) -> None:
    """Each list and aggregate has a tag of its own for each format, however it was chosen, and is 304 by it."""
    api.post(make_report(make_strike(make_tally(2)), coverage=[{"country": "SY", "date_from": "2017-03-01"}]))
    tags = []
    for each in WITH_PLACE if path in ON_MAP else WITHOUT_PLACE:
        media_type = MEDIA_TYPES[each]
        named = api.get(f"{path}{'&' if '?' in path else '?'}format={each}")
        by_header = api.request("GET", path, headers={"Accept": media_type})
        assert named.status_code == by_header.status_code == 200, named.text
        assert named.headers["Content-Type"].split(";")[0] == media_type
        assert named.headers["Strikeledger-Seq"] == str(api.read("/v1/ledger")["seq"])
        assert named.headers["Vary"].startswith("Accept, ")
        assert named.content == by_header.content
        assert named.headers["ETag"] == by_header.headers["ETag"]
        held = {"Accept": media_type, "If-None-Match": named.headers["ETag"]}
        again = api.request("GET", path, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Strikeledger-Seq"] == named.headers["Strikeledger-Seq"]
        tags.append(named.headers["ETag"])
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("form", ["json", "csv", "ndjson", "geojson", "parquet"])
def test_every_format_names_the_next_page(api: Api, form: str) -> None:
    """The Link to the next page stands in the headers of every format, and keeps the format."""
    api.post(make_report(*(make_strike(strikes=number) for number in range(3))))
    first = api.get("/v1/strikes", limit=2, format=form)
    second = api.get(first.links["next"]["url"])
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert "next" not in second.links


def test_cursor_serves_every_format(api: Api) -> None:
    """A crawl may go on in another format: the cursor says where, not how."""
    api.post(make_report(*(make_strike(strikes=number) for number in range(3))))
    page = api.read("/v1/strikes", limit=2)
    rest = api.get("/v1/strikes", limit=2, cursor=page["next"], format="csv", shape="long", cells="raw")
    assert [row["id"] for row in csv.DictReader(io.StringIO(rest.text))] == ["s1"]


def test_parquet_needs_its_library(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Parquet is not installed, the refusal says how to install it, and all else works."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    for path in ("/v1/strikes", "/v1/export"):
        answer = api.get(path, format="parquet")
        assert (answer.status_code, answer.json()["type"]) == (406, "/problems/not-acceptable")
        assert "strikeledger[parquet]" in answer.json()["detail"]
        assert api.get(path, format="csv").status_code == 200


def test_drafts_are_json_alone(api: Api) -> None:
    """Drafts are no part of the record, and come as JSON or not at all."""
    key = {"Authorization": f"Bearer {api.key}"}
    assert api.request("GET", "/v1/reports?status=draft", headers=key).status_code == 200
    assert api.request("GET", "/v1/reports?status=draft&format=csv", headers=key).status_code == 422


def test_unknown_format_is_refused_before_anything_is_read() -> None:
    """A format that is not among those offered is InvalidInput, whatever the header says."""
    with pytest.raises(InvalidInput, match="available formats: json"):
        negotiated(Format.CSV, ["text/csv"], (Format.JSON,))


KEPT = [
    ("/v1/strikes", "public, max-age=10, stale-while-revalidate=60"),
    ("/v1/aggregates?format=csv", "public, max-age=10, stale-while-revalidate=60"),
    ("/v1/reports/r1", "public, max-age=10, stale-while-revalidate=60"),
    ("/v1/strikes?as_of=2026-11-22T00:00:00Z", "public, max-age=10, stale-while-revalidate=60"),
    ("/v1/strikes?as_of=1", "public, max-age=31536000, immutable"),
    ("/v1/export?as_of=1", "public, max-age=31536000, immutable"),
    ("/v1/reports/r1?as_of=2", "public, max-age=31536000, immutable"),
]


@pytest.mark.parametrize(("path", "kept"), KEPT)
def test_answers_say_how_long_to_keep_them(api: Api, path: str, kept: str) -> None:
    """Without a key a response may be cached for a moment, as of a number permanently; with one it is never shared."""
    api.post(make_report(make_strike()))
    assert api.get(path).headers["Cache-Control"] == kept
    keyed = api.request("GET", path, headers={"Authorization": f"Bearer {api.key}"})
    assert keyed.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in keyed.headers["Vary"]


def test_refusals_are_kept_by_nobody(api: Api) -> None:
    """A number that the ledger has not reached is refused, and the refusal is not to be kept: it may come true."""
    answer = api.get("/v1/strikes", as_of=10**9)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (422, "no-store")


def test_every_format_is_described(api: Api) -> None:
    """OpenAPI lists the media types that an operation answers in, and the parameters that choose among them."""
    paths = api.read("/openapi.json")["paths"]
    for path in LISTS:
        operation = paths[path.split("?", maxsplit=1)[0].replace("r1", "{report_id}")]["get"]
        content = operation["responses"]["200"]["content"]
        offered = WITH_PLACE if path in ON_MAP else WITHOUT_PLACE
        if path.startswith("/v1/aggregates"):
            offered = (*offered, Format.SVG)
        assert set(content) == {MEDIA_TYPES[each] for each in offered}, path
        assert "$ref" in content["application/json"]["schema"], path
        assert "406" in operation["responses"], path
        parameters = {each["name"]: each for each in operation["parameters"]}
        assert {"format", "cells"} <= parameters.keys(), path
        assert {MEDIA_TYPES[each] for each in parameters["format"]["schema"]["enum"]} == set(content), path
    export = paths["/v1/export"]["get"]["responses"]["200"]["content"]
    assert set(export) == {MEDIA_TYPES[each] for each in OFFERED}
