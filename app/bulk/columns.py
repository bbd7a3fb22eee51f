"""Columns of tables for import: names, mapping and types of cells."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

from rapidfuzz import fuzz, process

from app.errors import MalformedFile
from app.http.encoders import GUARD, TRIGGERS
from app.http.flat_tables import Kind
from app.http.validation import LONGEST_SHOWN, SUGGEST_ABOVE
from app.record import fields as record

DateOrder = Literal["iso", "dmy", "mdy"]

# The cell that names a strike within its report: rows with the same one are tallies of one strike.
LINE_KEY = "line"

# A tally's own columns are empty for a line without tallies.
_EXACT = {"strikes_min": "strikes", "count_min": "count"}


def _columns(of: Iterable[record.Field]) -> dict[str, Kind]:
    columns: dict[str, Kind] = {}
    for field_ in of:
        if field_.name in _EXACT:
            columns[_EXACT[field_.name]] = field_.kind
        columns[field_.name] = Kind.TEXT if field_.kind is Kind.RECORD else field_.kind
    return columns


# By the names of POST /v1/reports. A quote is a place in a text, which no table holds.
REPORT: Mapping[str, Kind] = {"publisher": Kind.TEXT, **_columns(record.REPORT)}
STRIKE: Mapping[str, Kind] = _columns(column for column in record.LINE if column.name != "quote")
TALLY: Mapping[str, Kind] = _columns(column for column in record.TALLY if column.name != "quote")

# The tallies of a line as JSON, in tables of a row for each line.
TALLIES = "tallies"

# What identifies a report: rows that agree in these are one.
REPORT_KEY = ("publisher", "number", "published_on")
REQUIRED = ("publisher", "published_on", "date_from", "country")

# Columns of our own exports, and of rejected rows, that say nothing which the others do not say.
DERIVED = frozenset(
    (
        *("id", "report_id", "revision", "position", "quote", "location_name", "lat", "lon", "precision_km"),
        *("family", "items_min", "items_max", "open_ended", "_row", "_problem"),
    )
)
KNOWN = frozenset({*REPORT, *STRIKE, *TALLY, LINE_KEY, TALLIES, *DERIVED})

# The columns of the template, which is a table for import of a row for each tally.
TEMPLATE = (
    *("publisher", "number", "published_on", "title", "source_url", "archive_url", LINE_KEY, "date_from"),
    *("date_to", "country", "location", "strikes_min", "strikes_max", "engagements", "effect", "category"),
    *("count_min", "count_max", "approximate", "as_written"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table is read: which of its columns are ours, and how its dates and numbers are written."""

    # Our name by theirs.
    columns: Mapping[str, str] = field(default_factory=dict)
    # Columns that are not imported.
    ignored: frozenset[str] = frozenset()
    dates: DateOrder = "iso"
    decimal_comma: bool = False
    # The sheet of a workbook; None: its only one.
    sheet: str | None = None

    def name_of(self, theirs: str) -> str | None:
        """Return our name of a column; None for one that is ignored or unknown."""
        if theirs in self.ignored:
            return None
        ours = self.columns.get(theirs, theirs)
        return ours if ours in KNOWN else None


def reading_of(text: str) -> Reading:
    """Read a mapping file: TOML with a table `columns` of theirs = "ours", `ignore`, `dates`, `decimal_comma`, `sheet`.

    Raises MalformedFile for anything else.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MalformedFile(f"the mapping is not TOML: {error}") from None
    values: dict[str, Any] = {
        ("ignored" if name == "ignore" else name): value for name, value in content.items()
    }
    for name, value in values.items():
        match name, value:
            case ("columns", dict()) if all(isinstance(ours, str) for ours in value.values()):
                _refuse_unknown_targets(value)
            case ("ignored", list()) if all(isinstance(theirs, str) for theirs in value):
                values["ignored"] = frozenset(value)
            case ("dates", "iso" | "dmy" | "mdy") | ("decimal_comma", bool()) | ("sheet", str()):
                pass
            case _:
                known = [option.name.replace("ignored", "ignore") for option in fields(Reading)]
                raise MalformedFile(
                    f"the mapping takes {', '.join(known)}; '{name}' is none, or has a wrong value"
                )
    return Reading(**values)


def with_pairs(reading: Reading, pairs: Sequence[str], ignored: Sequence[str] = ()) -> Reading:
    """Return how a table is read with further columns, each given as `theirs=ours`, and further ignored ones."""
    columns = dict(reading.columns)
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs:
            raise MalformedFile("a column is mapped as theirs=ours")
        columns[theirs] = ours
    _refuse_unknown_targets(columns)
    return Reading(
        columns, reading.ignored | frozenset(ignored), reading.dates, reading.decimal_comma, reading.sheet
    )


def _refuse_unknown_targets(columns: Mapping[str, str]) -> None:
    for theirs, ours in columns.items():
        if ours not in KNOWN - DERIVED:
            raise MalformedFile(
                f"'{shown(theirs)}' is mapped to '{shown(ours)}', which is no column{hint(ours)}"
            )


def hint(name: str) -> str:
    """Return the nearest column as the end of a sentence; empty where none is near."""
    near = process.extractOne(
        name[:LONGEST_SHOWN].casefold(),
        sorted(KNOWN - DERIVED),
        scorer=fuzz.ratio,
        score_cutoff=SUGGEST_ABOVE,
    )
    return f"; did you mean '{near[0]}'?" if near else ""


def shown(text: str) -> str:
    """Return a text as an error can show it."""
    cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return "".join(character if character.isprintable() else "\ufffd" for character in cut)


class InvalidCell(ValueError):
    """A cell does not hold what its column takes. `suggestion` is the nearest right value, where there is one."""

    def __init__(self, code: str, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.code, self.suggestion = code, suggestion


_DIGITS = re.compile(r"\d{1,30}", re.ASCII)
_GROUPED = {
    False: re.compile(r"\d{1,3}(,\d{3})+|\d{1,3}( \d{3})+", re.ASCII),
    True: re.compile(r"\d{1,3}(\.\d{3})+|\d{1,3}( \d{3})+", re.ASCII),
}
_ZEROS = {False: re.compile(r"(\d{1,30})\.0+", re.ASCII), True: re.compile(r"(\d{1,30}),0+", re.ASCII)}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ORDERED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def value_of(kind: Kind, cell: str, reading: Reading) -> object:
    """Return the value of a cell that is not empty. Raises InvalidCell."""
    if kind is Kind.TEXT:
        # As our exports guard a text that a spreadsheet would take for a formula.
        return cell[1:] if cell[0] == GUARD and cell[1:2] in TRIGGERS and len(cell) > 1 else cell
    text = cell.strip()
    if text.startswith("="):
        raise InvalidCell("formula", "the cell holds a formula; save its value")
    match kind:
        case Kind.INTEGER:
            return _integer(text, decimal_comma=reading.decimal_comma)
        case Kind.DAY:
            return _day(text, reading.dates)
        case _:
            if text.lower() not in _BOOLEANS:
                raise InvalidCell("boolean", "give true or false")
            return _BOOLEANS[text.lower()]


def _integer(text: str, *, decimal_comma: bool) -> int:
    if _DIGITS.fullmatch(text):
        return int(text)
    zeros = _ZEROS[decimal_comma].fullmatch(text)
    grouped = _GROUPED[decimal_comma].fullmatch(text)
    suggestion = zeros[1] if zeros else re.sub(r"\D", "", text) if grouped else None
    if suggestion and decimal_comma:
        # The flag says which mark is which, so this is no guess.
        return int(suggestion)
    raise InvalidCell("integer", "give a whole number in plain digits", suggestion)


def _day(text: str, order: DateOrder) -> str:
    if _ISO.fullmatch(text):
        return text
    parts = _ORDERED.fullmatch(text)
    if parts and order != "iso":
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        day, month = (first, second) if order == "dmy" else (second, first)
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise InvalidCell("date-format", f"there is no such day, read as {order}") from None
    raise InvalidCell("date-format", "give a date as YYYY-MM-DD", _either_order(parts) if parts else None)


def _either_order(parts: re.Match[str]) -> str | None:
    """Return the days that a date may mean, with the option that reads it so."""
    days = []
    for order in ("dmy", "mdy"):
        day, month = (parts[1], parts[3]) if order == "dmy" else (parts[3], parts[1])
        try:
            days.append(f"{date(int(parts[4]), int(month), int(day))} (dates={order})")
        except ValueError:
            continue
    return " or ".join(days) or None
