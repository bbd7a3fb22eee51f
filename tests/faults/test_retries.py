"""Send every write again and again under its Idempotency-Key, while the server is killed: it is done once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import httpx

from tests.faults.deployment import Deployment, figure
from tests.faults.writers import body, crawl, in_parallel, is_planned, talking

# How many names are used, how often each is sent at once, and how often the server is killed between.
RETRIED = figure("RETRIED", 30)
AT_ONCE = 5
KILLS = max(1, figure("KILLS", 4) // 4)

# Names under way at the same time.
NAMES = 6


class Answer(NamedTuple):
    """What belongs to a response, and is the same however often it is given."""

    status: int
    body: bytes
    location: str
    tag: str


class Retries:
    """Clients that send each write until it is answered, and keep every response to it."""

    def __init__(self, deployment: Deployment) -> None:
        self.answers: dict[int, list[Answer]] = {number: [] for number in range(RETRIED)}
        # How many answers to a write say that it was done now, and not before.
        self.done = Counter[int]()
        # Requests whose answer never came, to be sent again.
        self.dropped = 0
        self._deployment = deployment
        self._news = asyncio.Event()

    async def send(self, client: httpx.AsyncClient, number: int) -> httpx.Response:
        """Send a write until it is answered, as a client does that means it."""
        report = body(number) | {"number": None}
        headers = {"Idempotency-Key": f"write-{number}"}
        while True:
            await self._deployment.up.wait()
            try:
                answer = await client.post("/v1/reports", json=report, headers=headers)
            except httpx.TransportError:
                self.dropped += 1
                continue
            if is_planned(answer):
                continue
            assert answer.status_code == 201, answer.text
            kept = Answer(
                answer.status_code, answer.content, answer.headers["Location"], answer.headers["ETag"]
            )
            self.answers[number].append(kept)
            self.done[number] += "Idempotency-Replayed" not in answer.headers
            self._news.set()
            return answer

    async def send_at_once(self, client: httpx.AsyncClient, number: int) -> None:
        """Send a write AT_ONCE times at the same time."""
        await asyncio.gather(*(self.send(client, number) for _ in range(AT_ONCE)))

    async def kill_between(self) -> None:
        """Kill the server KILLS times, at moments spread over all that is sent."""
        for kill in range(1, KILLS + 1):
            while sum(map(len, self.answers.values())) < kill * RETRIED * AT_ONCE // (KILLS + 1):
                self._news.clear()
                await self._news.wait()
            await self._deployment.restart()


def test_retries_are_done_once_over_kills(deployment: Deployment, tell: Callable[[str], None]) -> None:
    """Each write sent five times at once under one Idempotency-Key, over kills, is stored and answered once."""
    retries = Retries(deployment)

    async def story() -> list[str]:
        async with asyncio.timeout(600), talking(deployment) as client:
            await asyncio.gather(
                retries.kill_between(),
                in_parallel(lambda number: retries.send_at_once(client, number), range(RETRIED), NAMES),
            )
            # And once more when all is over, on a server that has seen none of them.
            await deployment.restart()
            again = await in_parallel(
                lambda number: retries.send(client, number), range(RETRIED), NAMES * AT_ONCE
            )
            assert all(answer.headers["Idempotency-Replayed"] == "true" for answer in again)
            return [report["title"] async for report in crawl(client, "/v1/reports")]

    deployment.start()
    stored = asyncio.run(story())
    tell(
        f"{RETRIED} names sent {AT_ONCE} times at once and once after a restart, {KILLS} kills between, "
        f"{retries.dropped} answers cut off, {len(stored)} reports stored"
    )
    assert {len(each) for each in retries.answers.values()} == {AT_ONCE + 1}
    assert {number for number, each in retries.answers.items() if len(set(each)) != 1} == set()
    assert sorted(stored) == sorted(body(number)["title"] for number in retries.answers)
    # Where a kill took the first response, all that came were given again.
    assert max(retries.done.values()) == 1
    deployment.kill()
    assert deployment.integrity() == []
    assert deployment.verify() == ""
