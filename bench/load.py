"""Ask servers of this machine many questions, for a few seconds at a time, and count the answers."""

import http.client
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"

# Seconds from which on a response is timed by itself: within a round there would be too few of them.
SLOW = 0.25
# Responses of which the middle one shows whether they are slow.
TIMED = 3

# Seconds for which a server may ask to be asked again.
PATIENCE = 300

# More requests than any server answers in a round, so that the next round goes on with others.
A_ROUND = 3_001

_LUA = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def line(self) -> str:
        """Return the request as requests.lua reads it."""
        headers = "; ".join(f"{name}: {value}" for name, value in self.headers.items())
        return f"{self.method}\t{self.path}\t{headers}\t{self.body}"


@dataclass(frozen=True, slots=True)
class Answered:
    """How fast a server answered in one round: answers a second, and the bytes of one, with its headers.

    `failed` are the requests that got no answer, or a refusal; they are not in the rate.
    """

    rate: float
    size: float
    failed: int = 0


def ask(port: int, asked: Asked) -> tuple[int, Mapping[str, str], bytes]:
    """Send one request; return the status, the headers and the body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    try:
        # As wrk asks: a header more would be another question for a cache.
        connection.putrequest(asked.method, asked.path, skip_accept_encoding=True)
        body = asked.body.encode()
        for name, value in [*asked.headers.items(), *([("Content-Length", str(len(body)))] if body else [])]:
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def read(port: int, asked: Asked) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of an answer, asking again where the server asks for it. Raises ValueError for other refusals."""
    until = time.monotonic() + PATIENCE
    while True:
        status, _, body = ask(port, asked)
        if status < http.HTTPStatus.BAD_REQUEST:
            return json.loads(body)
        if status != http.HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > until:
            raise ValueError(f"{asked.path} failed with {status}: {body[:200]!r}")
        time.sleep(0.2)


def is_slow(port: int, asked: Sequence[Asked]) -> bool:
    """Say whether the middle one of three answers takes longer than SLOW; they also warm the server up."""
    return sorted(_seconds(port, each) for each in asked[:TIMED])[TIMED // 2] > SLOW


def one_by_one(port: int, requests: Sequence[Asked], seconds: float, number: int, parts: int) -> Answered:
    """Send requests one after the other for at least so many seconds, in the round of this number, from 0.

    So many `parts` are one response together. The order is that of `many`, so that servers get the same requests.
    """
    began, count, size, failed = time.perf_counter(), 0, 0, 0
    while time.perf_counter() - began < seconds:
        first = (number * A_ROUND + count) * parts
        responses = [ask(port, requests[(first + part) % len(requests)]) for part in range(parts)]
        size += sum(len(body) for _, _, body in responses)
        failed += any(status != http.HTTPStatus.OK for status, _, _ in responses)
        count += 1
    return Answered((count - failed) / (time.perf_counter() - began), size / count, failed)


def many(port: int, asked: Sequence[Asked], connections: int, seconds: int, number: int) -> Answered:
    """Ask on so many connections at once, in the round of this number, from 0."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests", encoding="utf-8") as file:
        file.write("\n".join(each.line() for each in asked))
        file.flush()
        done = subprocess.run(  # noqa: S603 - our own command
            [  # noqa: S607 - found on the path, as the caller made sure
                "wrk",
                "--threads=1",
                f"--connections={connections}",
                f"--duration={seconds}s",
                "--timeout=30s",
                f"--script={_LUA}",
                f"http://{HOST}:{port}",
            ],
            env=os.environ | {"REQUESTS": file.name, "SKIP": str(number * A_ROUND)},
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 60,
        ).stdout
    figures = json.loads(done[done.rindex("{") :])
    count, failed = figures["requests"], figures["failed"]
    answered = max(0, count - failed) / max(1, count)
    return Answered(figures["rate"] * answered, figures["bytes"] / max(1, count), failed)


def _seconds(port: int, asked: Asked) -> float:
    began = time.perf_counter()
    read(port, asked)
    return time.perf_counter() - began
