"""Read whole reports, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, or_, select, true

from app.db.engine import ReadSession
from app.db.statements import Prepared
from app.db.types import AnyRow
from app.ledger.head import standing
from app.models import Coverage, LedgerEntry, Report, Revision, Strike, Tally
from app.record import fields
from app.record.json_template import parsed
from app.strikes import scan
from app.strikes.filter import Status, StrikeFilter

# Columns by name, as the driver has their values: on SQLite days are texts and truth is 0 or 1.
Row = Mapping[str, Any]


class Line(NamedTuple):
    """A strike line with its tallies in order."""

    row: Row
    tallies: Sequence[Row]


class Revised(NamedTuple):
    """A revision: of which report, and the ledger number that it was recorded under."""

    report_id: int
    seq: int


def is_unfiltered(strikes: StrikeFilter) -> bool:
    """Return whether a filter allows every line of its status: then reports without lines match too."""
    return strikes == StrikeFilter(as_of=strikes.as_of, repeats=strikes.repeats, status=strikes.status)


def next_reports(
    session: ReadSession, strikes: StrikeFilter, after: int, limit: int
) -> tuple[Sequence[int], int | None]:
    """Return the ids of up to `limit` matching reports after one, and the id to continue from.

    The id is None at the end of the record; there may be no report and yet an id.
    """
    if not is_unfiltered(strikes):
        return scan.reports(session, strikes, after, limit)
    of_reports = _of_status(strikes).where(Revision.report_id > after)
    report_ids = session.scalars(of_reports.order_by(Revision.report_id).limit(limit)).all()
    return report_ids, report_ids[-1] if len(report_ids) == limit else None


def matching(session: ReadSession, strikes: StrikeFilter, report_ids: Collection[int]) -> Collection[int]:
    """Return those of some reports that match."""
    if is_unfiltered(strikes):
        return set(session.scalars(_of_status(strikes).where(Revision.report_id.in_(report_ids))))
    candidates = frozenset(report_ids if strikes.report_ids is None else strikes.report_ids & set(report_ids))
    narrowed, matches = replace(strikes, report_ids=candidates), set[int]()
    after: int | None = 0 if candidates else None
    while after is not None:
        some, after = scan.reports(session, narrowed, after, len(candidates))
        matches.update(some)
    return matches


def _of_status(strikes: StrikeFilter) -> Any:  # noqa: ANN401 - a SELECT of ids
    of_status = true() if strikes.status is Status.ANY else Revision.status == strikes.status.value
    return select(Revision.report_id).where(standing(Revision, strikes.as_of), of_status)


def next_revised(session: ReadSession, after: int, as_of: int, limit: int) -> Sequence[Revised]:
    """Return up to `limit` revisions of any report after a ledger number, in the order of the ledger."""
    rows = session.execute(
        select(Revision.report_id, Revision.recorded_seq)
        .where(Revision.recorded_seq > after, Revision.recorded_seq <= as_of)
        .order_by(Revision.recorded_seq)
        .limit(limit)
    )
    return [Revised(*row) for row in rows]


_REVISIONS = (
    select(
        Revision.report_id,
        Report.publisher_id,
        *(getattr(Revision, name) for name in fields.columns(fields.REPORT)),
        Revision.headline_strikes,
        Revision.headline_engagements,
        Revision.line_order,
        Revision.status,
        Revision.reason,
        Revision.revision,
        Revision.recorded_seq,
        LedgerEntry.recorded_at,
    )
    .join_from(Revision, Report, Report.id == Revision.report_id)
    .join(LedgerEntry, LedgerEntry.seq == Revision.recorded_seq)
)


def standing_revisions(session: ReadSession, report_ids: Collection[int], as_of: int) -> Sequence[AnyRow]:
    """Return the revisions of these reports that stood as of a ledger number, with their texts, by report."""
    of_reports = _REVISIONS.where(Revision.report_id.in_(report_ids), standing(Revision, as_of))
    return session.execute(of_reports.order_by(Revision.report_id)).all()


def revisions_of(session: ReadSession, seqs: Collection[int]) -> Sequence[AnyRow]:
    """Return the revisions that these ledger numbers recorded, with their texts, in their order."""
    recorded = _REVISIONS.where(Revision.recorded_seq.in_(seqs))
    return session.execute(recorded.order_by(Revision.recorded_seq)).all()


def recorded_at(session: ReadSession, seq: int) -> datetime | None:
    """Return when the ledger entry of a number was recorded; None for 0."""
    return session.execute(select(LedgerEntry.recorded_at).where(LedgerEntry.seq == seq)).scalar_one_or_none()


def coverage(session: ReadSession, revisions: Sequence[AnyRow]) -> Mapping[Revised, Sequence[Row]]:
    """Return the countries and days that each of these revisions covers, in its own order."""
    by_report = _rows_of(session, _COVERAGE, _COVERED, revisions)
    return {
        key: [claim for claim in by_report[key.report_id] if _stood(claim, key.seq)]
        for key in _keys(revisions)
    }


def lines(session: ReadSession, revisions: Sequence[AnyRow]) -> Mapping[Revised, Sequence[Line]]:
    """Return all lines of each of these revisions, in the revision's own order."""
    by_report = _rows_of(session, _LINES, _OF_LINE, revisions)
    tallies: dict[int, list[Row]] = defaultdict(list)
    for row in session.rows(_TALLIES, _values(revisions)):
        tallies[row[0]].append(dict(zip(_OF_TALLY, row, strict=True)))
    of_revisions = {}
    for key, revision in zip(_keys(revisions), revisions, strict=True):
        rows = [row for row in by_report[key.report_id] if _stood(row, key.seq)]
        if revision.line_order is not None:
            by_id = {row["id"]: row for row in rows}
            rows = [by_id[strike_id] for strike_id in parsed(revision.line_order)]
        of_revisions[key] = [Line(row, tallies[row["id"]]) for row in rows]
    return of_revisions


def _keys(revisions: Sequence[AnyRow]) -> Sequence[Revised]:
    return [Revised(row.report_id, row.recorded_seq) for row in revisions]


def _values(revisions: Sequence[AnyRow]) -> Mapping[str, Any]:
    """Return the values of _RECORDED: the reports, and the ledger numbers between which their revisions lie."""
    seqs = [row.recorded_seq for row in revisions]
    reports = sorted({row.report_id for row in revisions})
    return {"reports": reports, "first": min(seqs, default=0), "last": max(seqs, default=0)}


def _rows_of(
    session: ReadSession, statement: Prepared, names: Sequence[str], revisions: Sequence[AnyRow]
) -> Mapping[int, Sequence[Row]]:
    """Return rows that stood at some time between the revisions, by report."""
    by_report: dict[int, list[Row]] = defaultdict(list)
    for values in session.rows(statement, _values(revisions)):
        row = dict(zip(names, values, strict=True))
        by_report[row["report_id"]].append(row)
    return by_report


def _stood(row: Row, seq: int) -> bool:
    """Return whether a row was in the record as of a ledger number."""
    superseded = row["superseded_seq"]
    return bool(row["recorded_seq"] <= seq and (superseded is None or superseded > seq))


def _recorded(table: type[Coverage | Strike]) -> Any:  # noqa: ANN401 - a condition
    """Return the condition for rows of reports that stood at some time between two ledger numbers."""
    first, last = (bindparam(name, type_=BigInteger()) for name in ("first", "last"))
    return (
        table.report_id.in_(bindparam("reports", expanding=True))
        & (table.recorded_seq <= last)
        & or_(table.superseded_seq.is_(None), table.superseded_seq > first)
    )


_SEQS = ("report_id", "recorded_seq", "superseded_seq")
_COVERED = (*fields.columns(fields.COVERAGE), *_SEQS)
_COVERAGE = Prepared(
    select(*(getattr(Coverage, name) for name in _COVERED)).where(_recorded(Coverage)).order_by(Coverage.id)
)
_OF_LINE = ("id", "event_id", *fields.columns(fields.LINE), *_SEQS)
_LINES = Prepared(
    select(*(getattr(Strike, name) for name in _OF_LINE))
    .where(_recorded(Strike))
    .order_by(Strike.position, Strike.id)
)
_OF_TALLY = ("strike_id", *fields.columns(fields.TALLY))
_TALLIES = Prepared(
    select(*(getattr(Tally, name) for name in _OF_TALLY))
    .where(Tally.strike_id.in_(select(Strike.id).where(_recorded(Strike))))
    .order_by(Tally.strike_id, Tally.position)
)
