"""Lists of places, categories and publishers with their counts, A to Z."""

from collections.abc import Iterator
from typing import Any

from app.catalogue import names
from app.drawings.count_forms import Measure, count_of
from app.pages.record import Record, Row
from app.pages.taken import refuse_others
from app.pages.view import FILTERS, View, ViewQuery, named
from app.vocabulary import places

# Places on one page. With all gazetteers there are 40,000, of which lines name a few hundred.
MOST_PLACES = 300

TAKEN = {*FILTERS, "after", "theme"}


class NameList:
    """A list of a vocabulary: what lines of a query name, and how often."""

    def __init__(self, record: Record, path: str, query: ViewQuery, base: str) -> None:
        refuse_others(query, TAKEN)
        self.record, self.base = record, base
        self.query = named(query, record.catalogue)
        self.view = View(path, self.query, record.seq)

    def around(self) -> dict[str, Any]:
        """Return what all lists have."""
        return {
            "section": "/",
            "view": self.view,
            "query": self.query,
            "base": self.base,
            "entries": self.record.latest_entries(),
            "since": self.record.latest_seq - self.record.seq,
        }

    def of_places(self) -> dict[str, Any]:
        """Return a page of the places that lines name, and how many more are known."""
        locations = self.record.catalogue.locations
        rows = self._rows("location")
        listed = sorted(
            (places.fold(place.name), place.slug, place, row)
            for slug, row in rows.items()
            if (place := self.record.catalogue.location(slug)) is not None
        )
        after = tuple((self.query.after or "").rpartition(",")[::2])
        rest = [entry for entry in listed if entry[:2] > after] if self.query.after else listed
        shown = rest[:MOST_PLACES]
        countries = sorted({place.country for *_, place, _ in listed}, key=names.country)
        return self.around() | {
            "rows": [
                _counted(row)
                | {
                    "name": place.name,
                    "country": names.country(place.country),
                    "href": self.view.elsewhere(f"/places/{slug}", location=None),
                }
                for _, slug, place, row in shown
            ],
            "countries": [
                {
                    "name": names.country(code),
                    "href": self.view.url(country=code),
                    "is_chosen": code == self.query.country,
                }
                for code in countries
            ],
            "count": len(listed),
            "known": sum(1 for _ in locations.entries()),
            "next": self.view.url(after=f"{shown[-1][0]},{shown[-1][1]}") if len(rest) > len(shown) else None,
        }  # fmt: skip

    def of_categories(self) -> dict[str, Any]:
        """Return the categories by family, those that lines name before the others."""
        rows = self._rows("category")
        families: dict[str, dict[str, Any]] = {}
        for entry in sorted(
            self.record.catalogue.categories.entries(), key=lambda entry: places.fold(entry.name)
        ):
            family = families.setdefault(
                entry.family, {"name": names.family(entry.family), "rows": [], "others": []}
            )
            href = self.view.elsewhere(f"/categories/{entry.slug}", category=None, family=None)
            row = rows.get(entry.slug)
            if row is None:
                family["others"].append({"name": entry.name, "href": href})
            else:
                family["rows"].append(_counted(row) | {"name": entry.name, "href": href})
        known = sum(1 for _ in self.record.catalogue.categories.entries())
        return self.around() | {
            "families": sorted(families.values(), key=lambda family: family["name"]),
            "count": len(rows),
            "known": known,
        }

    def of_publishers(self) -> dict[str, Any]:
        """Return all publishers."""
        rows = self._rows("publisher")
        return self.around() | {"rows": list(self._publishers(rows))}

    def _publishers(self, rows: dict[str, Row]) -> Iterator[dict[str, Any]]:
        for entry in sorted(
            self.record.catalogue.publishers.entries(), key=lambda entry: places.fold(entry.name)
        ):
            row = rows.get(entry.slug)
            href = self.view.elsewhere("/", publisher=entry.slug)
            yield (_counted(row) if row else {"lines": 0}) | {"name": entry.name, "href": href}

    def _rows(self, dimension: str) -> dict[str, Row]:
        rows = self.record.count(self.query, group_by=dimension).rows
        return {row[dimension]: row for row in rows if row[dimension]}


def _counted(row: Row) -> dict[str, Any]:
    return {"count": count_of(row, Measure.ITEMS), "lines": row["lines"], "reports": row["reports"]}
