"""`strikeledger serve`: bring the database up to date, and answer."""

import sys
from typing import Annotated

import typer

# Seconds that requests in flight have to end after a signal to stop.
GRACE = 10

# Connections that may wait to be accepted; uvicorn's own default.
BACKLOG = 2048


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
) -> None:
    """Serve the API. Creates the database and migrates it where needed; never loads the sample."""
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from app.cli.database import opened, prepare
    from app.db.engine import engine_warning
    from app.reports.queries import holdings

    with opened() as database:
        prepare(database)
        warning = engine_warning(database)
        with database.reading() as session:
            reports, lines = holdings(session)
    config = uvicorn.Config(
        "app.main:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    socket = config.bind_socket()
    # From here on connections wait instead of being refused, so what is said below is already true.
    socket.listen(BACKLOG)
    if warning:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"Listening on http://{host}:{socket.getsockname()[1]} (reference: /openapi.json)")
    typer.echo(f"The record holds {reports:,} reports with {lines:,} strike lines.")
    # As it was started: in a checkout the command is not on the path.
    typer.echo(f"To write, make a key: {sys.argv[0]} keys create --name NAME --scope publish")
    if workers == 1:
        uvicorn.Server(config).run(sockets=[socket])
    else:
        Multiprocess(config, sockets=[socket]).run()
