"""docs/limits.md says what the code holds to."""

from pathlib import Path

import pytest

from app.bulk import decoding, import_router, sheet_rows, sheets
from app.changes.watcher import HEARTBEAT_SECONDS
from app.cli import serve
from app.columnar import partial_aggregates, segment
from app.db import statements, wal
from app.db.driver_errors import WAIT_SECONDS
from app.http import bodies, sessions, validation
from app.http.pagination import MOST_ON_A_PAGE
from app.models.base import NAME_LENGTH
from app.parsing import limits
from app.record import report_types
from app.record.report_in import MOST_LINES, MOST_TALLIES
from app.releases import doubts, lookup, parsers
from app.releases.router import LONGEST_TEXT
from app.reports import resolve
from app.server import compression, concurrency, counters, edge, protocol, rate_limits, response_cache
from app.server.timeouts import MOST_OPEN, MOST_UNSENT, Patience
from app.settings import Settings
from app.strikes import access_path
from app.vocabulary import text_cache
from app.vocabulary.normalize import MOST_WORDS

PAGE = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
KIB = 1024

SAID = [
    f"| URL: path and query | {edge.LONGEST_URL // KIB} KiB |",
    f"| all headers together | {edge.LONGEST_HEADERS // KIB} KiB |",
    f"| JSON body | {bodies.LONGEST_JSON // KIB**2} MiB |",
    f"| file for `POST /v1/imports` | {import_router.LARGEST_FILE // KIB**2} MiB |",
    f"| line of a file for import, also by the command | {decoding.LONGEST_LINE:,} bytes |",
    f"| {sheets.LARGEST_WORKBOOK // KIB**2} MiB unpacked, {sheets.MOST_CELLS:,} cells |",
    f"| rows of one report in a table for import | {sheet_rows.MOST_ROWS:,} |",
    f"| text for `POST /v1/parse` | {LONGEST_TEXT // KIB} KiB |",
    f"| nesting of JSON | {bodies.DEEPEST_JSON} |",
    f"| names and items in a JSON body | {bodies.MOST_VALUES:,} |",
    f"A JSON body of {bodies.LONG_JSON // KIB} KiB or more is read",
    f"| digits of an integer in JSON | {bodies.LONGEST_NUMBER} |",
    f"| lines, and claims of coverage | {MOST_LINES:,} each |",
    f"| tallies of one line | {MOST_TALLIES} |",
    f"| tallies of all lines | {resolve.MOST_TALLIES_IN_ALL:,} |",
    f"| characters of the text | {report_types.LONGEST_TEXT:,} |",
    f"| characters of a quote | {resolve.LONGEST_QUOTE:,} |",
    f"| {resolve.QUOTED_TIMES} times those of the text; {resolve.QUOTED_AT_LEAST:,} with any text |",
    f"A report of {bodies.LONG_JSON // KIB} KiB or more",
    f"| items on a page | {MOST_ON_A_PAGE} |",
    f"| faults named in one response | {validation.MOST_FAULTS} |",
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
    f"| requests in flight when the server stops | {serve.GRACE} s |",
    f"| the results of a query | {sessions.MOST_SECONDS} s from its arrival |",
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
    f"bookkeeping | {response_cache.MOST_BYTES // KIB**2} MiB;",
    f"none of more than {response_cache.LARGEST // KIB**2} MiB |",
    f"| texts of SQL statements | {statements.MOST_BYTES // KIB**2} MiB |",
    f"| counts that choose an index | {access_path.BYTES_OF_COUNTS // KIB**2} MiB |",
    f"({segment.LINES_IN_SEGMENT:,} lines) | {partial_aggregates.BYTES_CACHED // KIB} KiB for each part, and as much ",
    f"more than {text_cache.LONGEST} letters",
    f"({MOST_OPEN:,} at most)",
    f"One address may have {Patience().half_open} connections",
    f"| an address without a valid key | {rate_limits.ANONYMOUS.item.amount} requests a minute |",
    f"| the same | {rate_limits.MOST_AT_ONCE} requests at once",
    f"| {rate_limits.READS.item.amount} requests a minute | `{rate_limits.READS.name}` |",
    f"| {rate_limits.WRITES.item.amount} requests a minute | `{rate_limits.WRITES.name}` |",
    f"| an address | {rate_limits.MOST_CONNECTIONS} connections |",
    f"at most {rate_limits.UNPROVEN.amount} times a minute",
    f"when it reaches {wal.CHECKPOINT_BYTES // KIB**2} MB; for that they wait up to {wal.PATIENCE_SECONDS} s",
    f"at most every {wal.PAUSE_SECONDS:.0f} s",
    f"names the file from {wal.WARNING_BYTES // KIB**2} MB on",
    f"Responses of {compression.SMALLEST // KIB} KiB and more",
    *(f"`{host}`" for host in Settings(database_url="sqlite:///x.db").allowed_hosts),
]


def test_as_many_workers_serve_as_can_count() -> None:
    """The command takes no more workers than the table of the counters has places."""
    assert serve.MOST_WORKERS == counters.MOST_WORKERS


@pytest.mark.parametrize("said", SAID)
def test_page_says_what_holds(said: str) -> None:
    """Each figure of the page is the one in the code."""
    assert said in PAGE
