"""STRIKELEDGER_RATE_LIMITS=on: how often and how much at once, for addresses and keys, over all workers."""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from app.db.engine import Database
from app.keys.service import Scope, create
from app.main import create_app
from app.server.counters import MOST_WORKERS, SIZE, Counters
from app.server.rate_limits import ANONYMOUS, MOST_AT_ONCE, MOST_CONNECTIONS, READS, WRITES, network
from app.server.shared_file import create as create_file
from app.settings import Settings
from tests.cli.test_commands import PATIENCE, environment
from tests.http.server import Server, running

LIMIT = ANONYMOUS.item.amount
GET = b"GET /v1/ledger HTTP/1.1\r\nHost: localhost\r\n\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

Asking = Callable[..., httpx.Response]


@pytest.fixture
def limited(database_url: str) -> Iterator[tuple[Asking, str]]:
    """Run the server with limits; give a way to ask as an address, and a valid key."""
    app = create_app(Settings(database_url=database_url, rate_limits="on"))
    database: Database = app.state.database
    with database.writing() as session:
        key = create(session, "tests", [Scope.PUBLISH], None)

    async def ask(address: str, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers)

    with start_blocking_portal() as portal:

        def asking(
            path: str = "/v1/ledger", address: str = "192.0.2.1", method: str = "GET", **headers: str
        ) -> httpx.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return portal.call(ask, address, method, path, named)

        yield asking, key
    database.close()


def statuses(ask: Asking, times: int, **options: Any) -> list[int]:  # noqa: ANN401 - what `ask` takes
    """Ask so often, and return what was answered."""
    return [ask(**options).status_code for _ in range(times)]


def test_address_has_so_many_requests_a_minute(limited: tuple[Asking, str]) -> None:
    """The last allowed request is answered; the next is 429 and says when to come back; other addresses are free."""
    ask, _ = limited
    first = ask()
    assert first.headers["RateLimit-Policy"] == f'"anonymous";q={LIMIT};w=60'
    assert first.headers["RateLimit"].startswith(f'"anonymous";r={LIMIT - 1};t=')
    assert statuses(ask, LIMIT - 1) == [200] * (LIMIT - 1)

    refused = ask()
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/rate-limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"] == f'"anonymous";r=0;t={refused.headers["Retry-After"]}'
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(address="192.0.2.2").status_code == 200


def test_forged_origin_of_a_request_is_not_believed(limited: tuple[Asking, str]) -> None:
    """Naming another address in X-Forwarded-For gives no new budget."""
    ask, _ = limited
    answered = [ask(X_Forwarded_For=f"198.51.100.{number}").status_code for number in range(LIMIT + 10)]
    assert answered.count(200) == LIMIT


def test_key_has_a_budget_of_its_own(limited: tuple[Asking, str]) -> None:
    """A valid key reads and writes within its own limits, also from an address that used up its own."""
    ask, key = limited
    statuses(ask, LIMIT + 1)
    read = ask(Authorization=f"Bearer {key}")
    assert read.status_code == 200
    assert read.headers["RateLimit"].startswith(f'"key-reads";r={READS.item.amount - 1};')
    write = ask("/v1/reports", method="POST", Authorization=f"Bearer {key}")
    assert write.headers["RateLimit"].startswith(f'"key-writes";r={WRITES.item.amount - 1};')


def test_invented_keys_have_none(limited: tuple[Asking, str]) -> None:
    """Keys that nobody issued are counted by address, each as if there were none."""
    ask, _ = limited
    answered = [ask(Authorization=f"Bearer sl_{number}").status_code for number in range(LIMIT + 10)]
    assert answered.count(200) == LIMIT


def test_watchmen_are_not_counted(limited: tuple[Asking, str]) -> None:
    """Whoever asks only whether the server lives may do so at any rate."""
    ask, _ = limited
    assert statuses(ask, LIMIT + 10, path="/healthz") == [200] * (LIMIT + 10)


def test_addresses_of_one_subscriber_are_one() -> None:
    """An IPv6 network of one subscriber counts as one address, and an IPv4 address in IPv6 as itself."""
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")


def test_processes_count_together_exactly() -> None:
    """Two processes that count 40,000 requests at the same time let exactly as many through as one would."""
    file = create_file(SIZE)
    counting = (
        "from app.server.counters import Counters; from app.server.shared_file import SharedFile\n"
        "from limits import RateLimitItemPerMinute; from limits.strategies import FixedWindowRateLimiter\n"
        f"windows = FixedWindowRateLimiter(Counters(SharedFile({file.descriptor})))\n"
        "item = RateLimitItemPerMinute(30_000)\n"
        "input()\n"
        "print(sum(windows.hit(item, 'one') for _ in range(20_000)))\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", counting],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[file.descriptor],
        )
        for _ in range(2)
    ]
    file.close()
    time.sleep(1)  # Until both have opened the table, so that they begin together.
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda process: process.communicate("begin\n")[0], processes)
        assert sum(int(answer) for answer in answers) == 30_000


def test_what_a_dead_worker_held_is_given_back() -> None:
    """Requests that a worker never ended count no longer once another one has its place."""
    file = create_file(SIZE)
    dying = (
        "from app.server.counters import Counters; from app.server.shared_file import SharedFile\n"
        f"counters = Counters(SharedFile({file.descriptor}))\n"
        "assert all(counters.enter('one', 3) for _ in range(3)) and not counters.enter('one', 3)\n"
    )
    subprocess.run([sys.executable, "-c", dying], env=environment(), check=True, pass_fds=[file.descriptor])
    with closing(Counters(file)) as counters:
        assert [counters.enter("one", 3) for _ in range(4)] == [True, True, True, False]
        counters.leave("one")
        assert counters.enter("one", 3)


def test_nobody_can_shorten_the_table() -> None:
    """A table that is truncated while workers have it mapped would end them: the kernel refuses to."""
    file = create_file(SIZE)
    with closing(Counters(file)) as counters:
        if sys.platform == "linux":
            with pytest.raises(PermissionError):
                os.ftruncate(file.descriptor, 0)
        assert counters.incr("one", 60) == 1


def test_process_without_a_place_counts_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A process more than the table has places for serves all the same, by itself, and says so."""
    file = create_file(SIZE)
    os.pwrite(file.descriptor, struct.pack(f"<{MOST_WORKERS}I", *[os.getpid()] * MOST_WORKERS), 0)
    with closing(Counters(file)) as counters:
        assert counters.incr("one", 60) == 1
    assert "counts alone" in caplog.text


def test_table_that_is_full_makes_room() -> None:
    """More names than the table holds are counted all the same: the windows that end first are given up."""
    with closing(Counters()) as counters:
        for number in range(100_000):
            counters.incr(f"name {number}", 60)
        assert counters.incr("name 99999", 60) == 2
        assert counters.get("nobody") == 0


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers with limits, in the places of two that died after somebody had emptied the folder for such files."""
    folder, temporary = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("temporary")
    with running(folder, workers=2, STRIKELEDGER_RATE_LIMITS="on", TMPDIR=str(temporary)) as server:
        for file in temporary.iterdir():
            file.unlink()
        first = server.children()
        for process in first:
            os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while len(server.children() - first) < len(first) or server.say(HEALTH, wait=PATIENCE).status != 200:
            assert time.monotonic() < deadline, "the workers were not replaced"
            time.sleep(0.1)  # Between two looks; the supervisor itself looks twice a second.
        yield server


def test_workers_count_together(workers: Server) -> None:
    """Requests over both workers are let through as often as by one, whatever address they name."""

    def ask(number: int) -> int:
        return workers.say(GET[:-2] + b"X-Forwarded-For: 198.51.100.%d\r\n\r\n" % number).status

    with ThreadPoolExecutor(4) as pool:
        answered = list(pool.map(ask, range(LIMIT + 30)))
    assert (answered.count(200), answered.count(429)) == (LIMIT, 30)


def test_hangup_ends_no_worker(workers: Server) -> None:
    """A terminal that is closed signals the supervisor and all workers: none of them ends or is replaced."""
    before = workers.children()
    for process in (workers.process, *before):
        os.kill(process, signal.SIGHUP)
    for _ in range(10):
        assert workers.say(HEALTH, wait=PATIENCE).status == 200
        time.sleep(0.1)  # Longer in all than the supervisor takes to see a signal.
    assert workers.children() == before


def test_address_has_so_many_connections(workers: Server) -> None:
    """The connections of one address are counted over all workers; one too many is told so, and ended."""
    with ExitStack() as opened:
        held = [opened.enter_context(workers.connect()) for _ in range(MOST_CONNECTIONS)]
        for each in held:
            # Each worker takes connections at its own pace, so the last one requested may not be the last one taken.
            each.sendall(HEALTH)
            assert each.recv(65_536).startswith(b"HTTP/1.1 200")
        refused = workers.say(b"")
        assert (refused.status, refused.closed) == (429, True)
        assert "retry-after: 1" in refused.head
    assert len(held) == MOST_CONNECTIONS
    # A worker learns of their end at its next turn.
    deadline = time.monotonic() + 10
    while workers.say(HEALTH).status != 200:
        assert time.monotonic() < deadline, "the places were not given back"


def test_address_has_so_many_requests_at_once(tmp_path: Path) -> None:
    """Streams without a key are counted while they last, for the address that a trusted proxy names."""
    stream = b"GET /v1/changes/stream HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n"
    limits: dict[str, Any] = {
        "STRIKELEDGER_RATE_LIMITS": "on",
        "STRIKELEDGER_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    with running(tmp_path, **limits) as server, ExitStack() as opened:

        def begins(address: int) -> bool:
            connection = opened.enter_context(server.connect())
            connection.sendall(stream % address)
            answer = connection.recv(4096)
            assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 429 "))
            return answer.startswith(b"HTTP/1.1 200 ")

        assert [begins(1) for _ in range(MOST_AT_ONCE + 1)] == [True] * MOST_AT_ONCE + [False]
        assert begins(2)
        opened.pop_all().close()
        deadline = time.monotonic() + 10
        while not begins(1):
            assert time.monotonic() < deadline, "the place was not given back"
