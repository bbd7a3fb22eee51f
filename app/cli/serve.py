"""`strikeledger serve`: bring the database up to date, and answer."""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

# Seconds that requests in flight have to end after a signal to stop.
GRACE = 10

# Connections that may wait to be accepted; uvicorn's own default.
BACKLOG = 2048

# Seconds that a connection stays open between two requests: longer than common clients keep one, so that
# none is closed at the moment when it is used again.
KEEP_ALIVE = 20

# Processes that can count together.
MOST_WORKERS = 64


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=MOST_WORKERS, help="How many processes answer.")] = 1,
) -> None:
    """Serve the API. Creates the database and migrates it where needed; never loads the sample."""
    # Nearly all that a start makes stays: to look through it for garbage again and again takes an eighth of the time.
    gc.disable()
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from app.cli.database import configured, opened, prepare
    from app.db.engine import warnings
    from app.reports.queries import holdings

    settings = configured()
    with opened() as database:
        prepare(database)
        told = warnings(database)
        with database.reading() as session:
            reports, lines = holdings(session)
    with _counting_together(workers if settings.rate_limits == "on" else 0):
        config = uvicorn.Config(
            # Names, which a worker imports once it can say that it lives: it would else be given up in the meantime.
            "app.main:from_environment",
            factory=True,
            http="app.http.protocol:StrictProtocol",
            ws="none",
            host=host,
            port=port,
            workers=workers,
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
        socket = config.bind_socket()
        # From here on connections wait instead of being refused, so what is said below is already true.
        socket.listen(BACKLOG)
        for warning in told:
            typer.echo(f"Warning: {warning}", err=True)
        typer.echo(f"Listening on http://{host}:{socket.getsockname()[1]} (reference: /docs)")
        typer.echo(f"The record holds {reports:,} reports with {lines:,} strike lines.")
        # As it was started: in a checkout the command is not on the path.
        typer.echo(f"To write, make a key: {sys.argv[0]} keys create --name NAME --scope publish")
        gc.enable()
        if workers == 1:
            uvicorn.Server(config).run(sockets=[socket])
        else:
            Multiprocess(config, sockets=[socket]).run()


@contextmanager
def _counting_together(workers: int) -> Iterator[None]:
    """Make the file in which several workers count together, and leave its name to them.

    Where processes cannot lock a file against each other, each counts for itself.
    """
    from app.http.counters import COUNTED_IN, SIZE

    if workers <= 1 or sys.platform == "win32":
        yield
        return
    with tempfile.NamedTemporaryFile(prefix="strikeledger-counters-") as file:
        file.truncate(SIZE)
        os.environ[COUNTED_IN] = file.name
        yield
