"""Compare an imported report with the recorded one, and merge sheets."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from app.bulk import columns, export
from app.db.engine import ReadSession
from app.record import fields
from app.record.ledger_content import Authorship, report_content
from app.record.report_in import ReportIn
from app.record.report_types import STORED
from app.reports.resolve import resolve

Body = dict[str, Any]


def changed(
    session: ReadSession, report: ReportIn, document: Body, given: frozenset[str] | None
) -> ReportIn | None:
    """Return what a report of the record, given as exported, becomes by one of a file; None where that is the same.

    `given` are the columns of a sheet; None where the file says all. What a sheet has no column for stays: fields of
    the report, and all of a line that agrees with one of the sheet in what the sheet has columns for.
    Raises InvalidInput for names that the vocabulary does not hold.
    """
    now = _whole(session, report)
    then = _whole(session, ReportIn.model_validate(_body(document), context=STORED))
    if given is not None:
        now = _with_unsaid(now, then, given)
    if now == then:
        return None
    return report if given is None else ReportIn.model_validate(now, context=STORED)


def _body(document: Body) -> Body:
    """Return an exported report as a body: without what the record adds."""
    body = {name: value for name, value in document.items() if name not in export.SERVER_FIELDS}
    body["strikes"] = [
        {name: value for name, value in strike.items() if name not in {"id", "event"}}
        for strike in document["strikes"]
    ]
    return body


def _whole(session: ReadSession, report: ReportIn) -> Body:
    """Return a report as a body with every field, in which everything is spelt in one way."""
    content = report_content(resolve(session, report, as_saved=True), {}, Authorship(None))
    body = _defaults(fields.REPORT) | {
        name: value for name, value in content.items() if name not in {"status", "key", "reason"}
    }
    body["strikes"] = [
        _defaults(fields.LINE)
        | {name: value for name, value in strike.items() if name != "event"}
        | {"tallies": [_defaults(fields.TALLY) | tally for tally in strike["tallies"]]}
        for strike in content["strikes"]
    ]
    return body


def _defaults(of: Iterable[fields.Field]) -> Body:
    """Return the fields that a content leaves out where they have their default."""
    return {field.name: field.default for field in of if field.is_later}


def _with_unsaid(now: Body, then: Body, given: frozenset[str]) -> Body:
    names = _bounds(given)
    merged = {name: value if name in names else then[name] for name, value in now.items()}
    merged["strikes"] = _with_standing(now["strikes"], then["strikes"], partial(_said, names=names))
    return merged


def _with_standing(
    lines: Sequence[Body], standing: Sequence[Body], key_of: Callable[[Body], str]
) -> list[Body]:
    """Return a sheet's lines, each as it stands where it says the same.

    A sheet may be sorted by another column than the order of its report: that order stays.
    """
    places = defaultdict[str, deque[int]](deque)
    for place, line in enumerate(standing):
        places[key_of(line)].append(place)
    keys = [key_of(line) for line in lines]
    same = [places[key].popleft() if places[key] else None for key in keys]
    known = [place for place in same if place is not None]
    if known == sorted(known):
        return [line if place is None else standing[place] for line, place in zip(lines, same, strict=True)]
    new = [line for line, place in zip(lines, same, strict=True) if place is None]
    return [standing[place] for place in sorted(known)] + new


def _bounds(given: frozenset[str]) -> frozenset[str]:
    """Return columns with both bounds of each number: one that is given gives both."""
    bounds = {
        name
        for number in ("strikes", "count")
        for name in (f"{number}_min", f"{number}_max")
        if given & {number, f"{number}_min"}
    }
    return given | bounds


def _said(strike: Body, names: frozenset[str]) -> str:
    """Return what a line says in some columns, to be compared."""
    of_line = {name: value for name, value in strike.items() if name in names & columns.STRIKE.keys()}
    of_tallies = names & columns.TALLY.keys()
    if columns.TALLIES in names:
        of_tallies = frozenset(columns.TALLY)
    return repr(
        (
            of_line,
            [{name: tally[name] for name in tally if name in of_tallies} for tally in strike["tallies"]]
            if of_tallies
            else None,
        )
    )
