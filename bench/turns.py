"""What each server is asked in turn, one after the other, in every round."""

import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import figures as named
from bench.figures import GROUP_OF, Group
from bench.load import Answered, Asked, ask, is_slow, many, one_by_one, read
from bench.questions import (
    PAGE,
    Parameters,
    category_numbers,
    datasette_questions,
    page_after,
    posted_to_peer,
    questions,
    report_posted,
    said_by_peer,
    said_by_us,
)
from bench.servers import Harness

SECONDS = 2
MANY, ONE = 16, 1

# Questions of each kind, how many of them are held against the peers' answers, and how many are asked again.
QUESTIONS = 200
COMPARED = 10
AGAIN = 20
BODIES = 3_000

# The harness's names of the questions that Datasette is asked as well, and on how many connections.
WORKS = {
    named.REPORT: ("W1", MANY),
    named.PAGE: ("W2", MANY),
    named.BY_PLACE: ("W4", ONE),
    named.ONE_PLACE: ("W5", ONE),
    named.EVERYTHING: ("W6", ONE),
}
# How many questions make an answer of ours.
PARTS = {named.BY_PLACE: 2}

# With few lines most pages of the harness are nearly empty; these filters match more lines than a page holds.
COMMONEST = {"location": 1, "category": 1}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the servers of one size answer, and the key with which ours takes reports."""

    size: int
    database: Path
    ours: int
    kept: int
    datasette: int
    typical: int
    bare: int
    noop: int
    key: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one server is asked in each round. `asked` makes the questions anew each time, and warms it up."""

    question: str
    who: str
    ports: Ports
    port: int
    connections: int
    asked: Callable[[], Sequence[Asked]]
    parts: int = 1
    slow: bool = False

    def taken(self, number: int) -> Answered:
        """Measure it, in the round of this number."""
        asked = self.asked()
        if self.slow:
            found = one_by_one(self.port, asked[number:])
        else:
            found = many(self.port, asked, self.connections, SECONDS, number)
        return Answered(found.rate / self.parts, found.size * self.parts, found.failed)


def turns(harness: Harness, every: Sequence[Ports], chosen: Container[Group]) -> Iterator[Turn]:
    """Yield the turns of a round: each question of the chosen groups, by size, for all servers.

    Raises ValueError where a peer's response differs from the product's.
    """
    for question, (work, connections) in WORKS.items():
        if GROUP_OF[question] in chosen:
            for ports in every:
                parameters = _parameters(harness, ports, work)
                yield from _next_to_datasette(ports, question, work, connections, parameters)
    if Group.PAGES in chosen:
        for ports in every:
            yield from _pages(harness, ports)
    for question in (named.PAGE, named.EVERYTHING):
        if GROUP_OF[question] in chosen:
            for ports in every:
                yield from _again(harness, ports, question)
    if Group.POSTS in chosen:
        yield from _posts(harness, every)


def _posts(harness: Harness, every: Sequence[Ports]) -> Iterator[Turn]:
    for ports in every:
        bodies = posted(harness)
        ours = [report_posted(body, ports.key) for body in bodies]
        theirs = [posted_to_peer(body) for body in bodies]
        for question, connections in ((named.POST, ONE), (named.POST_AT_ONCE, MANY)):
            yield Turn(question, named.OURS, ports, ports.kept, connections, _same(ours))
            yield Turn(question, named.TYPICAL, ports, ports.typical, connections, _same(theirs))


def posted(harness: Harness) -> list[Mapping[str, Any]]:
    """Return the reports that are posted."""
    chance = random.Random(3)  # noqa: S311 - the same reports each time
    return [harness.module("queries").post_body(chance) for _ in range(BODIES)]


def _next_to_datasette(
    ports: Ports, question: str, work: str, connections: int, parameters: Sequence[Parameters]
) -> Iterator[Turn]:
    our, their = questions(work, parameters), datasette_questions(work, parameters)
    parts = PARTS.get(question, 1)
    _compare(ports, work, our, their, parts)
    slow = is_slow(ports.ours, our)
    yield Turn(question, named.OURS, ports, ports.ours, connections, _same(our), parts, slow)
    if question == named.REPORT:
        yield Turn(question, named.NOOP, ports, ports.noop, connections, _same([Asked("/")]))
    slow = is_slow(ports.datasette, their)
    yield Turn(question, named.DATASETTE, ports, ports.datasette, connections, _same(their), slow=slow)


def _compare(ports: Ports, work: str, our: Sequence[Asked], their: Sequence[Asked], parts: int) -> None:
    """Raise ValueError where Datasette's rows differ from ours in any of the first COMPARED responses."""
    numbers = category_numbers(ports.database)
    for index, request in enumerate(their[:COMPARED]):
        ours = said_by_us(work, [read(ports.ours, each) for each in our[index * parts : (index + 1) * parts]])
        if ours != said_by_peer(work, read(ports.datasette, request), numbers):
            raise ValueError(f"{our[index * parts].path} is answered otherwise by Datasette")
        if work == "W6":
            # There is but one question.
            break


def _pages(harness: Harness, ports: Ports) -> Iterator[Turn]:
    wide = [{**parameters, **COMMONEST} for parameters in _parameters(harness, ports, "W2")]
    full = [
        parameters
        for parameters, request in zip(wide, questions("W2", wide), strict=True)
        if len(read(ports.ours, request)["items"]) == PAGE
    ]
    yield from _next_to_datasette(ports, named.FULL_PAGE, "W2", MANY, full)
    before = _parameters(harness, ports, "W3")[0]["offset"]
    for question, lines in ((named.FIRST_PAGE, 0), (named.DEEP_PAGE, before)):
        page = page_after(ports.ours, lines)
        yield Turn(question, named.OURS, ports, ports.ours, MANY, _same([page]))


def _again(harness: Harness, ports: Ports, question: str) -> Iterator[Turn]:
    work, _ = WORKS[question]
    asked = questions(work, _parameters(harness, ports, work)[:AGAIN])

    def same() -> list[Asked]:
        for each in asked:
            read(ports.kept, each)
        return asked

    def as_many_bytes() -> list[Asked]:
        return [Asked(f"/{len(ask(ports.kept, each)[2])}") for each in asked]

    def held() -> list[Asked]:
        tags = [ask(ports.kept, each)[1]["etag"] for each in asked]
        return [
            Asked(each.path, headers={"If-None-Match": tag}) for each, tag in zip(asked, tags, strict=True)
        ]

    yield Turn(question, named.KEPT, ports, ports.kept, MANY, same)
    yield Turn(question, named.BARE, ports, ports.bare, MANY, as_many_bytes)
    yield Turn(question, named.UNCHANGED, ports, ports.kept, MANY, held)


def _parameters(harness: Harness, ports: Ports, work: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = harness.module("queries").params(str(ports.database), work, QUESTIONS)
    return found


def _same(asked: Sequence[Asked]) -> Callable[[], Sequence[Asked]]:
    return lambda: asked
