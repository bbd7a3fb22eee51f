"""Facets of a question: places, categories and countries, ranked.

A facet leaves out its own filter, so that other choices stay in sight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.aggregates.picture import map_place
from app.catalogue import names
from app.catalogue.names import kind_of_family
from app.drawings import effect_styles, wording
from app.drawings.count_forms import Count, Measure, count_of
from app.drawings.place_map import MapPlace, place_map
from app.pages.panel import Panel
from app.pages.record import Record, Row
from app.pages.view import View, ViewQuery, without

# Rows of a list before the link to all of them.
TOP = 12

# Pixels of the map's height, and places on it at most: those with most.
MAP_TALL, MOST_POINTS = 404, 1_000

# Kinds of categories that are apart from equipment.
APART = {"unit", "person", "terrain"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A row of a list that is a chart: its name and count, and what choosing it leads to."""

    name: str
    count: Count
    href: str
    is_chosen: bool = False
    code: str = ""
    # The page of its own, what opens its categories, and whether they are open.
    page: str | None = None
    unfolds: str | None = None
    is_open: bool = False
    is_child: bool = False


class Facets:
    """The facets of a question."""

    def __init__(self, record: Record, query: ViewQuery, view: View) -> None:
        self._record = record
        self._query = query
        self._view = view
        self._measure: Measure = query.measure

    def context(self, panel: Callable[..., Panel], wide: int, narrow: int) -> dict[str, Any]:
        """Return what templates show of the facets."""
        query, view = self._query, self._view
        rows = self.places()
        here = [row for row in rows if row["location"]]
        apart, equipment = self.categories()
        every = [*apart, *equipment]
        shown = [
            self._place(row)
            for place, row in enumerate(here)
            if place < TOP or row["location"] in query.location
        ]
        unplaced = without(query, "location", "bbox", "near", "radius_km")
        of_places = view.api("/v1/aggregates", unplaced, group_by="location", sort="-items_min")
        points = self.points(here)
        chosen = frozenset(query.location)
        # With one effect chosen, single series take its colour.
        hue = effect_styles.STYLES[query.effect[0]][0] if len(query.effect) == 1 else "series"
        return {
            "places": shown,
            "place_count": len(here),
            "places_most": max((choice.count.highest for choice in shown), default=0),
            "places_panel": panel("places", of_places, "places", measure=self._measure.value),
            "map_panel": panel("map", of_places, "map", measure=self._measure.value, draw="map"),
            "map": place_map(points, width=wide, height=MAP_TALL, chosen=chosen, series=hue),
            "map_narrow": place_map(points, width=narrow, height=MAP_TALL, chosen=chosen, series=hue),
            "nowhere": self._nowhere(rows),
            "undrawn": max(0, len(here) - MOST_POINTS),
            "categories": equipment,
            "other_categories": apart,
            "categories_most": max((choice.count.highest for choice in every), default=0),
            "categories_panel": panel(
                "categories",
                view.api("/v1/aggregates", without(query, "category", "family"), group_by="family"),
                "categories",
                measure=self._measure.value,
            ),
            "countries": self.countries(),
        }

    def places(self) -> list[Row]:
        """Return the counts of all places, the highest first; the one without a place is last among equals."""
        unplaced = without(self._query, "location", "bbox", "near", "radius_km")
        return self._ranked(self._record.count(unplaced, group_by="location").rows, "location")

    def points(self, rows: Sequence[Row]) -> list[MapPlace]:
        """Return the places as a map shows them, those with most first."""
        catalogue, measure = self._record.catalogue, self._measure
        return [
            map_place(place, self._count(row), measure, self._view.toggled("location", place.slug))
            for row in rows[:MOST_POINTS]
            if (place := catalogue.location(row["location"]))
        ]

    def countries(self) -> list[Choice]:
        """Return the countries, the highest count first."""
        rows = self._record.count(without(self._query, "country"), group_by="country").rows
        return [
            Choice(
                name=names.country(row["country"]),
                count=self._count(row),
                href=self._view.url(
                    country=None if row["country"] == self._query.country else row["country"]
                ),
                is_chosen=row["country"] == self._query.country,
                code=row["country"],
            )
            for row in self._ranked(rows, "country")
        ]

    def categories(self) -> tuple[list[Choice], list[Choice]]:
        """Return units, people and terrain, then families of things; one family can be open to its categories."""
        query = self._query
        every = without(query, "category", "family")
        families = [row for row in self._record.count(every, group_by="family").rows if row["family"]]
        opened = query.open or query.family
        if opened is None and query.category:
            first = self._record.catalogue.category(query.category[0])
            opened = first.family if first else None
        apart: list[Choice] = []
        equipment: list[Choice] = []
        for row in self._ranked(families, "family"):
            listed = apart if kind_of_family(self._record.catalogue, row["family"]) in APART else equipment
            listed.append(self._family(row, is_open=row["family"] == opened))
            if row["family"] == opened:
                within = every.model_copy(update={"family": opened})
                children = self._record.count(within, group_by="category").rows
                listed += [
                    self._category(child) for child in self._ranked(children, "category") if child["category"]
                ]
        return apart, equipment

    def name_of(self, dimension: str, value: str | None) -> str:
        """Return the name for people of a value of a dimension."""
        return names.name_of(self._record.catalogue, dimension, value)

    def _place(self, row: Row) -> Choice:
        slug = row["location"]
        return Choice(
            name=self.name_of("location", slug),
            count=self._count(row),
            href=self._view.toggled("location", slug),
            is_chosen=slug in self._query.location,
            page=self._view.elsewhere(f"/places/{slug}", location=None),
        )

    def _family(self, row: Row, *, is_open: bool) -> Choice:
        family = row["family"]
        is_chosen = self._query.family == family
        return Choice(
            name=names.family(family),
            count=self._count(row),
            href=self._view.url(family=None if is_chosen else family, category=None, open=None),
            is_chosen=is_chosen,
            unfolds=self._view.url(open=None if is_open else family),
            is_open=is_open,
        )

    def _category(self, row: Row) -> Choice:
        slug = row["category"]
        return Choice(
            name=self.name_of("category", slug),
            count=self._count(row),
            href=self._view.toggled("category", slug),
            is_chosen=slug in self._query.category,
            page=self._view.elsewhere(f"/categories/{slug}", category=None, family=None),
            is_child=True,
        )

    def _nowhere(self, rows: Sequence[Row]) -> str | None:
        row = next((row for row in rows if row["location"] is None), None)
        if row is None:
            return None
        verb = "names" if row["lines"] == 1 else "name"
        lines = wording.counted(row["lines"], "line")
        count = self._count(row)
        held = f" with {count.words} {self._measure.value}" if self._measure is Measure.ITEMS else ""
        return (
            f"{lines}{held} {verb} no known place and {'is' if row['lines'] == 1 else 'are'} not on the map."
        )

    def _count(self, row: Row) -> Count:
        return count_of(row, self._measure)

    def _ranked(self, rows: Sequence[Row], dimension: str) -> list[Row]:
        return sorted(rows, key=lambda row: (-self._count(row).least, row[dimension] or "~"))
