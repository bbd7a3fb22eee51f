"""The strike filter as HTTP spells it: parameters, and how their names become the ids of a StrikeFilter."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.catalogue.catalogue import Catalogue
from app.catalogue.resolve import Resolver
from app.http.fields import Asked, AsOfParameter, Country, Day
from app.http.pages import PageQuery
from app.strikes.filters import StrikeFilter
from app.vocabulary.effects import Effect
from app.vocabulary.identifiers import REPORT, row_number

# How often a repeatable parameter may be given.
MOST_VALUES = 100


class StrikeQuery(BaseModel):
    """The filters that strikes, aggregates, export and map share word for word. All can be combined."""

    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[
        Day | None,
        Field(
            description="First day, inclusive. A line matches when its own days overlap.",
            examples=["2016-12-01"],
        ),
    ] = None
    date_to: Annotated[Day | None, Field(description="Last day, inclusive.", examples=["2017-02-28"])] = None
    location: Annotated[
        list[Asked],
        Field(
            max_length=MOST_VALUES,
            description="Slug, name or any alias of a place, folding case, accents and hyphens. Repeatable.",
            examples=[["Palmyra"]],
        ),
    ] = []
    country: Annotated[Country | None, Field(description="ISO 3166-1 alpha-2 code.", examples=["SY"])] = None
    category: Annotated[
        list[Asked],
        Field(
            max_length=MOST_VALUES,
            description="Slug, name or synonym of a category; takes its descendants. Repeatable.",
            examples=[["tank"]],
        ),
    ] = []
    family: Annotated[
        Asked | None, Field(description="A family of categories.", examples=["heavy-equipment"])
    ] = None
    effect: Annotated[
        list[Effect],
        Field(
            max_length=MOST_VALUES, description="A normalised effect. Repeatable.", examples=[["destroyed"]]
        ),
    ] = []
    publisher: Annotated[
        Asked | None, Field(description="Slug or name of a publisher.", examples=["cjtf-oir"])
    ] = None
    report: Annotated[Asked | None, Field(description="The id of a report.", examples=["r12"])] = None
    duplicates: Annotated[
        Literal["collapse", "include"] | None,
        Field(
            description="`collapse` counts an event once: it leaves out a line that repeats another one that "
            "stands. `include` keeps it, and is the default where a publisher or a report is named.",
            examples=["include"],
        ),
    ] = None
    as_of: AsOfParameter = None

    def resolved(self, catalogue: Catalogue, as_of: int) -> StrikeFilter:
        """Turn names into ids. Raises InvalidInput with the nearest names for every one that is unknown."""
        names = Resolver(catalogue, "parameter")
        if self.date_from and self.date_to and self.date_from > self.date_to:
            names.refuse("date_to", "days-reversed", "date_to lies before date_from")
        locations = [names.location(name, "location") for name in self.location]
        publisher = names.publisher(self.publisher, "publisher") if self.publisher else None
        report = row_number(REPORT, self.report) if self.report else None
        if self.report and report is None:
            names.refuse("report", "bad-id", "a report's id looks like 'r12'")
        categories = self._categories(names, catalogue)
        names.finish()
        return StrikeFilter(
            as_of=as_of,
            date_from=self.date_from,
            date_to=self.date_to,
            location_ids=frozenset().union(
                *(catalogue.locations.members(found.id) for found in locations if found)
            )
            if locations
            else None,
            countries=frozenset({self.country}) if self.country else None,
            category_ids=categories,
            effects=frozenset(self.effect) if self.effect else None,
            publisher_ids=catalogue.publishers.members(publisher.id) if publisher else None,
            report_ids=frozenset({report}) if report else None,
            repeats=self.duplicates == "include"
            or (self.duplicates is None and bool(self.publisher or self.report)),
        )

    def _categories(self, names: Resolver, catalogue: Catalogue) -> frozenset[int] | None:
        """Return the categories that both `category` and `family` allow, or None where neither is asked."""
        allowed = None
        if self.category:
            found = [names.category(phrase, "category") for phrase in self.category]
            allowed = catalogue.with_descendants(category.id for category in found if category)
        if self.family:
            members = names.family(self.family, "family") or frozenset()
            allowed = members if allowed is None else allowed & members
        return allowed


class StrikesQuery(StrikeQuery, PageQuery):
    """The parameters of `GET /v1/strikes`."""

    sort: Annotated[
        Literal["-date", "date"],
        Field(description="`-date` shows the latest first, `date` the earliest.", examples=["-date"]),
    ] = "-date"
