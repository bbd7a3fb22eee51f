"""Entries of the ledger that changed which lines a group counts.

Each line is counted from one entry on, until another: by its status, by the lines that it repeats, and by day of
publication in one period after another. So an entry changed a group where an odd number of such spans of one line
begin or end at it: a line that leaves a span and enters the next one in the same group did not change.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from app.aggregates.measures import Grouper
from app.columnar.segment import NEVER
from app.columnar.store import Record
from app.strikes.filter import Status
from app.strikes.selection import Selected, Selection

_SPAN = {"begin": pl.Int64, "end": pl.Int64}
_MEMBER = {"event": pl.Int32, "id": pl.Int32, "repeats": pl.Int8, **_SPAN}
_SCHEMA = {"number": pl.Int64, "seq": pl.Int64}


class _Member(NamedTuple):
    """A line of an event, and the entries from which and until which it is of the requested status."""

    id: int
    repeats: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Range:
    """Ledger numbers after one and up to another."""

    after: int
    last: int

    def holds(self, seq: pl.Expr) -> pl.Expr:
        """Return the condition that a number is among them."""
        return (seq > self.after) & (seq <= self.last)


def entries(selection: Selection, grouper: Grouper, span: Range) -> pl.DataFrame:
    """Return the numbers of groups, and of entries in a range that changed which lines they count.

    `selection` is of any time, up to the last entry of the range. Raises QueryTimeout.
    """
    record, strikes = selection.record, selection.strikes
    changed = record.revisions.filter(span.holds(pl.col("recorded_seq")))["report_id"].unique().implode()
    where = pl.col("report_id").is_in(changed)
    if not strikes.repeats:
        # Another report can change whether a repeat counts.
        where |= pl.col("repeats") == 1
    plain = replace(grouper, published=None)
    parts = [pl.DataFrame(schema=_SCHEMA)]
    for selected in selection.selected(tallies=grouper.by_tallies, where=where):
        selection.check_deadline()
        spans = _spans(selected.lines.with_row_index("line"), record, strikes.status)
        if not strikes.repeats:
            spans = _while_first(spans, record, strikes.status, selection)
        if grouper.published is not None:
            spans = _while_published(spans, record)
        rows = plain.rows(_of_spans(selected, spans), "id", "begin", "end")
        rows = rows.select("number", "id", "begin", "end").unique()
        ends = (rows.select("number", "id", seq=end) for end in ("begin", "end"))
        moves = pl.concat(ends).filter(span.holds(pl.col("seq"))).group_by("number", "id", "seq").len()
        parts.append(moves.filter(pl.col("len") % 2 == 1).select("number", "seq").unique())
    return grouper.located(pl.concat(parts).unique())


def _spans(lines: pl.DataFrame, record: Record, status: Status) -> pl.DataFrame:
    """Add the entries from which and until which lines are of a status: `begin`, and `end`, or NEVER."""
    following = pl.col("recorded_seq").shift(-1).over("report_id").fill_null(NEVER).alias("revived")
    retractions = record.revisions.select("recorded_seq", "retracted", following).filter(
        pl.col("retracted") == 1
    )
    lines = lines.join(
        retractions.select(superseded_seq="recorded_seq", revived="revived"),
        on="superseded_seq",
        how="left",
        maintain_order="left",
    )
    if status is Status.RETRACTED:
        lines = lines.filter(pl.col("revived").is_not_null())
    begin = "superseded_seq" if status is Status.RETRACTED else "recorded_seq"
    end = pl.col("superseded_seq")
    if status is not Status.PUBLISHED:
        end = pl.coalesce("revived", "superseded_seq")
    return lines.with_columns(begin=pl.col(begin).cast(pl.Int64), end=end.cast(pl.Int64))


def _while_first(spans: pl.DataFrame, record: Record, status: Status, selection: Selection) -> pl.DataFrame:
    """Cut from the spans of repeats what another line of the status stands for."""
    is_repeat = pl.col("repeats") == 1
    repeats = spans.filter(is_repeat)
    if not len(repeats):
        return spans
    members = _members(record, status, repeats["event_id"].unique())
    left: list[tuple[int, int, int]] = []
    for place, (line_id, event, begin, end) in enumerate(
        repeats.select("id", "event_id", "begin", "end").iter_rows()
    ):
        if place % 1_000 == 0:
            selection.check_deadline()
        before = [
            (member.begin, member.end)
            for member in members[event]
            if member.id != line_id and (not member.repeats or member.id < line_id)
        ]
        left += [(place, *rest) for rest in without((begin, end), before)]
    rest = pl.DataFrame(left, schema={"place": pl.UInt32, **_SPAN}, orient="row")
    cut = repeats.drop("begin", "end")[rest["place"]].with_columns(rest["begin"], rest["end"])
    return pl.concat([spans.filter(~is_repeat), cut.select(spans.columns)])


def without(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return what is left of a span without some others, all from a number on until another."""
    begin, last = span
    rest = []
    for first, end in sorted(others):
        if first > begin:
            rest.append((begin, min(first, last)))
        begin = max(begin, end)
        if begin >= last:
            break
    rest.append((begin, last))
    return [(first, end) for first, end in rest if first < end]


def _members(record: Record, status: Status, events: pl.Series) -> dict[int, list[_Member]]:
    """Return the lines of events by event: those that name it, and the one that it is named after."""
    parts = [pl.DataFrame(schema=_MEMBER)]
    for segment in record.segments:
        for event in ("event_id", "id"):
            lines = segment.lines.filter(pl.col(event).is_in(events.implode()))
            if len(lines):
                spans = _spans(lines.with_columns(event=pl.col(event)), record, status)
                parts.append(spans.select(pl.col(name).cast(kind) for name, kind in _MEMBER.items()))
    by_event: dict[int, list[_Member]] = defaultdict(list)
    for event_id, *member in pl.concat(parts).unique().iter_rows():
        by_event[event_id].append(_Member(*member))
    return by_event


def _while_published(spans: pl.DataFrame, record: Record) -> pl.DataFrame:
    """Cut spans where the report's day of publication changes, and put this day in the place of `date_from`."""
    following = pl.col("recorded_seq").shift(-1).over("report_id").fill_null(NEVER)
    days = record.revisions.select(
        "report_id",
        of_revision=pl.col("recorded_seq").cast(pl.Int64),
        until=following.cast(pl.Int64),
        day=pl.col("published_on"),
    )
    return (
        spans.join(days, on="report_id")
        .with_columns(
            begin=pl.max_horizontal("begin", "of_revision"),
            end=pl.min_horizontal("end", "until"),
            date_from=pl.col("day"),
        )
        .filter(pl.col("begin") < pl.col("end"))
        .select(spans.columns)
    )


def _of_spans(selected: Selected, spans: pl.DataFrame) -> Selected:
    """Return lines, one for each span, and their tallies; `line` was the position of the line among those selected."""
    owners = spans.select(pl.col("line").cast(pl.Int32), span=pl.int_range(pl.len(), dtype=pl.Int32))
    tallies = selected.tallies.join(owners, on="line").with_columns(line=pl.col("span")).drop("span")
    return Selected(spans, tallies)
