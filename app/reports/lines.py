"""Lines of reports: insertion, and continuation through corrections."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from app.db.engine import WriteSession
from app.db.statements import NumberedInsert, Prepared
from app.db.types import AnyRow
from app.ledger.append import supersede
from app.models import STRIKE_WORDS, Strike, StrikeCategory, StrikeDocument, Tally
from app.models.strike import NO_PLACE
from app.record import fields
from app.record.fields import Row
from app.record.json_template import reference_template
from app.reports.staging import StagedLine, StagedReport

_STRIKES = NumberedInsert(Strike)
_TALLIES = Prepared(insert(Tally))
_CATEGORIES = Prepared(insert(StrikeCategory))
_DOCUMENTS = Prepared(insert(StrikeDocument))
_WORDS = Prepared(insert(STRIKE_WORDS))

# What makes two lines the same line: the values of all their fields, and no position.
_OF_LINE, _OF_TALLY = itemgetter(*fields.columns(fields.LINE)), itemgetter(*fields.columns(fields.TALLY))


class Plan(NamedTuple):
    """What a correction makes of a report's lines, before anything is written.

    `kept` has, by position, the id of each line that did not change; `new` the others with their places;
    `gone` the ids of those to be superseded; `events`, by place, the event of each line that has an earlier one's.
    """

    kept: Mapping[int, int]
    new: Sequence[tuple[int, StagedLine]]
    gone: Sequence[int]
    events: Mapping[int, int]


def plan_lines(session: WriteSession, report_id: int, staged: StagedReport) -> Plan:
    """Distinguish the lines that did not change from those to supersede and those to add."""
    old = _current_lines(session, report_id)
    unused: dict[Any, deque[int]] = {}
    for strike_id, (content, _) in old.items():
        unused.setdefault(content, deque()).append(strike_id)
    kept: dict[int, int] = {}
    new: list[tuple[int, StagedLine]] = []
    for index, line in enumerate(staged.lines):
        same = unused.get(_content(line.row, line.tallies))
        if same:
            kept[index] = same.popleft()
        else:
            new.append((index, line))
    left = {strike_id for same in unused.values() for strike_id in same}
    gone = {strike_id: row for strike_id, (_, row) in old.items() if strike_id in left}
    events = {index: old[strike_id][1].event_id for index, strike_id in kept.items()}
    events |= _inherited_events(new, gone)
    events |= {index: event for index, (_, event) in staged.resolved.repeated.items() if index not in kept}
    known_events = {index: event for index, event in events.items() if event is not None}
    return Plan(kept, new, sorted(gone), known_events)


def revise_lines(session: WriteSession, revision: Row, publisher_id: int, plan: Plan) -> list[int]:
    """Supersede and add lines by the plan under a revision; return the ids of all lines in their new order."""
    if plan.gone:
        supersede(session, Strike, revision["recorded_seq"], Strike.id.in_(plan.gone))
    (added,) = add_lines(session, [Addition(revision, publisher_id, plan.new, plan.events)])
    ids = {**plan.kept, **{index: strike_id for (index, _), strike_id in zip(plan.new, added, strict=True)}}
    return [ids[index] for index in sorted(ids)]


def _current_lines(session: WriteSession, report_id: int) -> dict[int, tuple[Any, AnyRow]]:
    """Return the current lines of a report by id: the content and the row of each."""
    rows = session.execute(
        select(*Strike.__table__.c)
        .where(Strike.report_id == report_id, Strike.superseded_seq.is_(None))
        .order_by(Strike.position, Strike.id)
    ).all()
    tallies: dict[int, list[dict[str, Any]]] = {row.id: [] for row in rows}
    for tally in session.execute(
        select(*Tally.__table__.c)
        .where(Tally.strike_id.in_(tallies))
        .order_by(Tally.strike_id, Tally.position)
    ):
        tallies[tally.strike_id].append(tally._asdict())
    return {row.id: (_content(row._asdict(), tallies[row.id]), row) for row in rows}


def _content(line: Mapping[str, Any], tallies: Iterable[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - a key
    """Return the whole content of a line, for comparison."""
    return _OF_LINE(line), tuple(map(_OF_TALLY, tallies))


def _inherited_events(new: Iterable[tuple[int, StagedLine]], gone: Mapping[int, AnyRow]) -> dict[int, int]:
    """Let a corrected line inherit the event of the line that it corrects, so that repeats stay counted once.

    A new line corrects the first line superseded, and not yet taken, of the same place and day, otherwise of the
    same place. Linear in the number of lines: the write lock is held meanwhile.
    """
    of_place: dict[Any, dict[int, AnyRow]] = {}
    of_day: dict[Any, deque[int]] = {}
    for strike_id, row in gone.items():
        place = (row.location_id, row.country)
        of_place.setdefault(place, {})[strike_id] = row
        of_day.setdefault((place, row.date_from), deque()).append(strike_id)
    events: dict[int, int] = {}
    waiting: list[tuple[int, dict[int, AnyRow]]] = []
    for index, line in new:
        place = (line.row["location_id"], line.row["country"])
        there = of_place.get(place, {})
        if same_day := of_day.get((place, line.row["date_from"])):
            strike_id = same_day.popleft()
            events[index] = there.pop(strike_id).event_id or strike_id
        else:
            waiting.append((index, there))
    for index, there in waiting:
        if there:
            strike_id = next(iter(there))
            events[index] = there.pop(strike_id).event_id or strike_id
    return events


class Addition(NamedTuple):
    """Lines that a revision, given as its row, brings: each with its place in the report, and its event by place."""

    revision: Row
    publisher_id: int
    lines: Sequence[tuple[int, StagedLine]]
    events: Mapping[int, int]


def add_lines(session: WriteSession, additions: Sequence[Addition]) -> list[list[int]]:
    """Add the lines of revisions with their tallies and JSON, and index them by their words and categories.

    Return their ids in order, a list for each addition.
    """
    rows = [
        {
            "report_id": revision["report_id"],
            "recorded_seq": revision["recorded_seq"],
            "position": index,
            "event_id": events.get(index),
            "items_min": sum(tally["count_min"] for tally in line.tallies),
            **line.row,
        }
        for revision, _, lines, events in additions
        for index, line in lines
    ]
    ids = session.numbered(_STRIKES, rows)
    lines = [line for addition in additions for _, line in addition.lines]
    tallies = [
        {"strike_id": strike_id, **tally}
        for strike_id, line in zip(ids, lines, strict=True)
        for tally in line.tallies
    ]
    session.put(_TALLIES, tallies)
    session.put(_CATEGORIES, _categories(ids, lines))
    references = [
        reference for addition in additions for reference in repeat(_reference(addition), len(addition.lines))
    ]
    documents = [
        {"strike_id": strike_id, "template": line.template, **reference}
        for strike_id, line, reference in zip(ids, lines, references, strict=True)
    ]
    session.put(_DOCUMENTS, documents)
    session.put(
        _WORDS,
        [{"rowid": strike_id, "words": line.words} for strike_id, line in zip(ids, lines, strict=True)],
    )
    remaining = iter(ids)
    return [list(islice(remaining, len(addition.lines))) for addition in additions]


def _reference(addition: Addition) -> Row:
    """Return what the JSON of a revision's lines says of their report."""
    revision, publisher_id, _, _ = addition
    report_id = revision["report_id"]
    return {
        "report_id": report_id,
        "reference": reference_template(report_id, publisher_id, revision),
    }


def _categories(ids: Sequence[int], lines: Sequence[StagedLine]) -> list[Row]:
    """Return the rows of lines in the index of lines by category."""
    return [
        {
            "category_id": category_id,
            "location_id": line.row["location_id"] or NO_PLACE,
            "date_from": line.row["date_from"],
            "strike_id": strike_id,
        }
        for strike_id, line in zip(ids, lines, strict=True)
        for category_id in sorted({tally["category_id"] for tally in line.tallies} - {None})
    ]
