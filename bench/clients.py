"""Clients of a server of this machine, each a process of its own: some who ask steadily, some who never stop.

Who asks steadily has a fixed schedule, and an answer's time is counted from when its question was due: who waits
behind a late answer waits too.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.hostile import Question
from bench.load import HOST

# Seconds after which an answer is not waited for.
PATIENCE = 60

OK, REFUSED = 200, 503

_END = b"\r\n\r\n"


@dataclass(slots=True)
class Steady:
    """What came of asking steadily."""

    # Seconds from when a question was due to its whole answer, by what was asked.
    seconds: dict[str, list[float]] = field(default_factory=dict)
    # Seconds by which this client itself was late: its connection was free, and the question due.
    late: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    # The share of a core that asking took.
    processor: float = 0.0


@dataclass(slots=True)
class Worst:
    """What came of asking the worst over and over."""

    answered: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    # By question: how many answers, refusals, and the slowest of both.
    each: list[tuple[int, int, float]] = field(default_factory=list)
    processor: float = 0.0


def ask_steadily(
    port: int, asked: Sequence[tuple[str, str]], connections: int, rate: float, seconds: float
) -> Steady:
    """Ask these, each a name and a path, one after the other, so many a second, by turns on the connections."""
    return asyncio.run(_steadily(port, asked, connections, rate, seconds))


def ask_the_worst(
    port: int, questions: Sequence[Question], connections: int, seconds: float, wording: int
) -> Worst:
    """Ask on each connection, as soon as it has an answer, the next question, whatever Retry-After says.

    Each connection begins with another question. `wording` is the first in which they are asked.
    """
    return asyncio.run(_the_worst(port, questions, connections, seconds, wording))


async def _steadily(
    port: int, asked: Sequence[tuple[str, str]], connections: int, rate: float, seconds: float
) -> Steady:
    found = Steady()
    count = int(rate * seconds)
    began, processor = time.perf_counter(), time.process_time()

    async def client(first: int) -> None:
        connection = await Connection.opened(port)
        free = began
        for number in range(first, count, connections):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            found.late.append(time.perf_counter() - max(due, free))
            name, path = asked[number % len(asked)]
            try:
                status, _, _ = await connection.get(path)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                found.faults[f"{name}: {type(error).__name__}"] += 1
                connection = await Connection.opened(port)
                continue
            free = time.perf_counter()
            found.seconds.setdefault(name, []).append(free - due)
            if status != OK:
                found.faults[f"{name}: {status}"] += 1
        connection.close()

    await asyncio.gather(*(client(first) for first in range(connections)))
    found.processor = (time.process_time() - processor) / (time.perf_counter() - began)
    return found


async def _the_worst(
    port: int, questions: Sequence[Question], connections: int, seconds: float, wording: int
) -> Worst:
    found = Worst(each=[(0, 0, 0.0)] * len(questions))
    began, processor = time.perf_counter(), time.process_time()

    async def client(first: int) -> None:
        connection = await Connection.opened(port)
        number = first
        while time.perf_counter() < began + seconds:
            which = number % len(questions)
            asked = questions[which].asked(wording + number)
            number += connections + 1
            sent = time.perf_counter()
            try:
                status, head, _ = await connection.get(asked.path)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                found.faults[f"{which}: {type(error).__name__}"] += 1
                connection = await Connection.opened(port)
                continue
            took = time.perf_counter() - sent
            is_refusal = status == REFUSED and is_planned(head)
            if status != OK and not is_refusal:
                found.faults[f"{which}: {status}"] += 1
            answered, refused, slowest = found.each[which]
            found.each[which] = answered + (status == OK), refused + is_refusal, max(slowest, took)
        connection.close()

    await asyncio.gather(*(client(first) for first in range(connections)))
    found.answered, found.refused = sum(each[0] for each in found.each), sum(each[1] for each in found.each)
    found.slowest = max(each[2] for each in found.each)
    found.processor = (time.process_time() - processor) / (time.perf_counter() - began)
    return found


def is_planned(head: bytes) -> bool:
    """Say whether a 503 is a planned refusal, which says what it is and when to come again."""
    return b"content-type: application/problem+json" in head and b"retry-after:" in head


class Connection:
    """A connection that is kept open, without more of HTTP than the product's answers need."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def opened(cls, port: int) -> "Connection":
        """Connect."""
        return cls(*await asyncio.open_connection(HOST, port, limit=1 << 20))

    async def get(self, path: str) -> tuple[int, bytes, bytes]:
        """Ask for a path; return the status, the headers in lower case, and the body."""
        async with asyncio.timeout(PATIENCE):
            self._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = (await self._reader.readuntil(_END)).lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            body = await self._reader.readexactly(length)
        return int(head.split(None, 2)[1]), head, body

    def close(self) -> None:
        """Close it."""
        self._writer.close()
