"""The cache in front: what nobody wrote since is given again, and never to somebody whom it is not for."""

import gc
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.http.disconnects import wait_for_disconnect
from app.server import response_cache as cache_module
from app.server.response_cache import Cache

PUBLIC = [(b"etag", b'"a"'), (b"cache-control", b"public, max-age=10"), (b"x-other", b"1")]


class Behind:
    """What stands behind the cache: it counts what reaches it, and answers with the count."""

    def __init__(self) -> None:
        self.asked = 0
        self.headers = PUBLIC
        self.status = 200
        self.size = 1
        self.parts = 1
        self.seq = 1
        self.hash = "a"
        self.until_all_left = False
        self.dropped = 0
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        self.asked += 1
        asked = self.asked
        if self.until_all_left:
            await wait_for_disconnect(receive)
            self.dropped += 1
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        status = self.status
        if any(name == b"if-none-match" and value == b'"a"' for name, value in scope["headers"]):
            status = 304
        await send({"type": "http.response.start", "status": status, "headers": list(self.headers)})
        body = str(asked).encode() * self.size
        for part in range(self.parts):
            await send({"type": "http.response.body", "body": body, "more_body": part < self.parts - 1})

    async def position(self) -> tuple[int, str]:
        """Return where the ledger stands."""
        return self.seq, self.hash


class Front:
    """A cache with something behind it."""

    def __init__(self) -> None:
        self.behind = Behind()
        self.cache = Cache(self.behind, self.behind.position, {"v1"})

    def ask(self, path: str = "/v1/strikes", query: str = "", method: str = "GET", **headers: str) -> Any:  # noqa: ANN401 - status and body
        """Ask, and return the status, the body and the headers."""
        return anyio.run(lambda: self.asking(path, query, method, None, **headers))

    async def asking(
        self,
        path: str = "/v1/strikes",
        query: str = "",
        method: str = "GET",
        leaves: anyio.Event | None = None,
        **headers: str,
    ) -> Any:  # noqa: ANN401 - the same
        """Ask within a task, until the client `leaves`; None where nothing was sent."""
        leaves = leaves or anyio.Event()
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        incoming: Iterator[Message] = iter([{"type": "http.request", "more_body": False}])

        async def receive() -> Message:
            for message in incoming:
                return message
            # The client stays for as long as nobody takes it away.
            await leaves.wait()
            return {"type": "http.disconnect"}

        await self.cache(scope, receive, send)
        if not sent:
            return None
        return (
            sent[0]["status"],
            b"".join(message.get("body", b"") for message in sent[1:]),
            sent[0]["headers"],
        )


async def settled() -> None:
    """Let every task go on until it waits for something."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def front() -> Front:
    """Put a cache in front of something that counts."""
    return Front()


def test_same_question_is_answered_again(front: Front) -> None:
    """Asked again, the response is the first one, headers and all, and nothing behind is asked."""
    assert front.ask() == front.ask() == (200, b"1", PUBLIC)
    assert front.behind.asked == 1


def test_nothing_is_kept_over_a_write(front: Front) -> None:
    """When the ledger has moved on, everything is asked again."""
    front.ask()
    front.behind.seq = 2
    assert front.ask()[1] == b"2"


def test_answer_made_during_a_write_is_not_kept(front: Front) -> None:
    """A response may be of before or after a write that came meanwhile, so it is not kept under either."""

    async def write() -> None:
        front.behind.seq = 2
        await front.asking(query="another")

    front.behind.meanwhile = write
    assert front.ask()[1] == b"1"
    assert front.ask()[1] == b"3"


@pytest.mark.parametrize(
    "other",
    [
        {"query": "limit=2"},
        {"path": "/v1/aggregates"},
        {"accept": "text/csv"},
        {"accept_encoding": "br"},
        {"host": "127.0.0.1:8000"},
    ],
    ids=str,
)
def test_other_question_has_another_answer(front: Front, other: dict[str, str]) -> None:
    """Host, path, query and whatever chooses the form of a response tell questions apart."""
    front.ask()
    assert front.ask(**other)[1] == b"2"


def test_keyed_request_neither_reads_nor_fills_the_cache(front: Front) -> None:
    """Who sends a key is answered from behind, and what they see is shown to nobody else."""
    assert front.ask(authorization="Bearer sl_x")[1] == b"1"
    assert front.ask()[1] == b"2"
    assert front.ask(authorization="Bearer sl_x")[1] == b"3"
    assert front.ask()[1] == b"2"


def test_held_answer_is_304_without_a_body(front: Front) -> None:
    """Who names the tag of what is kept gets 304 with the headers that a 304 has."""
    front.ask()
    status, body, headers = front.ask(if_none_match='W/"b", W/"a"')

    assert (status, body, headers) == (304, b"", PUBLIC[:2])
    assert front.ask(if_none_match='"b"')[0] == 200
    assert front.behind.asked == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"status": 404},
        {"headers": [(b"etag", b'"a"'), (b"cache-control", b"private, no-cache")]},
        {"headers": [(b"etag", b'"a"'), (b"cache-control", b"no-store")]},
        {"headers": [(b"cache-control", b"public")]},
        {"parts": 2},
        {"size": cache_module.LARGEST},
    ],
    ids=str,
)
def test_what_may_not_be_kept_is_not(front: Front, changed: dict[str, Any]) -> None:
    """Refusals, private answers, streams and whatever is too large are asked again each time."""
    for name, value in changed.items():
        setattr(front.behind, name, value)
    front.ask()
    front.ask()
    assert front.behind.asked == 2


def test_oldest_answers_go_first(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more bytes are cached than allowed; what was requested least recently goes."""
    # Three of these, and no fourth.
    front.behind.size = 10_000
    monkeypatch.setattr(cache_module, "MOST_BYTES", 45_000)
    for query in ("a", "b", "c", "a", "d"):
        front.ask(query=query)
    assert front.behind.asked == 4
    front.ask(query="a")
    assert front.behind.asked == 4
    front.ask(query="b")
    assert front.behind.asked == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"accept": "application/json"}, {"accept": "text/html;q=0.1, application/json ; q=1.0"}),
        ({"accept": "*/*"}, {}),
        ({"accept_encoding": "br, gzip"}, {"accept_encoding": "x, gzip;q=0.2,  br;level=9"}),
        ({"accept_encoding": "identity"}, {"accept_encoding": "x" * 5_000}),
        ({"query": "format=csv", "accept": "text/html"}, {"query": "format=csv"}),
    ],
    ids=str,
)
def test_headers_that_come_to_the_same_share_an_answer(
    front: Front, one: dict[str, str], other: dict[str, str]
) -> None:
    """What is looked up is the format and the coding that a request comes to, not the text of its headers."""
    assert front.ask(**one)[1] == front.ask(**other)[1] == b"1"


def test_format_in_a_text_does_not_hide_the_header(front: Front) -> None:
    """Only a parameter goes before the Accept header, not a text that looks like one."""
    front.ask(query="q=format=csv", accept="text/csv")
    assert front.ask(query="q=format=csv", accept="application/json")[1] == b"2"


def test_cache_takes_no_more_memory_than_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostile variety of long URLs and headers, with answers of all sizes, stays within the bytes that are promised."""
    most = 512 * 1024
    monkeypatch.setattr(cache_module, "MOST_BYTES", most)
    front = Front()

    async def flood() -> None:
        for number in range(600):
            front.behind.size = 1 if number % 3 else number % 3_000
            front.behind.headers = [*PUBLIC, (b"link", b"<%07d>" % number * 100)]
            await front.asking(
                query=f"q={number:07d}{'x' * 4_000}",
                accept=f"text/csv;q=0.{number}, {number:07d}{'y' * 4_000}",
                accept_encoding=f"{number:07d}{'z' * 4_000}",
            )

    front.ask()
    gc.collect()
    tracemalloc.start()
    try:
        anyio.run(flood)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # It was full, and what it counted is what it took.
    assert most / 2 < held < most


@pytest.mark.parametrize("asked", [{"method": "POST"}, {"path": "/healthz"}], ids=str)
def test_only_reads_of_the_record_are_kept(front: Front, asked: dict[str, str]) -> None:
    """Writes and the server's own state go through."""
    front.ask(**asked)
    assert front.ask(**asked)[1] == b"2"


def ask_at_once(front: Front, *clients: dict[str, Any]) -> list[Any]:
    """Ask the same as all these clients while the first response is being worked out; return the answers."""
    answers: list[Any] = [None] * len(clients)

    async def ask(number: int) -> None:
        answers[number] = await front.asking(**clients[number])

    async def at_once() -> None:
        front.behind.meanwhile = partial(anyio.sleep, 0.05)
        async with anyio.create_task_group() as group:
            for number in range(len(clients)):
                group.start_soon(ask, number)

    anyio.run(at_once)
    return answers


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"size": cache_module.LARGEST + 1},
        {"status": 503},
        {"status": 422},
        {"headers": []},
    ],
    ids=str,
)
def test_what_many_ask_at_once_is_answered_once(front: Front, change: dict[str, Any]) -> None:
    """Ten who ask the same while it is being worked out get the one answer: also a large one, or a refusal."""
    for name, value in change.items():
        setattr(front.behind, name, value)

    answers = ask_at_once(front, *[{}] * 10)

    assert front.behind.asked == 1
    assert [(status, len(body)) for status, body, _ in answers] == [
        (front.behind.status, front.behind.size)
    ] * 10


def test_stream_is_answered_to_each(front: Front) -> None:
    """A response in pieces may have no end, so each who asks for it gets one of its own."""
    front.behind.parts = 2

    answers = ask_at_once(front, *[{}] * 3)

    assert front.behind.asked == len({body for _, body, _ in answers}) == 3


def test_holders_and_others_get_what_is_theirs(front: Front) -> None:
    """Of those who ask at once, who holds the response gets 304, and the others share one."""
    holder, other = {"if_none_match": '"a"'}, {"if_none_match": '"b"'}

    answers = ask_at_once(front, holder, {}, holder, other, {})

    assert [each[0] for each in answers] == [304, 200, 304, 200, 200]
    assert front.behind.asked == 2


def test_who_leaves_takes_nothing_from_the_others(front: Front) -> None:
    """The first who asked leaves, and another one: the third still gets the response."""

    async def ask() -> tuple[Any, ...]:
        first, second, third = (anyio.Event() for _ in range(3))
        answers: list[Any] = [None] * 3
        gate = anyio.Event()
        front.behind.meanwhile = gate.wait

        async def client(number: int, leaves: anyio.Event) -> None:
            answers[number] = await front.asking(leaves=leaves)

        async with anyio.create_task_group() as group:
            for number, leaves in enumerate((first, second, third)):
                group.start_soon(client, number, leaves)
            await settled()
            first.set()
            second.set()
            await settled()
            gate.set()
        return tuple(answers)

    _, second, third = anyio.run(ask)

    assert (second, third[:2]) == (None, (200, b"1"))
    assert front.behind.asked == 1


def test_work_is_dropped_when_all_have_left(front: Front) -> None:
    """What is behind learns that the client has left when nobody waits any more, and who comes then asks again."""
    front.behind.until_all_left = True

    async def ask() -> list[int]:
        clients = [anyio.Event() for _ in range(3)]
        dropped = []
        async with anyio.create_task_group() as group:
            for leaves in clients:
                group.start_soon(partial(front.asking, leaves=leaves))
            for leaves in clients:
                await settled()
                dropped.append(front.behind.dropped)
                leaves.set()
        return dropped

    assert anyio.run(ask) == [0, 0, 0]
    assert (front.behind.asked, front.behind.dropped) == (1, 1)
    front.behind.until_all_left = False
    assert front.ask()[:2] == (200, b"2")
