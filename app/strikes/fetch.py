"""Fetch the stored JSON of a page of strike ids.

Only the lines of a page are read whole. Knows no request.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, exists, or_, select

from app.db.packed import unpacked
from app.db.statements import Prepared, Snapshot
from app.db.types import AnySelect
from app.errors import DamagedDatabase
from app.ledger.head import standing
from app.models import Report, Revision, Strike, StrikeDocument, Tally
from app.record import fields
from app.record.json_template import Shown, line_template, parsed, reference_template

# A report that has this revision was revised.
SECOND = 2


def shown(session: Snapshot, ids: Sequence[int], as_of: int) -> list[Shown]:
    """Return what is shown of lines as of a ledger number, in the order of their ids given; all must be there.

    A line that was superseded by then is shown in its last form.
    """
    if not ids:
        return []
    by_id = {}
    # Lines of one report name it alike.
    references: dict[bytes, str] = {}
    for strike_id, packed, template, quote_start, is_revised in session.rows(_FIRST_REVISIONS, {"ids": ids}):
        if not is_revised:
            reference = references.get(packed)
            if reference is None:
                reference = references[packed] = unpacked(packed)
            by_id[strike_id] = Shown(strike_id, reference, unpacked(template), 1, quote_start)
    revised = [strike_id for strike_id in ids if strike_id not in by_id]
    if revised:
        by_id |= {line.id: line for line in _read_at(session, revised, as_of)}
    return [by_id[strike_id] for strike_id in ids]


def one(session: Snapshot, strike_id: int, as_of: int) -> Shown | None:
    """Return what is shown of the line with this id as of a ledger number, or None."""
    return next(_read_at(session, [strike_id], as_of), None)


def _read_at(session: Snapshot, ids: Sequence[int], as_of: int) -> Iterator[Shown]:
    """Yield lines with the revision that holds each as of a number: the one that brought it, or a later one."""
    rows = session.rows(_AT_NUMBER, {"ids": ids, "as_of": as_of})
    made = line_templates(session, [row[0] for row in rows if row[1] is None])
    for strike_id, template, quote_start, report_id, publisher_id, *values in rows:
        revision = dict(zip(_OF_REVISION, values, strict=True))
        yield Shown(
            strike_id,
            reference_template(report_id, publisher_id, revision),
            made[strike_id] if template is None else unpacked(template),
            revision["revision"],
            quote_start,
        )


def templates_of_report(
    session: Snapshot, report_id: int, as_of: int, order: str | None
) -> list[tuple[int, str, int | None]]:
    """Return the lines of a report as of a ledger number, in the line_order `order`.

    Of each its id, its stored JSON, and where its sentence begins in the text.
    """
    rows = session.rows(_OF_REPORT, {"report_id": report_id, "as_of": as_of})
    made = line_templates(session, [row[0] for row in rows if row[1] is None])
    lines: list[tuple[int, str, int | None]] = [
        (strike_id, made[strike_id] if template is None else unpacked(template), quote_start)
        for strike_id, template, quote_start in rows
    ]
    if order is None:
        return lines
    places = {strike_id: place for place, strike_id in enumerate(parsed(order))}
    if places.keys() != {strike_id for strike_id, *_ in lines}:
        raise DamagedDatabase
    return sorted(lines, key=lambda line: places[line[0]])


def line_templates(session: Snapshot, ids: Sequence[int]) -> dict[int, str]:
    """Make the JSON of lines, by their ids, from their rows and those of their tallies."""
    tallies: dict[int, list[dict[str, Any]]] = {strike_id: [] for strike_id in ids}
    if not ids:
        return {}
    for row in session.rows(_ROWS_OF_TALLIES, {"ids": ids}):
        tally = dict(zip(_TALLY.keys(), row, strict=True))
        tallies[tally["strike_id"]].append(tally)
    lines = (dict(zip(_LINE.keys(), row, strict=True)) for row in session.rows(_ROWS_OF_LINES, {"ids": ids}))
    return {line["id"]: line_template(line, tallies[line["id"]]) for line in lines}


# The columns of a revision that a reference shows.
_OF_REVISION = (*(field.name for field in fields.REPORT if field.in_reference), "revision")


def _lines_at() -> AnySelect:
    as_of = bindparam("as_of", type_=BigInteger())
    of_lines = (
        select(
            Strike.id,
            StrikeDocument.template,
            Strike.quote_start,
            Strike.report_id,
            Report.publisher_id,
            *(getattr(Revision, name) for name in _OF_REVISION),
        )
        .join_from(Strike, StrikeDocument, StrikeDocument.strike_id == Strike.id, isouter=True)
        .where(Strike.id.in_(bindparam("ids", expanding=True)), Strike.recorded_seq <= as_of)
    )
    # The number as of which a line stood last, of those up to `as_of`: its report's revision of then holds it.
    last = case((Strike.superseded_seq <= as_of, Strike.superseded_seq - 1), else_=as_of)
    held = and_(
        Revision.report_id == Strike.report_id,
        Revision.recorded_seq <= last,
        or_(Revision.superseded_seq.is_(None), Revision.superseded_seq > last),
    )
    return of_lines.join(Report, Report.id == Strike.report_id).join(Revision, held)


_AT_NUMBER = Prepared(_lines_at())

# Hardly any report is ever revised, so of nearly all lines this is all.
_FIRST_REVISIONS = Prepared(
    select(
        StrikeDocument.strike_id,
        StrikeDocument.reference,
        StrikeDocument.template,
        Strike.quote_start,
        exists().where(Revision.report_id == StrikeDocument.report_id, Revision.revision == SECOND),
    )
    .join(Strike, Strike.id == StrikeDocument.strike_id)
    .where(StrikeDocument.strike_id.in_(bindparam("ids", expanding=True)))
)

_OF_REPORT = Prepared(
    select(Strike.id, StrikeDocument.template, Strike.quote_start)
    .join(StrikeDocument, StrikeDocument.strike_id == Strike.id, isouter=True)
    .where(
        Strike.report_id == bindparam("report_id", type_=BigInteger()),
        standing(Strike, bindparam("as_of", type_=BigInteger())),
    )
    .order_by(Strike.position, Strike.id)
)

_LINE, _TALLY = Strike.__table__.columns, Tally.__table__.columns
_ROWS_OF_LINES = Prepared(select(*_LINE).where(_LINE.id.in_(bindparam("ids", expanding=True))))
_ROWS_OF_TALLIES = Prepared(
    select(*_TALLY)
    .where(_TALLY.strike_id.in_(bindparam("ids", expanding=True)))
    .order_by(_TALLY.strike_id, _TALLY.position, _TALLY.id)
)
