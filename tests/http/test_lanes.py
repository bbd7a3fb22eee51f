"""Admission control: who cannot be served in time is refused on arrival, and who leaves takes no place."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from starlette.types import Message

from app.errors import ClientDisconnected, Overloaded
from app.http.lanes import Costs, Dismissed, Lane, Ticket

# Long enough that no test waits for it.
AGES = 1_000.0


def ticket(expected: float = 1.0, kind: str = "a", within: float = AGES) -> Ticket:
    """Make a ticket for work that must be done within some seconds."""
    return Ticket(kind, expected, time.monotonic() + within)


async def settled() -> None:
    """Let every task go on until it waits for something."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


class Clients:
    """Clients of a lane, each by a name; `log` has what became of them, in order."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.log: list[str] = []

    async def enter(
        self, name: str, asked: Ticket, receive: Callable[[], Awaitable[Message]] | None = None
    ) -> None:
        """Wait for a place."""
        try:
            await self.lane.enter(asked, receive)
        except (Overloaded, Dismissed) as error:
            self.log.append(f"{name} {type(error).__name__}")
        else:
            self.log.append(f"{name} started")


def run(lane: Lane, story: Callable[[Clients, Callable[..., Any]], Awaitable[None]]) -> list[str]:
    """Run a story of clients; return what became of them."""
    clients = Clients(lane)

    async def told() -> None:
        async with anyio.create_task_group() as group:

            async def come(name: str, asked: Ticket, receive: Any = None) -> None:  # noqa: ANN401 - an ASGI callable
                group.start_soon(clients.enter, name, asked, receive)
                await settled()

            await story(clients, come)
            group.cancel_scope.cancel()

    anyio.run(told)
    return clients.log


def test_who_does_not_fit_is_refused_on_arrival() -> None:
    """Behind two seconds of work, who has time for it and half as much again waits; who has less is refused at once."""

    async def story(clients: Clients, come: Callable[..., Any]) -> None:
        await come("first", ticket())
        await come("second", ticket())
        await come("third", ticket(within=4.0))
        await come("fourth", ticket(within=4.0))
        assert clients.log == ["first started", "fourth Overloaded"]

    run(Lane(1), story)


def test_refusal_says_when_the_others_are_done() -> None:
    """Retry-After is the seconds of all that runs and waits."""

    async def story() -> int:
        lane = Lane(1)
        await lane.enter(ticket(7.5), None)
        with pytest.raises(Overloaded) as refused:
            await lane.enter(ticket(within=2.0), None)
        return refused.value.retry_after

    assert anyio.run(story) == 8


def test_free_place_is_for_whoever_comes() -> None:
    """Where nothing runs, even who is late starts: nobody is refused for what nobody else asks."""
    assert run(Lane(1), lambda _clients, come: come("late", ticket(within=-1.0))) == ["late started"]


def test_who_turns_out_late_is_refused_before_it_is_too_late() -> None:
    """Where what runs takes longer than expected, who waits is refused at the last moment to start."""

    async def story(_clients: Clients, come: Callable[..., Any]) -> None:
        await come("long", ticket(0.01))
        await come("waiting", ticket(AGES, within=1.5 * AGES + 0.05))
        await anyio.sleep(0.1)  # Until it is too late for the second.

    assert run(Lane(1), story) == ["long started", "waiting Overloaded"]


def test_place_is_given_back() -> None:
    """When one ends, the next starts: in a lane with an order the cheapest, else the first that came."""

    async def story(clients: Clients, come: Callable[..., Any]) -> None:
        running = ticket()
        await come("running", running)
        await come("dear", ticket(3.0))
        await come("cheap", ticket(2.0))
        clients.lane.leave(running)
        await settled()

    for lane, following in ((Lane(1), "dear"), (Lane(1, order=lambda each: each.expected), "cheap")):
        assert run(lane, story) == ["running started", f"{following} started"]


def test_one_of_a_kind_leaves_room_for_others() -> None:
    """A flood of one unknown kind has one trial at a time, so another kind starts next to it."""

    async def story(clients: Clients, come: Callable[..., Any]) -> None:
        await come("first", ticket())
        await come("same", ticket())
        await come("other", ticket(kind="b"))
        clients.lane.dismiss("a")
        await settled()

    assert run(Lane(2, one_of_a_kind=True), story) == ["first started", "other started", "same Dismissed"]


def test_who_leaves_while_waiting_takes_no_turn() -> None:
    """A client that closes its connection is dropped, and the one behind it starts in its place."""
    left = {"type": "http.disconnect"}

    async def story() -> str:
        lane, running, behind = Lane(1), ticket(), ticket()
        leaving = anyio.Event()

        async def receive() -> Message:
            await leaving.wait()
            return left

        await lane.enter(running, None)
        async with anyio.create_task_group() as group:

            async def leave() -> None:
                with pytest.raises(ClientDisconnected):
                    await lane.enter(ticket(), receive)

            group.start_soon(leave)
            await settled()
            group.start_soon(lane.enter, behind, None)
            await settled()
            leaving.set()
            await settled()
            lane.leave(running)
        return "behind started" if behind.started else "nobody started"

    assert anyio.run(story) == "behind started"


def test_costs_are_averages_of_late_and_forget() -> None:
    """A guess gives way to the first measurement, never the other way round; many kinds take no more room."""
    costs = Costs()
    assert costs.of("a") is None
    costs.expect("a", 9.0)
    assert (costs.of("a"), costs.is_measured("a")) == (9.0, False)
    costs.measure("a", 1.0)
    costs.expect("a", 9.0)
    assert (costs.of("a"), costs.is_measured("a")) == (1.0, True)
    costs.measure("a", 2.0)
    assert 1.0 < (costs.of("a") or 0.0) < 2.0
    for number in range(10_000):
        costs.measure(number, 1.0)
    assert costs.of("a") is None
    assert costs.of(9_999) == 1.0
