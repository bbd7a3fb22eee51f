"""docs/limits.md says what the code holds to."""

from pathlib import Path

import pytest

from app.changes.watcher import HEARTBEAT_SECONDS
from app.cli import serve
from app.columnar import partials, segment
from app.db import prepared, wal
from app.db.meaning import WAIT_SECONDS
from app.http import (
    bodies,
    cache,
    compression,
    concurrency,
    counters,
    faults,
    guard,
    protocol,
    rates,
    sessions,
)
from app.http.pages import MOST_ON_A_PAGE
from app.http.waiting import MOST_OPEN, MOST_UNSENT, Patience
from app.models.base import NAME_LENGTH
from app.parsing import limits
from app.releases import doubts, lookup, parsers
from app.releases.router import LONGEST_TEXT
from app.reports import fields, resolve
from app.reports.schemas import MOST_LINES, MOST_TALLIES
from app.settings import Settings
from app.strikes import access_path
from app.vocabulary import remembered
from app.vocabulary.wording import MOST_WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
KIB = 1024

SAID = [
    f"| URL: path and query | {guard.LONGEST_URL // KIB} KiB |",
    f"| all headers together | {guard.LONGEST_HEADERS // KIB} KiB |",
    f"| JSON body | {bodies.LONGEST_JSON // KIB**2} MiB |",
    f"| text for `POST /v1/parse` | {LONGEST_TEXT // KIB} KiB |",
    f"| nesting of JSON | {bodies.DEEPEST_JSON} |",
    f"| names and items in a JSON body | {bodies.MOST_VALUES:,} |",
    f"A JSON body of {bodies.LONG_JSON // KIB} KiB or more is read",
    f"| digits of an integer in JSON | {bodies.LONGEST_NUMBER} |",
    f"| lines, and claims of coverage | {MOST_LINES:,} each |",
    f"| tallies of one line | {MOST_TALLIES} |",
    f"| tallies of all lines | {resolve.MOST_TALLIES_IN_ALL:,} |",
    f"| characters of the text | {fields.LONGEST_TEXT:,} |",
    f"| characters of a quote | {resolve.LONGEST_QUOTE:,} |",
    f"| {resolve.QUOTED_TIMES} times those of the text; {resolve.QUOTED_AT_LEAST:,} with any text |",
    f"A report of {bodies.LONG_JSON // KIB} KiB or more",
    f"| items on a page | {MOST_ON_A_PAGE} |",
    f"| faults named in one answer | {faults.MOST_FAULTS} |",
    f"read on for {protocol.MOST_LEFTOVER // KIB**2} MiB or {Patience().farewell} s",
    f"| the headers of a request | {Patience().headers} s |",
    f"| the next byte of a body | {Patience().body} s |",
    f"| a client to take {Patience().slowest * Patience().answer // KIB} KiB of its response",
    f"response ({Patience().slowest // KIB} KiB a second) | {Patience().answer} s |",
    f"clients take {MOST_UNSENT // KIB**2} MiB at most",
    f"take less than {Patience().brisk // KIB} KiB a second",
    f"so {int(MOST_OPEN * concurrency.STREAMS_SHARE):,} at most | {concurrency.STREAMS_OF_ADDRESS} |",
    f"| downloads (`/v1/export`) | {concurrency.DOWNLOADS} | {concurrency.DOWNLOADS_OF_ADDRESS} |",
    f"has taken nothing for {Patience().stuck} s",
    f"After {HEARTBEAT_SECONDS} s of silence",
    f"| the next request on a connection | {serve.KEEP_ALIVE} s |",
    f"| requests in flight when the server is told to stop | {serve.GRACE} s |",
    f"| what a question asks for to be found | {sessions.MOST_SECONDS} s from its arrival |",
    f"| other writers | {WAIT_SECONDS} s |",
    f"| a text to be read into a draft | {parsers.MOST_SECONDS:g} s |",
    f"| a sentence | {limits.MAX_WORDS} words, {limits.MAX_CHARACTERS:,} characters |",
    f"| strike lines | {limits.MAX_LINES:,} |",
    f"| claimed totals | {limits.MAX_TOTALS} |",
    f"| tallies, and the characters of their phrases | {limits.MAX_TALLIES:,}, and {limits.MAX_PHRASES:,} |",
    f"add to a line | until it has {limits.MAX_CONTINUED} |",
    f"| remarks of the parser, and in all | {limits.MAX_REMARKS}, and {doubts.MOST_REMARKS:,} |",
    f"| unknown phrases with a suggestion | {lookup.MOST_SUGGESTED} |",
    f"| a place or category that is looked up | {NAME_LENGTH} characters |",
    f"or guessed at | {MOST_WORDS} words |",
    f"Texts up to {parsers.SHORT_TEXT // KIB} KiB",
    f"finds {parsers.MOST_WAITING // KIB} KiB waiting",
    f"uses more than {sessions.AT_ONCE_SECONDS} s of the processor",
    f"bookkeeping | {cache.MOST_BYTES // KIB**2} MiB; none of more than {cache.LARGEST // KIB**2} MiB |",
    f"| texts of SQL statements | {prepared.MOST_BYTES // KIB**2} MiB |",
    f"| counts that choose an index | {access_path.BYTES_OF_COUNTS // KIB**2} MiB |",
    f"({segment.LINES_IN_SEGMENT:,} lines) | {partials.BYTES_CACHED // KIB} KiB for each part, and as much ",
    f"more than {remembered.LONGEST} letters",
    f"({MOST_OPEN:,} at most)",
    f"One address may have {Patience().half_open} connections",
    f"| an address without a valid key | {rates.ANONYMOUS.item.amount} requests a minute |",
    f"| the same | {rates.MOST_AT_ONCE} requests at once",
    f"| {rates.READS.item.amount} requests a minute | `{rates.READS.name}` |",
    f"| {rates.WRITES.item.amount} requests a minute | `{rates.WRITES.name}` |",
    f"| an address | {rates.MOST_CONNECTIONS} connections |",
    f"at most {rates.UNPROVEN.amount} times a minute",
    f"when it reaches {wal.CHECKPOINT_BYTES // KIB**2} MB; for that they wait up to {wal.PATIENCE_SECONDS} s",
    f"at most every {wal.PAUSE_SECONDS:.0f} s",
    f"names the file from {wal.WARNING_BYTES // KIB**2} MB on",
    f"Answers of {compression.SMALLEST // KIB} KiB and more",
    *(f"`{host}`" for host in Settings(database_url="sqlite:///x.db").allowed_hosts),
]


def test_as_many_workers_serve_as_can_count() -> None:
    """The command takes no more workers than the table of the counters has places."""
    assert serve.MOST_WORKERS == counters.MOST_WORKERS


@pytest.mark.parametrize("said", SAID)
def test_page_says_what_holds(said: str) -> None:
    """Each figure of the page is the one in the code."""
    assert said in PAGE
