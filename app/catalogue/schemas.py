"""Response models of the vocabularies."""

from pydantic import BaseModel, ConfigDict, Field

from app.http.examples import example_of
from app.http.pagination import Page
from app.vocabulary.effects import Effect


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
    geonames_id: int | None = Field(
        description="Its number in GeoNames; null where it has none.", examples=[163808]
    )
    aliases: list[str] = Field(description="Every folded spelling that it answers to.", examples=[["tadmur"]])


class CategoryOut(_Answer):
    """A kind of target."""

    slug: str = Field(examples=["mortar-tube"], description="Its name in URLs and filters.")
    name: str = Field(examples=["Mortar tube"], description="Its name for people.")
    parent: str | None = Field(
        description="The slug of the broader category; null at the root.", examples=["mortar"]
    )
    family: str = Field(examples=["weapons"], description="Its family.")
    kind: str = Field(
        examples=["equipment"], description="equipment, structure, position, unit, person, terrain or other."
    )
    synonyms: list[str] = Field(description="Every folded phrase that means it.", examples=[["mortar tube"]])


class PublisherOut(_Answer):
    """Who states."""

    slug: str = Field(examples=["cjtf-oir"], description="Its name in URLs and filters.")
    name: str = Field(
        description="Its name for people.",
        examples=["Combined Joint Task Force - Operation Inherent Resolve"],
    )
    aliases: list[str] = Field(
        description="Every folded name that it answers to.", examples=[["cjtf oir", "inherent resolve"]]
    )


class EffectOut(_Answer):
    """A normalised effect, and the verbs that mean it."""

    slug: Effect = Field(examples=["destroyed"], description="Its name in filters.")
    verbs: list[str] = Field(description="Verbs as written that mean it.", examples=[["destroyed"]])


class LocationPage(Page):
    """A page of places."""

    items: list[LocationOut] = Field(
        description="The places of the page.", examples=[[example_of(LocationOut)]]
    )


class CategoryPage(Page):
    """A page of categories."""

    items: list[CategoryOut] = Field(
        description="The categories of the page.", examples=[[example_of(CategoryOut)]]
    )


class PublisherPage(Page):
    """A page of publishers."""

    items: list[PublisherOut] = Field(
        description="The publishers of the page.", examples=[[example_of(PublisherOut)]]
    )


class EffectPage(Page):
    """All effects."""

    items: list[EffectOut] = Field(description="The effects of the page.", examples=[[example_of(EffectOut)]])
