"""Candidates for import: report bodies with their rows."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, TypeVar

from app.bulk.decoding import Line, lines, no_progress
from app.bulk.export import SERVER_FIELDS
from app.errors import Fault, InvalidInput, MalformedRequest
from app.http.bodies import strict_json
from app.reports.staging import FirstRevision

Body = dict[str, Any]
T = TypeVar("T")


# What rejected rows carry when they are sent again.
MARKS = ("_row", "_problem")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a row: its column, the value as typed, and the nearest right values."""

    row: int
    column: str
    value: str | None
    code: str
    detail: str
    suggestion: str | None = None


class Place(NamedTuple):
    """Where a value of a body comes from."""

    row: int
    column: str
    value: str | None


@dataclass(slots=True)
class Candidate:
    """A report to be imported, with its rows as they were read and what is wrong with them already.

    `report_id`, `ids` and `events` (of its strikes, by place), `reason`, `revision` and `status` are those of the
    record that the file was exported from. `columns` are the columns of a sheet by our names; None where a body says
    all.
    """

    body: Body
    rows: Sequence[tuple[int, object]]
    place: Callable[[str], Place]
    problems: list[Problem] = field(default_factory=list)
    columns: frozenset[str] | None = None
    report_id: str | None = None
    ids: Mapping[int, str] = field(default_factory=dict)
    events: Mapping[int, str] = field(default_factory=dict)
    reason: str | None = None
    revision: int | None = None
    status: str | None = None

    def problem(self, fault: Fault) -> Problem:
        """Return a fault of the body as a problem of its row."""
        row, column, value = self.place(fault.where)
        return Problem(row, column, value, fault.code, fault.detail, " or ".join(fault.suggestions) or None)


class StagedCandidate(NamedTuple):
    """A report of NDJSON that another process staged; without `first` it is to be read from its line.

    `ids` and `events` are as those of Candidate.
    """

    line: Line
    ids: Mapping[int, str]
    events: Mapping[int, str]
    first: FirstRevision | None


def from_ndjson(stream: BinaryIO, advance: Callable[[int], None] = no_progress) -> Iterator[Candidate]:
    """Yield the reports of NDJSON: a body of `POST /v1/reports` on each line, perhaps with an export's own fields.

    Raises MalformedFile where the stream cannot be read as lines of UTF-8.
    """
    stream.seek(0)
    for line in lines(stream, advance):
        if line.text.strip():
            yield of_line(line)


def of_line(line: Line) -> Candidate:
    """Return the report of a line of NDJSON, with what is wrong with it already."""

    def whole(_: str) -> Place:
        return Place(line.number, "", None)

    try:
        body = strict_json(line.text.encode())
    except MalformedRequest as error:
        problem = Problem(line.number, "", None, "malformed-json", str(error))
        return Candidate({}, [(line.number, line.text)], whole, [problem])
    except InvalidInput as error:
        candidate = Candidate({}, [(line.number, line.text)], whole)
        candidate.problems = [candidate.problem(fault) for fault in error.faults]
        return candidate
    if not isinstance(body, dict):
        problem = Problem(line.number, "", None, "object", "a line holds a JSON object: a report")
        return Candidate({}, [(line.number, line.text)], whole, [problem])
    original = dict(body)
    server = {name: body.pop(name, None) for name in (*SERVER_FIELDS, *MARKS)}
    ids, events = _take_strike_fields(body)
    return Candidate(
        body,
        [(line.number, original)],
        lambda pointer: Place(line.number, *_member(body, pointer)),
        report_id=_of_type(str, server["id"]),
        ids=ids,
        events=events,
        reason=_of_type(str, server["reason"]),
        revision=_of_type(int, server["revision"]),
        status=_of_type(str, server["status"]),
    )


def _of_type(kind: type[T], value: object) -> T | None:
    return value if isinstance(value, kind) else None


def _take_strike_fields(body: Body) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Take the ids and events of an export's strikes out of a body, and return them by place."""
    strikes = body.get("strikes")
    ids, events = dict[int, str](), dict[int, str]()
    if not isinstance(strikes, list):
        return ids, events
    body["strikes"] = own = [dict(strike) if isinstance(strike, dict) else strike for strike in strikes]
    for index, strike in enumerate(own):
        if isinstance(strike, dict):
            for name, values in (("id", ids), ("event", events)):
                value = strike.pop(name, None)
                if isinstance(value, str):
                    values[index] = value
    return ids, events


def _member(body: object, pointer: str) -> tuple[str, str | None]:
    """Return the name of a place in a body, without its indices, and the value there as JSON."""
    value, names = body, []
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
            continue
        names.append(name)
        value = value.get(name) if isinstance(value, dict) else None
    written = (
        None if value is None or isinstance(value, dict | list) else json.dumps(value, ensure_ascii=False)
    )
    return ".".join(names), written
