"""Many clients write at once to a server of two workers: no update is lost, and no client is turned away."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from itertools import count

import httpx

from tests.cli.test_commands import PATIENCE
from tests.factories import Body, make_report, make_strike, make_tally
from tests.faults.deployment import Deployment, figure
from tests.faults.writers import Writers, body, faults_of, is_planned, talking

# How many clients each add one to a count; and how many clients post how many reports each.
ADDERS = figure("ADDERS", 8)
POSTERS = 16
POSTS = figure("POSTS", 5)

# Of all writes, how many may find the database busy, to be sent again.
MOST_BUSY = 0.001


def test_workers_that_die_are_replaced(two_workers: Deployment, tell: Callable[[str], None]) -> None:
    """When one of two workers is killed amid writes the other goes on, a new one comes, and nothing is lost."""
    first, second = sorted(two_workers.workers())
    waited = 0.0

    async def kill(worker: int, writers: Writers) -> None:
        nonlocal waited
        os.kill(worker, signal.SIGKILL)
        killed = time.monotonic()
        await writers.acknowledge(POSTERS)
        waited = max(waited, time.monotonic() - killed)

    async def story() -> Writers:
        writers = Writers(two_workers, POSTERS, count(2_000_000))
        async with writers.posting():
            await writers.acknowledge(POSTERS)
            await kill(first, writers)
            await asyncio.to_thread(wait_for_another, two_workers, first)
            # Now what is acknowledged is the new one's work.
            await kill(second, writers)
        assert await faults_of(two_workers, writers.acknowledged) == []
        return writers

    writers = asyncio.run(story())
    tell(
        f"2 workers killed, {len(writers.acknowledged)} writes acknowledged, {writers.dropped} without an answer; "
        f"{POSTERS} more within {waited:.1f} s of a kill"
    )
    assert writers.unplanned == []
    assert two_workers.verify() == ""


def wait_for_another(deployment: Deployment, gone: int) -> None:
    """Wait until there are two workers again beside the one that is gone."""
    until = time.monotonic() + PATIENCE
    while len(deployment.workers() - {gone}) < 2:
        assert time.monotonic() < until, "no worker came in its place"
        time.sleep(0.1)  # Between two looks.


def counting(value: int) -> Body:
    """Make the report whose one tally counts what the clients add up."""
    return make_report(make_strike(make_tally(value)), number="counter")


def test_no_update_is_lost(two_workers: Deployment, tell: Callable[[str], None]) -> None:
    """Clients that each read a count, add one and put it back under If-Match, until it is taken, all count."""
    refused = Counter[int]()

    async def add_one(client: httpx.AsyncClient, path: str) -> None:
        while True:
            read = await client.get(path)
            value = read.json()["strikes"][0]["tallies"][0]["count_min"]
            changed = counting(value + 1) | {"reason": "One more."}
            put = await client.put(path, json=changed, headers={"If-Match": read.headers["ETag"]})
            if put.status_code == 200:
                return
            assert put.status_code == 412 or is_planned(put), put.text
            refused[put.status_code] += 1

    async def story() -> tuple[int, list[int]]:
        async with asyncio.timeout(600), talking(two_workers) as client:
            path = (await client.post("/v1/reports", json=counting(0))).headers["Location"]
            await asyncio.gather(*(add_one(client, path) for _ in range(ADDERS)))
            end = (await client.get(path)).json()
            revisions = (await client.get(f"{path}/revisions")).json()["items"]
            return end["strikes"][0]["tallies"][0]["count_min"], [each["revision"] for each in revisions]

    end, revisions = asyncio.run(story())
    tell(f"{ADDERS} clients added one each: {end}; {refused[412]} stale, {refused[503]} busy, all sent again")
    assert end == ADDERS
    assert revisions == list(range(1, ADDERS + 2))


def test_many_writers_are_all_served(two_workers: Deployment, tell: Callable[[str], None]) -> None:
    """Clients that post without a pause are all served; hardly one finds the database busy, and no one twice."""
    first, again = Counter[int](), Counter[int]()
    numbers = count(1_000_000)

    async def post(client: httpx.AsyncClient) -> None:
        for _ in range(POSTS):
            report = body(next(numbers))
            answer = await client.post("/v1/reports", json=report)
            first[answer.status_code] += 1
            if answer.status_code == 503:
                assert is_planned(answer), answer.text
                await asyncio.sleep(int(answer.headers["Retry-After"]))  # As the server asks.
                answer = await client.post("/v1/reports", json=report)
                again[answer.status_code] += 1
            assert answer.status_code == 201, answer.text

    async def story() -> tuple[int, float]:
        async with talking(two_workers) as client:
            before, began = await total(client), time.monotonic()
            await asyncio.gather(*(post(client) for _ in range(POSTERS)))
            seconds = time.monotonic() - began
            return await total(client) - before, seconds

    stored, seconds = asyncio.run(story())
    tell(
        f"{POSTERS} clients, {first.total()} posts: {first[201]} stored at once, {first[503]} busy, "
        f"{again[201]} of them stored when sent again; {stored / seconds:.0f} a second"
    )
    assert first.keys() <= {201, 503}
    assert first[503] <= MOST_BUSY * first.total()
    assert stored == POSTERS * POSTS


async def total(client: httpx.AsyncClient) -> int:
    """Return how many reports the record holds."""
    page = await client.get("/v1/reports", params={"limit": "1", "count": "exact"})
    return int(page.json()["total"])
