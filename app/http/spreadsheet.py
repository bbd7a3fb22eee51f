"""XLSX writer: rows as a streamed Office Open XML workbook.

The parts of the ZIP file are written one after another to a file that cannot seek, so the first byte does not wait for
the last row and nothing is stored in between. Every text is an inline string: a cell that begins with `=` is text, and
no cell is a formula. What does not fit one worksheet continues in the next.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any
from xml.sax.saxutils import escape

from app.http.byte_sink import ByteSink
from app.http.flat_tables import Column, Kind, Row

# The limits of a worksheet and of a cell. A part of the ZIP file stays below 2 GiB, since Excel reads no ZIP64.
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
MOST_BYTES = 1_900_000_000

# Ends a text that was cut at the limit.
CUT = "…"

# Fast, and a fifth larger than at the library's own level.
_LEVEL = 1

# The first day whose number is the same in every spreadsheet: 1900 was no leap year, and Excel has one.
_FIRST_DAY, _DAY_ZERO = date(1900, 3, 1), date(1899, 12, 30).toordinal()

# What XML cannot hold, and what would be read as a code for it.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# Every other part is a worksheet, however many there are.
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
# Style 1 is a day, style 2 the header.
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_SHEET = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_SHEET_END = "</sheetData></worksheet>"

# A cell: from its value, what stands after its reference.
_Cell = Callable[[Any], str]


def workbook(
    columns: Sequence[Column],
    chunks: Iterable[Sequence[Row]],
    as_text: Callable[[object], str | None],
) -> Iterator[bytes]:
    """Yield a workbook with a header and the rows of all chunks, piece by piece.

    `as_text` writes values that are neither text, number, day nor true or false. A text longer than a cell can hold is
    cut, and ends in CUT.
    """
    sink = ByteSink()
    writer = _Rows(columns, as_text)
    waiting: Iterator[Row | None] = (row for chunk in chunks for row in (*chunk, None))
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(_info("[Content_Types].xml"), _TYPES)
        archive.writestr(_info("_rels/.rels"), _RELATIONS)
        archive.writestr(_info("xl/styles.xml"), _STYLES)
        yield sink.taken()
        sheets, is_done = 0, False
        while not is_done:
            sheets += 1
            is_done = True
            with archive.open(_info(f"xl/worksheets/sheet{sheets}.xml"), "w") as sheet:
                size = sheet.write((_SHEET + writer.header).encode())
                number, texts = 1, list[str]()
                for row in waiting:
                    if row is None:
                        # The end of a chunk.
                        size += sheet.write("".join(texts).encode())
                        texts.clear()
                        yield sink.taken()
                    elif number == MOST_ROWS or size > MOST_BYTES:
                        waiting, is_done = chain([row], waiting), False
                        break
                    else:
                        number += 1
                        texts.append(writer.row(number, row))
                sheet.write(("".join(texts) + _SHEET_END).encode())
        archive.writestr(_info("xl/workbook.xml"), _book(sheets))
        archive.writestr(_info("xl/_rels/workbook.xml.rels"), _book_relations(sheets))
    yield sink.taken()


class _Rows:
    """Writes rows of some columns as XML."""

    def __init__(self, columns: Sequence[Column], as_text: Callable[[object], str | None]) -> None:
        self._cells = [
            (column.name, f'<c r="{_letters(place)}', _cell(column.kind, as_text))
            for place, column in enumerate(columns)
        ]
        cells = (
            f'{reference}1" s="2" t="inlineStr"><is><t>{escape(name)}</t></is></c>'
            for name, reference, _ in self._cells
        )
        self.header = f'<row r="1">{"".join(cells)}</row>'

    def row(self, number: int, row: Row) -> str:
        """Return a row. Null is no cell."""
        cells = [
            f'{reference}{number}"{cell(value)}'
            for name, reference, cell in self._cells
            if (value := row[name]) is not None
        ]
        return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(kind: Kind, as_text: Callable[[object], str | None]) -> _Cell:
    match kind:
        case Kind.TEXT:
            return _text
        case Kind.INTEGER | Kind.NUMBER:
            return "><v>{}</v></c>".format
        case Kind.BOOLEAN:
            return lambda value: f' t="b"><v>{int(value)}</v></c>'
        case Kind.DAY:
            return _day
        case _:
            return lambda value: _text(as_text(value) or "")


def _day(day: date) -> str:
    if day < _FIRST_DAY:
        return _text(day.isoformat())
    return f' s="1"><v>{day.toordinal() - _DAY_ZERO}</v></c>'


def _text(text: str) -> str:
    # A character outside the first plane counts as two.
    if 2 * len(text) > MOST_CHARACTERS and len(text.encode("utf-16-le")) > 2 * MOST_CHARACTERS:
        text = text.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - 1)].decode("utf-16-le", "ignore") + CUT
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return f' t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _letters(place: int) -> str:
    """Return the letters of a column; 0 is A."""
    first, last = divmod(place, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def _info(name: str) -> zipfile.ZipInfo:
    """Return the entry of a part, with the same time in every file: equal rows make equal bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _book(sheets: int) -> str:
    named = "".join(
        f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>'
        for number in range(1, sheets + 1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'


def _book_relations(sheets: int) -> str:
    parts: Mapping[str, tuple[str, str]] = {
        **{f"rId{number}": ("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)},
        f"rId{sheets + 1}": ("styles", "styles.xml"),
    }
    named = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in parts.items()
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{named}</Relationships>'
