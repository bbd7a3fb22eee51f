"""Read whole reports, many at a time. Takes conditions from strikes/filters.py; knows no request."""

from array import array
from collections.abc import Collection, Sequence

from sqlalchemy import select, true

from app.db.engine import ReadSession
from app.db.types import AnyRow
from app.ledger.clock import standing
from app.models import Coverage, LedgerEntry, Report, Revision, Strike
from app.strikes.filters import Status, StrikeFilter


def matching_reports(session: ReadSession, strikes: StrikeFilter) -> "array[int]":
    """Return the ids of the reports that hold a line that matches, in the order of their first recording.

    Where nothing is asked but a status: of all reports of that status, those without lines too. Eight bytes
    each, so that the rest can be read piece by piece.
    """
    everything = StrikeFilter(as_of=strikes.as_of, repeats=strikes.repeats, status=strikes.status)
    if strikes == everything:
        of_status = true() if strikes.status is Status.ANY else Revision.status == strikes.status.value
        of_reports = select(Revision.report_id).where(standing(Revision, strikes.as_of), of_status)
        found = session.scalars(of_reports.order_by(Revision.report_id))
    else:
        of_lines = select(Strike.report_id).distinct().where(strikes.of_lines())
        found = session.scalars(of_lines.order_by(Strike.report_id))
    return array("q", found)


def revisions(session: ReadSession, report_ids: Collection[int], as_of: int) -> Sequence[AnyRow]:
    """Return the standing revisions of these reports, with their texts, by report."""
    return session.execute(
        select(
            Revision.report_id,
            Report.publisher_id,
            Revision.number,
            Revision.title,
            Revision.published_on,
            Revision.source_url,
            Revision.text,
            Revision.headline_strikes,
            Revision.headline_engagements,
            Revision.sums_note,
            Revision.status,
            Revision.reason,
            Revision.revision,
            Revision.recorded_seq,
            LedgerEntry.recorded_at,
        )
        .join_from(Revision, Report, Report.id == Revision.report_id)
        .join(LedgerEntry, LedgerEntry.seq == Revision.recorded_seq)
        .where(Revision.report_id.in_(report_ids), standing(Revision, as_of))
        .order_by(Revision.report_id)
    ).all()


def coverage(
    session: ReadSession, report_ids: Collection[int], as_of: int
) -> dict[int, list[dict[str, object]]]:
    """Return the countries and days that each of these reports speaks for, in its own order."""
    claims: dict[int, list[dict[str, object]]] = {report_id: [] for report_id in report_ids}
    for row in session.execute(
        select(
            Coverage.report_id,
            Coverage.country,
            Coverage.date_from,
            Coverage.date_to,
            Coverage.strikes,
            Coverage.engagements,
        )
        .where(Coverage.report_id.in_(report_ids), standing(Coverage, as_of))
        .order_by(Coverage.id)
    ):
        report_id, *_ = row
        claims[report_id].append(
            {name: value for name, value in row._asdict().items() if name != "report_id"}
        )
    return claims
