"""Reports of a sheet: rows grouped by report, and made into bodies."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.bulk import columns
from app.bulk.candidates import Body, Candidate, Place, Problem
from app.bulk.columns import InvalidCell, Reading
from app.bulk.decoding import no_progress
from app.bulk.sheets import Row, Sheet, require
from app.errors import InvalidInput, MalformedFile, MalformedRequest
from app.http.bodies import strict_json
from app.http.flat_tables import Kind

# Rows of one report: it has at most 2,000 lines and 5,000 tallies.
MOST_ROWS = 10_000


def from_sheet(
    sheet: Sheet, reading: Reading, advance: Callable[[int], None] = no_progress
) -> Iterator[Candidate]:
    """Yield the reports of a sheet: rows that agree in publisher, number and day of publication.

    The order is that of their first rows. Rows of one report need not stand together: where they do not, all rows are
    sorted in a temporary file. Raises MalformedFile for a header or rows that cannot be read.
    """
    table = _Table.of(sheet.header, reading)
    for group in _groups(sheet, table, advance):
        yield table.candidate(group)


def _groups(sheet: Sheet, table: "_Table", advance: Callable[[int], None]) -> Iterator[Sequence[Row]]:
    keys, previous, together = set[object](), None, True
    for row in sheet.rows(advance):
        key = table.key(row)
        if key != previous:
            together = together and key not in keys
            keys.add(key)
            previous = key
    rows = sheet.rows(advance) if together else _sorted(sheet.rows(advance), table)
    group: list[Row] = []
    for row in rows:
        if group and table.key(row) != table.key(group[0]):
            yield group
            group = []
        group.append(row)
        if len(group) > MOST_ROWS:
            raise MalformedFile(f"row {row.number}: more than {MOST_ROWS:,} rows are of one report")
    if group:
        yield group


def _sorted(rows: Iterable[Row], table: "_Table") -> Iterator[Row]:
    """Yield rows by report, reports in the order of their first rows, in bounded memory."""
    spool = sqlite3.connect("")
    try:
        spool.execute("CREATE TABLE rows (report INTEGER, number INTEGER, cells TEXT)")
        reports = dict[object, int]()
        spool.executemany(
            "INSERT INTO rows VALUES (?, ?, ?)",
            (
                (reports.setdefault(table.key(row), row.number), row.number, json.dumps(row.cells))
                for row in rows
            ),
        )
        for number, cells in spool.execute("SELECT number, cells FROM rows ORDER BY report, number"):
            yield Row(number, json.loads(cells))
    finally:
        spool.close()


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet's columns by our names, and how its rows become bodies."""

    header: Sequence[str]
    places: Mapping[str, int]
    reading: Reading

    @classmethod
    def of(cls, header: Sequence[str], reading: Reading) -> "_Table":
        places = require(header, reading, columns.REQUIRED)
        of_tallies = sorted(places.keys() & columns.TALLY.keys() - {"approximate"})
        if columns.TALLIES in places and of_tallies:
            raise MalformedFile(f"give '{columns.TALLIES}' or '{of_tallies[0]}', not both")
        if of_tallies and columns.LINE_KEY not in places and "id" not in places:
            raise MalformedFile(
                f"the column '{columns.LINE_KEY}' is missing: it numbers the strikes of a report, "
                "so that rows with the same number are tallies of one strike"
            )
        return cls(header, places, reading)

    def key(self, row: Row) -> Sequence[str | None]:
        return tuple(self.cell(row, name) for name in columns.REPORT_KEY)

    def cell(self, row: Row, name: str) -> str | None:
        """Return the cell of a column of ours; None also where there is no such column."""
        index = self.places.get(name)
        return None if index is None else row.cells[index]

    def candidate(self, group: Sequence[Row]) -> Candidate:
        problems: list[Problem] = []
        body = self._values(group[0], columns.REPORT, problems)
        for row in group[1:]:
            self._refuse_difference(group[0], row, columns.REPORT, "report", problems)
        strikes: list[Body] = []
        # The first row of each strike, and the row of each of its tallies.
        rows: list[tuple[Row, list[Row]]] = []
        of_key: dict[object, int] = {}
        for row in group:
            key = self.cell(row, columns.LINE_KEY) or self.cell(row, "id") or row.number
            index = of_key.setdefault(key, len(strikes))
            if index == len(strikes):
                strikes.append(self._values(row, columns.STRIKE, problems))
                rows.append((row, []))
            else:
                self._refuse_difference(rows[index][0], row, columns.STRIKE, "strike", problems)
            self._add_tallies(row, strikes[index], rows[index][1], problems)
        body["strikes"] = strikes
        ids = {index: self.cell(first, "id") for index, (first, _) in enumerate(rows)}
        return Candidate(
            body,
            [(row.number, row.cells) for row in group],
            lambda pointer: self._place(group[0], rows, pointer),
            problems,
            frozenset(self.places),
            self.cell(group[0], "report_id"),
            {index: identifier for index, identifier in ids.items() if identifier is not None},
        )

    def _add_tallies(self, row: Row, strike: Body, rows: list[Row], problems: list[Problem]) -> None:
        tallies = strike.setdefault("tallies", [])
        if columns.TALLIES in self.places:
            tallies += self._tallies_of_json(row, problems)
            rows += [row] * len(tallies)
            return
        tally = self._values(row, columns.TALLY, problems)
        if tally.keys() - {"approximate"}:
            tallies.append(tally)
            rows.append(row)

    def _tallies_of_json(self, row: Row, problems: list[Problem]) -> list[Any]:
        cell = self.cell(row, columns.TALLIES)
        if cell is None:
            return []
        try:
            tallies = strict_json(cell.encode())
        except (MalformedRequest, InvalidInput) as error:
            problems.append(self._problem(row, columns.TALLIES, "malformed-json", str(error)))
            return []
        if not isinstance(tallies, list) or not all(isinstance(tally, dict) for tally in tallies):
            problems.append(self._problem(row, columns.TALLIES, "list", "give a JSON list of tallies"))
            return []
        # An export shows a tally with what the vocabulary says of it, and where it stands in a text.
        return [
            {name: value for name, value in tally.items() if name not in {"family", "quote"}}
            for tally in tallies
        ]

    def _values(self, row: Row, kinds: Mapping[str, Kind], problems: list[Problem]) -> Body:
        values: Body = {}
        for name, kind in kinds.items():
            cell = self.cell(row, name)
            if cell is None:
                continue
            try:
                values[name] = columns.value_of(kind, cell, self.reading)
            except InvalidCell as error:
                problems.append(self._problem(row, name, error.code, str(error), error.suggestion))
        return values

    def _refuse_difference(
        self, first: Row, row: Row, kinds: Mapping[str, Kind], noun: str, problems: list[Problem]
    ) -> None:
        for name in kinds:
            if self.cell(row, name) != self.cell(first, name):
                detail = f"row {first.number} of the same {noun} has another value"
                problems.append(
                    self._problem(row, name, f"differs-within-{noun}", detail, self.cell(first, name))
                )

    def _problem(self, row: Row, name: str, code: str, detail: str, suggestion: str | None = None) -> Problem:
        return Problem(row.number, self._theirs(name), self.cell(row, name), code, detail, suggestion)

    def _theirs(self, name: str) -> str:
        """Return what the sheet calls a column of ours; ours where it has none."""
        return self.header[self.places[name]] if name in self.places else name

    def _place(self, first: Row, rows: Sequence[tuple[Row, list[Row]]], pointer: str) -> Place:
        """Return the cell that a place of the body comes from; for a place of no cell, the row."""
        row, tokens = first, pointer.split("/")[1:]
        name = tokens[-1] if tokens and not tokens[-1].isdigit() else ""
        if len(tokens) > 1 and tokens[0] == "strikes":
            row, tallies = rows[int(tokens[1])]
            if tokens[2:3] == ["tallies"] and tokens[3:]:
                row = tallies[int(tokens[3])]
                name = name if columns.TALLIES not in self.places else columns.TALLIES
        return Place(row.number, self._theirs(name) if name else "", self.cell(row, name) if name else None)
