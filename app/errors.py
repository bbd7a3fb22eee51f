"""Application errors in the domain's terms; http/problems.py maps their status.

StrikeledgerError
├── NotFound                a report, strike or page that is not there (or not visible)
├── Conflict                the record already holds this, or holds it in a state that does not allow it
│   └── DuplicateReport       the publisher already has a report of this number
├── MalformedRequest        bytes that are not what they claim to be: not JSON, not UTF-8
│   └── MalformedFile         a file for import with a wrong encoding, ragged rows or an unknown column
├── PayloadTooLarge         a body over the operation's limit
├── UnsupportedMediaType    a body in a format that the operation does not take
├── NotAcceptable           the request accepts none of the available formats
├── PreconditionRequired    a write on a resource without If-Match
├── PreconditionFailed      somebody else wrote in between
├── InvalidInput            one or many faults, each with its place and the nearest right thing
│   └── IdempotencyKeyReused  the name of an earlier request, on another one
├── Unauthenticated         no key, or one that is wrong, expired or revoked
├── InsufficientScope       a key that may not do this
├── DatabaseBusy            another writer held the database too long
├── TooManyOfAddress        as many responses are open as one address may have
├── TooManyOpenResponses    as many responses are open as the process may have
├── QueryTimeout            the query takes longer than a request may
├── ParseTimeout            the text cannot be read within the time that a request may take
├── Overloaded              other requests leave no time for this one
│   └── ClientDisconnected    the client closed its connection before its response
├── DatabaseUnavailable     the database cannot be reached
│   ├── ReadOnlyDatabase      it can be read, and refuses to be written
│   └── DamagedDatabase       what is stored cannot be read as what it must be
├── StorageFull             the disk of the database takes no more data
├── UnusableDatabase        the database is not one that this version may touch
└── InvalidSetting          an environment variable that is unknown, or holds what it cannot hold
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


class StrikeledgerError(Exception):
    """The root of every error that the product raises on purpose."""


class NotFound(StrikeledgerError):
    """Nothing readable has this name. Absent and hidden resources are not distinguished."""


class Conflict(StrikeledgerError):
    """The record already holds this, or what it holds does not allow it; `existing` is the path of that."""

    def __init__(self, message: str, *, existing: str) -> None:
        super().__init__(message)
        self.existing = existing


class DuplicateReport(Conflict):
    """The publisher already has a report of this number."""


class MalformedRequest(StrikeledgerError):
    """The bytes cannot be read as what they claim to be."""


class MalformedFile(MalformedRequest):
    """A file for import cannot be read as what it claims to be: wrong encoding, ragged rows, an unknown column."""


class PreconditionRequired(StrikeledgerError):
    """The request must state, by If-Match, which state of the resource its author read."""


class PreconditionFailed(StrikeledgerError):
    """The thing is no longer as the request's author saw it."""


class PayloadTooLarge(StrikeledgerError):
    """The body is over the operation's limit."""


class UnsupportedMediaType(StrikeledgerError):
    """The body is in a format that the operation does not take."""


class NotAcceptable(StrikeledgerError):
    """The request accepts none of the available formats."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input.

    `where` is a JSON pointer into the body or the name of a query parameter, according to `source`.
    `detail` never repeats the rejected value raw: it can be too long, or not printable.
    """

    source: Literal["pointer", "parameter"]
    where: str
    code: str
    detail: str
    # The nearest valid values; also at the end of `detail`.
    suggestions: tuple[str, ...] = ()


# Faults that the one-sentence summary of an InvalidInput repeats.
SUMMED_UP = 3


class InvalidInput(StrikeledgerError):
    """The input is well-formed and not acceptable. Holds the faults, in the input's order.

    `count` is the number of all, where there are more than were made.
    """

    def __init__(self, faults: Sequence[Fault], count: int | None = None) -> None:
        rest = (count or len(faults)) - SUMMED_UP
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__("; ".join(fault.detail for fault in faults[:SUMMED_UP]) + more)
        self.faults = tuple(faults)


class IdempotencyKeyReused(InvalidInput):
    """The name under which another request was sent before: which of the two is meant is a guess."""


class Unauthenticated(StrikeledgerError):
    """The request carries no key that is valid now. Says nothing about which part was wrong."""


class InsufficientScope(StrikeledgerError):
    """The key is valid and lacks the scope that the operation needs."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"this operation needs a key with the scope '{scope}'")
        self.scope = scope


class DatabaseBusy(StrikeledgerError):
    """Another writer held the database for longer than a request may wait."""


class TooManyOfAddress(StrikeledgerError):
    """The client's address has as many open streams or downloads as it may have."""


class TooManyOpenResponses(StrikeledgerError):
    """The process has as many open streams or downloads as it may have."""


class QueryTimeout(StrikeledgerError):
    """The query takes longer than a request may; the engine has stopped working on it."""


class ParseTimeout(StrikeledgerError):
    """The text cannot be read within the time that a request may take, or its client has left."""


class Overloaded(StrikeledgerError):
    """Other requests leave no time for this one. `retry_after` are the seconds until they are expected to be done."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(f"other long queries are running; retry in {retry_after} s")
        self.retry_after = retry_after


class ClientDisconnected(Overloaded):
    """The client closed its connection before its response: the work is dropped, and nobody sees this."""


class DatabaseUnavailable(StrikeledgerError):
    """The database cannot be reached."""


class ReadOnlyDatabase(DatabaseUnavailable):
    """The database can be read, and refuses to be written: a read-only file, a standby, a role without the right."""


class DamagedDatabase(DatabaseUnavailable):
    """Stored bytes are not what they must be: a page of the file, a text, a date, stored JSON."""

    def __init__(self) -> None:
        super().__init__("stored data is damaged; run `strikeledger verify` and restore a backup")


class StorageFull(StrikeledgerError):
    """The disk of the database is full, or a quota or size limit is reached. Nothing was stored."""


class UnusableDatabase(StrikeledgerError):
    """The database is missing its schema, or has one that this version does not know."""


class InvalidSetting(StrikeledgerError):
    """An environment variable is misspelt, or its value is not valid. Raised before anything is served."""
