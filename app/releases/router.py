"""Router of POST /v1/parse: release text to draft report."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.catalogue.resolve import Resolver
from app.errors import InvalidInput, MalformedRequest, ParseTimeout, PayloadTooLarge, UnsupportedMediaType
from app.http.bodies import in_thread_if_long, limited_body, media_type, read_as, utf8
from app.http.encoders import dumps
from app.http.problems import responses
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import head
from app.parsing import parse_release
from app.record.report_example import TEXT
from app.releases.comparison import compared_with_record
from app.releases.draft import draft_report
from app.releases.parsers import Checkpoint, Parsers
from app.releases.schemas import ParseIn, ParseOut

router = APIRouter(prefix="/v1/parse", tags=["releases"], route_class=StrictRoute)

# The longest text that is read, in bytes of UTF-8. A release of a whole week has some 20 KiB.
LONGEST_TEXT = 200 * 1024

# In JSON a character takes up to six bytes; the rest of the body is small.
LONGEST_JSON = 6 * LONGEST_TEXT + 4096

_BODY = {
    "required": True,
    "content": {
        "text/plain": {
            "schema": {"type": "string", "description": "The text of the release.", "examples": [TEXT]}
        },
        "application/json": {"schema": ParseIn.model_json_schema()},
    },
}


@router.post(
    "",
    responses={
        200: {"model": ParseOut},
        **responses(MalformedRequest, PayloadTooLarge, UnsupportedMediaType, InvalidInput, ParseTimeout),
    },
    openapi_extra={"requestBody": _BODY},
)
async def parse(request: Request, read: Read) -> Response:
    """Parse a release's text into a draft report, with the characters behind every number, and remarks."""
    body = await _read_request(request)
    catalogue = await read(lambda session: catalogue_at(session, head(session)))
    publisher = _publisher(body, catalogue)
    parsers: Parsers = request.app.state.parsers
    work = partial(_parsed, body, catalogue, publisher)
    draft, content = await parsers(len(body.text.encode()), work, request.receive)
    comparison = dumps(await read(lambda session: compared_with_record(session, draft)))
    return Response(content[:-1] + b"," + comparison[1:], media_type=MEDIA_TYPE)


def _parsed(
    body: ParseIn, catalogue: Catalogue, publisher: str | None, checkpoint: Checkpoint
) -> tuple[dict[str, Any], bytes]:
    """Return the draft, and the response in JSON without what a comparison with the record adds."""
    release = parse_release(body.text, published_on=body.published_on, checkpoint=checkpoint)
    parsed = draft_report(release, body.text, catalogue, publisher, checkpoint)
    return parsed["draft"], dumps(parsed)


async def _read_request(request: Request) -> ParseIn:
    """Read the body in either format, within the limit. Raises what `parse` lists."""
    media = media_type(request)
    if media == "text/plain":
        text = utf8(await limited_body(request, LONGEST_TEXT))
        return ParseIn(text=text)
    if media != "application/json":
        raise UnsupportedMediaType("send the release as text/plain, or as application/json with 'text'")
    body = await limited_body(request, LONGEST_JSON)
    parsed = await in_thread_if_long(request, body, partial(read_as, ParseIn))
    if len(parsed.text.encode()) > LONGEST_TEXT:
        raise PayloadTooLarge(f"the text is larger than {LONGEST_TEXT} bytes")
    return parsed


def _publisher(body: ParseIn, catalogue: Catalogue) -> str | None:
    if body.publisher is None:
        return None
    names = Resolver(catalogue, "pointer")
    publisher = names.publisher(body.publisher, "/publisher")
    names.finish()
    return publisher.slug if publisher else None
