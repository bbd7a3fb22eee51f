"""Preconditions of writes: existence, permission and If-Match."""

import re
from typing import Annotated, NamedTuple

from fastapi import Depends, Path, Request

from app.db.engine import ReadSession
from app.errors import NotFound, PreconditionFailed, PreconditionRequired
from app.http.sessions import Read, Reader
from app.keys.idempotency import HEADER
from app.keys.security import Drafting, Publishing
from app.keys.service import KeyHolder, Scope
from app.ledger.head import head
from app.reports import drafts, queries
from app.vocabulary.identifiers import REPORT, row_number

ReportId = Annotated[str, Path(description="The report's id.", examples=["r12"])]

# A strong entity tag; a weak one never matches where a write depends on it (RFC 9110).
_STRONG_TAG = re.compile(r'(?<!W/)"([^"]*)"')


class Target(NamedTuple):
    """The report that a write is about: its row, and which state of it stands.

    `state` is the revision, or the version of a draft; `is_draft` is which.
    """

    report_id: int
    state: int
    is_draft: bool


def state_tag(state: int, *, is_draft: bool) -> str:
    """Return the part of an ETag that names a report's state: any format's tag of it begins alike."""
    return f"d{state}" if is_draft else str(state)


def find_target(session: ReadSession, request: Request, report_id: str, holder: KeyHolder) -> Target:
    """Return the report of the path, which the holder may write and whose state is the one in If-Match.

    Raises, in this order, NotFound, InsufficientScope, PreconditionRequired and PreconditionFailed.
    """
    number = row_number(REPORT, report_id)
    draft = drafts.version(session, number) if number else None
    row = None if draft or not number else queries.stored_revision(session, number, head(session).seq)
    if number is None or (draft is None and row is None):
        raise NotFound("no report has this id")
    target = Target(number, draft or row.revision, draft is not None)  # type: ignore[union-attr] # one of them is there
    if not target.is_draft:
        holder.require(Scope.PUBLISH)
    _require_match(request, report_id, target)
    return target


async def _before_a_draft(request: Request, report_id: ReportId, holder: Drafting, read: Read) -> None:
    await _refuse_early(request, report_id, holder, read)


async def _before_the_record(request: Request, report_id: ReportId, holder: Publishing, read: Read) -> None:
    await _refuse_early(request, report_id, holder, read)


async def _refuse_early(request: Request, report_id: str, holder: KeyHolder, read: Reader) -> None:
    """Refuse what cannot be written before the body is judged.

    A write under an Idempotency-Key is left to its transaction: when it was done already, the state that its
    author saw is gone, and the response must still be available.
    """
    if HEADER not in request.headers:
        await read(lambda session: find_target(session, request, report_id, holder))


def _require_match(request: Request, report_id: str, target: Target) -> None:
    given = ",".join(request.headers.getlist("if-match")).strip()
    if not given:
        raise PreconditionRequired("send If-Match with the ETag of the report as you read it")
    wanted = f"{report_id}.{state_tag(target.state, is_draft=target.is_draft)}-"
    tags = _STRONG_TAG.findall(given)
    if given == "*" or any(tag.startswith(wanted) for tag in tags):
        return
    if not tags:
        raise PreconditionFailed("If-Match must be a strong ETag in double quotes")
    raise PreconditionFailed("the report has changed since you read it; read it again")


# For operations that a key for drafts may call, and for those that it may not.
DraftPrecondition = Depends(_before_a_draft)
RecordPrecondition = Depends(_before_the_record)
