"""The vocabularies as clients read them: places, categories, effects and publishers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from app.catalogue.catalogue import catalogue_at
from app.catalogue.item_json import document, documents
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, Vocabulary
from app.catalogue.schemas import (
    CategoryOut,
    CategoryPage,
    EffectOut,
    EffectPage,
    LocationOut,
    LocationPage,
    PublisherOut,
    PublisherPage,
)
from app.catalogue.suggestions import search_index
from app.db.engine import ReadSession
from app.errors import InvalidInput, NotAcceptable, NotFound
from app.http.field_types import AsOfParameter, AsOfQuery
from app.http.flat_tables import Place, Table, columns_of
from app.http.formats import WITH_PLACE, WITHOUT_PLACE, Form, FormatQuery, described
from app.http.pagination import PageQuery, cursor_to, position_of
from app.http.problems import responses
from app.http.responses import item_response, list_response
from app.http.sessions import Read
from app.http.strict_route import StrictRoute
from app.ledger.head import AsOf, head
from app.vocabulary import categories, places
from app.vocabulary.effects import VERBS, Effect

router = APIRouter(prefix="/v1", tags=["vocabulary"], route_class=StrictRoute)


LISTS = {
    LOCATIONS: Table(
        columns_of(LocationOut), place=lambda shown: Place(shown["lat"], shown["lon"]), key="slug"
    ),
    CATEGORIES: Table(columns_of(CategoryOut)),
    PUBLISHERS: Table(columns_of(PublisherOut)),
}
EFFECTS = Table(columns_of(EffectOut))


class NamesQuery(PageQuery, FormatQuery):
    """The parameters of a vocabulary's list."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[
        str | None,
        Field(
            min_length=1, max_length=200, description="Letters that a name or alias holds.", examples=["tadm"]
        ),
    ] = None
    as_of: AsOfParameter = None


class EffectsQuery(AsOfQuery, FormatQuery):
    """The parameters of the list of effects."""


_ANY_NAME = (
    "A slug, of now or of old, or any other name. Where it is not the slug of now, "
    "`Content-Location` says which is."
)
LocationName = Annotated[str, Path(description=_ANY_NAME, examples=["palmyra"])]
CategoryName = Annotated[str, Path(description=_ANY_NAME, examples=["tank"])]
PublisherName = Annotated[str, Path(description=_ANY_NAME, examples=["cjtf-oir"])]


@router.get(
    "/locations", responses={**described(LocationPage, WITH_PLACE), **responses(NotAcceptable, InvalidInput)}
)
async def list_locations(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List places by slug, or those with a spelling that holds `q`."""
    return await read(lambda session: _page(session, request, query, LOCATIONS))


@router.get("/locations/{slug}", responses={200: {"model": LocationOut}, **responses(NotFound, InvalidInput)})
async def get_location(
    request: Request, slug: LocationName, query: Annotated[AsOfQuery, Query()], read: Read
) -> Response:
    """Show one place with every spelling that it answers to."""
    return await read(lambda session: _one(session, request, slug, query.as_of, LOCATIONS))


@router.get(
    "/categories",
    responses={**described(CategoryPage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)},
)
async def list_categories(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List categories by slug, or those with a synonym that holds `q`."""
    return await read(lambda session: _page(session, request, query, CATEGORIES))


@router.get(
    "/categories/{slug}", responses={200: {"model": CategoryOut}, **responses(NotFound, InvalidInput)}
)
async def get_category(
    request: Request, slug: CategoryName, query: Annotated[AsOfQuery, Query()], read: Read
) -> Response:
    """Show one category with every phrase that means it."""
    return await read(lambda session: _one(session, request, slug, query.as_of, CATEGORIES))


@router.get(
    "/publishers",
    responses={**described(PublisherPage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)},
)
async def list_publishers(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List publishers by slug, or those with a name that holds `q`."""
    return await read(lambda session: _page(session, request, query, PUBLISHERS))


@router.get(
    "/publishers/{slug}", responses={200: {"model": PublisherOut}, **responses(NotFound, InvalidInput)}
)
async def get_publisher(
    request: Request, slug: PublisherName, query: Annotated[AsOfQuery, Query()], read: Read
) -> Response:
    """Show one publisher with every name that it answers to."""
    return await read(lambda session: _one(session, request, slug, query.as_of, PUBLISHERS))


@router.get(
    "/effects", responses={**described(EffectPage, WITHOUT_PLACE), **responses(NotAcceptable, InvalidInput)}
)
async def list_effects(request: Request, query: Annotated[EffectsQuery, Query()], read: Read) -> Response:
    """List the normalised effects with the verbs that mean them."""

    def all_of_them(session: ReadSession) -> Response:
        now = head(session, query.as_of)
        items = [
            {"slug": effect, "verbs": sorted(verb for verb, meant in VERBS.items() if meant is effect)}
            for effect in Effect
        ]
        body = {"items": items, "next": None, "seq": now.seq}
        return list_response(request, now, lambda: body, Form(EFFECTS, query))

    return await read(all_of_them)


def _page(session: ReadSession, request: Request, query: NamesQuery, vocabulary: Vocabulary) -> Response:
    """Answer a page of a vocabulary: it is small and in memory, so its slugs are its cursor."""
    now = head(session, query.as_of)
    after = position_of(request, query.cursor, str)
    catalogue = catalogue_at(session, now)
    names = vocabulary.names(catalogue)
    index = search_index(catalogue, names)
    matching = index.things if query.q is None else index.holding(_folded(query.q))
    rest = [thing_id for thing_id in matching if after is None or names.by_id[thing_id].slug > after[0]]
    items = list(documents(vocabulary, catalogue, rest[: query.limit]))
    body = {
        "items": items,
        "next": cursor_to(request, (items[-1]["slug"],)) if len(rest) > query.limit else None,
        "seq": now.seq,
    } | ({"total": len(matching)} if query.count == "exact" else {})
    return list_response(request, now, lambda: body, Form(LISTS[vocabulary], query))


def _one(
    session: ReadSession, request: Request, slug: str, as_of: AsOf | None, vocabulary: Vocabulary
) -> Response:
    now = head(session, as_of)
    shown = document(vocabulary, catalogue_at(session, now), slug)
    if shown is None:
        raise NotFound(f"there is no {vocabulary.noun} of this name")
    response = item_response(request, shown["slug"], now.vocabulary_seq, shown)
    if shown["slug"] != slug:
        response.headers["Content-Location"] = vocabulary.path(shown["slug"])
    return response


def _folded(asked: str) -> set[str]:
    """Return what a name must hold: what was asked, folded as names are, or as phrases of targets are.

    What folds to nothing, such as "%", is held by nothing.
    """
    return {fold(asked) for fold in (places.fold, categories.fold)} - {""}
