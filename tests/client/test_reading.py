"""Reading through the client: walks of one state, counts, data frames, downloads, notebooks."""

import csv
import io
import itertools
import json
import pickle
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from app.client import Client, NotFound, Page, Strike, UnexpectedResponse, Unprocessable
from app.client.html import table
from app.client.listings import strikes as strike_pages
from app.client.requests import parameters
from tests.client.conftest import Served
from tests.factories import make_report, make_strike, make_tally

# The last ledger number of the sample: tests that write go beyond it.
SAMPLE = 535


def ids(strikes: Iterable[Any]) -> list[str]:
    """Return the ids of items."""
    return [item.id for item in strikes]


def test_body_is_read_as_it_was_sent(client: Client, served: Served) -> None:
    """`read` gives the bytes of any GET, and raises what every other operation raises."""
    sent = httpx.get(f"{served.url}/v1/strikes?location=Palmyra&limit=2&format=csv&as_of={SAMPLE}")
    query: dict[str, Any] = {"location": "Palmyra", "limit": 2, "format": "csv", "as_of": SAMPLE}
    assert client.read("/v1/strikes", **query) == sent.content
    with pytest.raises(Unprocessable):
        client.read("/v1/strikes", location="nowhere")


def test_walk_reads_every_item_once(client: Client) -> None:
    """A walk over small pages gives the same strikes as one over large ones, in the same order."""
    small = ids(client.strikes(location="Palmyra", limit=7, as_of=SAMPLE))
    assert small == ids(client.strikes(location="Palmyra", as_of=SAMPLE))
    assert len(set(small)) == len(small) == 24


def test_walk_is_of_one_state(client: Client) -> None:
    """A report that is published during a walk is not in it, though its strike would come later in its order."""
    walk = client.strikes(sort="date", country="LY", limit=1)
    pin = client.ledger().seq
    first = client.create_report(make_report(line("LY"), line("LY"), number=f"of one state {pin}"))
    assert ids(walk)
    assert walk.seq == first.seq

    walk = client.strikes(sort="date", country="LY", limit=1)
    seen = [next(walk)]
    client.create_report(make_report(line("LY"), number=f"of one state, later {pin}"))
    seen += walk
    assert walk.seq == first.seq
    assert ids(seen) == ids(client.strikes(sort="date", country="LY", as_of=first.seq))


def line(country: str) -> dict[str, Any]:
    """Return a strike that no other test counts."""
    return make_strike(make_tally(), country=country, location=None)


def test_walk_is_resumed(client: Client) -> None:
    """A walk left between two pages, or within one, is resumed by its number and cursor; no strike is skipped."""
    everything = ids(client.strikes(location="Raqqa", limit=10, as_of=SAMPLE))
    for taken in (0, 3, 10, 14, 20):
        walk = client.strikes(location="Raqqa", limit=10, as_of=SAMPLE)
        begun = ids(itertools.islice(walk, taken))
        resumed: Any = {"cursor": walk.next_cursor} if walk.next_cursor else {}
        rest = ids(client.strikes(location="Raqqa", limit=10, as_of=SAMPLE, **resumed))
        assert rest == everything[taken - taken % 10 :]
        assert begun == everything[:taken]


def test_pages_are_the_same_walk(client: Client) -> None:
    """Pages hold the items of the walk, with their cursors, and the total where it is asked for."""
    walk = client.strikes(location="Palmyra", limit=10, as_of=SAMPLE, count="exact")
    pages = list(walk.pages())
    assert [len(page) for page in pages] == [10, 10, 4]
    assert [page.next_cursor is None for page in pages] == [False, False, True]
    assert {(page.seq, page.total) for page in pages} == {(SAMPLE, 24)}
    assert ids(itertools.chain(*pages)) == ids(client.strikes(location="Palmyra", as_of=SAMPLE))


def test_page_of_another_state_is_an_error() -> None:
    """A walk whose next page is as of another number, as an instant in the future gives, stops with an error."""
    steps = strike_pages(as_of="2999-01-01T00:00:00Z")

    def respond(seq: int) -> httpx.Response:
        body = {"items": [], "next": "more", "seq": seq}
        return httpx.Response(200, json=body, request=httpx.Request("GET", "http://localhost/v1/strikes"))

    for seq, ending in ((1, StopIteration), (2, UnexpectedResponse)):
        page = steps.next_page()
        next(page)
        with pytest.raises(ending):
            page.send(respond(seq))


def test_filters_are_sent_as_python_has_them(sync_client: Client) -> None:
    """Days, sequences, boxes and booleans are the same as their spelling in a URL."""
    as_python = sync_client.aggregates(
        date_from=date(2016, 12, 1),
        location=["Palmyra", "Raqqa"],
        bbox=(38, 33, 42.5, 37),
        group_by=["location", "month"],
        cumulative=True,
        as_of=SAMPLE,
    )
    as_text = sync_client.aggregates(
        date_from="2016-12-01",
        location=("Palmyra", "Raqqa"),
        bbox="38,33,42.5,37",
        group_by="location,month",
        cumulative=True,
        as_of=str(SAMPLE),
    )
    assert as_python == as_text
    assert as_python.rows


def test_filter_without_a_value_is_refused(sync_client: Client) -> None:
    """None or an empty list is no filter at all and would match everything, so neither is sent."""
    nothing: Any
    for nothing in (None, [], ()):
        with pytest.raises(ValueError, match="location has no value"):
            sync_client.aggregates(location=nothing)


def test_instants_need_a_time_zone() -> None:
    """An instant is sent in UTC, and one without a zone is refused rather than guessed."""
    noon = datetime(2017, 2, 7, 12, tzinfo=UTC)
    assert parameters({"as_of": noon}) == [("as_of", "2017-02-07T12:00:00Z")]
    with pytest.raises(ValueError, match="time zone"):
        parameters({"as_of": noon.replace(tzinfo=None)})


def test_mistyped_filter_is_named(sync_client: Client) -> None:
    """The server's fault, with the nearest right name, is in the message and in .errors."""
    with pytest.raises(Unprocessable, match="location") as caught:
        sync_client.aggregates(locaton="Palmyra")  # type: ignore[call-arg] # mypy sees it too
    assert caught.value.errors[0]["parameter"] == "locaton"


def test_one_strike_and_one_report(client: Client) -> None:
    """What a walk lists can be read by its id, as attributes and as items."""
    listed = next(client.strikes(location="Palmyra", as_of=SAMPLE))
    strike = client.strike(listed.id, as_of=SAMPLE)
    assert strike == listed
    assert strike.location is not None
    assert strike.location.slug == strike["location"]["slug"] == "palmyra"
    report = client.report(strike.report.id)
    assert (report.etag or "").startswith('"')
    assert listed.id in ids(report.strikes)
    assert [revision.revision for revision in client.revisions(report.id)] == [1]
    with pytest.raises(NotFound):
        client.report("r999999")


def test_null_and_missing_differ(sync_client: Client) -> None:
    """Null is None; a field that was not sent is missing, as attribute and as key."""
    strike = next(sync_client.strikes(fields=["id", "engagements"], location="Palmyra", as_of=SAMPLE))
    assert strike.engagements is None
    assert "engagements" in strike
    assert "quote" not in strike
    with pytest.raises(AttributeError, match="'quote': it was not sent"):
        _ = strike.quote


def test_unknown_fields_stay() -> None:
    """Fields that a later server adds are there, nested objects too, and survive copies and JSON."""
    sent = {"id": "s1", "novelty": {"depth": [{"a": 1}]}, "tallies": [{"effect": "destroyed"}]}
    strike = Strike(json.loads(json.dumps(sent)))
    assert strike.novelty.depth[0].a == 1
    assert strike.tallies[0].effect == "destroyed"
    assert strike == sent
    assert json.loads(json.dumps(strike)) == sent
    assert pickle.loads(pickle.dumps(strike)) == sent  # noqa: S301 - our own bytes
    strike.tallies[0]["effect"] = "damaged"
    assert strike["tallies"] == [{"effect": "damaged"}]


def test_aggregates_hold_all_rows(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pages rows come in, they add up to the totals; with a limit there is one page and its cursor."""
    monkeypatch.setattr("app.client.aggregates.LONGEST_PAGE", 20)
    counts = client.aggregates(group_by="location", as_of=SAMPLE)
    assert len(counts.rows) > 60
    assert sum(row.items_min for row in counts.rows) == counts.totals.items_min
    assert sum(row.lines for row in counts.rows) == counts.totals.lines
    page = client.aggregates(group_by="location", as_of=SAMPLE, limit=50)
    assert page.next_cursor is not None
    rest = client.aggregates(group_by="location", as_of=SAMPLE, limit=500, cursor=page.next_cursor)
    assert [*page.rows, *rest.rows] == list(counts.rows)
    assert rest.next_cursor is None


Frame = Callable[[Any], Any]


def test_pandas_frame_loses_nothing(sync_client: Client) -> None:
    """Counts stay whole numbers and null stays null in pandas, also where a column has nothing else."""
    counts = sync_client.aggregates(group_by="location,month", location="Palmyra", as_of=SAMPLE)
    frame = counts.to_pandas()
    assert list(frame.columns) == list(counts.rows[0])
    assert frame["strikes_min"].dtype == "Int64"
    assert frame["engagements"].dtype == "Int64"
    assert frame["engagements"].isna().sum() == sum(row.engagements is None for row in counts.rows)
    assert frame["items_min"].sum() == counts.totals.items_min
    assert frame["period_start"].dt.year.min() >= 2014
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    assert [row["strikes_max"] for row in plain] == [row.strikes_max for row in counts.rows]


def test_polars_frame_loses_nothing(sync_client: Client) -> None:
    """The same rows as a Polars frame: whole numbers, nulls, and days as dates."""
    counts = sync_client.aggregates(group_by="location,month", location="Palmyra", as_of=SAMPLE)
    frame = counts.to_polars()
    assert frame.schema["engagements"] == pl.Int64
    assert frame.schema["period_start"] == pl.Date
    days = {"period_start", "period_end"}
    plain = frame.with_columns(pl.col(*days).cast(pl.String)).to_dicts()
    assert plain == [dict(row) for row in counts.rows]


@pytest.mark.parametrize("make", [lambda counts: counts.to_pandas(), lambda counts: counts.to_polars()])
def test_frame_without_rows_has_columns(make: Frame, sync_client: Client) -> None:
    """Where nothing matches, a frame still has the columns that code reads."""
    counts = sync_client.aggregates(
        group_by="location", date_from="1999-01-01", date_to="1999-01-02", as_of=SAMPLE
    )
    frame = make(counts)
    assert len(frame) == 0
    assert {"location", "items_min"} <= set(frame.columns)


def test_frame_of_lag_and_top(sync_client: Client) -> None:
    """Fractions, flags and the rest of a ranking have types of their own."""
    counts = sync_client.aggregates(group_by="publisher", lag=True, top=1, as_of=SAMPLE)
    frame = counts.to_pandas()
    assert frame["lag_days_median"].dtype == "Float64"
    assert frame["is_other"].dtype == "boolean"
    assert counts.to_polars()["is_other"].to_list() == [False, True]


def test_export_to_a_file(client: Client, served: Served, tmp_path: Path) -> None:
    """A file has the format of its suffix, all that matches, and the ledger number in the result."""
    done = client.export(tmp_path / "palmyra.csv", location="Palmyra", as_of=SAMPLE)
    rows = list(csv.DictReader((tmp_path / "palmyra.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 24
    assert done.seq == SAMPLE
    assert done.size == (tmp_path / "palmyra.csv").stat().st_size
    client.export(tmp_path / "palmyra.parquet", location="Palmyra", as_of=SAMPLE)
    assert pl.read_parquet(tmp_path / "palmyra.parquet").height == 24
    client.export(str(tmp_path / "palmyra.ndjson"), location="Palmyra", as_of=SAMPLE)
    reports = [json.loads(text) for text in (tmp_path / "palmyra.ndjson").read_text().splitlines()]
    raw = httpx.get(f"{served.url}/v1/export?location=Palmyra&as_of={SAMPLE}").text
    assert reports == [json.loads(text) for text in raw.splitlines()]
    assert len(list(tmp_path.iterdir())) == 3


def test_export_to_a_stream(client: Client) -> None:
    """A binary stream receives the export as it comes; the format is given."""
    stream = io.BytesIO()
    done = client.export(stream, format="csv", location="Palmyra", as_of=SAMPLE)
    assert len(stream.getvalue().splitlines()) == 25
    assert done.size == len(stream.getvalue())


def test_refused_export_leaves_no_file(client: Client, tmp_path: Path) -> None:
    """An unknown place is an error, and no file."""
    with pytest.raises(Unprocessable):
        client.export(tmp_path / "x.csv", location="Atlantis")
    assert list(tmp_path.iterdir()) == []


def test_parse_stores_nothing(client: Client) -> None:
    """A text is read into a draft, with the publisher and the day given."""
    text = "Near Palmyra, nine strikes destroyed two tanks."
    before = client.ledger()
    reading = client.parse(text, publisher="cjtf-oir", published_on=date(2017, 2, 7))
    assert reading.draft.strikes[0].tallies[0].count_min == 2
    assert (reading.draft.publisher, reading.draft.published_on) == ("cjtf-oir", "2017-02-07")
    assert {number.role for number in reading.numbers} == {"strikes", "tally"}
    assert client.ledger() == before


def test_changes_are_in_order(client: Client) -> None:
    """Entries after a number come in order, over several pages, up to the head of the first request."""
    entries = list(client.changes(after=530, limit=2))
    numbers = [entry.seq for entry in entries]
    assert numbers == list(range(531, client.ledger().seq + 1))
    assert entries[4].hash
    with pytest.raises(Unprocessable):
        list(client.changes(after=10_000_000))


def test_changes_are_followed(client: Client) -> None:
    """A followed walk gives what was recorded before and, a moment after it is recorded, what comes then."""
    start = client.ledger().seq
    walk = client.changes(after=start - 1, follow=True, interval=0.05)
    assert next(walk).seq == start
    for _ in range(2):
        stored = client.create_report(make_report(line("SO")))
        entry = next(walk)
        assert (entry.seq, entry.report, entry.action) == (stored.seq, stored.id, "published")


def test_lists_of_names_reports_and_coverage(client: Client) -> None:
    """Places, categories, publishers, reports and coverage are walks as well."""
    assert "palmyra" in {place.slug for place in client.locations("tadm")}
    assert client.location("palmyra").name == "Palmyra"
    assert "tank" in {category.slug for category in client.categories("tank")}
    assert len(list(client.publishers())) >= 6
    reports = list(client.reports(publisher="ara-news", as_of=SAMPLE))
    assert [report.publisher for report in reports] == ["ara-news"]
    assert len(list(client.reports(as_of=SAMPLE))) == 534
    assert list(itertools.islice(client.coverage(country="SY", limit=5), 7))


def test_notebooks_show_escaped_tables(sync_client: Client) -> None:
    """Aggregates and pages show tables; whatever a text holds, it is text there."""
    counts = sync_client.aggregates(group_by="location", location="Palmyra", as_of=SAMPLE)
    shown = counts._repr_html_()
    assert "<td>palmyra</td>" in shown
    assert "as of ledger number 535" in shown
    evil = "<script>alert(1)</script>"
    rows = [Strike({"quote": evil, evil: 1, "location": {"name": evil}, "engagements": None, "tallies": [1]})]
    page = Page(rows, 1, None)._repr_html_()
    assert evil not in page
    assert page.count("&lt;script&gt;") == 3
    assert "<i>null</i>" in page
    assert "the first 50 of 60 rows" in table([{"a": 1}] * 60, "Rows")


def test_notebook_shows_a_walk_without_consuming_it(served: Served) -> None:
    """A walk at the end of a cell shows its first page, and still gives all items."""
    with Client(served.url) as client:
        walk = client.strikes(location="Palmyra", limit=10, as_of=SAMPLE)
        assert "10 items" in walk._repr_html_()
        assert len(list(walk)) == 24


def test_copies_share_connections(served: Served) -> None:
    """A copy with other options uses the same pool, changes nothing of the first, and does not close it."""
    timeouts = []
    with httpx.Client(event_hooks={"request": [lambda request: timeouts.append(request.extensions)]}) as http:
        client = Client(served.url, timeout=7, http_client=http)
        with client.with_options(timeout=3, key=served.key) as copy:
            copy.ledger()
        client.ledger()
        client.close()
        assert not http.is_closed
    assert [extensions["timeout"]["read"] for extensions in timeouts] == [3, 7]


def test_an_instant_reads_the_past(sync_client: Client) -> None:
    """As of an instant before the first entry, the record is empty."""
    early = datetime.now(UTC) - timedelta(days=3000)
    assert list(sync_client.strikes(as_of=early)) == []
