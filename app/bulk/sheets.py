"""Sheets for import: header and numbered rows from CSV or Excel.

Cells are text, and null where they are empty. The delimiter of CSV is the one that makes known columns of the header.
"""

import csv
import importlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import ModuleType
from typing import BinaryIO, NamedTuple

from app.bulk.columns import Reading, hint, shown
from app.bulk.decoding import LONGEST_LINE, lines, no_progress
from app.errors import MalformedFile

DELIMITERS = ",;\t|"

# Bytes of a workbook's parts when they are unpacked, how many parts it may have, and the cells of the rectangle that
# its outermost cells span: a small file can unpack, or spread, to more than memory holds.
LARGEST_WORKBOOK = 200 * 1024 * 1024
MOST_PARTS = 10_000
MOST_CELLS = 2_000_000

_PIECE = 1024 * 1024
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,7})(\d{1,9})["']""")
_LONGEST_CELL = 64


class Row(NamedTuple):
    """The cells of a row, by its number in the file, from 1: for CSV, that of its first line."""

    number: int
    cells: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header, and rows that can be read more than once. Every row has a cell for each column."""

    header: Sequence[str]
    rows: Callable[[Callable[[int], None]], Iterator[Row]]


def csv_sheet(stream: BinaryIO, reading: Reading) -> Sheet:
    """Return the sheet of a seekable CSV file. Raises MalformedFile, also while its rows are read."""
    delimiter = _delimiter(stream, reading)
    first = next(_records(stream, delimiter), None)
    header = _header(first.cells) if first else ()

    def rows(advance: Callable[[int], None]) -> Iterator[Row]:
        records = _records(stream, delimiter, advance)
        next(records, None)
        return _checked(records, header)

    return Sheet(header, rows)


def _records(stream: BinaryIO, delimiter: str, advance: Callable[[int], None] = no_progress) -> Iterator[Row]:
    """Yield the records of a CSV file, from its start, that are not blank."""
    stream.seek(0)
    # The module's own limit is shared by the whole process, and too low for a report's text.
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(
        (line.text for line in lines(stream, advance)), delimiter=delimiter, strict=True, lineterminator="\n"
    )
    while True:
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise MalformedFile(f"row {first}: {_reason(error)}") from None
        if any(cells):
            yield Row(first, [cell or None for cell in cells])


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return "a quote is opened and not closed, or a cell is too long"
    if "unexpected end" in text:
        return "a quote is opened and not closed"
    if "new-line" in text:
        return "a line ends with CR alone; save the file with LF or CR LF"
    return "a quoted cell is followed by something else than the delimiter"


def _delimiter(stream: BinaryIO, reading: Reading) -> str:
    """Return the delimiter under which the header has the most known columns."""
    known = dict[str, int]()
    for delimiter in DELIMITERS:
        record = next(_records_or_none(stream, delimiter), None)
        if record is not None:
            known[delimiter] = sum(
                reading.name_of(name.strip()) is not None for name in record.cells if name is not None
            )
    best = max(known.values(), default=0)
    if not best:
        # Which rows it has, the caller says better.
        return DELIMITERS[0]
    candidates = [delimiter for delimiter, count in known.items() if count == best]
    if len(candidates) > 1 and best > 1:
        raise MalformedFile("the header can be split in more than one way; use one delimiter")
    return candidates[0]


def _records_or_none(stream: BinaryIO, delimiter: str) -> Iterator[Row]:
    try:
        yield from _records(stream, delimiter)
    except MalformedFile as error:
        if "quote" not in str(error):
            raise


def _header(cells: Sequence[str | None]) -> Sequence[str]:
    """Return the names of columns; empty for those without. Raises MalformedFile for a doubled one."""
    header = [(name or "").strip() for name in cells]
    doubled = {name for name in header if name and header.count(name) > 1}
    if doubled:
        raise MalformedFile(f"the column '{shown(min(doubled))}' stands twice in the header")
    return header


def _checked(records: Iterable[Row], header: Sequence[str]) -> Iterator[Row]:
    """Yield rows that have a cell for each column. Cells of a column without a name must be empty."""
    unnamed = [index for index, name in enumerate(header) if not name]
    for row in records:
        if len(row.cells) != len(header):
            raise MalformedFile(
                f"row {row.number} has {len(row.cells)} cells, and the header {len(header)}; "
                "quote cells that hold the delimiter"
            )
        if any(row.cells[index] is not None for index in unnamed):
            raise MalformedFile(f"row {row.number} has a cell in a column without a name")
        yield row


def excel_sheet(stream: BinaryIO, reading: Reading) -> Sheet:
    """Return the sheet of an Excel workbook (.xlsx). Formulas are read as the values that were saved with them.

    Raises MalformedFile for what is no workbook, is too large when unpacked, has merged cells, or has several sheets
    of which none is named.
    """
    calamine = _calamine()
    _refuse_large(stream)
    stream.seek(0)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(stream)
        filled = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
        filled = {name: sheet for name, sheet in filled.items() if sheet.height}
    except calamine.CalamineError:
        raise MalformedFile("the workbook cannot be read") from None
    names = ", ".join(f"'{shown(name)}'" for name in filled) or "none"
    if reading.sheet is not None and reading.sheet not in filled:
        raise MalformedFile(f"there is no filled sheet '{shown(reading.sheet)}'; there are: {names}")
    if reading.sheet is None and len(filled) != 1:
        raise MalformedFile(f"name the sheet to import; filled are: {names}")
    sheet = filled[reading.sheet] if reading.sheet is not None else next(iter(filled.values()))
    if sheet.merged_cell_ranges:
        (row, column), _ = sheet.merged_cell_ranges[0]
        raise MalformedFile(f"row {row + 1}, column {column + 1}: split merged cells before importing")
    records = [
        Row(number, [_text(number, cell) for cell in cells])
        for number, cells in enumerate(sheet.iter_rows(), 1)
    ]
    filled_rows = [row for row in records if any(cell is not None for cell in row.cells)]
    if not filled_rows:
        raise MalformedFile("the sheet is empty")
    header = _header(filled_rows[0].cells)

    def rows(advance: Callable[[int], None]) -> Iterator[Row]:
        for row in _checked(filled_rows[1:], header):
            advance(1)
            yield row

    return Sheet(header, rows)


def _calamine() -> ModuleType:
    try:
        return importlib.import_module("python_calamine")
    except ModuleNotFoundError:
        raise MalformedFile("Excel needs strikeledger[excel] where the import runs") from None


def _refuse_large(stream: BinaryIO) -> None:
    """Unpack a workbook once, without keeping it: sizes that an archive declares can be wrong."""
    stream.seek(0)
    size = height = width = 0
    try:
        with zipfile.ZipFile(stream) as archive:
            if len(archive.infolist()) > MOST_PARTS:
                raise MalformedFile(f"the workbook has more than {MOST_PARTS:,} parts")
            for part in archive.infolist():
                with archive.open(part) as content:
                    end = b""
                    while piece := content.read(_PIECE):
                        size += len(piece)
                        for column, row in _CELL.findall(end + piece):
                            height, width = max(height, int(row)), max(width, _column(column))
                        end = piece[-_LONGEST_CELL:]
                        if height * width > MOST_CELLS:
                            raise MalformedFile(f"the sheet spans more than {MOST_CELLS:,} cells")
                        if size > LARGEST_WORKBOOK:
                            mebibytes = LARGEST_WORKBOOK // 1024**2
                            raise MalformedFile(f"the workbook unpacks to more than {mebibytes} MiB")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise MalformedFile("this is no .xlsx workbook, or it is damaged or encrypted") from None


def _column(letters: bytes) -> int:
    """Return the number of a column, from 1; 0 for none."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number


def _text(number: int, cell: object) -> str | None:
    """Return the text of a typed cell. A number that is whole has no decimals, a moment at midnight is a day."""
    match cell:
        case "" | None:
            return None
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case datetime():
            if cell.time() != datetime.min.time():
                raise MalformedFile(f"row {number}: a date has a time of day")
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def require(header: Sequence[str], reading: Reading, required: Iterable[str]) -> dict[str, int]:
    """Return the place of each known column of ours. Raises MalformedFile for columns unknown, doubled or missing."""
    places = dict[str, int]()
    for index, theirs in enumerate(header):
        if not theirs or theirs in reading.ignored:
            continue
        ours = reading.name_of(theirs)
        if ours is None:
            raise MalformedFile(
                f"the column '{shown(theirs)}' is unknown; map it (theirs=ours) or ignore it by name{hint(theirs)}"
            )
        if ours in places:
            raise MalformedFile(
                f"two columns are '{ours}': '{shown(header[places[ours]])}', '{shown(theirs)}'"
            )
        places[ours] = index
    missing = [name for name in required if name not in places]
    if missing:
        raise MalformedFile(f"columns are missing: {', '.join(missing)}")
    return places
