"""Request models of vocabulary changes."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, ConfigDict, Field, StrictInt, StrictStr

from app.catalogue.schemas import CategoryOut, LocationOut, PublisherOut
from app.catalogue.service import State
from app.http.examples import example_of
from app.http.field_types import Country, Name, Strict
from app.vocabulary.categories import KINDS

# Names of one thing; the most that any has is nineteen.
MOST_ALIASES = 200

# Km; beyond, "near" says nothing. A name that no gazetteer places has 300.
WIDEST = 2_000

# The largest integer of an INTEGER column on PostgreSQL.
_LARGEST_ID = 2**31 - 1

_KEPT = " PUT: left out, they stay; given, they are all. Its slug and display names of old are never dropped."


def _without_minus_zero(value: float) -> float:
    """Return 0.0 for -0.0, which one of the engines would keep and the other not."""
    return value + 0.0


# Stands after the bounds, which would else not be found in the reference.
_ONE_ZERO = AfterValidator(_without_minus_zero)

Names = Annotated[list[Name], Field(max_length=MOST_ALIASES)]
Slug = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=100,
        pattern="^[a-z0-9-]+$",
        description="Its permanent name in URLs and filters: lower-case ASCII letters, digits and hyphens.",
    ),
]


class LocationState(Strict):
    """All that is said of a place."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Tabqah Airfield", "country": "SY", "lat": 35.75, "lon": 38.57, "precision_km": 5}
            ]
        }
    )

    name: Annotated[Name, Field(description="Its name for people.", examples=["Khirbet al-Ward"])]
    country: Annotated[Country, Field(description="ISO 3166-1 alpha-2: where the point lies.")]
    lat: Annotated[
        float,
        Field(ge=-90, le=90, strict=True, allow_inf_nan=False),
        _ONE_ZERO,
        Field(description="Degrees north, WGS84.", examples=[34.56]),
    ]
    lon: Annotated[
        float,
        Field(ge=-180, le=180, strict=True, allow_inf_nan=False),
        _ONE_ZERO,
        Field(description="Degrees east, WGS84.", examples=[38.28]),
    ]
    precision_km: Annotated[
        float,
        Field(
            gt=0,
            le=WIDEST,
            strict=True,
            allow_inf_nan=False,
            description='The radius within which "near" is to be believed.',
            examples=[25],
        ),
    ]
    geonames_id: Annotated[
        StrictInt | None,
        Field(
            ge=1,
            le=_LARGEST_ID,
            description="Its number in GeoNames, where the point is from there.",
            examples=[163808],
        ),
    ] = None
    aliases: Annotated[
        Names | None, Field(description="Other spellings." + _KEPT, examples=[["Khirbat al Ward"]])
    ] = None

    def state(self) -> State:
        """Return the change as the service takes it."""
        columns = self.model_dump(include={"country", "lat", "lon", "precision_km", "geonames_id"})
        return State(self.name, self.aliases, columns)


class LocationIn(LocationState):
    """A new place."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [example_of(LocationState) | {"slug": "khirbet-al-ward"}]}
    )

    slug: Annotated[Slug, Field(examples=["khirbet-al-ward"])]


class CategoryState(Strict):
    """All that is said of a category."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Mortar tube", "parent": "mortar", "family": "weapons", "kind": "equipment"}
            ]
        }
    )

    name: Annotated[Name, Field(description="Its name for people.", examples=["Cable car"])]
    parent: Annotated[
        Name | None,
        Field(
            description="The broader category, by slug, name or synonym; null at the root.",
            examples=["vehicle"],
        ),
    ]
    family: Annotated[Name, Field(description="Its family: one that is known.", examples=["vehicles"])]
    kind: Annotated[
        StrictStr,
        Field(
            max_length=20,
            examples=["equipment"],
            description=f"One of {', '.join(sorted(KINDS))}.",
            json_schema_extra={"enum": sorted(KINDS)},
        ),
    ]
    synonyms: Annotated[
        Names | None,
        Field(
            validation_alias=AliasChoices("synonyms", "aliases"),
            description="Other phrases for it; may be spelt `aliases`." + _KEPT,
            examples=[["aerial tramway"]],
        ),
    ] = None

    def state(self) -> State:
        """Return the change as the service takes it."""
        columns = self.model_dump(include={"parent", "family", "kind"})
        return State(self.name, self.synonyms, columns)


class CategoryIn(CategoryState):
    """A new category."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [example_of(CategoryState) | {"slug": "cable-car"}]}
    )

    slug: Annotated[Slug, Field(examples=["cable-car"])]
    parent: Annotated[
        Name | None,
        Field(
            description="The broader category, by slug, name or synonym; null at the root.",
            examples=["vehicle"],
        ),
    ] = None


class PublisherState(Strict):
    """All that is said of a publisher."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Defense Department News"}]})

    name: Annotated[Name, Field(description="Its name for people.", examples=["Forsvarsministeriet"])]
    aliases: Annotated[
        Names | None, Field(description="What else it is called." + _KEPT, examples=[["Danish MoD"]])
    ] = None

    def state(self) -> State:
        """Return the change as the service takes it."""
        return State(self.name, self.aliases, {})


class PublisherIn(PublisherState):
    """A new publisher."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [example_of(PublisherState) | {"slug": "dk-mod"}]}
    )

    slug: Annotated[Slug, Field(examples=["dk-mod"])]


class MergeIn(Strict):
    """What a thing was found to be."""

    into: Annotated[
        Name, Field(description="The slug of the thing that it is since then.", examples=["tabqah"])
    ]


Seq = Annotated[int, Field(description="The ledger number since which this holds.", examples=[42])]


class LocationWritten(LocationOut):
    """A place as it now is."""

    seq: Seq


class CategoryWritten(CategoryOut):
    """A category as it now is."""

    seq: Seq


class PublisherWritten(PublisherOut):
    """A publisher as it now is."""

    seq: Seq
