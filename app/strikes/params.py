"""Query parameters of the strike filter, and resolution of their names."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from app.catalogue.catalogue import Catalogue
from app.catalogue.resolve import Resolver
from app.http.field_types import PLAIN_DIGITS, AsOfParameter, Country, Day, QueryName, spelt
from app.strikes.filter import Status, StrikeFilter
from app.strikes.geo import (
    DEGREES,
    FARTHEST_KM,
    NEAREST_KM,
    Box,
    Circle,
    Point,
    read_box,
    read_distance,
    read_point,
)
from app.vocabulary.effects import Effect
from app.vocabulary.identifiers import REPORT, row_number
from app.vocabulary.tokenize import words

# How often a repeatable parameter may be given.
MOST_VALUES = 100

# Characters of the words that are requested.
LONGEST_QUESTION = 200

# More than all items of a report can add up to.
MOST_ADDED_UP = 1_000_000_000

# The owner of targets of which a line names none.
ENEMY = "enemy"


def _spellings(owner: str) -> Iterator[str | None]:
    """Yield an owner as lines may spell it; None stands for lines without an owner, which is the enemy."""
    if owner.casefold() == ENEMY:
        yield None
    yield from (owner, owner.lower(), owner.upper(), owner.capitalize(), owner.title())


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("no_word", "give at least one word or sign")
    return value


class StrikeCriteria(BaseModel):
    """The filters that strikes, aggregates, exports and feeds share. All can be combined."""

    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[
        Day | None,
        Field(
            description="First day, inclusive. A line matches when its own days overlap.",
            examples=["2016-12-01"],
        ),
    ] = None
    date_to: Annotated[Day | None, Field(description="Last day, inclusive.", examples=["2017-02-28"])] = None
    date_precision: Annotated[
        list[Literal["day", "week", "month", "unknown"]],
        Field(
            max_length=MOST_VALUES,
            description="How exactly the source gives the days. Repeatable.",
            examples=[["day"]],
        ),
    ] = []
    location: Annotated[
        list[QueryName],
        Field(
            max_length=MOST_VALUES,
            description="Slug, name or any alias of a place, folding case, accents and hyphens. Repeatable.",
            examples=[["Palmyra"]],
        ),
    ] = []
    country: Annotated[Country | None, Field(description="ISO 3166-1 alpha-2 code.", examples=["SY"])] = None
    bbox: Annotated[
        Box | None,
        PlainValidator(read_box, json_schema_input_type=Annotated[str, spelt(",".join([DEGREES] * 4))]),
        Field(
            description="Places in a box of degrees: `west,south,east,north`, WGS84, edges included. Where west "
            "is greater than east, the box crosses the date line. A line without a place never matches.",
            examples=["38,33,42.5,37"],
        ),
    ] = None
    near: Annotated[
        Point | None,
        PlainValidator(read_point, json_schema_input_type=Annotated[str, spelt(f"{DEGREES},{DEGREES}")]),
        Field(
            description="Places near a point, `lat,lon`, WGS84; together with `radius_km`.",
            examples=["34.56,38.28"],
        ),
    ] = None
    radius_km: Annotated[
        float | None,
        PlainValidator(
            read_distance, json_schema_input_type=Annotated[float, Field(ge=NEAREST_KM, le=FARTHEST_KM)]
        ),
        Field(
            description="How far from `near` over the ground, at most. What is measured is the place's point, "
            "not its radius of uncertainty.",
            examples=[50],
        ),
    ] = None
    category: Annotated[
        list[QueryName],
        Field(
            max_length=MOST_VALUES,
            description="Slug, name or synonym of a category; takes its descendants. Repeatable.",
            examples=[["tank"]],
        ),
    ] = []
    family: Annotated[
        QueryName | None, Field(description="A family of categories.", examples=["heavy-equipment"])
    ] = None
    effect: Annotated[
        list[Effect],
        Field(
            max_length=MOST_VALUES, description="A normalised effect. Repeatable.", examples=[["destroyed"]]
        ),
    ] = []
    owner: Annotated[
        list[QueryName],
        Field(
            max_length=MOST_VALUES,
            description="Whose the target was: `enemy` for the lines that name no other owner, else as lines name it, "
            "such as `coalition`; in small letters, in capitals and with capital first letters alike. Repeatable.",
            examples=[["enemy"]],
        ),
    ] = []
    min_items: Annotated[
        Annotated[int, Field(ge=0, le=MOST_ADDED_UP), PLAIN_DIGITS] | None,
        Field(
            description="At least that many items: what the minima of the line's tallies add up to, of those "
            "alone that meet `category`, `family` and `effect`.",
            examples=[10],
        ),
    ] = None
    q: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=LONGEST_QUESTION,
            description="Words of the source: of the line's sentence, its place as written, and its tallies as "
            "written. All must occur, whole, in any order, whatever their case and accents. Anything but "
            "letters and digits separates words; without any word, such signs must occur as they stand.",
            examples=["fighting position"],
        ),
        AfterValidator(_not_blank),
    ] = None
    publisher: Annotated[
        QueryName | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    report: Annotated[QueryName | None, Field(description="The id of a report.", examples=["r12"])] = None
    status: Annotated[
        Status,
        Field(
            description="`published`: current lines. `retracted`: those of retracted reports, as they were just "
            "before. `any`: both.",
            examples=["published"],
        ),
    ] = Status.PUBLISHED
    duplicates: Annotated[
        Literal["collapse", "include"] | None,
        Field(
            description="`collapse` counts an event once: it leaves out a line that repeats another one of the "
            "requested `status`. `include` keeps it, and is the default where a publisher or a report is named.",
            examples=["include"],
        ),
    ] = None

    @property
    def given(self) -> Mapping[str, Any]:
        """The filters that have another value than their default, several values of one in alphabetical order."""
        values = ((name, getattr(self, name), field) for name, field in StrikeCriteria.model_fields.items())
        return {
            name: sorted(value) if isinstance(value, list) else value
            for name, value, field in values
            if value != field.default
        }

    def resolved(self, catalogue: Catalogue, as_of: int) -> StrikeFilter:
        """Turn names into ids. Raises InvalidInput with the nearest names for every one that is unknown."""
        names = Resolver(catalogue, "parameter")
        if self.date_from and self.date_to and self.date_from > self.date_to:
            names.refuse("date_to", "days-reversed", "date_to must not be before date_from")
        places = self._places(names, catalogue)
        publisher = names.publisher(self.publisher, "publisher") if self.publisher else None
        report = row_number(REPORT, self.report) if self.report else None
        if self.report and report is None:
            names.refuse("report", "bad-id", "must be a report's id, such as 'r12'")
        categories = self._categories(names, catalogue)
        names.finish()
        tokens = tuple(words(self.q or ""))
        return StrikeFilter(
            as_of=as_of,
            date_from=self.date_from,
            date_to=self.date_to,
            date_precisions=frozenset(self.date_precision) or None,
            location_ids=places,
            countries=frozenset({self.country}) if self.country else None,
            category_ids=categories,
            owners=frozenset(spelling for owner in self.owner for spelling in _spellings(owner)) or None,
            effects=frozenset(self.effect) if self.effect else None,
            min_items=self.min_items,
            words=tokens or None,
            signs=self.q if self.q and not tokens else None,
            publisher_ids=catalogue.publishers.members(publisher.id) if publisher else None,
            report_ids=frozenset({report}) if report else None,
            status=self.status,
            repeats=self.duplicates == "include"
            or (self.duplicates is None and bool(self.publisher or self.report)),
        )

    def _places(self, names: Resolver, catalogue: Catalogue) -> frozenset[int] | None:
        """Return the places that names, box and distance all allow, or None where none of these is requested."""
        allowed = None
        if self.location:
            location_ids = [names.location(name, "location") for name in self.location]
            members = (catalogue.locations.members(place.id) for place in location_ids if place)
            allowed = frozenset[int]().union(*members)
        for area in self._areas(names):
            inside = frozenset(
                place_id
                for place_id, place in catalogue.locations.by_id.items()
                if area.holds(Point(place.lat, place.lon))
            )
            allowed = inside if allowed is None else allowed & inside
        return allowed

    def _areas(self, names: Resolver) -> Iterator[Box | Circle]:
        if self.bbox is not None:
            yield self.bbox
        if self.near is not None and self.radius_km is not None:
            yield Circle(self.near, self.radius_km)
        elif self.near is not None:
            names.refuse("radius_km", "missing", "'near' needs a radius, such as radius_km=50")
        elif self.radius_km is not None:
            names.refuse("near", "missing", "'radius_km' needs a point, such as near=34.56,38.28")

    def _categories(self, names: Resolver, catalogue: Catalogue) -> frozenset[int] | None:
        """Return the categories that both `category` and `family` allow, or None where neither is requested."""
        allowed = None
        if self.category:
            categories = [names.category(phrase, "category") for phrase in self.category]
            allowed = catalogue.with_descendants(category.id for category in categories if category)
        if self.family:
            members = names.family(self.family, "family") or frozenset()
            allowed = members if allowed is None else allowed & members
        return allowed


class StrikeQuery(StrikeCriteria):
    """The filters, and the ledger number as of which they are applied."""

    as_of: AsOfParameter = None
