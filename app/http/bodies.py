"""Read a request's body as the caller declares it, up to a limit: for operations that take more than one format."""

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.errors import MalformedRequest, PayloadTooLarge, UnsupportedMediaType


def media_type(request: Request) -> str:
    """Return the declared media type, in lower case and without parameters. Only UTF-8 is taken.

    Raises UnsupportedMediaType for a declared charset that is another, and for a body that is compressed.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("send the body as it is, without Content-Encoding")
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    name, _, charset = parameters.strip().partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType("send the body as UTF-8")
    return media.strip().lower()


async def limited_body(request: Request, limit: int) -> bytes:
    """Return the body.

    Raises PayloadTooLarge where more than `limit` bytes are declared, or as soon as more came in, however they are
    sent; MalformedRequest where the client left before the end.
    """
    too_large = PayloadTooLarge(f"the body is larger than {limit} bytes")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise too_large
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large
    except ClientDisconnect:
        raise MalformedRequest("the body did not come to its end") from None
    return bytes(body)


def utf8(body: bytes) -> str:
    """Return a body as text. Raises MalformedRequest where it is not UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedRequest("the body is not UTF-8") from None
