"""The sample that comes with the product: real reports as structured facts, loaded through the one door.

Dates, places, counts and phrases of releases by CENTCOM and CJTF-OIR (works of the U.S. Government, in the
public domain), and of one news article. The sources' sentences are not held.
"""

import gzip
from collections.abc import Iterable
from importlib.resources import files

import orjson
from sqlalchemy import exists, select

from app.db.engine import ReadSession, WriteSession
from app.models import Report
from app.reports import service
from app.reports.schemas import ReportIn


def is_empty(session: ReadSession) -> bool:
    """Say whether the record holds no report at all."""
    return not session.execute(select(exists().select_from(Report))).scalar_one()


def reports() -> list[ReportIn]:
    """Return the sample's reports, the earliest published first."""
    packed = files("app.bulk").joinpath("sample.ndjson.gz").read_bytes()
    return [ReportIn.model_validate(orjson.loads(line)) for line in gzip.decompress(packed).splitlines()]


def load(session: WriteSession, sample: Iterable[ReportIn]) -> None:
    """Record every report of the sample. The caller commits: all of it, or nothing."""
    for report in sample:
        service.create(session, report, None)
