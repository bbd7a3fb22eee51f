"""Sample: real reports as structured facts, shipped with the product.

Dates, places, counts and phrases of releases by CENTCOM and CJTF-OIR (works of the U.S. Government, in the
public domain), and of one news article that repeats some of them. The sources' sentences are not held.
"""

import gzip
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

import orjson
from sqlalchemy import exists, select

from app.db.engine import ReadSession, WriteSession
from app.models import Report, Strike
from app.record.report_in import ReportIn
from app.reports import service
from app.vocabulary.identifiers import STRIKE, public_id


def is_empty(session: ReadSession) -> bool:
    """Say whether the record holds no report at all."""
    return not session.execute(select(exists().select_from(Report))).scalar_one()


class Shipped(NamedTuple):
    """A report of the sample. `repeats` says, by line, which line of an earlier report it repeats.

    Both are counted from 0; ids are given only when a report is recorded.
    """

    report: ReportIn
    repeats: Mapping[int, tuple[int, int]]


def reports() -> list[Shipped]:
    """Return the sample's reports, each after those that it repeats."""
    packed = files("app.bulk").joinpath("sample.ndjson.gz").read_bytes()
    shipped = []
    for line in gzip.decompress(packed).splitlines():
        body = orjson.loads(line)
        repeats = {int(index): tuple(place) for index, place in body.pop("repeats", {}).items()}
        shipped.append(Shipped(ReportIn.model_validate(body), repeats))
    return shipped


def load(session: WriteSession, sample: Iterable[Shipped]) -> None:
    """Record every report of the sample. The caller commits: all of it, or nothing."""
    recorded: list[int] = []
    for report, repeats in sample:
        strikes = list(report.strikes)
        for index, (earlier, line) in repeats.items():
            same_as = _line_id(session, recorded[earlier], line)
            strikes[index] = strikes[index].model_copy(update={"same_as": same_as})
        recorded.append(service.create(session, report.model_copy(update={"strikes": strikes}), None))


def _line_id(session: ReadSession, report_id: int, line: int) -> str:
    of_place = select(Strike.id).where(Strike.report_id == report_id, Strike.position == line)
    return public_id(STRIKE, session.execute(of_place).scalar_one())
