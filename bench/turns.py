"""What each server is asked in turn, one after the other, in every round."""

import random
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import figures as named
from bench.figures import GROUP_OF, Group
from bench.limits import DuckDB, transactions
from bench.load import A_ROUND, Answered, Asked, ask, is_slow, many, one_by_one, read
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

SECONDS = 1
MANY, ONE = 16, 1

# Questions of each kind, how many of them are compared with the peers' rows, and how many are asked again.
QUESTIONS = 200
COMPARED = 10
REPEATED = 20
BODIES = 3_000

# The harness's names of the questions that are counts, and of those that are asked again.
COUNTS = {named.BY_PLACE: "W4", named.ONE_PLACE: "W5", named.EVERYTHING: "W6"}
AGAIN = {named.PAGE: "W2", named.EVERYTHING: "W6"}
# How many questions make an answer of ours.
PARTS = {named.BY_PLACE: 2}

# With few lines most pages of the harness are nearly empty; these filters match more lines than a page holds.
COMMONEST = {"location": 1, "category": 1}


@dataclass(frozen=True, slots=True)
class Peers:
    """The servers of one size by their ports, the key with which ours takes reports, and what has no server."""

    size: int
    database: Path
    ours: int
    default: int
    kept: int
    datasette: int
    typical: int
    bare: int
    noop: int
    key: str
    duckdb: DuckDB
    sqlite: Path


@dataclass(frozen=True, slots=True)
class Turn:
    """A measurement of one server, which is taken in each round; `taken` has the round's number, from 0."""

    question: str
    who: str
    size: int
    taken: Callable[[int], Answered]


def turns(harness: Harness, every: Sequence[Peers], chosen: Container[Group]) -> Iterator[Turn]:
    """Yield the turns of a round: each question of the chosen groups, by size, for all servers.

    Raises ValueError where a peer's response differs from the product's.
    """
    for question, its_turns in _TURNS:
        if GROUP_OF[question] in chosen:
            for peers in every:
                yield from its_turns(harness, peers, question)


def _many(  # noqa: PLR0913, PLR0917 - what one wrk needs
    question: str,
    who: str,
    peers: Peers,
    port: int,
    connections: int,
    asked: Callable[[], Sequence[Asked]],
    parts: int = 1,
) -> Turn:
    """Measure on so many connections. `asked` makes the requests anew in each round, and warms the server up."""

    def taken(number: int) -> Answered:
        result = many(port, asked(), connections, SECONDS, number * parts)
        return Answered(result.rate / parts, result.size * parts, result.failed)

    return Turn(question, who, peers.size, taken)


def _reads(  # noqa: PLR0913, PLR0917 - as above
    question: str,
    who: str,
    peers: Peers,
    port: int,
    connections: int,
    asked: Sequence[Asked],
    parts: int = 1,
) -> Turn:
    """Measure on so many connections, or one request after the other where a response takes long."""
    if not is_slow(port, asked):
        return _many(question, who, peers, port, connections, _same(asked), parts)

    return Turn(question, who, peers.size, lambda number: one_by_one(port, asked, SECONDS, number, parts))


def posted(harness: Harness) -> list[Mapping[str, Any]]:
    """Return the reports that are posted."""
    chance = random.Random(3)  # noqa: S311 - the same reports each time
    return [harness.module("queries").post_body(chance) for _ in range(BODIES)]


def _report(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    yield from _next_to_datasette(peers, question, "W1", MANY, _parameters(harness, peers, "W1"))
    yield _many(question, named.NOOP, peers, peers.noop, MANY, _same([Asked("/")]))


def _page(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    yield from _next_to_datasette(peers, question, "W2", MANY, _parameters(harness, peers, "W2"))


def _full_page(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    wide = [{**values, **COMMONEST} for values in _parameters(harness, peers, "W2")]
    full = [
        values
        for values, request in zip(wide, questions("W2", wide), strict=True)
        if len(read(peers.ours, request)["items"]) == PAGE
    ]
    yield from _next_to_datasette(peers, question, "W2", MANY, full)


def _deep_page(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    before = _parameters(harness, peers, "W3")[0]["offset"]
    for name, lines in ((named.FIRST_PAGE, 0), (question, before)):
        page = page_after(peers.ours, lines)
        yield _many(name, named.OURS, peers, peers.ours, MANY, _same([page]))


def _counts(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    work = COUNTS[question]
    parameters = _parameters(harness, peers, work)

    def in_duckdb(number: int) -> Answered:
        return Answered(peers.duckdb.rate(work, parameters, SECONDS, number * A_ROUND), 0)

    _compare(peers, work, parameters, partial(peers.duckdb.rows, work))
    yield from _next_to_datasette(peers, question, work, ONE, parameters)
    yield Turn(question, named.DUCKDB, peers.size, in_duckdb)


def _next_to_datasette(
    peers: Peers, question: str, work: str, connections: int, parameters: Sequence[Parameters]
) -> Iterator[Turn]:
    """Yield the turns of ours and of Datasette, once the first COMPARED responses have the same rows."""

    def rows(values: Parameters) -> Any:  # noqa: ANN401 - JSON
        return read(peers.datasette, *datasette_questions(work, [values]))

    _compare(peers, work, parameters, rows)
    our, their = questions(work, parameters), datasette_questions(work, parameters)
    parts = PARTS.get(question, 1)
    yield _reads(question, named.OURS, peers, peers.ours, connections, our, parts)
    if connections > 1:
        yield _reads(question, named.DEFAULT, peers, peers.default, connections, our, parts)
    yield _reads(question, named.DATASETTE, peers, peers.datasette, connections, their)


def _compare(
    peers: Peers, work: str, parameters: Sequence[Parameters], rows: Callable[[Parameters], Any]
) -> None:
    """Raise ValueError where a peer's rows differ from ours for any of the first COMPARED parameters."""
    numbers = category_numbers(peers.database)
    # W6 has no parameters: there is but one question.
    for values in parameters[: COMPARED if parameters[0] else 1]:
        ours = said_by_us(work, [read(peers.ours, request) for request in questions(work, [values])])
        if ours != said_by_peer(work, rows(values), numbers):
            raise ValueError(f"{work} of {values} has other rows among {peers.size:,} lines of a peer")


def _again(harness: Harness, peers: Peers, question: str) -> Iterator[Turn]:
    work = AGAIN[question]
    asked = questions(work, _parameters(harness, peers, work)[:REPEATED])

    def same() -> list[Asked]:
        for each in asked:
            read(peers.kept, each)
        return asked

    def as_many_bytes() -> list[Asked]:
        return [Asked(f"/{len(ask(peers.kept, each)[2])}") for each in asked]

    def held() -> list[Asked]:
        tags = [ask(peers.kept, each)[1]["etag"] for each in asked]
        return [
            Asked(each.path, headers={"If-None-Match": tag}) for each, tag in zip(asked, tags, strict=True)
        ]

    yield _many(question, named.KEPT, peers, peers.kept, MANY, same)
    yield _many(question, named.BARE, peers, peers.bare, MANY, as_many_bytes)
    yield _many(question, named.UNCHANGED, peers, peers.kept, MANY, held)


def _posts(harness: Harness, peers: Peers, _: str) -> Iterator[Turn]:
    bodies = posted(harness)
    ours = _same([report_posted(body, peers.key) for body in bodies])
    theirs = _same([posted_to_peer(body) for body in bodies])

    def stored(_: int) -> Answered:
        return Answered(transactions(harness, peers.sqlite, bodies, SECONDS), 0)

    for question, connections in ((named.POST, ONE), (named.POST_AT_ONCE, MANY)):
        yield _many(question, named.OURS, peers, peers.kept, connections, ours)
        yield _many(question, named.TYPICAL, peers, peers.typical, connections, theirs)
    yield Turn(named.POST, named.SQLITE, peers.size, stored)


def _parameters(harness: Harness, peers: Peers, work: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = harness.module("queries").params(str(peers.database), work, QUESTIONS)
    return found


def _same(asked: Sequence[Asked]) -> Callable[[], Sequence[Asked]]:
    return lambda: asked


# In the order of a round.
_TURNS: Sequence[tuple[str, Callable[[Harness, Peers, str], Iterator[Turn]]]] = (
    (named.REPORT, _report),
    (named.PAGE, _page),
    (named.FULL_PAGE, _full_page),
    (named.DEEP_PAGE, _deep_page),
    *((question, _counts) for question in COUNTS),
    *((question, _again) for question in AGAIN),
    (named.POST, _posts),
)
