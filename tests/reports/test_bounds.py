"""Bounds of a report: quotes and tallies of a new one are bounded; what is stored beyond the bounds stays readable."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from app.db.engine import Database
from app.keys.service import Scope
from app.ledger.head import head
from app.models import Draft
from app.record.arithmetic import arithmetic
from app.record.report_in import ReportIn
from app.reports import service
from app.reports.render import report_document
from app.reports.resolve import LONGEST_QUOTE, MOST_TALLIES_IN_ALL, QUOTED_AT_LEAST, QUOTED_TIMES
from app.reports.staging import stage
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import Body, make_report, make_strike, make_tally
from tests.keys.test_keys import key_for
from tests.reports.test_corrections import put
from tests.reports.test_drafts import ask, save

SENTENCE = "One strike destroyed a tank. "


def quoting(*lengths: int, text: int) -> Body:
    """Make a report with a text of so many characters, and lines that quote its first ones."""
    lines = [make_strike(quote={"start": 0, "end": length}) for length in lengths]
    return make_report(*lines, text=(SENTENCE * text)[:text])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (quoting(LONGEST_QUOTE + 1, text=9_000), "/strikes/0/quote"),
        (
            make_report(
                make_strike(make_tally(quote={"start": 0, "end": LONGEST_QUOTE + 1})), text=SENTENCE * 99
            ),
            "/strikes/0/tallies/0/quote",
        ),
        (quoting(*[LONGEST_QUOTE] * 11, text=LONGEST_QUOTE), "/strikes"),
        (make_report(*[make_strike(*[make_tally()] * 500)] * 11), "/strikes"),
    ],
    ids=["a long quote", "a long quote of a tally", "long quotes together", "tallies together"],
)
def test_report_beyond_a_bound_is_refused(api: Api, body: Body, pointer: str) -> None:
    """A quote, the quotes together or the tallies together beyond their bound are refused at their place."""
    response = api.try_posting(body)

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_report_at_its_bounds_is_stored(api: Api) -> None:
    """The longest quotes, and as many as the text allows, are stored and answered whole."""
    text = LONGEST_QUOTE * 5
    report = api.post(quoting(*[LONGEST_QUOTE] * 5 * QUOTED_TIMES, text=text))

    assert {len(line["quote"]) for line in report["strikes"]} == {LONGEST_QUOTE}
    assert sum(len(line["quote"]) for line in report["strikes"]) == max(QUOTED_AT_LEAST, QUOTED_TIMES * text)
    assert MOST_TALLIES_IN_ALL < 500 * 11


def test_draft_beyond_the_bounds_is_shown_and_not_published(api: Api, database: Database) -> None:
    """A draft saved before there were bounds is listed and shown as saved; publishing it is refused."""
    key = key_for(database, Scope.DRAFT, Scope.PUBLISH)
    draft = save(api, key, quoting(5, 5, text=9_000) | {"number": "1", "title": "A title"})
    body = ReportIn.model_validate(quoting(9_000, 5, text=9_000) | {"number": "1", "title": "A title"})
    with database.writing() as session:
        session.execute(update(Draft).values(body=body.model_dump_json(exclude_unset=True)))
    path = f"/v1/reports/{draft['id']}"
    [listed] = ask(api, "/v1/reports?status=draft", key).json()["items"]
    shown = ask(api, path, key).json()

    assert listed == {name: shown[name] for name in listed}
    assert (listed["lines"], listed["title"], listed["publisher"]) == (2, "A title", "cjtf-oir")
    assert [len(line["quote"]) for line in shown["strikes"]] == [9_000, 5]
    refused = ask(api, f"{path}/publication", key, "POST")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/strikes/0/quote")
    assert ask(api, path, key).json() == shown


def test_long_reports_are_drafted_published_and_corrected(api: Api, database: Database) -> None:
    """A report that is staged before the write lock is taken is stored as any other, and its lines keep their ids."""
    key = key_for(database, Scope.DRAFT, Scope.PUBLISH)
    body = make_report(*[make_strike(make_tally(day), strikes=day) for day in range(600)])
    draft = save(api, key, body)
    assert ask(api, f"/v1/reports/{draft['id']}", key).json() == draft
    published = ask(api, f"/v1/reports/{draft['id']}/publication", key, "POST").json()
    lines = list(reversed(body["strikes"]))
    corrected = put(api, published, make_report(*lines[:-1], make_strike(strikes=7), reason="A slip.")).json()

    ids = [line["id"] for line in published["strikes"]]
    assert [line["strikes_min"] for line in published["strikes"]] == list(range(600))
    assert [line["id"] for line in corrected["strikes"]][:-1] == ids[:0:-1]
    assert corrected["strikes"][-1]["id"] not in ids
    faults = api.try_posting(make_report(*[make_strike(location="Atlantis")] * 900)).json()
    assert faults["errors"][0]["pointer"] == "/strikes/0/location"


def test_staged_report_follows_the_vocabulary(api: Api, database: Database) -> None:
    """A report staged before a place was merged is stored with the place that it is now."""
    report = ReportIn.model_validate(make_report(make_strike(location="Tabqah Airfield")))
    with database.reading() as session:
        staged = stage(session, report)
    Keeper(api, database).merge("locations", "tabqah-airfield", "tabqah")
    with database.writing() as session:
        report_id = service.create(session, staged, None)
        document = report_document(session, report_id, head(session))

    assert document is not None
    assert document["strikes"][0]["location"]["slug"] == "tabqah"


def test_claims_are_held_against_the_lines_of_their_days() -> None:
    """Each claim has the sum that adding up its lines one by one gives."""
    days = [date(2016, 1, 1) + timedelta(days=number) for number in range(60)]
    lines = [
        SimpleNamespace(
            country=("SY", "IQ")[number % 2],
            date_from=days[number % 50],
            date_to=days[number % 50 + number % 9],
            strikes_min=number,
            strikes_max=number if number % 40 else None,
            engagements=None,
        )
        for number in range(200)
    ]
    claims = [
        SimpleNamespace(
            country=("SY", "IQ", None)[number % 3],
            date_from=days[number],
            date_to=days[number + number % 13],
            strikes=number,
            engagements=None,
        )
        for number in range(40)
    ]
    checks = [check for check in arithmetic(claims, lines) if check["against"] == "lines"]
    sums = [(check["lines_min"], check["lines_max"]) for check in checks]
    assert sums == [
        (
            sum(line.strikes_min for line in within),
            None
            if any(line.strikes_max is None for line in within)
            else sum(line.strikes_max for line in within),
        )
        for claim in claims
        for within in [
            [
                line
                for line in lines
                if claim.country in {None, line.country}
                and claim.date_from <= line.date_from
                and line.date_to <= claim.date_to
            ]
        ]
    ]
