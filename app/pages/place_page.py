"""Page of a place: names, lines by day, categories and neighbours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.aggregates.picture import map_place
from app.catalogue import names
from app.catalogue.catalogue import LocationEntry
from app.drawings import series, small_timeline, stems, wording
from app.drawings.count_forms import Measure, count_of
from app.drawings.effect_styles import ORDER, fill
from app.drawings.place_map import place_map
from app.drawings.projection import around
from app.drawings.svg import Drawing
from app.drawings.timeline import Part
from app.pages import line_table
from app.pages.chart_periods import address, within
from app.pages.place_names import other_names, position
from app.pages.record import Record, Row
from app.pages.subject_page import NARROW, WIDE, Subject
from app.pages.view import ViewQuery, without
from app.strikes.as_written import spellings
from app.strikes.geo import Point, distance_km
from app.strikes.ordering import Sort
from app.strikes.params import StrikeQuery
from app.strikes.sentence import MEASURES
from app.vocabulary.periods import PeriodUnit

# Lines above which periods are drawn in place of a stem for each line.
MOST_STEMS = 200

# How far neighbours are, and how many are listed.
NEAR_KM, MOST_NEAR = 200, 12

# Categories and spellings that are listed before the rest is counted.
MOST_CATEGORIES, MOST_SPELLINGS = 11, 6

# Lines above which spellings are not counted: that of 190,000 takes a quarter of a second.
MOST_COUNTED = 20_000

# Families that have a small timeline.
MOST_FAMILIES = 6

# Pixels of the drawing with stems.
TALL_STEMS = 296

# Periods whose cells have the room for a number.
_MOST_CELLS = 48


class PlacePage(Subject):
    """The page of a place."""

    def __init__(self, record: Record, place: LocationEntry, query: ViewQuery, base: str) -> None:
        super().__init__(
            record,
            query,
            base,
            path=f"/places/{place.slug}",
            name=place.name,
            fixed={"location": [place.slug]},
        )
        self.place = place

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        place = self.place
        request = self.view.api("/v1/aggregates", self.counted, group_by=f"category{self._and_effect}")
        categories = self.stacked("category")
        near, near_request = self.neighbours()
        return {
            **super().context(),
            "place": place,
            "country": names.country(place.country),
            "country_href": self.view.elsewhere("/", country=place.country),
            "aliases": other_names(self.record, place),
            "spellings": self.spellings(),
            "point": position(place),
            "km": f"{place.precision_km:g}",
            **self.by_day(),
            "categories": [self._category(row) for row in categories[:MOST_CATEGORIES]],
            "category_count": len(categories),
            "all_categories": self.elsewhere("/categories"),
            "categories_panel": self.panel("categories", request, "categories", measure=self.measure.value),
            "near": near[:MOST_NEAR],
            "near_count": len(near),
            "near_most": max((row["count"].highest for row in near[:MOST_NEAR]), default=0),
            "near_km": NEAR_KM,
            "near_panel": self.panel("near", near_request),
            "map": self._map(near),
        }

    def around(self, query: StrikeQuery) -> StrikeQuery:
        """Return the filters of all reports of the place's country."""
        everywhere = without(super().around(query), "location", "bbox", "near", "radius_km")
        return everywhere.model_copy(update={"country": self.place.country})

    @property
    def _and_effect(self) -> str:
        return ",effect" if self.measure is Measure.ITEMS else ""

    def spellings(self) -> list[tuple[str, int]]:
        """Return how lines write the place, and in how many; nothing where it takes too long to count them."""
        if self.totals["lines"] > MOST_COUNTED:
            return []
        strikes = self.counted.resolved(self.record.catalogue, self.record.seq)
        return spellings(self.record.session, strikes, MOST_SPELLINGS)

    def by_day(self) -> dict[str, Any]:
        """Return every line by its first day; above MOST_STEMS the periods in their place."""
        unit = self._cells_unit()
        periods = self.periods(unit)
        # A stem stands at the days of its strikes.
        is_stems = (
            not self.view.is_by_publication
            and self.totals["lines"] <= MOST_STEMS
            and self.measure in {Measure.ITEMS, Measure.STRIKES}
        )
        noun = self.measure.value
        panel_unit = unit
        by_items = self.measure is Measure.ITEMS
        if is_stems:
            cells = [
                stems.Cell(row["period_start"], row["period_end"], count, title, address(self.view, row))
                for row, count, title in periods
            ]
            listed, _ = self.record.lines(self.counted, Sort.EARLIEST, MOST_STEMS)
            drawn = [self._stem(line) for line in listed]
            wide, narrow = (
                stems.stems(drawn, cells, unit=unit, width=width, height=TALL_STEMS, noun=noun)
                for width in (WIDE, NARROW)
            )
        else:
            panel_unit = self.unit
            wide, narrow = self.timeline(panel_unit)
            periods = self.periods(panel_unit)
        request = self.view.api(
            "/v1/aggregates", self.counted, group_by=panel_unit.value, **self.view.period_by
        )
        return {
            "is_stems": is_stems,
            "multiples": self.by_family(unit),
            "days_heading": "Every line, by its first day"
            if is_stems
            else f"{MEASURES[self.measure]} {wording.PERIODS[panel_unit]}",
            "days_note": f"below: {noun} {wording.PERIODS[panel_unit]}"
            if is_stems
            else "stacked by effect"
            if by_items
            else "",
            "drawing": wide,
            "drawing_narrow": narrow,
            "unit": panel_unit.value,
            "unit_words": wording.PERIODS[panel_unit],
            "periods": [
                {"row": row, "count": count, "name": row["period"], "href": address(self.view, row)}
                for row, count, _ in periods
            ],
            "days_panel": self.panel("days", request, "timeline", measure=self.measure.value),
        }

    def by_family(self, unit: PeriodUnit) -> dict[str, Any] | None:
        """Return a small timeline of items for each family, on one scale; None where stems show every line."""
        span = self.range
        if self.totals["lines"] <= MOST_STEMS or self.measure is not Measure.ITEMS or span is None:
            return None
        dated = within(self.view, self.counted, span)
        how = {"group_by": f"family,{unit.value}"} | self.view.period_by
        by_name: dict[str, list[Row]] = {}
        for row in self.count(dated, **how, top=MOST_FAMILIES):
            if row["family"] and not row["is_other"]:
                by_name.setdefault(row["family"], []).append(row)
        drawn = {family: series.bars(rows, unit, self.measure) for family, rows in by_name.items()}
        most = max((bar.count.highest for bars in drawn.values() for bar in bars), default=0)
        request = self.view.api("/v1/aggregates", self.counted, **how, top=str(MOST_FAMILIES))
        return {
            "heading": f"Each family {wording.PERIODS[unit]}",
            "figures": [
                {
                    "name": names.family(family),
                    "count": series.added_up(by_name[family], self.measure),
                    "drawing": small_timeline.small(bars, most),
                    "href": self.view.url(family=family),
                }
                for family, bars in drawn.items()
            ],
            "panel": self.panel("families", request),
        }

    def _cells_unit(self) -> PeriodUnit:
        span = self.range
        if self.query.unit is not None or span is None:
            return self.query.unit or PeriodUnit.MONTH
        months = (span[1].year - span[0].year) * 12 + span[1].month - span[0].month + 1
        if months <= _MOST_CELLS:
            return PeriodUnit.MONTH
        return PeriodUnit.QUARTER if months <= 3 * _MOST_CELLS else PeriodUnit.YEAR

    def _stem(self, line: Row) -> stems.Stem:
        matching = self._matching
        tallies = [tally for tally in line["tallies"] if matching.counts(tally)]
        strikes, items = line_table.strikes_of(line), line_table.items_of(tallies)
        by_items = self.measure is Measure.ITEMS
        count = items if by_items else strikes
        by_effect: Counter[str] = Counter()
        for tally in tallies if by_items else ():
            by_effect[tally["effect"]] += tally["count_min"]
        parts = [
            Part(fill(effect), by_effect[effect])
            for effect in sorted(by_effect, key=lambda name: ORDER[name])
        ]
        publisher = line_table.publisher_name(line["report"]["publisher"], self.record)
        days = wording.days(line["date_from"], line["date_to"])
        of_strikes = (
            f"{strikes.words} {'strike' if strikes.words == '1' else 'strikes'}"
            if strikes.is_known
            else "number of strikes not given"
        )
        of_items = f"{items.words} {'item' if items.words == '1' else 'items'}"
        label = (
            (f"{of_items}, {of_strikes}", f"{publisher}, {days}")
            if strikes.is_known
            else (of_items, of_strikes)
        )
        return stems.Stem(
            day=date.fromisoformat(line["date_from"]),
            count=count,
            parts=parts,
            is_given=strikes.is_known,
            label=label,
            title=f"{days}: {of_items}, {of_strikes}; {publisher}",
            href=f"/reports/{line['report']['id']}#{line['id']}",
        )

    @property
    def _matching(self) -> line_table.Matching:
        return line_table.Matching.of(self.counted, self.record)

    def neighbours(self) -> tuple[list[dict[str, Any]], str]:
        """Return the places within NEAR_KM with lines, the nearest first, and the request that counts them."""
        middle = Point(self.place.lat, self.place.lon)
        around = without(self.counted, "location", "country", "bbox").model_copy(
            update={"near": middle, "radius_km": float(NEAR_KM)}
        )
        near = []
        for row in self.count(around, group_by="location"):
            other = self.record.catalogue.location(row["location"]) if row["location"] else None
            if other is None or other.id == self.place.id:
                continue
            near.append(
                {
                    "name": other.name,
                    "slug": other.slug,
                    "km": round(distance_km(middle, Point(other.lat, other.lon))),
                    "count": count_of(row, self.measure),
                    "href": self.view.elsewhere(f"/places/{other.slug}", near=None, radius_km=None),
                }
            )
        near.sort(key=lambda row: (row["km"], row["name"]))
        return near, self.view.api("/v1/aggregates", around, group_by="location")

    def _map(self, near: Sequence[Mapping[str, Any]]) -> Drawing:
        """Return the map of the place, the radius in which "near" is believed, and its neighbours."""
        catalogue, place = self.record.catalogue, self.place
        own = map_place(place, count_of(self.totals, self.measure), self.measure)
        others = [
            map_place(entry, row["count"], self.measure, row["href"])
            for row in near
            if (entry := catalogue.location(row["slug"]))
        ]
        region = around(place.lat, place.lon, NEAR_KM * 0.75)
        return place_map([own, *others], width=330, height=240, region=region, chosen=frozenset({place.slug}))

    def _category(self, row: dict[str, Any]) -> dict[str, Any]:
        category = self.record.catalogue.category(row["slug"]) if row["slug"] else None
        return row | {
            "name": category.name if category else "not yet in a category",
            "href": self.view.toggled("category", category.slug) if category else None,
            "page": self.elsewhere(f"/categories/{category.slug}", category=None, family=None)
            if category
            else None,
            "is_chosen": row["slug"] in self.query.category,
        }
