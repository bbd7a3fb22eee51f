"""Route of a page: its parameters, headers, and refusals that people read."""

import hashlib
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from fastapi import Request, Response
from markupsafe import Markup

from app import __version__
from app.columnar.store import Columns
from app.db.engine import ReadSession
from app.errors import Fault, InvalidInput, QueryTimeout, StrikeledgerError
from app.http.problems import RETRY_AFTER
from app.http.responses import BRIEF, IMMUTABLE, SEQ, is_not_modified
from app.http.sessions import Reader
from app.http.strict_route import StrictRoute, repeatable
from app.ledger.head import AsOf, Head
from app.pages.assets import digest
from app.pages.record import Record
from app.pages.templating import render
from app.pages.view import VERSUS, url
from app.strikes.params import StrikeQuery

MEDIA_TYPE = "text/html; charset=utf-8"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "
)
# Another site may show an embed in a frame, and nothing else.
POLICY, EMBED_POLICY = f"{_POLICY}'none'", f"{_POLICY}*"

_VERSUS = "vs."

# Characters of a refused value that are compared with the nearest right ones.
_COMPARED = 100

# Reads for one page.
TRIES = 4


class PageRoute(StrictRoute):
    """A route that answers with HTML. Forms send empty fields, which mean none."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:  # noqa: ANN401 - FastAPI's
        super().__init__(path, endpoint, **described)
        if self.query_model is not None and "vs" in self.query_model.model_fields:
            del self.is_list["vs"]
            of_filters = repeatable(StrikeQuery)
            self.is_list |= {f"{_VERSUS}{name}": of_filters[name] for name in VERSUS}

    def nested(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with those of the second series in one member, and without empty ones."""
        given = {}
        for name, value in values.items():
            kept = [member for member in value if member] if isinstance(value, list) else value
            if kept:
                given[name] = kept
        versus = {
            name.removeprefix(_VERSUS): given.pop(name) for name in list(given) if name.startswith(_VERSUS)
        }
        return given | ({"vs": versus} if versus else {})

    def refused(self, request: Request, error: StrikeledgerError) -> Response:
        """Return a page that gives the reason, and the nearest right thing as a link."""
        refusal = super().refused(request, error)
        faults = error.faults if isinstance(error, InvalidInput) else ()
        content = render(
            "refused.html",
            status=refusal.status_code,
            detail=str(error),
            faults=[(fault, _corrected(request, fault)) for fault in faults],
            path=request.scope["path"],
            retry_after=RETRY_AFTER.get(type(error)),
        )
        headers = {name: value for name, value in refusal.headers.items() if name in {"retry-after", "allow"}}
        return Response(
            content,
            status_code=refusal.status_code,
            headers=headers | {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"},
            media_type=MEDIA_TYPE,
        )


def _corrected(request: Request, fault: Fault) -> list[tuple[str, str]]:
    """Return the nearest right values, each with the address of the same question that has it for the wrong one."""
    pairs = request.query_params.multi_items()
    corrected = []
    for near in fault.suggestions:
        # Of several values the wrong one is that which the suggestion resembles.
        wrong = max(
            (value for name, value in pairs if name == fault.where),
            key=lambda value: SequenceMatcher(None, value[:_COMPARED], near).ratio(),
            default=None,
        )
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(near if (name, value) == (fault.where, wrong) else value)
        corrected.append((near, url(request.scope["path"], given)))
    return corrected


async def patiently(read: Reader, page: Callable[[ReadSession], Response]) -> Response:
    """Return a page, which asks a dozen questions: where one read has no time for all, another goes on.

    What was counted is cached by then. Raises QueryTimeout after so many tries.
    """
    for _ in range(TRIES - 1):
        try:
            return await read(page)
        except QueryTimeout:
            continue
    return await read(page)


def page_response(
    request: Request, now: Head, make: Callable[[], Markup], *, policy: str = POLICY, pinned: bool = False
) -> Response:
    """Answer with a page of one ledger number; 304, without making it, where the client holds it already.

    `pinned`: the number was requested, so the page never changes but with this software.
    """
    headers = page_headers(request, now, policy) | {"Cache-Control": IMMUTABLE if pinned else BRIEF}
    if is_not_modified(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(make(), headers=headers, media_type=MEDIA_TYPE)


def page_headers(request: Request, now: Head, policy: str = POLICY) -> dict[str, str]:
    """Return the headers of a page. Its tag changes with the ledger, the parameters and this software."""
    named = f"{__version__}\0{digest()}\0{now.hash}\0{request.scope['path']}\0{request.url.query}"
    tag = f'"{now.seq}-{hashlib.blake2b(named.encode(), digest_size=8).hexdigest()}"'
    return {
        "ETag": tag,
        SEQ: str(now.seq),
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
    }


def answered(
    request: Request,
    session: ReadSession,
    as_of: AsOf | None,
    make: Callable[[Record], Markup],
    *,
    policy: str = POLICY,
) -> Response:
    """Answer with a page of the record as of the requested number."""
    columns: Columns = request.app.state.columns
    record = Record(session, columns, as_of)
    pinned = isinstance(as_of, int)
    return page_response(request, record.now, lambda: make(record), policy=policy, pinned=pinned)


def around(record: Record) -> dict[str, object]:
    """Return what the head and foot of every page show."""
    return {
        "ledger": {"seq": record.seq, "hash": record.now.hash, "when": "fixed" if record.is_pinned else "now"}
    }
