"""Staging process: reads NDJSON and stages its reports while the import writes.

To read, validate and stage a report takes longer than to write it, and touches nothing of the database but the
vocabulary, so a second core does it. What is stored stays the same: this process only does earlier what the import
would do. It leaves to the import whatever depends on the record or is not valid: reports without a number, lines that
repeat another strike, retractions, faults.

It is a process of its own program, and not a fork, so that it works on every system and holds none of the import's
connections. It reads the file as its standard input and writes batches to its standard output; where the import is
gone, that write fails and ends it.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, NamedTuple

from pydantic import ValidationError

from app.bulk.candidates import Candidate, StagedCandidate, of_line
from app.bulk.decoding import Line, lines
from app.db.engine import Database, ReadSession
from app.errors import InvalidInput, MalformedFile, StrikeledgerError
from app.ledger.head import Head, head
from app.record.report_in import ReportIn
from app.reports.staging import FirstRevision, first_revision, stage
from app.settings import read_settings

# Bytes of a file from which on a second process gains more than the second that its start takes.
WORTH_BYTES = 8 * 1024 * 1024

# Reports of a batch, and the characters of their lines from which on it is sent before.
_REPORTS, _CHARACTERS = 100, 256 * 1024


class StagingFailed(StrikeledgerError):
    """The staging process ended before the file did."""


class _Batch(NamedTuple):
    """Reports of the file, the bytes that they were read from, and what ended the reading: a message, or nothing."""

    candidates: list[StagedCandidate]
    size: int
    is_last: bool = False
    refused: str | None = None


def is_worthwhile(size: int) -> bool:
    """Return whether a second process makes the import of a file of so many bytes shorter."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return size >= WORTH_BYTES and cores > 1 and bool(sys.executable)


@contextmanager
def staged(stream: BinaryIO, advance: Callable[[int], None]) -> Iterator[Iterator[StagedCandidate]]:
    """Yield the reports of NDJSON, staged for the product's own command under the vocabulary as it stands.

    `stream` is a file of the system, for the other process alone; `advance` is called with the bytes that were read.
    Reading raises what `from_ndjson` raises, and StagingFailed. The process has ended when the block has.
    """
    stream.seek(0)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        stdin=stream,
        stdout=subprocess.PIPE,
        # It imports from where this process did, however that was started.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        # Of its own group, so that Ctrl-C is for the import alone, which ends it.
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was requested
    try:
        yield _received(process.stdout, advance)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _received(pipe: Any, advance: Callable[[int], None]) -> Iterator[StagedCandidate]:  # noqa: ANN401 - a pipe
    is_last = False
    while not is_last:
        try:
            batch: _Batch = pickle.load(pipe)  # noqa: S301 - of our own process
        except (EOFError, pickle.UnpicklingError):
            raise StagingFailed("the process that reads the file ended early; nothing was imported") from None
        advance(batch.size)
        yield from batch.candidates
        if batch.refused is not None:
            raise MalformedFile(batch.refused)
        is_last = batch.is_last


def _batches(stream: BinaryIO, session: ReadSession) -> Iterator[_Batch]:
    now = head(session)
    candidates = list[StagedCandidate]()
    size = characters = 0

    def advance(count: int) -> None:
        nonlocal size
        size += count

    try:
        for line in lines(stream, advance):
            if not line.text.strip():
                continue
            candidates.append(_staged(line, session, now))
            characters += len(line.text)
            if len(candidates) >= _REPORTS or characters >= _CHARACTERS:
                yield _Batch(candidates, size)
                candidates, size, characters = [], 0, 0
    except MalformedFile as error:
        yield _Batch(candidates, size, refused=str(error))
    else:
        yield _Batch(candidates, size, is_last=True)


def _staged(line: Line, session: ReadSession, now: Head) -> StagedCandidate:
    candidate = of_line(line)
    return StagedCandidate(line, candidate.ids, candidate.events, _first(candidate, session, now))


def _first(candidate: Candidate, session: ReadSession, now: Head) -> FirstRevision | None:
    """Return what is written of a new report; None where that depends on the record, or where it is not valid."""
    if candidate.problems or candidate.status == "retracted":
        return None
    try:
        report = ReportIn.model_validate(candidate.body)
        if report.number is None or any(strike.same_as is not None for strike in report.strikes):
            return None
        return first_revision(stage(session, report, now=now), None)
    except (ValidationError, InvalidInput):
        return None


def main() -> None:
    """Stage the NDJSON of standard input, and write batches to standard output."""
    # Systems without process groups send it to every process of the terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    database = Database(read_settings().database_url)
    # Unbuffered, so that nothing is left to be written, once more, when the import is gone.
    with suppress(BrokenPipeError), open(1, "wb", buffering=0) as pipe, database.reading() as session:
        for batch in _batches(sys.stdin.buffer, session):
            left = memoryview(pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))
            while left:
                left = left[pipe.write(left) :]
    database.close()
