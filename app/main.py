"""The server, as a list of its parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app import __version__
from app.aggregates.router import router as aggregates
from app.catalogue.router import router as catalogue
from app.changes.router import router as changes
from app.db.engine import Database
from app.http import problems
from app.http.health import router as health
from app.keys.router import router as keys
from app.releases.router import router as releases
from app.reports.corrections import router as corrections
from app.reports.coverage import router as coverage
from app.reports.router import router as reports
from app.settings import Settings
from app.strikes.router import router as strikes
from app.vocabularies.router import router as vocabularies

ROUTERS = (
    strikes,
    aggregates,
    reports,
    corrections,
    coverage,
    releases,
    catalogue,
    vocabularies,
    changes,
    keys,
    health,
)


def create_app(settings: Settings) -> FastAPI:
    """Build the server on the database of `settings`. Nothing global: two can live in one process."""
    database = Database(settings.database_url)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(
        title="strikeledger",
        version=__version__,
        summary="An airstrike report database: whole, searchable, countable and citable.",
        license_info={"name": "MIT", "identifier": "MIT"},
        lifespan=lifespan,
        redirect_slashes=False,
        responses=problems.ANY,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = database
    # Threads that may wait to write: writers come one after another anyway, and reads have threads of their own.
    app.state.writers = CapacityLimiter(8)
    # Texts parsed at the same time: more would only take the interpreter from each other, and from all others.
    app.state.parsers = CapacityLimiter(2)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign] # the framework's documented way
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, in which every refusal is a Problem."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            license_info=app.license_info,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= problems.schemas()
        app.openapi_schema = document
    return app.openapi_schema


def from_environment() -> FastAPI:
    """Build the server from STRIKELEDGER_* variables: what each worker process runs."""
    return create_app(Settings())
