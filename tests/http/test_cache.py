"""The cache in front: what nobody wrote since is given again, and never to somebody whom it is not for."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.http import cache as cache_module
from app.http.cache import Cache

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
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer."""
        self.asked += 1
        asked = self.asked
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
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
        self._cache = Cache(self.behind, self.behind.position)

    def ask(self, path: str = "/v1/strikes", query: str = "", method: str = "GET", **headers: str) -> Any:  # noqa: ANN401 - status and body
        """Ask, and return the status, the body and the headers."""
        return anyio.run(lambda: self.asking(path, query, method, **headers))

    async def asking(
        self, path: str = "/v1/strikes", query: str = "", method: str = "GET", **headers: str
    ) -> Any:  # noqa: ANN401 - the same
        """Ask within a task."""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        await self._cache(scope, receive, send)
        return (
            sent[0]["status"],
            b"".join(message.get("body", b"") for message in sent[1:]),
            sent[0]["headers"],
        )


@pytest.fixture
def front() -> Front:
    """Put a cache in front of something that counts."""
    return Front()


def test_same_question_is_answered_again(front: Front) -> None:
    """Asked again, the answer is the first one, headers and all, and nothing behind is asked."""
    assert front.ask() == front.ask() == (200, b"1", PUBLIC)
    assert front.behind.asked == 1


def test_nothing_is_kept_over_a_write(front: Front) -> None:
    """When the ledger has moved on, everything is asked anew."""
    front.ask()
    front.behind.seq = 2
    assert front.ask()[1] == b"2"


def test_answer_made_during_a_write_is_not_kept(front: Front) -> None:
    """An answer may be of before or after a write that came meanwhile, so it is not kept under either."""

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
    ],
    ids=str,
)
def test_other_question_has_another_answer(front: Front, other: dict[str, str]) -> None:
    """Path, query and whatever chooses the form of an answer tell questions apart."""
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
    """Refusals, private answers, streams and whatever is too large are asked anew each time."""
    for name, value in changed.items():
        setattr(front.behind, name, value)
    front.ask()
    front.ask()
    assert front.behind.asked == 2


def test_oldest_answers_go_first(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more bytes are kept than allowed; what was asked least recently goes."""
    monkeypatch.setattr(cache_module, "MOST_BYTES", 3 * 2_100)
    for query in ("a", "b", "c", "a", "d"):
        front.ask(query=query)
    assert front.behind.asked == 4
    front.ask(query="a")
    assert front.behind.asked == 4
    front.ask(query="b")
    assert front.behind.asked == 5


@pytest.mark.parametrize("asked", [{"method": "POST"}, {"path": "/healthz"}], ids=str)
def test_only_reads_of_the_record_are_kept(front: Front, asked: dict[str, str]) -> None:
    """Writes and the server's own state go through."""
    front.ask(**asked)
    assert front.ask(**asked)[1] == b"2"


def ask_at_once(front: Front, times: int) -> list[Any]:
    """Ask the same so often while the first answer is being worked out; return the answers."""
    answers: list[Any] = []

    async def ask() -> None:
        answers.append(await front.asking())

    async def at_once() -> None:
        front.behind.meanwhile = partial(anyio.sleep, 0.05)
        async with anyio.create_task_group() as group:
            for _ in range(times):
                group.start_soon(ask)

    anyio.run(at_once)
    return answers


def test_what_many_ask_at_once_is_answered_once() -> None:
    """Ten who ask the same while it is being worked out get the one answer."""
    front = Front()

    answers = ask_at_once(front, 10)

    assert front.behind.asked == 1
    assert [(status, body) for status, body, _ in answers] == [(200, b"1")] * 10


@pytest.mark.parametrize("change", [{"status": 503}, {"headers": []}, {"parts": 2}])
def test_what_is_not_kept_is_answered_to_each(change: dict[str, Any]) -> None:
    """Where an answer is not to be kept, who waited for it gets one of its own."""
    front = Front()
    for name, value in change.items():
        setattr(front.behind, name, value)

    answers = ask_at_once(front, 3)

    assert front.behind.asked == len({body for _, body, _ in answers}) == 3
