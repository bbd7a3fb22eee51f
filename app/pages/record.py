"""Record as of one ledger number, counted and listed for one page.

Every figure of a page comes from one snapshot, through the same services as the API's answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.aggregates.notes import notes
from app.aggregates.params import AggregatesQuery
from app.aggregates.rows import columns, measures, rows
from app.aggregates.service import execute
from app.catalogue.catalogue import Catalogue, catalogue_at
from app.changes import queries as ledger
from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.ledger.head import Head, head
from app.pages.view import FILTERS
from app.record.json_template import lines_json
from app.strikes import fetch
from app.strikes.ordering import LineMatch, Position, Sort, position
from app.strikes.params import StrikeQuery
from app.strikes.search import find, worded
from app.strikes.selection import Selection
from app.vocabulary.identifiers import REPORT, public_id

Row = dict[str, Any]

# Entries of the ledger that a page lists.
_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """Groups, all together, and changes of wording, as the API gives them."""

    rows: Sequence[Row]
    totals: Row
    notes: Sequence[Mapping[str, Any]]


class Record:
    """The record as of the latest number, or of the one that is requested."""

    def __init__(self, session: ReadSession, columns: Columns, as_of: Any) -> None:  # noqa: ANN401 - as parameters have it
        self.session = session
        self.now: Head = head(session, as_of)
        # Whether the number was requested, so that nothing shown may depend on a later one.
        self.is_pinned = isinstance(as_of, int)
        self.catalogue: Catalogue = catalogue_at(session, self.now)
        self._columns = columns
        # What was counted for this page: several of its parts need the same.
        self._counted: dict[str, Counted] = {}

    @property
    def seq(self) -> int:
        """The ledger number."""
        return self.now.seq

    @property
    def latest_seq(self) -> int:
        """The number of the latest entry, whatever number is requested."""
        return head(self.session).seq

    def latest_entries(self) -> list[dict[str, Any]]:
        """Return the last entries about reports up to the number of the record, the newest first."""
        seqs = ledger.reports_before(self.session, 0, self.seq + 1, _ENTRIES)
        return [
            {
                "seq": entry.seq,
                "when": f"{entry.recorded_at:%d %b %Y, %H:%M} UTC".lstrip("0"),
                "action": entry.action,
                "report": public_id(REPORT, entry.report_id),
                "reason": entry.reason,
            }
            for entry in ledger.described(self.session, seqs)
        ]

    def count(self, strikes: StrikeQuery, **how: Any) -> Counted:  # noqa: ANN401 - parameters of /v1/aggregates
        """Count what filters match; `how` are the other parameters of `/v1/aggregates`, its limit left aside.

        Raises InvalidInput as the API does, and QueryTimeout.
        """
        filters = {name: getattr(strikes, name) for name in FILTERS}
        key = repr((filters, how))
        if key not in self._counted:
            self._counted[key] = self._count(filters, how)
        return self._counted[key]

    def _count(self, filters: Mapping[str, Any], how: Mapping[str, Any]) -> Counted:
        query = AggregatesQuery.model_construct(**filters, **how)
        question = query.question(self.catalogue, self.now.seq)
        record = self._columns.at(self.session, self.now)
        words = worded(self.session, question.strikes)
        with self.session.deadline.working_elsewhere():
            selection = Selection(record, question.strikes, words, self.session.deadline)
            result = execute(selection, question, self.catalogue)
        shown = columns(result.groups, result, question, self.catalogue)
        changes = notes(question, result.groups).get("notes", ())
        return Counted(rows(shown), measures(result.totals), changes)

    def lines(
        self, strikes: StrikeQuery, sort: Sort, limit: int, after: Position | None = None
    ) -> tuple[Sequence[Row], Position | None]:
        """Return lines as `/v1/strikes` lists them, and where the next ones begin; None at the end."""
        question = strikes.resolved(self.catalogue, self.now.seq)
        matches: list[LineMatch] = find(self.session, question, sort, after, limit + 1)
        shown = fetch.shown(self.session, [line.id for line in matches[:limit]], self.now.seq)
        listed = orjson.loads(f"[{lines_json(shown, self.catalogue)}]")
        return listed, position(matches[limit - 1], sort) if len(matches) > limit else None
