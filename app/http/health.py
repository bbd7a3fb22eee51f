"""Health checks: liveness, readiness and version."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app import __version__
from app.db.version import is_current
from app.errors import DatabaseUnavailable, InvalidInput, UnusableDatabase
from app.http.encoders import dumps
from app.http.problems import responses
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Read
from app.http.strict_route import StrictRoute

router = APIRouter(tags=["service"], route_class=StrictRoute)

_OK = dumps({"status": "ok"})


class Health(BaseModel):
    """The process is alive."""

    status: str = Field(examples=["ok"], description="Always `ok`.")


class Version(BaseModel):
    """The version of the server and its database engine."""

    version: str = Field(description="The version of strikeledger.", examples=["0.1.0"])
    engine: str = Field(description="The database engine.", examples=["sqlite 3.53.4"])


@router.get("/healthz", response_model=Health, responses=responses(InvalidInput))
async def healthz() -> Response:
    """Return 200 while the process is alive, whatever the state of the database."""
    return Response(_OK, media_type=MEDIA_TYPE)


@router.get("/readyz", response_model=Health, responses=responses(DatabaseUnavailable, InvalidInput))
async def readyz(read: Read) -> Response:
    """Return 200 if the database is reachable and has this version's schema, else 503."""
    if not await read(is_current):
        raise UnusableDatabase(
            "the database does not have the schema of this version; run `strikeledger migrate`"
        )
    return Response(_OK, media_type=MEDIA_TYPE)


@router.get("/version", response_model=Version, responses=responses(InvalidInput))
async def version(request: Request) -> Response:
    """Return the version of the server and its database engine."""
    engine = request.app.state.database.engine_name
    return Response(dumps({"version": __version__, "engine": engine}), media_type=MEDIA_TYPE)
