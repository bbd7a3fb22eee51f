"""Say whose name a request may call the server by.

A page of another site that makes its own name point at this machine speaks to the server with the reader's
network behind it; it cannot choose the Host that its requests carry. Links are paths, except those of feeds, which
repeat a Host that was checked.
"""

import re
from collections.abc import Iterable

from fastapi import Request

from app.settings import ANY_HOST, HOST

_HOST = re.compile(rf"({HOST})(?::([0-9]{{0,5}}))?".encode())

_LARGEST_PORT = 65535


class Hosts:
    """The host names that the server serves, with any port; `*` means all that are well-formed."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.encode() for name in names)
        self._any = ANY_HOST.encode() in self._names

    def __contains__(self, host: object) -> bool:
        matched = _HOST.fullmatch(host.lower()) if isinstance(host, bytes) else None
        if matched is None or int(matched[2] or 0) > _LARGEST_PORT:
            return False
        return self._any or matched[1] in self._names


def base_of(request: Request) -> str:
    """Return the address by which a request called the server, without a slash at its end: http://127.0.0.1:8000.

    Only for requests that passed the Host check.
    """
    return f"{request.scope['scheme']}://{request.headers['host'].lower()}"
