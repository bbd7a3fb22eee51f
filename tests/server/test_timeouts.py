"""No question runs away: the engine stops it, it is refused as planned, and nobody else waits for it."""

import gc
import math
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from typing import Annotated

import anyio
import anyio.from_thread
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy import text
from starlette.types import Message

from app.columnar.store import Columns
from app.db.deadline import Deadline
from app.db.engine import Database, ReadSession
from app.errors import ClientDisconnected, QueryTimeout
from app.http import sessions
from app.http.sessions import Read, ReadRequest, Reads
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.main import create_app
from app.settings import Settings
from app.strikes.filter import StrikeFilter
from app.strikes.selection import Selection
from tests import record
from tests.api import Api

# Counts for far longer than any test waits, without reading a table.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"


# How often the endless question was begun.
begun: list[float] = []


class Numbered(BaseModel):
    """The parameters of the endless question: a number makes another one of it."""

    q: int = 0


def ask_endlessly(session: ReadSession) -> Response:
    """Ask the question that does not end."""
    begun.append(time.monotonic())
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

    async def endless(_query: Annotated[Numbered, Query()], read: Read) -> Response:
        return await read(ask_endlessly)

    attempts = count()

    async def stalled(read: Read) -> Response:
        return await read(lambda _session: stop_the_first(attempts))

    app = create_app(Settings(database_url=database_url))
    router = APIRouter(route_class=StrictRoute)
    router.add_api_route("/endless", endless)
    router.add_api_route("/stalled", stalled)
    app.include_router(router)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        yield Api(client, portal.call, "", app.state.database)
    app.state.database.close()


def test_engine_stops_what_takes_too_long(database: Database) -> None:
    """A statement that takes longer than its session may is stopped, and the next session is as good as new."""
    began = time.monotonic()
    with pytest.raises(QueryTimeout), database.reading(Deadline(processor=0.2)) as session:
        session.execute(text(ENDLESS))
    assert time.monotonic() - began < 5
    with database.reading(Deadline.after(60)) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_work_that_was_dropped_before_it_began_does_not_begin(database: Database) -> None:
    """A deadline can be over before there is a connection, since the client left meanwhile."""
    deadline = Deadline.after(60)
    deadline.end_now()
    with pytest.raises(QueryTimeout), database.reading(deadline) as session:
        session.execute(text(ENDLESS))


def test_limit_ends_with_its_session(database: Database) -> None:
    """A session without a limit is not stopped by that of the session before it on the same connection."""
    with database.reading(Deadline(processor=0.05)) as session:
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


def test_flood_of_long_questions_is_refused_without_working_on_it(slow: Api) -> None:
    """Of forty that are too long, all but a few are refused as overloaded, with Retry-After, before any work."""
    begun.clear()
    with ThreadPoolExecutor(40) as pool:
        refused = list(pool.map(lambda number: slow.get(f"/endless?q={number}"), range(40)))

    kinds = Counter(each.json()["type"] for each in refused)
    assert [each.status_code for each in refused] == [503] * 40
    assert set(kinds) <= {"/problems/overloaded", "/problems/query-timeout"}
    assert kinds["/problems/overloaded"] > 30
    assert all(1 <= int(each.headers["Retry-After"]) <= 10 for each in refused)
    assert len(begun) < 10


def test_work_of_who_left_is_dropped(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Who leaves while waiting is never worked on; who leaves amid the work has it stopped, and no error is logged."""
    reads, worked = Reads(database), list[str]()

    def work(name: str, session: ReadSession) -> Response:
        worked.append(name)
        return ask_endlessly(session)

    async def ask(name: str, leaves: anyio.Event) -> None:
        async def receive() -> Message:
            await leaves.wait()
            return {"type": "http.disconnect"}

        with pytest.raises(ClientDisconnected):
            await reads(partial(work, name), ReadRequest("endless", time.monotonic() + 60, receive))

    async def story() -> None:
        # Known to be long from now on, so one is worked on at a time, which may take a minute.
        for _ in range(2):
            with pytest.raises(QueryTimeout):
                await reads(ask_endlessly, ReadRequest("endless", time.monotonic() - 60))
        first, second = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(ask, "first", first)
            while not worked:  # noqa: ASYNC110 - it is a thread that is waited for
                await anyio.sleep(0.01)
            group.start_soon(ask, "second", second)
            await anyio.sleep(0.1)
            second.set()
            await anyio.sleep(0.1)
            first.set()

    with anyio.from_thread.start_blocking_portal() as portal:
        began = time.monotonic()
        portal.call(story)
    gc.collect()
    assert [each.message for each in caplog.records] == []
    assert worked == ["first"]
    assert time.monotonic() - began < 30
    reads.close()


def test_counting_stops_when_the_engine_would(database: Database) -> None:
    """What is counted in memory is stopped as well, at the moment at which the engine stops a session's statements."""
    record.fill(database)
    with database.reading() as session:
        lines = Columns().at(session, head(session))
        strikes = StrikeFilter(as_of=lines.as_of)
        assert session.deadline.at == math.inf
        assert list(Selection(lines, strikes, deadline=session.deadline).selected(tallies=False))
    deadline = Deadline.after(60)
    with database.reading(deadline) as session:
        deadline.end_now()

        with pytest.raises(QueryTimeout):
            list(Selection(lines, strikes, deadline=session.deadline).selected(tallies=False))


def test_work_of_other_threads_counts_for_who_waits_for_it() -> None:
    """A read whose work is done by threads of an engine uses up its processor time as if it did it itself."""
    deadline = Deadline(processor=0.05)
    deadline.begin()
    with ThreadPoolExecutor(1) as pool, deadline.working_elsewhere():
        assert not deadline.has_passed()
        pool.submit(sum, range(10_000_000)).result()

        assert deadline.has_passed()
    assert deadline.has_passed()
    assert deadline.elsewhere > 0.05


def test_waiting_for_nothing_is_no_work() -> None:
    """A read that only waits, for a core or a disk, uses no processor time."""
    deadline = Deadline(processor=0.05)
    deadline.begin()
    with deadline.working_elsewhere():
        time.sleep(0.1)  # As on a machine that others use.

    assert not deadline.has_passed()
