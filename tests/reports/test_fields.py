"""Fields of the record: models and schemas declare exactly those that are described."""

from collections.abc import Sequence
from datetime import date

import pytest
from pydantic import BaseModel

from app.http.flat_tables import Kind
from app.models import Coverage, Revision, Strike, Tally
from app.models.base import Base
from app.record import fields
from app.record.fields import Field
from app.record.report_in import CoverageIn, ReportIn, StrikeIn, TallyIn
from app.reports.schemas import CoverageOut, ReportOut, ReportSummary
from app.strikes.schemas import ReportReference, StrikeOut, TallyOut

# Columns that the record itself gives: identities, positions, and columns computed from others.
GIVEN: dict[type[Base], str] = {
    Revision: """report_id revision recorded_seq superseded_seq status reason key_id line_order headline_strikes
        headline_engagements""",
    Coverage: "id report_id recorded_seq superseded_seq",
    Strike: "id report_id recorded_seq superseded_seq position items_min event_id",
    Tally: "id strike_id position",
}

# Members of a body that are no fields: objects, lists of others, and other ways to give a count or a quote.
BESIDE: dict[type[BaseModel], str] = {
    ReportIn: "publisher headline coverage strikes",
    CoverageIn: "quote",
    StrikeIn: "strikes strikes_quote engagements_quote tallies",
    TallyIn: "count",
}

DESCRIBED = [
    (fields.REPORT, Revision, ReportIn, ReportOut),
    (fields.COVERAGE, Coverage, CoverageIn, CoverageOut),
    (fields.LINE, Strike, StrikeIn, StrikeOut),
    (fields.TALLY, Tally, TallyIn, TallyOut),
]


@pytest.mark.parametrize(("described", "model", "posted", "shown"), DESCRIBED)
def test_each_field_is_stored_posted_and_shown(
    described: Sequence[Field], model: type[Base], posted: type[BaseModel], shown: type[BaseModel]
) -> None:
    """A column or member that no field describes would be missing from rows, hashes and exports."""
    assert {*fields.columns(described)} == {*model.__table__.columns.keys()} - {*GIVEN[model].split()}
    assert {*fields.names(described)} == {*posted.model_fields} - {*BESIDE[posted].split()}
    assert {*fields.names(described)} <= {*shown.model_fields}


def test_reports_are_shown_where_their_fields_say() -> None:
    """Lists of reports and references of lines have the fields marked for them."""
    summary = {field.name for field in fields.REPORT if field.in_summary}
    reference = {field.name for field in fields.REPORT if field.in_reference}
    assert summary == {*ReportSummary.model_fields} & {*fields.names(fields.REPORT)}
    assert reference == {*ReportReference.model_fields} & {*fields.names(fields.REPORT)}


def test_a_later_field_is_hashed_only_where_it_is_given() -> None:
    """Content without the later fields is what earlier versions hashed; with them it differs."""
    described = (Field("name", Kind.TEXT), Field("added", Kind.TEXT, is_later=True))
    read = fields.hashed(described, dict)
    assert read({"name": "a", "added": None}) == {"name": "a"}
    assert read({"name": "a", "added": "b"}) == {"name": "a", "added": "b"}


def test_taken_and_stored_values_have_the_same_names() -> None:
    """What is written and what `verify` reads back are compared by name."""
    line = StrikeIn(date_from=date(2017, 3, 1), country="SY", strikes=2)
    row = Strike(**fields.taken(fields.LINE)(line))
    assert fields.stored(fields.LINE)(row) == fields.taken(fields.LINE)(line)
    assert (row.date_to, row.strikes_min, row.strikes_max) == (date(2017, 3, 1), 2, 2)
