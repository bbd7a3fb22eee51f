"""POST and PUT of vocabulary entries: add, rename, move and merge.

Each change takes the next number of the ledger, and holds from there on: no answer as of an earlier number
changes, and every slug and name that was ever shown goes on answering.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel

from app.catalogue import service
from app.catalogue.catalogue import catalogue_at
from app.catalogue.item_json import document
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, Vocabulary
from app.catalogue.write_schemas import (
    CategoryIn,
    CategoryState,
    CategoryWritten,
    LocationIn,
    LocationState,
    LocationWritten,
    MergeIn,
    PublisherIn,
    PublisherState,
    PublisherWritten,
)
from app.db.engine import WriteSession
from app.errors import (
    Conflict,
    InsufficientScope,
    InvalidInput,
    MalformedRequest,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from app.http.encoders import dumps
from app.http.problems import responses
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Read, Write
from app.http.strict_route import StrictRoute
from app.keys.idempotency import IDEMPOTENT, once
from app.keys.security import KeepingVocabulary
from app.ledger.head import head

router = APIRouter(prefix="/v1", tags=["vocabulary"], route_class=StrictRoute)

_REFUSALS = (
    MalformedRequest,
    Unauthenticated,
    InsufficientScope,
    Conflict,
    UnsupportedMediaType,
    InvalidInput,
)


def _adds(model: type[BaseModel]) -> dict[str, Any]:
    added = {"model": model, "description": "Added, and known from this ledger number on."}
    return {"responses": {201: added, **responses(*_REFUSALS)}, "openapi_extra": IDEMPOTENT}


def _changes(model: type[BaseModel]) -> dict[str, Any]:
    changed = {"model": model, "description": "As it is from this ledger number on."}
    return {"responses": {200: changed, **responses(NotFound, *_REFUSALS)}, "openapi_extra": IDEMPOTENT}


def _known(vocabulary: Vocabulary, example: str) -> Any:  # noqa: ANN401 - a dependency, as the framework types it
    """Make a dependency that answers 404 for a slug that means nothing, before the body is looked at."""

    async def known(
        slug: Annotated[str, Path(description="Its slug.", examples=[example])],
        holder: KeepingVocabulary,  # noqa: ARG001 - checked before a slug is looked up
        read: Read,
    ) -> str:
        if await read(lambda session: document(vocabulary, catalogue_at(session, head(session)), slug)):
            return slug
        raise NotFound(f"there is no {vocabulary.noun} with this slug")

    return Depends(known)


KnownLocation = Annotated[str, _known(LOCATIONS, "tabqah-airfield")]
KnownCategory = Annotated[str, _known(CATEGORIES, "mortar-tube")]
KnownPublisher = Annotated[str, _known(PUBLISHERS, "dod-news")]


@router.post("/locations", status_code=201, **_adds(LocationWritten))
async def add_location(
    request: Request, holder: KeepingVocabulary, body: LocationIn, write: Write
) -> Response:
    """Add a place. From now on every spelling given resolves to it."""
    return await once(request, holder, write, _adding(LOCATIONS, body.slug, body.state()))


@router.put("/locations/{slug}", **_changes(LocationWritten))
async def change_location(
    request: Request, holder: KeepingVocabulary, slug: KnownLocation, body: LocationState, write: Write
) -> Response:
    """Rename or move a place, or say anew what else it is called."""
    return await once(request, holder, write, _changing(LOCATIONS, slug, body.state()))


@router.post("/locations/{slug}/merge", **_changes(LocationWritten))
async def merge_location(
    request: Request, holder: KeepingVocabulary, slug: KnownLocation, body: MergeIn, write: Write
) -> Response:
    """Find a place to be another one: its lines and its names are that one's from now on."""
    return await once(request, holder, write, _merging(LOCATIONS, slug, body.into))


@router.post("/categories", status_code=201, **_adds(CategoryWritten))
async def add_category(
    request: Request, holder: KeepingVocabulary, body: CategoryIn, write: Write
) -> Response:
    """Add a category. From now on every phrase given means it."""
    return await once(request, holder, write, _adding(CATEGORIES, body.slug, body.state()))


@router.put("/categories/{slug}", **_changes(CategoryWritten))
async def change_category(
    request: Request, holder: KeepingVocabulary, slug: KnownCategory, body: CategoryState, write: Write
) -> Response:
    """Rename a category, move it in the tree or to another family, or say anew what means it."""
    return await once(request, holder, write, _changing(CATEGORIES, slug, body.state()))


@router.post("/categories/{slug}/merge", **_changes(CategoryWritten))
async def merge_category(
    request: Request,
    holder: KeepingVocabulary,
    slug: KnownCategory,
    body: Annotated[MergeIn, Body(examples=[{"into": "mortar"}])],
    write: Write,
) -> Response:
    """Find a category to be another one: its tallies, phrases and children are that one's from now on."""
    return await once(request, holder, write, _merging(CATEGORIES, slug, body.into))


@router.post("/publishers", status_code=201, **_adds(PublisherWritten))
async def add_publisher(
    request: Request, holder: KeepingVocabulary, body: PublisherIn, write: Write
) -> Response:
    """Add a publisher."""
    return await once(request, holder, write, _adding(PUBLISHERS, body.slug, body.state()))


@router.put("/publishers/{slug}", **_changes(PublisherWritten))
async def change_publisher(
    request: Request, holder: KeepingVocabulary, slug: KnownPublisher, body: PublisherState, write: Write
) -> Response:
    """Rename a publisher, or say anew what else it is called."""
    return await once(request, holder, write, _changing(PUBLISHERS, slug, body.state()))


@router.post("/publishers/{slug}/merge", **_changes(PublisherWritten))
async def merge_publisher(
    request: Request,
    holder: KeepingVocabulary,
    slug: KnownPublisher,
    body: Annotated[MergeIn, Body(examples=[{"into": "us-dod"}])],
    write: Write,
) -> Response:
    """Find a publisher to be another one: its reports and names are that one's from now on."""
    return await once(request, holder, write, _merging(PUBLISHERS, slug, body.into))


Work = Callable[[WriteSession], Response]


def _adding(vocabulary: Vocabulary, slug: str, state: service.State) -> Work:
    def add(session: WriteSession) -> Response:
        response = _answer(session, vocabulary, slug, service.add(session, vocabulary, slug, state))
        response.status_code = 201
        response.headers["Location"] = vocabulary.path(slug)
        return response

    return add


def _changing(vocabulary: Vocabulary, slug: str, state: service.State) -> Work:
    return lambda session: _answer(
        session, vocabulary, slug, service.change(session, vocabulary, slug, state)
    )


def _merging(vocabulary: Vocabulary, slug: str, into: str) -> Work:
    return lambda session: _answer(session, vocabulary, into, service.merge(session, vocabulary, slug, into))


def _answer(session: WriteSession, vocabulary: Vocabulary, slug: str, seq: int) -> Response:
    """Answer what a thing now is, read back in the transaction that wrote it."""
    shown = document(vocabulary, catalogue_at(session, head(session)), slug)
    assert shown is not None  # noqa: S101 - it was written a moment ago
    return Response(dumps(shown | {"seq": seq}), headers={"Cache-Control": "no-cache"}, media_type=MEDIA_TYPE)
