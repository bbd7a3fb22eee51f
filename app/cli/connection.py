"""Connection of a command: a server, or the configured database.

    def strikes(url: Url = None, key: Key = None) -> None:
        with connected(url, key) as client:
            ...

Both are the same client over the same API, so a command has one way to read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.query_options import spelled
from app.errors import StrikeledgerError

if TYPE_CHECKING:
    from app.client import Client, StatusError

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="STRIKELEDGER_URL",
        metavar="URL",
        help="The server to use, such as http://127.0.0.1:8000, instead of the configured database.",
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        envvar="STRIKELEDGER_KEY",
        metavar="KEY",
        # An argument can be seen by all users of a machine.
        help="An API key of the server at --url; better given by the variable.",
    ),
]

# Responses of a server, or of a proxy in front of it, that cannot do its work now.
_UNAVAILABLE = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}

# Fields of bodies that are options.
_FIELDS = {"/publisher": "publisher", "/published_on": "published_on"}


class Unreachable(StrikeledgerError):
    """The server was not reached, or cannot do its work now."""


class Refused(StrikeledgerError):
    """The server refused the request, or its response is not of this API."""


@contextmanager
def connected(url: str | None, key: str | None = None, *, counts: bool = False) -> Iterator["Client"]:
    """Yield a client of the server at `url`; without one, of the configured database, where `key` is not used.

    `counts`: aggregates will be asked for. Errors of the client become Unreachable, Refused, or a usage error that
    names the option of each parameter that is not valid.
    """
    from app.client import ApiError, ConnectionFailed, StatusError

    try:
        if url is None:
            from app.cli.in_process import local_client

            with local_client(counts=counts) as client:
                yield client
        else:
            with _client(url, key) as client:
                yield client
    except StatusError as error:
        raise _of_status(error) from error
    except ConnectionFailed as error:
        raise Unreachable(f"no server is reached at {_shown(url)}: {error}") from error
    except ApiError as error:
        raise Refused(str(error)) from error


def _client(url: str, key: str | None) -> "Client":
    import httpx

    from app.client import Client

    try:
        return Client(url, key)
    except (ValueError, httpx.InvalidURL) as error:
        raise typer.BadParameter(str(error), param_hint="--url and --key") from None


def _shown(url: str | None) -> str:
    """Return an address without the user and the password that it may hold."""
    import httpx

    return str(httpx.URL(url or "").copy_with(userinfo=b""))


def _of_status(error: "StatusError") -> Exception:
    options = [_option(fault) for fault in error.errors]
    if error.status == HTTPStatus.UNPROCESSABLE_ENTITY and options and all(options):
        details = (fault.get("detail", fault.get("code")) for fault in error.errors)
        sentences = (f"{option}: {detail}" for option, detail in zip(options, details, strict=True))
        return typer.BadParameter("; ".join(sentences))
    message = error.detail or error.title
    if error.status in _UNAVAILABLE:
        return Unreachable(message)
    hint = "; give a key with --key or STRIKELEDGER_KEY" if error.status == HTTPStatus.UNAUTHORIZED else ""
    request = f" (request id {error.request_id})" if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    return Refused(f"{message}{hint}{request}")


def _option(fault: dict[str, Any]) -> str | None:
    """Return the option that a fault is about: a parameter, or a field of a body that is one; None for all others."""
    name = fault.get("parameter") or _FIELDS.get(fault.get("pointer", ""))
    return spelled(name) if name else None
