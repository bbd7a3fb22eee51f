"""Follow the record from outside. GET /v1/ledger: a number that is a citation, a hash that seals all before it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.db.engine import ReadSession
from app.errors import InvalidInput
from app.http.answers import answer_list
from app.http.problems import responses
from app.http.sessions import Read
from app.http.strict import StrictRoute
from app.ledger.clock import head, last_entry

router = APIRouter(prefix="/v1/ledger", tags=["ledger"], route_class=StrictRoute)


class LedgerQuery(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


class LedgerHead(BaseModel):
    """The last entry of the ledger."""

    seq: int = Field(description="Its number; 0 before anything was recorded.", examples=[42])
    hash: str | None = Field(description="SHA-256 over it and, through the chain, over all before it.")
    recorded_at: AwareDatetime | None = Field(description="When it was recorded, UTC.")


@router.get("", responses={200: {"model": LedgerHead}, **responses(InvalidInput)})
async def get_ledger(request: Request, _query: Annotated[LedgerQuery, Query()], read: Read) -> Response:
    """Say where the ledger stands. Save the number and the hash: together they prove the record up to there."""

    def where(session: ReadSession) -> Response:
        entry = last_entry(session)
        seq, seal, recorded_at = entry or (0, None, None)
        body = {"seq": seq, "hash": seal, "recorded_at": recorded_at}
        return answer_list(request, head(session), lambda: body)

    return await read(where)
