"""No question runs away: the engine stops it, it is refused as planned, and nobody else waits for it."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import Response
from sqlalchemy import text

from app.db.engine import Database, ReadSession
from app.errors import QueryTimeout
from app.http import sessions
from app.http.sessions import Read
from app.ledger.clock import head
from app.main import create_app
from app.settings import Settings
from app.strikes.columns import Columns
from app.strikes.filters import StrikeFilter
from app.strikes.matching import Matching
from tests import record
from tests.api import Api

# Counts for far longer than any test waits, without reading a table.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"


def ask_endlessly(session: ReadSession) -> Response:
    """Ask the question that does not end."""
    session.execute(text(ENDLESS)).scalar_one()
    return Response()


def stop_the_first(attempts: Iterator[int]) -> Response:
    """Be stopped long after all time is over, as on a machine that stood still, and then answer at once."""
    if next(attempts) == 0:
        time.sleep(2 * sessions.MOST_SECONDS)  # In a thread of the server.
        raise QueryTimeout("the machine stood still")
    return Response()


@pytest.fixture
def slow(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """Run a server with an operation that asks an endless question, and with little patience."""
    monkeypatch.setattr(sessions, "MOST_SECONDS", 0.4)

    async def endless(read: Read) -> Response:
        return await read(ask_endlessly)

    attempts = count()

    async def stalled(read: Read) -> Response:
        return await read(lambda _session: stop_the_first(attempts))

    app = create_app(Settings(database_url=database_url))
    app.add_api_route("/endless", endless)
    app.add_api_route("/stalled", stalled)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        yield Api(client, portal.call, "", app.state.database)
    app.state.database.close()


def test_engine_stops_what_takes_too_long(database: Database) -> None:
    """A statement that takes longer than its session may is stopped, and the next session is as good as new."""
    began = time.monotonic()
    with pytest.raises(QueryTimeout), database.reading(0.2) as session:
        session.execute(text(ENDLESS))
    assert time.monotonic() - began < 5
    with database.reading(0.2) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_limit_ends_with_its_session(database: Database) -> None:
    """A session without a limit is not stopped by that of the session before it on the same connection."""
    with database.reading(0.05) as session:
        session.execute(text("SELECT 1"))
    with database.reading() as session:
        counted = session.execute(text(ENDLESS.replace("1000000000", "1000000"))).scalar_one()
    assert counted == 1_000_000


def test_runaway_question_is_refused_as_planned(slow: Api) -> None:
    """It is 503 `query-timeout` with Retry-After."""
    response = slow.get("/endless")

    assert (response.status_code, response.json()["type"]) == (503, "/problems/query-timeout")
    assert int(response.headers["Retry-After"]) > 0


def test_question_that_only_the_machine_held_up_is_answered(slow: Api) -> None:
    """Nobody else asks anything long, so a question that was stopped late has its turn, and is not told of others."""
    assert slow.get("/stalled").status_code == 200


def test_others_are_answered_meanwhile(slow: Api) -> None:
    """While four endless questions are asked, short ones are answered, and all four are refused in time."""
    with ThreadPoolExecutor(4) as pool:
        began = time.monotonic()
        asked = [pool.submit(slow.get, "/endless") for _ in range(4)]
        answered = [slow.get("/v1/ledger").status_code for _ in range(3)]
        refused = [each.result().status_code for each in asked]

    assert answered == [200] * 3
    assert refused == [503] * 4
    assert time.monotonic() - began < 5


def test_counting_stops_when_the_engine_would(database: Database) -> None:
    """What is counted in memory is stopped as well, at the moment at which the engine stops a session's statements."""
    record.fill(database)
    with database.reading() as session:
        lines = Columns().at(session, head(session))
        assert session.until == math.inf
        assert list(Matching(lines, StrikeFilter(as_of=lines.as_of), until=session.until))
    with database.reading(0.01) as session:
        time.sleep(0.02)  # Longer than the question may take.

        with pytest.raises(QueryTimeout):
            list(Matching(lines, StrikeFilter(as_of=lines.as_of), until=session.until))
