"""The vocabularies as clients see them: places, categories, effects and publishers."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.catalogue.catalogue import Catalogue, Entry, Names, catalogue_at
from app.db.engine import ReadSession
from app.errors import InvalidInput, NotFound
from app.http.answers import answer_list, answer_one
from app.http.pages import Page, PageQuery, cursor_to, position_of
from app.http.problems import responses
from app.http.sessions import Read
from app.http.strict import StrictRoute
from app.ledger.clock import head
from app.vocabulary import places
from app.vocabulary.effects import VERBS, Effect

router = APIRouter(prefix="/v1", tags=["vocabulary"], route_class=StrictRoute)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LocationOut(_Answer):
    """A place that reports name, with its radius of uncertainty."""

    slug: str = Field(examples=["palmyra"], description="Its name in URLs and filters.")
    name: str = Field(examples=["Palmyra"], description="Its name for people.")
    country: str = Field(examples=["SY"], description="ISO 3166-1 alpha-2.")
    lat: float = Field(examples=[34.56], description="Degrees north, WGS84.")
    lon: float = Field(examples=[38.28], description="Degrees east, WGS84.")
    precision_km: float = Field(
        examples=[25], description='The radius within which "near" is to be believed, in km.'
    )
    geonames_id: int | None = Field(description="Its number in GeoNames; null where it has none.")
    aliases: list[str] = Field(description="Every folded spelling that it answers to.", examples=[["tadmur"]])


class CategoryOut(_Answer):
    """A kind of target."""

    slug: str = Field(examples=["tank"], description="Its name in URLs and filters.")
    name: str = Field(examples=["tank"], description="Its name for people.")
    parent: str | None = Field(description="The slug of the broader category; null at the root.")
    family: str = Field(examples=["armor"], description="Its family.")
    kind: str = Field(
        examples=["equipment"], description="equipment, structure, position, unit, person or terrain."
    )
    synonyms: list[str] = Field(description="Every folded phrase that means it.")


class PublisherOut(_Answer):
    """Who states."""

    slug: str = Field(examples=["cjtf-oir"], description="Its name in URLs and filters.")
    name: str = Field(description="Its name for people.", examples=["ARA News"])


class EffectOut(_Answer):
    """A normalised effect, and the verbs that mean it."""

    slug: Effect = Field(examples=["destroyed"], description="Its name in filters.")
    verbs: list[str] = Field(description="Verbs as written that mean it.", examples=[["destroyed"]])


class LocationPage(Page):
    """A page of places."""

    items: list[LocationOut]


class CategoryPage(Page):
    """A page of categories."""

    items: list[CategoryOut]


class PublisherPage(Page):
    """A page of publishers."""

    items: list[PublisherOut]


class EffectPage(Page):
    """All effects."""

    items: list[EffectOut]


class NamesQuery(PageQuery):
    """The parameters of a vocabulary's list."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[
        str | None,
        Field(
            min_length=1, max_length=200, description="Letters that a name or alias holds.", examples=["tadm"]
        ),
    ] = None


class NothingQuery(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid")


@router.get("/locations", responses={200: {"model": LocationPage}, **responses(InvalidInput)})
async def list_locations(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List places by slug, or those with a spelling that holds `q`."""
    return await read(lambda session: _page(session, request, query, _locations))


@router.get("/locations/{slug}", responses={200: {"model": LocationOut}, **responses(NotFound)})
async def get_location(
    request: Request,
    slug: Annotated[str, Path(description="A place's slug.", examples=["palmyra"])],
    read: Read,
) -> Response:
    """Show one place with every spelling that it answers to."""

    def one(session: ReadSession) -> Response:
        now = head(session)
        for document in _locations(catalogue_at(session, now)):
            if document["slug"] == slug:
                return answer_one(request, slug, now.vocabulary_seq, document)
        raise NotFound("there is no place with this slug")

    return await read(one)


@router.get("/categories", responses={200: {"model": CategoryPage}, **responses(InvalidInput)})
async def list_categories(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List categories by slug, or those with a synonym that holds `q`."""
    return await read(lambda session: _page(session, request, query, _categories))


@router.get("/publishers", responses={200: {"model": PublisherPage}, **responses(InvalidInput)})
async def list_publishers(request: Request, query: Annotated[NamesQuery, Query()], read: Read) -> Response:
    """List publishers by slug, or those whose name holds `q`."""
    return await read(lambda session: _page(session, request, query, _publishers))


@router.get("/effects", responses={200: {"model": EffectPage}, **responses(InvalidInput)})
async def list_effects(request: Request, _query: Annotated[NothingQuery, Query()], read: Read) -> Response:
    """List the ten normalised effects with the verbs that mean them."""

    def all_of_them(session: ReadSession) -> Response:
        now = head(session)
        items = [
            {"slug": effect, "verbs": sorted(verb for verb, meant in VERBS.items() if meant is effect)}
            for effect in Effect
        ]
        return answer_list(request, now, lambda: {"items": items, "next": None, "seq": now.seq})

    return await read(all_of_them)


Document = dict[str, Any]


def _page(
    session: ReadSession, request: Request, query: NamesQuery, show: Callable[[Catalogue], Iterable[Document]]
) -> Response:
    """Answer a page of a vocabulary: it is small and in memory, so its slugs are its cursor."""
    now = head(session)
    after = position_of(request, query.cursor, str)
    wanted = places.fold(query.q) if query.q else ""
    documents = [
        document
        for document in show(catalogue_at(session, now))
        if any(wanted in places.fold(name) for name in _spellings(document))
    ]
    rest = [document for document in documents if after is None or document["slug"] > after[0]]
    items = rest[: query.limit]
    body = {
        "items": items,
        "next": cursor_to(request, (items[-1]["slug"],)) if len(rest) > query.limit else None,
        "seq": now.seq,
    } | ({"total": len(documents)} if query.count == "exact" else {})
    return answer_list(request, now, lambda: body)


def _spellings(document: Document) -> list[str]:
    return [document["slug"], document["name"], *document.get("aliases", ()), *document.get("synonyms", ())]


def _locations(catalogue: Catalogue) -> Iterable[Document]:
    aliases = _by_thing(catalogue.locations)
    for place in catalogue.locations.by_id.values():
        document = place._asdict() | {"aliases": aliases.get(place.id, [])}
        del document["id"]
        yield document


def _categories(catalogue: Catalogue) -> Iterable[Document]:
    synonyms = _by_thing(catalogue.categories)
    for category in catalogue.categories.by_id.values():
        parent = None if category.parent_id is None else catalogue.categories.by_id[category.parent_id].slug
        yield {
            "slug": category.slug,
            "name": category.name,
            "parent": parent,
            "family": category.family,
            "kind": category.kind,
            "synonyms": synonyms.get(category.id, []),
        }


def _publishers(catalogue: Catalogue) -> Iterable[Document]:
    for publisher in catalogue.publishers.by_id.values():
        yield {"slug": publisher.slug, "name": publisher.name}


def _by_thing(names: Names[Entry]) -> dict[int, list[str]]:
    """Return the folded names of each thing, sorted."""
    found: dict[int, list[str]] = {}
    for folded, thing in sorted(names.ids.items()):
        found.setdefault(thing, []).append(folded)
    return found
