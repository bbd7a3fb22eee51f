"""Table of a revision's changes: cells that differ, equal ones once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.catalogue import names
from app.drawings import wording
from app.pages.line_table import items_of, strikes_of, tally_words
from app.pages.record import Record
from app.pages.report_totals import Totals, place_and_days, sums_that_changed
from app.reports.diff import difference
from app.reports.line_pairs import Change, changes, paired

Document = Mapping[str, Any]

# Rows of a table of changes. The API has all.
MOST_ROWS = 60

_NOT_GIVEN = "not given"

# What fields of lines and tallies are called where it is not their name, and fields of reports.
_FIELDS = {
    "date_from": "day",
    "date_precision": "exactness of the day",
    "location": "place",
    "location_as_written": "place as written",
    "strikes_min": "strikes",
    "owner": "owner of the target",
    "same_as": "repeats",
    "quote": "sentence",
    "approximate": "estimate",
    "as_written": "phrase",
}
_REPORT_FIELDS = {"source_url": "source", "archive_url": "archived copy"}

_NOTHING = {"strikes": None, "engagements": None}

# Fields that hold the source's words.
_WORDING = {"location_as_written", "quote", "as_written", "verb", "title"}


@dataclass(slots=True)
class Row:
    """A cell before and after, the line that it is of, and the other lines with the same change."""

    subject: str
    name: str
    before: str | None
    after: str | None
    # Whether the cells are the source's own words, and words of the source that prove the new one.
    is_wording: bool = False
    proof: str | None = None
    # Whether words were recorded where there were none: then those of other lines are not the same, but likewise new.
    is_first: bool = False
    # The lines, none for a field of the report; and what they are, but for the first one.
    lines: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a revision changed."""

    rows: Sequence[Row]
    more: int
    same: int
    # Lines of which only the place in the text changed.
    moved: int
    # The lines that changed, where they are few.
    lines: frozenset[str]
    effects: Sequence[tuple[str, str, str]]
    sums: Sequence[str]
    is_retraction: bool


def changes_of(before: Document, after: Document, record: Record) -> Changes:
    """Return what a revision changed against the one before it."""
    differing = difference(dict(before), dict(after))
    is_retraction = after["status"] == "retracted"
    table = _Table(record)
    if not is_retraction:
        table.add_report(differing.fields, before, after)
        table.add_lines(differing.removed, differing.added)
    new = [line["id"] for line in differing.added]
    totals = zip(Totals.of(before["strikes"]).figures, Totals.of(after["strikes"]).figures, strict=True)
    return Changes(
        rows=table.rows[:MOST_ROWS],
        more=max(0, len(table.rows) - MOST_ROWS),
        same=differing.kept,
        moved=table.moved,
        # Where most lines changed, it tells nothing which of them did.
        lines=frozenset(new if 2 * len(new) <= len(after["strikes"]) else ()),
        effects=[(name, old.words, new.words) for (name, old), (_, new) in totals if old != new],
        sums=() if is_retraction else list(sums_that_changed(before, after)),
        is_retraction=is_retraction,
    )


class _Table:
    """The rows of a table of changes."""

    def __init__(self, record: Record) -> None:
        self.rows: list[Row] = []
        self.moved = 0
        self._record = record
        self._by_change: dict[tuple[object, ...], Row] = {}

    def add_report(self, differing: Iterable[Document], before: Document, after: Document) -> None:
        """Add the fields of the report itself."""
        for change in differing:
            name, old, new = change["field"], change["before"], change["after"]
            match name:
                case "coverage":
                    self._add_coverage(old, new)
                case "text":
                    self.rows.append(Row("The report", name, _length(old), _length(new)))
                case "published_on":
                    self.rows.append(Row("The report", "published", wording.day(old), wording.day(new)))
                case _:
                    label = str(_REPORT_FIELDS.get(name, name))
                    row = Row("The report", label, old or "none", new or "none", is_wording=name in _WORDING)
                    self.rows.append(row)
        if before["headline"] != after["headline"]:
            old, new = (_claim(report["headline"] or _NOTHING) for report in (before, after))
            self.rows.append(Row("The report", "total", old, new))

    def _add_coverage(self, before: Sequence[Document], after: Sequence[Document]) -> None:
        old, new = ({place_and_days(claim): _claim(claim) for claim in claims} for claims in (before, after))
        self.rows += [
            Row(about, "total", old.get(about), new.get(about))
            for about in dict.fromkeys([*old, *new])
            if old.get(about) != new.get(about)
        ]

    def add_lines(self, removed: Sequence[Document], added: Sequence[Document]) -> None:
        """Add removed and added lines, in pairs where they are about the same."""
        for before, after in paired(removed, added):
            if before is None:
                self._add(after or {}, Row(_place(after or {}), "line", None, self._whole(after or {})))
            elif after is None:
                self._add(before, Row(_place(before), "line", self._whole(before), None))
            else:
                differing = [change for change in changes(before, after) if not _is_position(change)]
                self.moved += not differing
                for change in differing:
                    self._add_change(after, change)

    def _add_change(self, line: Document, change: Change) -> None:
        name, holder = change.field, change.after or change.before or {}
        before, after = (self._cell(name, side) if side else None for side in (change.before, change.after))
        row = Row(_place(line), _label(name, holder), before, after)
        if "tallies" not in holder and holder["category"]:
            row.subject += f", {self._category(holder)}"
        if name == "count_min":
            row.proof = holder["as_written"]
        if name in _WORDING:
            row.is_wording = True
            # Where words are recorded for the first time, those of all lines differ, and it is one change.
            row.is_first = change.before is not None and change.before[name] is None
        self._add(line, row)

    def _add(self, line: Document, row: Row) -> None:
        cells = () if row.is_first else (row.before, row.after)
        first = self._by_change.setdefault((row.name, *cells), row)
        if first is row:
            self.rows.append(row)
            row.lines.append(line["id"])
        elif first.lines[-1] != line["id"]:
            first.lines.append(line["id"])
            first.others.append(row.subject)

    def _whole(self, line: Document) -> str:
        strikes = strikes_of(line)
        given = (
            f"{strikes.words} {'strike' if strikes.words == '1' else 'strikes'}" if strikes.is_known else ""
        )
        tallies = [f"{tally['effect']} {tally_words(tally, self._record)}" for tally in line["tallies"]]
        return ", ".join(filter(None, [wording.days(line["date_from"], line["date_to"]), given, *tallies]))

    def _category(self, tally: Document) -> str:
        category = self._record.catalogue.category(tally["category"])
        name = category.name if category else tally["category"]
        return name[:1].lower() + name[1:] if name[1:2].islower() else name

    def _cell(self, name: str | None, holder: Document) -> str:
        """Return a field of a line or a tally in words; the whole tally without a name."""
        match name:
            case None:
                return tally_words(holder, self._record)
            case "date_from":
                return wording.days(holder["date_from"], holder["date_to"])
            case "strikes_min":
                return strikes_of(holder).words
            case "count_min":
                return f"{'about ' * holder['approximate']}{items_of([holder]).words}"
            case "country":
                return names.country(holder["country"])
            case "location":
                return holder["location"]["name"] if holder["location"] else "no known place"
            case "category":
                return self._category(holder) if holder["category"] else "none yet"
            case "approximate":
                return "yes" if holder["approximate"] else "no"
        value = holder[name]
        return _NOT_GIVEN if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _place(line: Document) -> str:
    location = line["location"]
    return str(
        location["name"] if location else line["location_as_written"] or names.country(line["country"])
    )


def _length(text: str | None) -> str:
    return "not held" if text is None else wording.counted(len(text), "character")


def _label(name: str | None, holder: Document) -> str:
    """Return what a field is called. Counts are named by their effect."""
    if name is None or name == "count_min":
        return str(holder["effect"])
    return _FIELDS.get(name, name.replace("_", " "))


def _is_position(change: Change) -> bool:
    """Return whether only the place of a number in the text changed: the marks in the text show it."""
    holder = change.after or change.before or {}
    return change.field == "quote" and "tallies" not in holder


def _claim(claim: Document) -> str:
    given = [
        wording.counted(claim[measure], measure.removesuffix("s"))
        for measure in ("strikes", "engagements")
        if claim[measure] is not None
    ]
    return " and ".join(given) or "no total given"
