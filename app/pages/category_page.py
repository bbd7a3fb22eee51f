"""Page of a category: tree, phrases, periods, places and lookalikes."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.aggregates.picture import map_place
from app.catalogue import names
from app.catalogue.catalogue import CategoryEntry
from app.catalogue.recording import CATEGORIES
from app.catalogue.written_names import written_names
from app.drawings import series, wording
from app.drawings.count_forms import Count, Measure, count_of
from app.drawings.place_map import place_map
from app.drawings.svg import Drawing
from app.pages.chart_periods import address
from app.pages.record import Record
from app.pages.subject_page import Subject
from app.pages.view import ViewQuery, without
from app.strikes.ordering import Sort
from app.strikes.sentence import MEASURES
from app.vocabulary import places

# Places that are listed before the link to all of them, and categories that are shown as "not this".
MOST_PLACES, MOST_CONFUSED = 12, 6

# Places on the map: those with most.
MOST_MAPPED = 200

# Lines above which the newest come first, not the largest: sorting 350,000 takes a second.
MOST_SORTED = 20_000


class LargestFirst(ViewQuery):
    """The parameters of a page whose lines are in the order of their items, where no other one is chosen."""

    sort: Sort = Sort.MOST_ITEMS


class CategoryPage(Subject):
    """The page of a category and of all that stands below it."""

    def __init__(self, record: Record, category: CategoryEntry, query: ViewQuery, base: str) -> None:
        fixed = {"category": [category.slug]}
        lines = record.count(query.model_copy(update=fixed)).totals["lines"]
        if lines <= MOST_SORTED:
            query = LargestFirst.model_construct(
                query.model_fields_set,
                **query.__dict__ | ({} if "sort" in query.model_fields_set else {"sort": Sort.MOST_ITEMS}),
            )
        super().__init__(
            record, query, base, path=f"/categories/{category.slug}", name=category.name, fixed=fixed
        )
        self.category = category

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        unit = self.unit
        wide, narrow = self.timeline(unit)
        request = self.view.api("/v1/aggregates", self.counted, group_by=unit.value, **self.view.period_by)
        of_places = self.stacked("location")
        named = [row for row in of_places if row["slug"]]
        and_effect = ",effect" if self.measure is Measure.ITEMS else ""
        places_request = self.view.api("/v1/aggregates", self.counted, group_by=f"location{and_effect}")
        nowhere = next((row["lines"] for row in of_places if not row["slug"]), 0)
        return {
            **super().context(),
            "category": self.category,
            "family": names.family(self.category.family),
            "family_href": self.view.elsewhere("/", family=self.category.family),
            "above": self.above(),
            "tree": self.tree(),
            "phrases": self.phrases(),
            "confused": self.confused(),
            "days_heading": f"{MEASURES[self.measure]} {wording.PERIODS[unit]}",
            "days_note": "stacked by effect" if self.measure is Measure.ITEMS else "",
            "drawing": wide,
            "drawing_narrow": narrow,
            "unit": unit.value,
            "unit_words": wording.PERIODS[unit],
            "periods": [
                {"row": row, "count": count, "name": row["period"], "href": address(self.view, row)}
                for row, count, _ in self.periods(unit)
            ],
            "days_panel": self.panel("days", request, "timeline", measure=self.measure.value),
            "places": [self._place(row) for row in named[:MOST_PLACES]],
            "place_count": len(named),
            "nowhere": nowhere,
            "all_places": self.elsewhere("/places"),
            "places_panel": self.panel("places", places_request, "places", measure=self.measure.value),
            "map": self._map(named) if named else None,
            "undrawn": max(0, len(named) - MOST_MAPPED),
        }

    def above(self) -> list[dict[str, str]]:
        """Return the categories above, from the root down."""
        chain, entry = [], self.category
        while entry.parent_id is not None:
            entry = self.record.catalogue.categories.by_id[entry.parent_id]
            chain.append({"name": entry.name, "href": self._page(entry)})
        return chain[::-1]

    def tree(self) -> list[dict[str, Any]]:
        """Return the categories right below with their items, those that stand below them included."""
        catalogue = self.record.catalogue
        children = [
            catalogue.categories.by_id[child]
            for child in catalogue.children.get(self.category.id, ())
            if child not in catalogue.categories.merged
        ]
        if not children:
            return []
        counts = self._items_by_category(catalogue.with_descendants([self.category.id]))
        rows = [
            {
                "name": child.name,
                "href": self._page(child),
                "count": series.added_up(
                    [
                        counts[slug]
                        for member in catalogue.with_descendants([child.id])
                        if (slug := catalogue.categories.by_id[member].slug) in counts
                        and member not in catalogue.categories.merged
                    ],
                    Measure.ITEMS,
                ),
            }
            for child in children
        ]
        own = counts.get(self.category.slug)
        if own:
            rows.append(
                {
                    "name": f"{self.category.name}, no kind given",
                    "href": None,
                    "count": count_of(own, Measure.ITEMS),
                }
            )
        return sorted(rows, key=lambda row: -row["count"].least)

    def phrases(self) -> list[str]:
        """Return the phrases that mean the category."""
        seq = self.record.now.vocabulary_seq
        spelt = written_names(self.record.session, CATEGORIES, self.category.id, seq)
        return [name for name in spelt if places.fold(name) != places.fold(self.category.name)]

    def confused(self) -> list[dict[str, Any]]:
        """Return other categories whose names share a word with this one, most items first."""
        catalogue = self.record.catalogue
        own = frozenset(_words(self.category.name))
        kin = catalogue.with_descendants([self.category.id]) | _ancestors(self.category, self.record)
        others = [
            entry
            for entry in catalogue.categories.entries()
            if entry.id not in kin and own.intersection(_words(entry.name))
        ]
        if not others:
            return []
        counts = self._items_by_category(frozenset(entry.id for entry in others))
        rows: list[dict[str, Any]] = [
            {
                "name": entry.name,
                "href": self._page(entry),
                "count": count_of(counts[entry.slug], Measure.ITEMS) if entry.slug in counts else None,
                "shared": len(own.intersection(_words(entry.name))),
            }
            for entry in others
        ]
        rows.sort(key=lambda row: (-row["shared"], -_least(row["count"]), row["name"]))
        return rows[:MOST_CONFUSED]

    def _map(self, rows: Sequence[Mapping[str, Any]]) -> Drawing:
        """Return the map of the places with most."""
        points = [
            map_place(
                place, row["count"], self.measure, self.elsewhere(f"/places/{place.slug}", location=None)
            )
            for row in rows[:MOST_MAPPED]
            if (place := self.record.catalogue.location(row["slug"]))
        ]
        return place_map(points, width=550, height=360)

    def _items_by_category(self, members: frozenset[int]) -> dict[str, Any]:
        by_id = self.record.catalogue.categories.by_id
        slugs = {by_id[member].slug for member in members}
        rows = self.count(without(self.counted, "category"), group_by="category")
        return {row["category"]: row for row in rows if row["category"] in slugs}

    def _page(self, entry: CategoryEntry) -> str:
        return self.elsewhere(f"/categories/{entry.slug}", category=None, family=None)

    def _place(self, row: dict[str, Any]) -> dict[str, Any]:
        place = self.record.catalogue.location(row["slug"])
        return row | {
            "name": place.name if place else row["slug"],
            "href": self.view.toggled("location", row["slug"]),
            "page": self.elsewhere(f"/places/{row['slug']}", location=None),
            "is_chosen": row["slug"] in self.query.location,
        }


def _words(name: str) -> list[str]:
    return places.fold(name).split()


def _least(count: Count | None) -> int:
    return count.least if count else 0


def _ancestors(category: CategoryEntry, record: Record) -> frozenset[int]:
    above = set()
    while category.parent_id is not None:
        above.add(category.parent_id)
        category = record.catalogue.categories.by_id[category.parent_id]
    return frozenset(above)
