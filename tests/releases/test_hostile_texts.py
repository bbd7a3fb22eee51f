"""Texts made to be slow or to grow: each is read within its time and into a bounded draft, and blocks nobody."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from string import ascii_lowercase
from typing import Any

import pytest

from app.http.validation import MOST_FAULTS
from app.parsing.limits import MAX_LINES, MAX_TALLIES, MAX_TOTALS, MAX_WORDS
from app.releases.doubts import MOST_REMARKS
from app.releases.lookup import MOST_SUGGESTED
from app.releases.router import LONGEST_TEXT
from bench.texts import FAMILIES
from tests.http.server import Server, listen, running

# Of a family's text where all are sent: each takes a tenth of the time that the server gives it, at most.
SIZE = 8 * 1024

# What reaches every limit.
LONG = 100 * 1024

HONEST = "On Feb. 6, 2017, near Raqqa, Syria, two strikes destroyed a tank."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that finishes long texts, however busy the machine is."""
    with running(tmp_path_factory.mktemp("server"), parsing=60) as server:
        yield server


def request(content: str, media_type: str = "text/plain") -> bytes:
    """Return the request that sends a text, or a body that holds one."""
    body = content.encode()
    head = f"POST /v1/parse HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def parse(server: Server, text: str) -> Any:  # noqa: ANN401 - a JSON body
    """Send a text that must be read within the server's own deadline."""
    answer = server.say(request(text), wait=20)
    assert answer.status == 200, answer.raw[:500]
    return json.loads(answer.body)


def kinds(parsed: Any) -> list[str]:  # noqa: ANN401 - a JSON body
    """Return the kinds of remark, in the order of the text."""
    return [remark["kind"] for remark in parsed["remarks"]]


@pytest.mark.parametrize("name", FAMILIES)
def test_text_of_any_family_is_read_in_time(server: Server, name: str) -> None:
    """The server reads the text before its own deadline, and answers with no more than a bounded multiple of it."""
    text = FAMILIES[name].text(SIZE)
    answer = server.say(request(text), wait=20)

    assert answer.status == 200, answer.raw[:500]
    # The shortest line has 20 characters, and with all its remarks a kilobyte.
    assert len(answer.body) < 64 * SIZE


@pytest.mark.parametrize("name", ["totals", "countries by days", "totals and lines"])
def test_totals_are_bounded(patient: Server, name: str) -> None:
    """Beyond a number of totals that no release claims the rest is unread, and remarked."""
    parsed = parse(patient, FAMILIES[name].text(LONG))

    assert len(parsed["draft"]["coverage"]) <= MAX_TOTALS
    assert len(parsed["checks"]) <= 4 * MAX_TOTALS
    assert "capped" in kinds(parsed)


@pytest.mark.parametrize("name", ["bare targets", "unknown targets", "shared nouns", "bullets"])
def test_draft_is_bounded(patient: Server, name: str) -> None:
    """Beyond a number of lines, targets or words of targets the rest is unread, and remarked."""
    parsed = parse(patient, FAMILIES[name].text(LONG))
    strikes = parsed["draft"]["strikes"]

    assert len(strikes) <= MAX_LINES
    assert sum(len(strike["tallies"]) for strike in strikes) < MAX_TALLIES + MAX_WORDS
    assert len(parsed["remarks"]) <= MOST_REMARKS
    assert "capped" in kinds(parsed)


def test_left_out_remarks_are_counted(patient: Server) -> None:
    """Of more remarks than a reader can use the last one gives the number of the others."""
    remarks = parse(patient, FAMILIES["bullets"].text(LONG))["remarks"]
    assert len(remarks) == MOST_REMARKS
    assert remarks[-1]["message"].endswith("more remarks, from here on, are omitted")


def test_only_the_first_unknown_phrases_get_suggestions(server: Server) -> None:
    """Past a number of unknown phrases a remark names no nearest category."""
    phrases = (f"{noun}{letter * 3}" for noun in ("tankk", "boatt", "truckk") for letter in ascii_lowercase)
    parsed = parse(server, "".join(f"* Near X, one strike destroyed a {phrase}.\n" for phrase in phrases))
    unknown = [remark for remark in parsed["remarks"] if remark["kind"] == "unknown_category"]

    assert len(unknown) > MOST_SUGGESTED
    assert sum("nearest" in remark["message"] for remark in unknown) <= MOST_SUGGESTED


def test_messages_repeat_only_the_beginning_of_a_phrase(server: Server) -> None:
    """A word of a thousand parts is unknown, and the remark stays short."""
    parsed = parse(server, FAMILIES["hyphens in sentences"].text(SIZE))
    assert "unknown_category" in kinds(parsed)
    assert max(len(remark["message"]) for remark in parsed["remarks"]) < 250


def test_short_text_does_not_wait_for_long_ones(server: Server) -> None:
    """Of more long texts than can be read each is served or refused, and a short one is served meanwhile."""
    with ExitStack() as stack:
        hostile = [stack.enter_context(server.connect(20)) for _ in range(6)]
        for connection in hostile:
            connection.sendall(request(FAMILIES["bullets"].text(LONGEST_TEXT)))
        assert len(parse(server, HONEST)["draft"]["strikes"]) == 1
        answers = [listen(connection) for connection in hostile]

    refused = [answer for answer in answers if answer.status == 503]
    # One is read, and one may wait for it.
    assert len(refused) >= 4
    assert {answer.status for answer in answers} <= {200, 503}
    for answer in refused:
        assert b"/problems/parse-timeout" in answer.body
        assert "retry-after: 2" in answer.head


def test_body_of_unknown_fields_is_refused_by_the_first_ones(server: Server) -> None:
    """A body with fifty thousand unknown fields names fifty."""
    body = json.dumps({"text": HONEST} | {f"x{number}": 1 for number in range(50_000)})
    answer = server.say(request(body, "application/json"), wait=20)

    assert answer.status == 422
    assert len(json.loads(answer.body)["errors"]) == MOST_FAULTS
