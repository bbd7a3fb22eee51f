"""Clients that write without a pause while the server comes and goes, and the check of what they were promised.

All of them live in one thread: with a thread for each the client would need more of the machine than the server.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, TypeVar

import httpx

from tests.cli.test_commands import PATIENCE
from tests.factories import Body, make_report, make_strike, make_tally
from tests.faults.deployment import Deployment

T = TypeVar("T")
U = TypeVar("U")

# Reads at once while the record is read back.
READERS = 16

PREFIX = "fault-"


def body(number: int) -> Body:
    """Make a report that can be told from all others, with two lines and three tallies.

    Its days are not those of the reports around it: looking for repeats is not what is tried here.
    """
    day = {"date_from": str(date(2014, 10, 1) + timedelta(days=number % 800))}
    lines = (
        make_strike(make_tally(number % 100), make_tally(2, category="tank"), **day),
        make_strike(make_tally(1), location="Mosul", country="IQ", **day),
    )
    return make_report(*lines, number=f"{PREFIX}{number}", title=f"Number {number}")


@asynccontextmanager
async def talking(deployment: Deployment) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that holds the deployment's key and keeps its connections."""
    async with httpx.AsyncClient(
        base_url=deployment.address,
        headers={"Authorization": f"Bearer {deployment.key}"},
        timeout=PATIENCE,
    ) as client:
        yield client


def is_planned(answer: httpx.Response) -> bool:
    """Say whether a response is the refusal that is planned for a database that is busy or away."""
    return (
        answer.status_code == 503
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.json()["type"] in {"/problems/database-busy", "/problems/database-unavailable"}
        and "Retry-After" in answer.headers
    )


class Writers:
    """Clients that post report after report, and keep what each was answered.

    Each report is sent `rivals` times at once: one of these is to be stored, the others are to be told of it.
    """

    def __init__(
        self, deployment: Deployment, clients: int, numbers: Iterator[int], *, rivals: int = 1
    ) -> None:
        self.acknowledged: dict[int, bytes] = {}
        # Where those who came second were told that the report is.
        self.existing: dict[int, str] = {}
        # Answers that are no acknowledgement, and those among them that nobody planned.
        self.refused = Counter[int]()
        self.unplanned: list[str] = []
        # Writes whose answer never came: whether they were stored is nobody's promise.
        self.dropped = 0
        self._deployment = deployment
        self._clients = clients
        self._numbers = numbers
        self._rivals = rivals
        self._news = asyncio.Event()
        self._ended = False

    @asynccontextmanager
    async def posting(self) -> AsyncIterator[None]:
        """Let the clients post for the length of a block, while the server is up."""
        self._ended = False
        async with talking(self._deployment) as client, asyncio.TaskGroup() as clients:
            for _ in range(self._clients):
                clients.create_task(self._post(client))
            yield
            # Each still gets its answer, so that nothing is being written when the record is read back.
            self._ended = True

    async def acknowledge(self, more: int) -> None:
        """Wait until so many more writes were acknowledged."""
        goal = len(self.acknowledged) + more
        await self._until(lambda: len(self.acknowledged) >= goal)

    async def be_refused(self) -> None:
        """Wait until one more write was refused."""
        before = self.refused.total()
        await self._until(lambda: self.refused.total() > before)

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10 * PATIENCE):
            while not reached():
                self._news.clear()
                await self._news.wait()

    async def _post(self, client: httpx.AsyncClient) -> None:
        for number in self._numbers:
            await self._deployment.up.wait()
            if self._ended:
                return
            await asyncio.gather(*(self._send(client, number) for _ in range(self._rivals)))

    async def _send(self, client: httpx.AsyncClient, number: int) -> None:
        try:
            answer = await client.post("/v1/reports", json=body(number))
        except httpx.TransportError:
            self.dropped += 1
            return
        self._news.set()
        if answer.status_code == 201:
            self.acknowledged[number] = answer.content
            return
        if answer.status_code == 409 and self._rivals > 1:
            self.existing[number] = answer.json()["existing"]
            return
        self.refused[answer.status_code] += 1
        if not is_planned(answer):
            self.unplanned.append(f"{number}: {answer.status_code} {answer.text}")
        await asyncio.sleep(0.1)  # Not the whole Retry-After: the refusals go on to be tried.


async def faults_of(
    deployment: Deployment, acknowledged: dict[int, bytes], existing: dict[int, str] | None = None
) -> list[str]:
    """Read the whole record back, and say what was lost of it and what is torn.

    Lost: an acknowledged write that does not read as it was answered, or a report that a rival was told of
    (`existing`, by its number) and that is not there. Torn: a report, acknowledged or not, whose
    lines, tallies, revision or entry in the ledger are not those of the body that was posted.
    """
    async with talking(deployment) as client:
        listed = [item["id"] async for item in crawl(client, "/v1/reports")]
        stored = {report["id"]: report for report in await in_parallel(_reading(client), listed, READERS)}
        changes = [change async for change in crawl(client, "/v1/changes") if change["report"]]
    faults = []
    for number, content in acknowledged.items():
        answer = json.loads(content)
        for name in ("warnings", "possible_duplicates"):
            answer.pop(name)
        if stored.get(answer["id"]) != answer:
            faults.append(f"{number} was acknowledged and is lost")
    numbers_at = {f"/v1/reports/{identifier}": report["number"] for identifier, report in stored.items()}
    faults += [
        f"{number} was told of and is lost"
        for number, path in (existing or {}).items()
        if numbers_at.get(path) != f"{PREFIX}{number}"
    ]
    for report in stored.values():
        if report["number"].startswith(PREFIX):
            number = int(report["number"].removeprefix(PREFIX))
            if _said(report) != _said(body(number)):
                faults.append(f"{number} is torn")
    numbers = Counter(report["number"] for report in stored.values())
    faults += [f"{number} is stored {times} times" for number, times in numbers.items() if times > 1]
    latest = {change["report"]: (change["seq"], change["revision"]) for change in changes}
    if latest != {report["id"]: (report["seq"], report["revision"]) for report in stored.values()}:
        faults.append("the ledger and the reports do not agree")
    if len(changes) != sum(report["revision"] for report in stored.values()):
        faults.append("the ledger has more or fewer entries than the reports have revisions")
    return faults


async def crawl(client: httpx.AsyncClient, path: str) -> AsyncIterator[Any]:
    """Yield every item of a list, page by page."""
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        parameters = {"limit": "500"} | ({"cursor": page["next"]} if page["next"] else {})
        answer = await client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for item in page["items"]:
            yield item


async def in_parallel(do: Callable[[T], Awaitable[U]], each: Iterable[T], at_once: int) -> list[U]:
    """Do something with each, so many at once, and return what came of it in order."""
    places = asyncio.Semaphore(at_once)

    async def one(thing: T) -> U:
        async with places:
            return await do(thing)

    return await asyncio.gather(*(one(thing) for thing in each))


def _reading(client: httpx.AsyncClient) -> Callable[[str], Awaitable[Any]]:
    async def read(identifier: str) -> Any:  # noqa: ANN401 - a JSON body
        answer = await client.get(f"/v1/reports/{identifier}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


def _said(report: Body) -> Body:
    """Return what a report says, from the body that was posted or from the one that was answered."""
    return {name: report[name] for name in ("publisher", "number", "title", "published_on")} | {
        "strikes": [
            {
                "day": strike["date_from"],
                "country": strike["country"],
                "place": _name(strike["location"]),
                "strikes": strike.get("strikes", strike.get("strikes_min")),
                "tallies": [
                    (tally["effect"], tally["category"], tally.get("count", tally.get("count_min")))
                    for tally in strike["tallies"]
                ],
            }
            for strike in report["strikes"]
        ]
    }


def _name(location: str | Body) -> str:
    return location if isinstance(location, str) else location["name"]
