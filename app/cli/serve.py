"""`strikeledger serve`: bring the database up to date, and answer."""

import errno
import gc
import os
import platform
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.errors import StrikeledgerError

if TYPE_CHECKING:
    import uvicorn

    from app.db.engine import Database, ReadSession
    from app.server.shared_file import SharedFile

T = TypeVar("T")

# Seconds that requests in flight have to end after a signal to stop.
GRACE = 10

# Connections that may wait to be accepted; uvicorn's own default.
BACKLOG = 2048

# Bytes of a response that the system takes and has not sent yet.
UNSENT = 64 * 1024

# Seconds that a connection stays open between two requests: longer than common clients keep one, so that
# none is closed at the moment when it is used again.
KEEP_ALIVE = 20

# The highest port that there is.
LAST_PORT = 65535

# Processes that can count together.
MOST_WORKERS = 64

# Processes that answer where nobody says how many.
MOST_BY_DEFAULT = 4

# What workers have in common: all of the server but what imports Polars, which starts threads.
SHARED = (
    "app.server.protocol",
    "app.server.compression",
    "app.http.openapi",
    "app.http.reference",
    "app.bulk.router",
    "app.catalogue.router",
    "app.changes.router",
    "app.keys.router",
    "app.releases.router",
    "app.reports.corrections",
    "app.coverage.router",
    "app.reports.revisions",
    "app.catalogue.write_router",
)


EPILOG = """\b
Example:
  STRIKELEDGER_ALLOWED_HOSTS=ledger.example.org strikeledger serve --host 0.0.0.0 --port 8080
"""


class CannotListen(StrikeledgerError):
    """The address or the port is not to be had."""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=LAST_PORT, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            help=f"How many processes answer. As many as there are cores, if left out, and at most {MOST_BY_DEFAULT}.",
        ),
    ] = None,
) -> None:
    """Serve the API. Creates the database and migrates it where needed; never loads the sample.

    It runs until it is stopped and has no result, so there is no --json: STRIKELEDGER_LOG_FORMAT=json makes its log so.
    """
    # Nearly all that a start makes stays: to look through it for garbage again and again takes an eighth of the time.
    gc.disable()
    workers = workers or min(MOST_BY_DEFAULT, _cores())
    # Read once, by the first import: workers that count with a thread for every core take the cores from each other.
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, _cores() // workers)))
    # Read once as well: NumPy would start threads for linear algebra, which nothing here computes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from concurrent.futures import ThreadPoolExecutor

    import uvicorn

    from app import __version__, log
    from app.cli.database import opened, prepare
    from app.reports.queries import holdings
    from app.settings import read_settings
    from app.worker import Worker

    logger = log.get_logger()
    _ignore_hangup()
    settings = read_settings()
    log.configure(settings.log_level, settings.log_format)
    forks = workers > 1 and sys.platform == "linux"
    # First of all: where another server has the port, the database is left as that server knows it.
    with _bound(host, port) as listener:
        with opened(creates=True) as database:
            prepare(database)
            warnings = database.warnings()
            counted_in = _counting_together(workers, warnings) if settings.rate_limits == "on" else None
            # From here on connections wait instead of being refused, so what is said below is already true.
            _listen(listener)
            _limit_unsent(listener)
            logger.info(
                "server started",
                version=__version__,
                python=platform.python_version(),
                database=database.engine_name,
                workers=workers,
            )
            for warning in warnings:
                typer.echo(f"Warning: {warning}", err=True)
            shown = f"[{host}]" if ":" in host else host
            typer.echo(f"Listening on http://{shown}:{listener.getsockname()[1]} (reference: /docs)")
            # To count a million lines takes the engine a sixth of a second, and the interpreter nothing.
            with ThreadPoolExecutor(1) as pool:
                counted = pool.submit(_read, database, holdings)
                for module in SHARED if forks else ("app.main",) if workers == 1 else ():
                    import_module(module)
            typer.echo(_holdings(database, *counted.result()))
        # As it was started: in a checkout the command is not on the path.
        typer.echo(f"To write, make a key: {sys.argv[0]} keys create --name NAME --scope publish")
        config = uvicorn.Config(
            Worker(counted_in),
            factory=True,
            http="app.server.protocol:StrictProtocol",
            ws="none",
            host=host,
            port=port,
            workers=workers,
            # Its loggers go to ours; below a warning it tells what our own lines do.
            log_config=None,
            log_level="warning",
            # Said by nobody at this level, and yet made for each request.
            access_log=False,
            server_header=False,
            # uvicorn believes the proxies of this machine by itself; here none is believed that is not named.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        gc.enable()
        if forks:
            from app.cli.supervisor import supervise

            # A collection in a worker would copy all pages of what is shared, only to mark it.
            gc.freeze()
            supervise(workers, lambda: _run(config, listener))
            logger.info("server stopped")
        elif workers == 1:
            _run(config, listener)
        else:
            from uvicorn.supervisors import Multiprocess

            supervisor = Multiprocess(config, sockets=[listener])
            # It would replace its workers, whom the same signal reaches where a terminal is closed.
            _ignore_hangup()
            supervisor.run()
            logger.info("server stopped")


def _run(config: "uvicorn.Config", listener: socket.socket) -> None:
    """Serve in this process, until a signal."""
    import uvicorn

    # Raised again by uvicorn, once it has ended all requests.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _read(database: "Database", read: Callable[["ReadSession"], T]) -> T:
    with database.reading() as session:
        return read(session)


def _holdings(database: "Database", reports: int, lines: int) -> str:
    """Return the sentence on what the record holds; of an empty one, how to load the sample."""
    if not reports:
        from app.bulk.sample import is_empty

        if _read(database, is_empty):
            return f"The record is empty; load the sample with `{sys.argv[0]} sample`."
    return f"The record holds {reports:,} reports with {lines:,} strike lines."


def _cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _limit_unsent(listening: socket.socket) -> None:
    """Let the system hold little that it has not sent, for each connection of a socket.

    It would take megabytes for a client that once was fast, and a slow one would seem to take nothing for minutes.
    """
    if (option := getattr(socket, "TCP_NOTSENT_LOWAT", None)) is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, UNSENT)


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that has the address, and does not listen yet. Raises CannotListen."""
    if not host:
        raise typer.BadParameter("an empty host would be every address; write 0.0.0.0", param_hint="--host")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    if sys.platform != "win32":
        # The port of a server that ended a moment ago is free.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def _listen(bound: socket.socket) -> None:
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        host, port, *_ = bound.getsockname()
        raise _cannot_listen(host, port, error) from None


def _cannot_listen(host: str, port: int, error: OSError) -> CannotListen:
    """Return the refusal of an address or a port, with the option to change."""
    if isinstance(error, socket.gaierror):
        return CannotListen(
            f"the address {host} cannot be resolved: {error.strerror}; choose another one with --host"
        )
    match error.errno:
        case errno.EADDRINUSE:
            cause, other = "is in use by another program", port + 1 if port < LAST_PORT else LAST_PORT - 1
        case errno.EACCES:
            cause, other = "is not allowed to this user", 8080
        case errno.EADDRNOTAVAIL:
            return CannotListen(f"{host} is no address of this machine; choose another one with --host")
        case _:
            return CannotListen(f"cannot listen on {host}, port {port}: {error.strerror}")
    return CannotListen(f"port {port} {cause}; choose another one with --port, such as --port {other}")


def _counting_together(workers: int, warnings: list[str]) -> "SharedFile | None":
    """Return the file in which several workers count together, or None where each counts for itself."""
    from app.server import shared_file
    from app.server.counters import SIZE

    if workers == 1 or sys.platform == "win32":
        return None
    try:
        return shared_file.create(SIZE)
    except OSError as error:
        warnings.append(
            f"each worker counts its rate limits alone: no room for a shared table ({error.strerror})"
        )
        return None


def _ignore_hangup() -> None:
    """Serve on when the terminal is closed; worker processes inherit this."""
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
