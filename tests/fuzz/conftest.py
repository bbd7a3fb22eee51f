"""A server with a small record, to be asked anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.keys.service import Scope
from app.keys.service import create as create_key
from app.models import Key
from app.record.report_in import ReportIn
from app.reports import drafts
from tests.conftest import ENGINES
from tests.factories import make_report, make_strike
from tests.faults.conftest import pytest_terminal_summary, tell
from tests.faults.deployment import deployed
from tests.fuzz.campaign import Access
from tests.record import fill

__all__ = ["pytest_terminal_summary", "tell"]

# Reports of the record, of which the first ones are retracted, and the drafts after them.
REPORTS, RETRACTED, DRAFTS = 40, 2, 8


@pytest.fixture(params=ENGINES)
def access(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Access]:
    """Run a server on a record of its own, on either engine."""
    with deployed(request, request.param, tmp_path) as deployment:
        database = Database(deployment.url)
        fill(database, REPORTS, retracted=RETRACTED)
        with database.writing() as session:
            key = create_key(session, "the fuzzer", [Scope.ADMIN], None)
            key_id = session.execute(select(func.max(Key.id))).scalar_one()
            for number in range(DRAFTS):
                draft = make_report(make_strike(), number=f"draft {number}")
                drafts.save(session, ReportIn.model_validate(draft), key_id)
        database.close()
        deployment.start()
        yield Access(request.param, deployment.address, deployment.process, key, f"k{key_id}")
