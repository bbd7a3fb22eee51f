"""Lookup of the reports of a file in the record.

A report is known by its publisher and number, or without a number by its content.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import String, bindparam, select

from app.bulk import export
from app.bulk.candidates import Body
from app.bulk.merging import changed
from app.catalogue.catalogue import Catalogue
from app.db.engine import WriteSession
from app.db.statements import Prepared
from app.ledger.head import head
from app.models import Report, Revision
from app.record.report_in import ReportIn
from app.vocabulary.lookalikes import number_key


class Known(NamedTuple):
    """The standing revision of a report that the record holds."""

    report_id: int
    revision: int
    status: str


_BY_NUMBER = Prepared(
    select(Revision.report_id, Revision.revision, Revision.status)
    .join(Report, Report.id == Revision.report_id)
    .where(
        Report.publisher_id.in_(bindparam("publisher_ids", expanding=True)),
        Report.number.in_(bindparam("numbers", type_=String(), expanding=True)),
        Revision.superseded_seq.is_(None),
    )
)


def known_by_number(session: WriteSession, publisher_ids: Sequence[int], number: str) -> Known | None:
    """Return the report of one of these publishers that has a number, in any spelling; or None."""
    values = {"publisher_ids": publisher_ids, "numbers": sorted({number, number_key(number)})}
    rows = session.rows(_BY_NUMBER, values)
    return Known(*rows[0]) if rows else None


def known_equal(
    session: WriteSession,
    report: ReportIn,
    columns: frozenset[str] | None,
    publisher_ids: Sequence[int],
    catalogue: Catalogue,
) -> Known | None:
    """Return the report without a number of one of these publishers that is the same; or None.

    `columns` are those of the sheet that it was read from, None where it was not.
    """
    rows = session.execute(
        select(Revision.report_id, Revision.revision, Revision.status)
        .join(Report, Report.id == Revision.report_id)
        .where(
            Report.publisher_id.in_(publisher_ids),
            Revision.published_on == report.published_on,
            Revision.number.is_(None),
            Revision.status == "published",
            Revision.superseded_seq.is_(None),
        )
    )
    for row in rows.all():
        known = Known(*row)
        document = shown(session, known.report_id, head(session).seq, catalogue)
        if changed(session, report, document, columns) is None:
            return known
    return None


def shown(session: WriteSession, report_id: int, as_of: int, catalogue: Catalogue) -> Body:
    """Return a report as an export shows it, as of a ledger number."""
    (document,) = export.documents(session, [report_id], as_of, catalogue)
    return document
