"""POST /v1/imports: what a file becomes, and what is wrong with it."""

import json
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from app.db.engine import Database
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests.api import Api
from tests.conftest import serving
from tests.factories import make_report, make_strike, make_tally

CSV, NDJSON = "text/csv", "application/x-ndjson"

# An outcome in JSON.
Outcome = Any

HEADER = (
    "publisher,number,published_on,line,date_from,country,location,"
    "strikes_min,strikes_max,effect,category,count_min,count_max"
)


def importing(database: Database) -> str:
    """Make a key that may import."""
    with database.writing() as session:
        return create_key(session, "importer", [Scope.IMPORT], None)


class Importer:
    """Sends files with a key that may import."""

    def __init__(self, api: Api) -> None:
        self.api, self.key = api, importing(api.database)

    def send(self, content: str | bytes, media: str = CSV, **query: object) -> httpx.Response:
        """Send a file and return the response, whatever it is."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": media}
        data = content.encode() if isinstance(content, str) else content
        return self.api.request("POST", "/v1/imports", params=query, content=data, headers=headers)

    def take(self, content: str | bytes, media: str = CSV, **query: object) -> Outcome:
        """Send a file that must be imported, and return the outcome."""
        response = self.send(content, media, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, content: str | bytes, media: str = CSV, **query: object) -> Outcome:
        """Send a file that must be refused for its values, and return the outcome."""
        response = self.send(content, media, **query)
        assert response.status_code == 422, response.text
        return response.json()

    def malformed(self, content: str | bytes, media: str = CSV, **query: object) -> str:
        """Send a file that must be refused as a whole, and return why."""
        response = self.send(content, media, **query)
        assert response.status_code == 400, response.text
        detail: str = response.json()["detail"]
        return detail


@pytest.fixture
def importer(api: Api) -> Importer:
    """Give the test a client that may import, on either engine."""
    return Importer(api)


def table(*rows: str) -> str:
    """Return a CSV file of rows under the usual header."""
    return "\n".join((HEADER, *rows)) + "\n"


def lines(reports: Iterable[Any]) -> str:
    """Return NDJSON."""
    return "".join(json.dumps(report) + "\n" for report in reports)


def figures(outcome: Outcome) -> tuple[int, int, int, int]:
    """Return how many reports were created, revised, left unchanged and rejected."""
    return outcome["created"], outcome["revised"], outcome["unchanged"], outcome["rejected"]


TWO_TALLIES = (
    "cjtf-oir,7,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,destroyed,tank,2,2",
    "cjtf-oir,7,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,damaged,vehicle,5,",
    "cjtf-oir,7,2017-03-02,2,2017-03-01,IQ,Mosul,,,,,,",
)


def test_rows_of_a_line_are_its_tallies(importer: Importer) -> None:
    """A row a tally: rows that agree in publisher, number and day are one report, those of one line one strike."""
    assert figures(importer.take(table(*TWO_TALLIES))) == (1, 0, 0, 0)
    raqqa, mosul = sorted(
        importer.api.read("/v1/strikes")["items"], key=lambda each: each["country"], reverse=True
    )
    assert (raqqa["strikes_min"], raqqa["strikes_max"]) == (3, 3)
    assert [(each["category"], each["count_min"], each["count_max"]) for each in raqqa["tallies"]] == [
        ("tank", 2, 2),
        ("vehicle", 5, None),
    ]
    assert (mosul["strikes_min"], mosul["strikes_max"], mosul["tallies"]) == (None, None, [])


def test_a_rerun_makes_nothing_twice(importer: Importer) -> None:
    """The same file again leaves the record as it is, also where its reports have no number."""
    unnumbered = lines([make_report(make_strike(make_tally(3))), make_report(make_strike(make_tally(4)))])
    for content, media in ((table(*TWO_TALLIES), CSV), (unnumbered, NDJSON)):
        importer.take(content, media)
        seq = importer.api.read("/v1/ledger")["seq"]
        again = importer.take(content, media)
        assert (again["created"], again["revised"]) == (0, 0)
        assert importer.api.read("/v1/ledger")["seq"] == seq


def test_what_differs_is_a_new_revision(importer: Importer) -> None:
    """A known publisher and number: the file corrects the report, with the import's reason."""
    importer.take(table(*TWO_TALLIES))
    changed = table(*(row.replace("tank,2,2", "tank,3,3") for row in TWO_TALLIES))
    assert figures(importer.take(changed, reason="Counted again.")) == (0, 1, 0, 0)
    (report,) = importer.api.read("/v1/reports")["items"]
    assert (report["revision"], report["reason"]) == (2, "Counted again.")


def test_a_sheet_changes_only_what_it_has_columns_for(importer: Importer) -> None:
    """Text, coverage, quotes and owners of a posted report outlive an import of a table that cannot hold them."""
    text = "Near Raqqa, three strikes destroyed two tanks."
    tally = make_tally(2, category="tank", as_written="two tanks", quote={"start": 34, "end": 43})
    posted = importer.api.post(
        make_report(
            make_strike(tally, strikes=3, quote={"start": 0, "end": 46}),
            make_strike(strikes=1, location="Manbij", owner="Coalition"),
            number="7",
            text=text,
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 4}],
        )
    )
    rows = (
        "cjtf-oir,7,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,destroyed,tank,2,2",
        "cjtf-oir,7,2017-03-02,2,2017-03-01,SY,Manbij,1,1,,,,",
    )
    assert figures(importer.take(table(*rows))) == (0, 0, 1, 0)
    assert figures(importer.take(table(rows[0], rows[1].replace("Manbij,1,1", "Manbij,2,2")))) == (0, 1, 0, 0)
    report = importer.api.read(f"/v1/reports/{posted['id']}")
    assert (report["text"], report["coverage"]) == (text, posted["coverage"])
    assert report["strikes"][0] == posted["strikes"][0] | {"report": report["strikes"][0]["report"]}


def test_an_exported_table_is_imported_unchanged(sampled: Api) -> None:
    """Both shapes of a CSV export can be imported as they are, and say nothing new."""
    importer = Importer(sampled)
    for shape in ("long", "wide"):
        exported = sampled.get("/v1/export", format="csv", shape=shape, publisher="centcom")
        outcome = importer.take(exported.content)
        assert (outcome["created"], outcome["revised"], outcome["rejected"]) == (0, 0, 0)
        assert outcome["unchanged"] > 100


def test_an_export_fills_an_empty_record_with_the_same(sampled: Api, database_url: str) -> None:
    """NDJSON is loss-free: exported again from the new record, on either engine, it differs only in ids and times."""

    def contents(api: Api) -> list[Any]:
        """Return the exported reports with the ids of strikes by their order."""
        reports = [json.loads(line) for line in api.get("/v1/export", duplicates="include").text.splitlines()]
        order: dict[str, str] = {}
        for report in reports:
            for strike in report["strikes"]:
                order[strike["id"]] = f"strike {len(order)}"
        for report in reports:
            for name in ("id", "seq", "recorded_at"):
                del report[name]
            for strike in report["strikes"]:
                for name in ("id", "event", "same_as"):
                    strike[name] = order.get(strike[name])
        return reports

    exported = sampled.get("/v1/export").text
    with serving(database_url) as api:
        importer = Importer(api)
        outcome = importer.take(exported, NDJSON)
        assert (outcome["revised"], outcome["unchanged"], outcome["rejected"]) == (0, 0, 0), outcome[
            "problems"
        ]
        assert contents(api) == contents(sampled)
        assert figures(importer.take(exported, NDJSON)) == (0, 0, outcome["created"], 0)


def test_a_dry_run_answers_the_same_and_writes_nothing(importer: Importer) -> None:
    """Created, revised, unchanged, rejected and problems of a dry run are those of the import."""
    good, bad = table(*TWO_TALLIES), table(TWO_TALLIES[0].replace("Raqqa", "Raqqqa"), *TWO_TALLIES[2:])
    dry = importer.take(good, dry_run=True)
    assert importer.api.read("/v1/reports")["items"] == []
    assert importer.take(good) == dry
    dry = importer.take(bad, dry_run=True)
    real = importer.refused(bad)
    assert {name: real[name] for name in dry} == dry
    assert figures(dry) == (0, 0, 0, 1)


def test_all_or_nothing(importer: Importer) -> None:
    """One report that is not valid, and none is written; `mode=valid` writes the others."""
    content = table(*TWO_TALLIES, "cjtf-oir,8,2017-03-02,1,2017-03-01,SY,Raqqa,3,3,destroyed,tank,two,2")
    outcome = importer.refused(content)
    assert outcome["problems"] == [
        {
            "code": "integer",
            "column": "count_min",
            "count": 1,
            "rows": [
                {
                    "row": 5,
                    "value": "two",
                    "detail": "give a whole number in plain digits",
                    "suggestion": None,
                }
            ],
        }
    ]
    assert importer.api.read("/v1/reports")["items"] == []
    assert figures(importer.take(content, mode="valid")) == (1, 0, 0, 1)
    assert [each["number"] for each in importer.api.read("/v1/reports")["items"]] == ["7"]


def test_problems_are_grouped_by_kind_and_column(importer: Importer) -> None:
    """Unknown places and categories are reported with the nearest, never made: how many, and the first 20 rows."""
    rows = [f"cjtf-oir,{n},2017-03-02,1,2017-03-01,SY,Palmyrrah,1,1,destroyed,tankk,1,1" for n in range(30)]
    outcome = importer.refused(table(*rows))
    places, categories = sorted(outcome["problems"], key=lambda group: group["column"], reverse=True)
    assert (places["code"], places["column"], places["count"], len(places["rows"])) == (
        "unknown-location",
        "location",
        30,
        20,
    )
    first = places["rows"][0]
    assert (first["row"], first["value"]) == (2, "Palmyrrah")
    assert "palmyra" in first["suggestion"]
    assert (categories["code"], categories["column"], categories["count"]) == (
        "unknown-category",
        "category",
        30,
    )


def test_rows_of_a_report_need_not_stand_together(importer: Importer) -> None:
    """A table sorted by place is read as the same reports."""
    rows = [
        f"cjtf-oir,{number},2017-03-02,{line},2017-03-01,SY,Raqqa,{number},{number},,,,"
        for line in (1, 2)
        for number in (1, 2, 3)
    ]
    assert figures(importer.take(table(*rows))) == (3, 0, 0, 0)
    reports = (
        importer.api.read("/v1/reports", sort="published_on")["items"]
        if False
        else importer.api.read("/v1/reports")["items"]
    )
    assert sorted((each["number"], each["lines"]) for each in reports) == [("1", 2), ("2", 2), ("3", 2)]


def test_rows_of_a_report_that_differ_are_a_problem(importer: Importer) -> None:
    """Two titles of one report, or two counts of one strike: which is meant is not guessed."""
    rows = (TWO_TALLIES[0], TWO_TALLIES[1].replace("Raqqa,3,3", "Raqqa,4,4"))
    outcome = importer.refused(table(*rows))
    assert {group["code"] for group in outcome["problems"]} == {"differs-within-strike"}
    assert [group["column"] for group in outcome["problems"]] == ["strikes_min", "strikes_max"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_known_columns(importer: Importer, delimiter: str) -> None:
    """A file from a spreadsheet in another language is read without naming its delimiter."""
    content = table(*TWO_TALLIES).replace(",", delimiter)
    assert figures(importer.take(content)) == (1, 0, 0, 0)


@pytest.mark.parametrize("change", ["\ufeff", "CRLF"])
def test_a_byte_order_mark_and_windows_line_ends_are_read(importer: Importer, change: str) -> None:
    """What spreadsheets add to a file does not matter."""
    content = table(*TWO_TALLIES)
    content = content.replace("\n", "\r\n") if change == "CRLF" else change + content
    assert figures(importer.take(content)) == (1, 0, 0, 0)


def test_foreign_columns_are_mapped_or_ignored(importer: Importer) -> None:
    """A column that is placed nowhere is an error that names the nearest; mapped or ignored it is none."""
    content = table(*TWO_TALLIES).replace("location", "Ort", 1).replace("category", "categry", 1)
    assert "'Ort' is unknown" in importer.malformed(content)
    assert "did you mean 'category'?" in importer.malformed(content, map="Ort=location")
    assert figures(importer.take(content, map=["Ort=location", "categry=category"])) == (1, 0, 0, 0)
    assert importer.malformed(content, map="Ort=lacation").endswith("did you mean 'location'?")
    without = importer.refused(content, map="Ort=location", ignore_column="categry")
    assert without["problems"][0]["code"] == "no-category"


@pytest.mark.parametrize(("order", "day"), [("dmy", "2017-03-04"), ("mdy", "2017-04-03")])
def test_dates_are_iso_unless_their_order_is_given(importer: Importer, order: str, day: str) -> None:
    """04/03/2017 is refused with both days that it may mean; with an order it is one of them."""
    content = table(TWO_TALLIES[0].replace("2017-03-01", "04/03/2017").replace("2017-03-02", "2017-06-01"))
    (problem,) = importer.refused(content)["problems"]
    assert problem["rows"][0]["suggestion"] == "2017-03-04 (dates=dmy) or 2017-04-03 (dates=mdy)"
    importer.take(content, dates=order)
    assert importer.api.read("/v1/strikes")["items"][0]["date_from"] == day


def test_grouped_digits_need_a_flag(importer: Importer) -> None:
    """1.200 is refused, since it may be either number; with `decimal_comma` it is 1200."""
    content = table(TWO_TALLIES[0].replace(",3,3,", ';"1.200";"1.200";').replace(",", ";")).replace(
        HEADER, HEADER.replace(",", ";")
    )
    assert importer.refused(content)["problems"][0]["code"] == "integer"
    importer.take(content, decimal_comma=True)
    assert importer.api.read("/v1/strikes")["items"][0]["strikes_min"] == 1200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Raqqa".encode("utf-16"), "UTF-16"),
        (
            table("cjtf-oir,7,2017-03-02,1,2017-03-01,SY,Raqqa").encode(),
            "row 2 has 7 cells, and the header 13",
        ),
        (HEADER.replace("line", "number").encode(), "stands twice"),
        (table('cjtf-oir,"7,2017-03-02').encode(), "row 2: a quote is opened and not closed"),
        (b"", "columns are missing"),
        (b"publisher,published_on\n", "columns are missing: date_from, country"),
        (HEADER.replace("line,", "").encode() + b"\n", "the column 'line' is missing"),
        (table("cjtf-oir,7\0,2017-03-02").encode(), "line 2 holds a NUL character"),
        (b"publisher," + b"x" * (1 << 20) + b"\n", "line 1 is longer than"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_row(
    importer: Importer, content: bytes, reason: str
) -> None:
    """Wrong encodings, ragged rows, doubled headers and open quotes stop an import before anything is written."""
    assert reason in importer.malformed(content)


def test_a_wrong_encoding_is_shown_as_what_it_may_be(importer: Importer) -> None:
    """The line is named, and shown as Windows-1252 and as Windows-1256."""
    content = table(TWO_TALLIES[0].replace("Raqqa", "Dér")).encode("cp1252")
    reason = importer.malformed(content)
    assert "line 2 is not UTF-8 at byte" in reason
    assert "Dér" in reason


def test_quoted_cells_hold_newlines_and_formulas_are_text(importer: Importer) -> None:
    """A newline in a cell moves no row number; a formula is text where text may stand, and else a problem."""
    header = f"{HEADER},title"
    rows = [
        f'{TWO_TALLIES[0]},"one\nline"',
        TWO_TALLIES[0].replace(",7,", ",8,").replace(",3,3,", ",=1+2,3,") + ",=x",
    ]
    problems = importer.refused("\n".join((header, *rows)))["problems"]
    assert {(group["code"], group["column"], group["rows"][0]["row"]) for group in problems} == {
        ("control-character", "title", 2),
        ("formula", "strikes_min", 4),
    }


def test_rejected_rows_can_be_sent_again_as_they_are(importer: Importer) -> None:
    """The columns that a file of rejected rows adds are ignored."""
    header, *rows = table(*TWO_TALLIES).splitlines()
    content = "\n".join([f"_row,_problem,{header}", *(f"{n},mended,{row}" for n, row in enumerate(rows, 2))])
    assert figures(importer.take(content)) == (1, 0, 0, 0)


def test_problems_of_ndjson_name_line_and_member(importer: Importer) -> None:
    """A fault of a body is at its line, under its member's name."""
    reports = [make_report(number="1"), make_report(make_strike(make_tally(-1)), number="2")]
    (problem,) = importer.refused(lines(reports) + "{not JSON\n", NDJSON, mode="all")["problems"][:1]
    assert (problem["column"], problem["rows"][0]["row"], problem["rows"][0]["value"]) == (
        "strikes.tallies.count",
        2,
        "-1",
    )


def test_a_line_may_repeat_a_strike_that_comes_later(importer: Importer) -> None:
    """Ids of a file are its own: they are given anew, and what names them follows, wherever it stands."""
    first = make_report(
        make_strike(make_tally(2)) | {"id": "s900", "same_as": "s7"}, publisher="ara-news", number="1"
    )
    second = make_report(make_strike(make_tally(2)) | {"id": "s7"}, number="2")
    assert figures(importer.take(lines([first, second]), NDJSON)) == (2, 0, 0, 0)
    (strike,) = importer.api.read("/v1/strikes")["items"]
    assert strike["report"]["publisher"] == "cjtf-oir"


def test_an_id_that_is_not_in_the_file_is_not_taken_for_one_of_this_record(importer: Importer) -> None:
    """A strike of another record that happens to have the id of one here is not repeated by mistake."""
    stranger = importer.api.post(make_report(make_strike(make_tally(9))))["strikes"][0]["id"]
    repeating = make_report(
        make_strike() | {"id": "s900", "same_as": stranger}, publisher="ara-news", number="1"
    )
    (problem,) = importer.refused(lines([repeating]), NDJSON)["problems"]
    assert (problem["code"], problem["column"]) == ("unknown-strike", "strikes.same_as")


def test_a_history_is_imported_as_it_was(importer: Importer) -> None:
    """Revisions and a retraction, in the order of the ledger, become the same history; again, nothing."""
    first = make_report(make_strike(make_tally(1)), number="1") | {"revision": 1, "status": "published"}
    second = make_report(make_strike(make_tally(2)), number="1") | {
        "revision": 2,
        "status": "published",
        "reason": "Two, not one.",
    }
    third = make_report(number="1") | {"revision": 3, "status": "retracted", "reason": "Withdrawn."}
    history = lines([first, second, third])
    assert figures(importer.take(history, NDJSON)) == (1, 2, 0, 0)
    (report,) = importer.api.read("/v1/reports", status="retracted")["items"]
    assert (report["revision"], report["reason"]) == (3, "Withdrawn.")
    assert figures(importer.take(history, NDJSON)) == (0, 0, 3, 0)


def test_an_import_needs_its_scope(api: Api) -> None:
    """A key that may publish may not import."""
    headers = {"Authorization": f"Bearer {api.key}", "Content-Type": CSV}
    response = api.request("POST", "/v1/imports", content=table(*TWO_TALLIES), headers=headers)
    assert response.status_code == 403


def test_the_template_is_a_file_for_import(importer: Importer) -> None:
    """Its header is read, and its columns are those of the contract."""
    header = importer.api.get("/v1/imports/template").text
    assert figures(importer.take(header)) == (0, 0, 0, 0)
    assert header.startswith("publisher,number,published_on,title,source_url,archive_url,line,date_from,")


def test_an_import_is_one_write_under_its_idempotency_key(importer: Importer) -> None:
    """Sent again under the same key, it is replayed; with another file, refused."""
    headers = {"Authorization": f"Bearer {importer.key}", "Content-Type": CSV, "Idempotency-Key": "once"}

    def send(content: str) -> httpx.Response:
        return importer.api.request("POST", "/v1/imports", content=content.encode(), headers=headers)

    first = send(table(*TWO_TALLIES))
    again = send(table(*TWO_TALLIES))
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert send(table(TWO_TALLIES[0])).status_code == 422
