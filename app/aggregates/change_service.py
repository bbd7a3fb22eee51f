"""Changes of an aggregate between two ledger numbers, with their entries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.aggregates.changes import Listed, Side, changed_rows, compared, entries_of, moved_by_vocabulary
from app.aggregates.entry_queries import entries, of_vocabulary
from app.aggregates.params import AggregateChangesQuery
from app.aggregates.service import Question
from app.catalogue.catalogue import Catalogue, catalogue_at
from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.ledger.head import Head
from app.strikes.search import worded


@dataclass(frozen=True, slots=True)
class Changes:
    """Some of the groups that differ, as `ChangedGroup` describes them, and the number of all."""

    rows: Sequence[dict[str, Any]]
    count: int


def changes(  # noqa: PLR0913, PLR0917 - what is compared, and which part of it is shown
    session: ReadSession,
    store: Columns,
    query: AggregateChangesQuery,
    earlier: Head,
    to: Head,
    begin: int = 0,
) -> Changes:
    """Return the groups that differ, from one of them on, up to the limit of the query.

    Raises InvalidInput for names that neither vocabulary has, and QueryTimeout.
    """
    catalogue = catalogue_at(session, to)
    question = query.grouped(catalogue, to.seq)
    words = worded(session, question.strikes)
    before = _earlier(session, query, earlier, question)
    sides = (
        Side(earlier, store.at(session, earlier), *before),
        Side(to, store.at(session, to), catalogue, question),
    )
    with session.deadline.working_elsewhere():
        comparison = compared(*sides, words, session.deadline)
        page = comparison.groups.slice(begin, query.limit)
        listed = entries_of(page, comparison.dimensions, sides, words, session.deadline)
        moved = moved_by_vocabulary(page, comparison, sides, words, session.deadline)
    if moved:
        of_names = of_vocabulary(session, earlier.seq, to.seq)
        listed |= {place: listed.get(place, Listed()).and_others(of_names) for place in moved}
    shown = entries(session, (seq for row in listed.values() for seq in row.seqs))
    return Changes(changed_rows(comparison, page, sides[1], listed, shown), len(comparison.groups))


def _earlier(
    session: ReadSession, query: AggregateChangesQuery, earlier: Head, later: Question
) -> tuple[Catalogue, Question]:
    """Return the earlier vocabulary, and the question by it: by the later one where it lacks a name."""
    catalogue = catalogue_at(session, earlier)
    try:
        return catalogue, query.grouped(catalogue, earlier.seq)
    except InvalidInput:
        # The later vocabulary has all of the names.
        return catalogue, replace(later, strikes=replace(later.strikes, as_of=earlier.seq))
