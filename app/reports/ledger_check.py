"""Ledger content of every revision, rebuilt from its rows for verification.

It has exactly the form that `report_content` gave to the hash when the revision was written. It is made of the
rows that stand as of the entry's own number, so a row that was added, removed, or superseded too early or too
late shows as much as one that was changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db.engine import ReadSession
from app.db.types import AnyRow, AnySelect
from app.models import (
    Category,
    Coverage,
    LedgerEntry,
    Location,
    Publisher,
    Report,
    Revision,
    RevisionDocument,
    Strike,
    StrikeDocument,
    Tally,
)
from app.record import fields
from app.record.json_template import line_template, reference_template
from app.record.ledger_content import event_name, key_name
from app.record.revision_json import revision_template
from app.vocabulary.identifiers import STRIKE, public_id
from app.vocabulary.lookalikes import number_key

Content = dict[str, Any]

# Content by the kind of thing.
_REPORT, _COVERAGE, _LINE, _TALLY = (
    fields.hashed(group, fields.stored(group))
    for group in (fields.REPORT, fields.COVERAGE, fields.LINE, fields.TALLY)
)

# What to do where the rows hold and only what is derived from them does not.
REBUILD = "run `strikeledger rebuild`"


class Stored(NamedTuple):
    """A revision as stored: the rows that stand as of its entry's number, and the tallies of its lines by line.

    The revision's row holds its report's, its entry's and its JSON's columns too, a line's row those of its JSON.
    """

    revision: AnyRow
    coverage: Sequence[AnyRow]
    strikes: Sequence[AnyRow]
    tallies: Mapping[int, Sequence[AnyRow]]

    def template(self) -> str:
        """Return the JSON of the revision as its rows give it."""
        claims, lines = ([row._asdict() for row in rows] for rows in (self.coverage, self.ordered()))
        return revision_template(self.revision._asdict(), claims, lines)

    def ordered(self) -> Sequence[AnyRow]:
        """Return the lines in the order of the revision."""
        if self.revision.line_order is None:
            return self.strikes
        order = {number: place for place, number in enumerate(orjson.loads(self.revision.line_order))}
        return sorted(self.strikes, key=lambda strike: order.get(strike.id, 0))


def stored_contents(session: ReadSession, entries: Sequence[AnyRow]) -> Mapping[int, Content | str]:
    """Return the content of report entries, by their number, as the stored rows give it.

    A sentence in place of a content explains why the rows cannot be those of that entry. `entries` are rows of
    the ledger in rising order; those of the vocabulary are passed over.
    """
    if not entries:
        return {}
    revisions = stored_revisions(session, entries[0].seq, entries[-1].seq)
    contents: dict[int, Content | str] = {}
    for entry in entries:
        if entry.report_id is None:
            continue
        stand = revisions[entry.seq]
        if [(row.revision.revision, row.revision.recorded_seq) for row in stand] == [
            (entry.revision, entry.seq)
        ]:
            contents[entry.seq] = _content(stand[0])
        else:
            contents[entry.seq] = "its report has more than one current revision as of it"
    return contents


def stored_revisions(session: ReadSession, first: int, last: int) -> Mapping[int, list[Stored]]:
    """Return the revisions that stand as of each entry of a report, by the entry's number: one, if all is well."""
    span = (first, last)
    revisions, coverage = _by_seq(session, _revisions(span)), _by_seq(session, _coverage(span))
    strikes, tallies = _by_seq(session, _strikes(span)), _tallies(session, span)
    by_entry: dict[int, list[Stored]] = defaultdict(list)
    for seq, rows in revisions.items():
        by_entry[seq] = [Stored(row, coverage[seq], strikes[seq], tallies) for row in rows]
    return by_entry


def _content(stored: Stored) -> Content | str:
    revision, coverage, strikes, tallies = stored
    if revision.line_order is not None:
        # A list of other ids is none of ours.
        if set(orjson.loads(revision.line_order)) != {strike.id for strike in strikes}:
            return "the stored order of its lines does not match its lines"
        strikes = stored.ordered()
    for strike in strikes:
        if strike.quote != _quoted(revision.text, strike):
            return f"the sentence of its line {public_id(STRIKE, strike.id)} is not at its place in the text"
        if strike.items_min != sum(tally.count_min for tally in tallies.get(strike.id, ())):
            return f"the items of its line {public_id(STRIKE, strike.id)} are not the sum of its tallies"
        stored_tallies = [tally._asdict() for tally in tallies.get(strike.id, ())]
        if not _is_json_of(strike, stored_tallies, revision):
            return f"the stored JSON of its line {public_id(STRIKE, strike.id)} does not match its rows; {REBUILD}"
    if revision.template != stored.template():
        return f"the stored JSON of its revision does not match its rows; {REBUILD}"
    if revision.superseded_seq is None and not _is_found_by(revision.number_of_report, revision.number):
        return "its report is indexed under another report's number"
    return {
        "status": revision.status,
        "key": key_name(revision.key_id),
        "reason": revision.reason,
        "publisher": revision.publisher,
        **_REPORT(revision),
        "headline": _headline(revision),
        "coverage": [_COVERAGE(row) for row in coverage],
        "strikes": [_line(strike, tallies.get(strike.id, ())) for strike in strikes],
    }


def _is_found_by(key: str | None, number: str | None) -> bool:
    """Return whether a report is indexed by its number: by the normal form, or by older versions as posted."""
    return key == number or (number is not None and key == number_key(number))


def _headline(revision: AnyRow) -> dict[str, int | None] | None:
    claimed = {"strikes": revision.headline_strikes, "engagements": revision.headline_engagements}
    return None if set(claimed.values()) == {None} else claimed


def _line(strike: AnyRow, tallies: Sequence[AnyRow]) -> Content:
    return {
        **_LINE(strike),
        "location": strike.location,
        "location_as_written": strike.location_as_written,
        "same_as": None if strike.same_as_id is None else public_id(STRIKE, strike.same_as_id),
        "event": event_name(strike.event_id),
        "quote": _span(strike),
        "tallies": [
            {
                **_TALLY(tally),
                "category": tally.category,
                "quote": _span(tally),
            }
            for tally in tallies
        ],
    }


def _span(row: AnyRow) -> dict[str, int] | None:
    if row.quote_start is None and row.quote_end is None:
        return None
    return {"start": row.quote_start, "end": row.quote_end}


def _is_json_of(strike: AnyRow, tallies: Sequence[Mapping[str, Any]], revision: AnyRow) -> bool:
    """Return whether the stored JSON of a line matches its rows and the revision that added it."""
    if strike.template != line_template(strike._asdict(), tallies):
        return False
    if strike.recorded_seq != revision.recorded_seq:
        return True
    reference = reference_template(strike.report_id, revision.publisher_id, revision._asdict())
    return (strike.report_of_document, strike.reference) == (strike.report_id, reference)


def _quoted(text: str | None, strike: AnyRow) -> str | None:
    """Return the words of a text that a line's offsets name; None without a text or offsets."""
    if not text or strike.quote_start is None:
        return None
    return text[strike.quote_start : strike.quote_end]


def _by_seq(session: ReadSession, rows: AnySelect) -> Mapping[int, list[AnyRow]]:
    by_seq: dict[int, list[AnyRow]] = defaultdict(list)
    for row in session.execute(rows):
        by_seq[row.seq].append(row)
    return by_seq


def _current_as_of(
    table: type[Revision | Coverage | Strike],
    span: tuple[int, int],
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any],
) -> AnySelect:
    """Select the number of each report entry with the rows of its report that are current as of that number."""
    entry = LedgerEntry
    stands = and_(
        table.report_id == entry.report_id,
        table.recorded_seq <= entry.seq,
        or_(table.superseded_seq.is_(None), table.superseded_seq > entry.seq),
    )
    return select(entry.seq, *columns).join(table, stands).where(entry.seq.between(*span)).order_by(entry.seq)


def _slug(
    thing: InstrumentedAttribute[int | None], slug: InstrumentedAttribute[str]
) -> ColumnElement[str | None]:
    """Name what a row refers to; "" where it is not there, which no slug is, and null where it names nothing."""
    return case((thing.is_not(None), func.coalesce(slug, "")))


def _revisions(span: tuple[int, int]) -> AnySelect:
    columns = Revision.__table__.columns
    of_report = (
        Publisher.slug.label("publisher"),
        Report.number.label("number_of_report"),
        Report.publisher_id,
        LedgerEntry.recorded_at,
        LedgerEntry.content_version,
        RevisionDocument.template,
    )
    kept = and_(
        RevisionDocument.report_id == Revision.report_id, RevisionDocument.revision == Revision.revision
    )
    return (
        _current_as_of(Revision, span, *columns, *of_report)
        .join(Report, Report.id == Revision.report_id)
        .join(Publisher, Publisher.id == Report.publisher_id)
        .join(RevisionDocument, kept, isouter=True)
    )


def _coverage(span: tuple[int, int]) -> AnySelect:
    columns = Coverage.__table__.columns
    return _current_as_of(Coverage, span, *columns).order_by(Coverage.id)


def _strikes(span: tuple[int, int]) -> AnySelect:
    columns = Strike.__table__.columns
    slug = _slug(Strike.location_id, Location.slug).label("location")
    document = (
        StrikeDocument.template,
        StrikeDocument.reference,
        StrikeDocument.report_id.label("report_of_document"),
    )
    return (
        _current_as_of(Strike, span, *columns, slug, *document)
        .join(Location, Location.id == Strike.location_id, isouter=True)
        .join(StrikeDocument, StrikeDocument.strike_id == Strike.id, isouter=True)
        .order_by(Strike.position, Strike.id)
    )


def _tallies(session: ReadSession, span: tuple[int, int]) -> Mapping[int, list[AnyRow]]:
    """Read the tallies of every line that stands as of one of the entries, by line, each in its order."""
    lines = _current_as_of(Strike, span).with_only_columns(Strike.id).order_by(None)
    by_line: dict[int, list[AnyRow]] = defaultdict(list)
    for row in session.execute(
        select(*Tally.__table__.columns, _slug(Tally.category_id, Category.slug).label("category"))
        .join(Category, Category.id == Tally.category_id, isouter=True)
        .where(Tally.strike_id.in_(lines))
        .order_by(Tally.strike_id, Tally.position, Tally.id)
    ):
        by_line[row.strike_id].append(row)
    return by_line
