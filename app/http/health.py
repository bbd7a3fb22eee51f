"""Say whether the process lives and whether it can serve: for orchestrators and people at a terminal."""

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
    """The process answers."""

    status: str = Field(examples=["ok"], description="Always `ok`.")


class Version(BaseModel):
    """What runs here."""

    version: str = Field(description="The version of strikeledger.", examples=["0.1.0"])
    engine: str = Field(description="The database engine.", examples=["sqlite 3.53.4"])


@router.get("/healthz", response_model=Health, responses=responses(InvalidInput))
async def healthz() -> Response:
    """Answer while the process lives, whatever the database does."""
    return Response(_OK, media_type=MEDIA_TYPE)


@router.get("/readyz", response_model=Health, responses=responses(DatabaseUnavailable, InvalidInput))
async def readyz(read: Read) -> Response:
    """Answer 200 when the database is there and has the schema that this version knows, else 503."""
    if not await read(is_current):
        raise UnusableDatabase(
            "the database does not have the schema of this version; run `strikeledger migrate`"
        )
    return Response(_OK, media_type=MEDIA_TYPE)


@router.get("/version", response_model=Version, responses=responses(InvalidInput))
async def version(request: Request) -> Response:
    """Say which version and which database engine run here."""
    engine = request.app.state.database.engine_name
    return Response(dumps({"version": __version__, "engine": engine}), media_type=MEDIA_TYPE)
