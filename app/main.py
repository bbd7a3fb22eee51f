"""Application factory: routers, middleware and startup of the server."""

import gc
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app import __version__, log
from app.aggregates.router import router as aggregates
from app.bulk import router as export_router
from app.bulk.import_router import router as imports
from app.bulk.router import router as export
from app.catalogue.catalogue import catalogue_at
from app.catalogue.router import router as catalogue
from app.catalogue.write_router import router as vocabularies
from app.changes.router import router as changes
from app.changes.watcher import Watcher
from app.columnar.mapped_files import files_of
from app.columnar.store import Columns
from app.coverage.router import router as coverage
from app.db.engine import Database
from app.errors import StrikeledgerError
from app.http import problems
from app.http.coalesced_reads import Shared
from app.http.health import router as health
from app.http.openapi import described
from app.http.reference import router as reference
from app.http.sessions import Reads, Writes
from app.http.strict_route import Operations
from app.keys.known import ValidKeys
from app.keys.router import own_key
from app.keys.router import router as keys
from app.ledger.head import head, position
from app.pages.about_routes import router as about_pages
from app.pages.coverage_routes import router as coverage_page
from app.pages.embed_routes import router as embeds
from app.pages.post_routes import router as post_pages
from app.pages.report_routes import router as report_pages
from app.pages.router import first_view
from app.pages.router import router as pages
from app.pages.search_routes import router as search_pages
from app.pages.subject_routes import router as subject_pages
from app.releases.parsers import Parsers
from app.releases.router import router as releases
from app.reports.check_router import router as check
from app.reports.corrections import router as corrections
from app.reports.revisions import router as revisions
from app.reports.router import router as reports
from app.server.compression import Compressed
from app.server.concurrency import download_limit, stream_limit
from app.server.counters import Counters
from app.server.edge import Guard
from app.server.hosts import Hosts
from app.server.rate_limits import COUNTERS, RateLimits
from app.server.response_cache import Cache, Position
from app.server.shared_file import SharedFile
from app.settings import Settings, read_settings
from app.strikes.router import router as strikes

# What people look at.
PAGES = (pages, subject_pages, coverage_page, search_pages, about_pages, report_pages, post_pages, embeds)

ROUTERS = (
    strikes,
    aggregates,
    reports,
    revisions,
    corrections,
    check,
    coverage,
    export,
    imports,
    releases,
    catalogue,
    vocabularies,
    changes,
    keys,
    own_key,
    health,
    reference,
    *PAGES,
)

# For how long a thread may hold the interpreter lock that another one waits for. A response releases it after each
# call of the database, so behind a long query Python's own 5 ms come to a tenth of a second.
SWITCH_SECONDS = 0.0001

# Lines from which on the plain page is counted before anybody requests it; fewer take no time.
LARGE_RECORD = 50_000

# Seconds between two checks of the column files: the kernel lets a process that changes one wait for 45.
TEND_SECONDS = 1


class Server(FastAPI):
    """The framework's application behind our middleware, which handles many requests before it is reached."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the outermost middleware; other ASGI scopes go to the framework."""
        await (self.front if scope["type"] == "http" else self.framework)(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the framework does."""
        await super().__call__(scope, receive, send)


def create_app(
    settings: Settings, counted_in: SharedFile | None = None, database: Database | None = None
) -> FastAPI:
    """Build the server on the database of `settings`. Nothing global: two can live in one process.

    `counted_in` is the file in which workers count requests together; without it, each counts alone. `database` is
    that of the settings where it is open already.
    """
    database = database or Database(settings.database_url, serves=True)
    counters = Counters(counted_in) if settings.rate_limits == "on" else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        # Requests do not wait for this: until it is done, only aggregates are refused with Retry-After.
        ended = threading.Event()
        threading.Thread(
            target=_maintain_columns, args=(database, app.state.columns, ended), daemon=True
        ).start()
        with log.in_background():
            log.get_logger().info("worker started", process=os.getpid())
            yield {COUNTERS: counters}
            ended.set()
            reads.close()
            writes.close()
            database.close()
            if counters is not None:
                counters.close()
            log.get_logger().info("worker stopped", process=os.getpid())

    reads, writes = Reads(database), Writes(database)
    app = Server(
        title="strikeledger",
        version=__version__,
        summary="An airstrike report database: whole, searchable, countable and citable.",
        license_info={"name": "MIT", "identifier": "MIT"},
        lifespan=lifespan,
        redirect_slashes=False,
        # The framework's own pages load their files from the internet; http/reference.py shows one that does not.
        docs_url=None,
        redoc_url=None,
        responses=problems.ANY,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = database
    # A file is read in microseconds; the network is waited for in a thread.
    ledger_stands_at: Callable[[], Position | Awaitable[Position]] = partial(position, database)
    if not database.is_sqlite:
        ledger_stands_at = Shared(partial(to_thread.run_sync, position, database))
    # From the inside to the outside.
    operations = Operations(app, app.framework, [route for router in ROUTERS for route in router.routes])
    front: ASGIApp = Compressed(operations, downloads={export_router.PATH})
    front = Cache(front, ledger_stands_at, {"v1", *(page.split("/")[1] for page in paths(PAGES))})
    if counters is not None:
        front = RateLimits(front, counters, ValidKeys(database))
    app.front = Guard(front, Hosts(settings.allowed_hosts))
    app.state.writes = writes
    # What aggregates are counted from: this process's own copy, which follows the ledger.
    app.state.columns = Columns(files_of(settings.database_url, settings.cache_dir))
    app.state.reads = reads
    # Long bodies read at the same time: more would only take the interpreter from each other, and from all others.
    app.state.bodies = CapacityLimiter(2)
    app.state.parsers = Parsers()
    # Pieces of exports made at the same time, for the same reason.
    app.state.exporters = CapacityLimiter(2)
    # What may stay open, and what all open streams wait for.
    app.state.streams = stream_limit(settings.trusted_proxies)
    app.state.downloads = download_limit(settings.trusted_proxies)
    app.state.watcher = Watcher(reads)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: described(app)  # type: ignore[method-assign] # the framework's documented way
    return app


def paths(routers: Iterable[APIRouter]) -> Iterator[str]:
    """Yield the paths of all routes."""
    for router in routers:
        yield from (route.path for route in router.routes if isinstance(route, APIRoute))


def _maintain_columns(database: Database, columns: Columns, ended: threading.Event) -> None:
    """Read what aggregates are counted from, so that the first query need not, and tend its files."""
    # A database that cannot be read now is reported by each request, and loaded by the first that can read it again.
    with suppress(StrikeledgerError), database.reading() as session:
        now = head(session)
        catalogue_at(session, now)
        record = columns.at(session, now)
        if sum(len(segment.lines) for segment in record.segments) >= LARGE_RECORD:
            # The page that most people request first.
            first_view(session, columns)
    while not ended.is_set():
        # Without room, or on read-only media, there are no files.
        with suppress(StrikeledgerError, OSError):
            columns.tend_files(database)
        ended.wait(TEND_SECONDS)


def from_environment(counted_in: SharedFile | None = None) -> FastAPI:
    """Build the server from STRIKELEDGER_* variables, as each worker process does; `counted_in` as in `create_app`."""
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    settings = read_settings()
    log.configure(settings.log_level, settings.log_format)
    app = create_app(settings, counted_in)
    # What is allocated now stays, and a thousandth of it is garbage: a full collection takes a tenth of a second.
    gc.freeze()
    gc.enable()
    return app
