"""Picture of an aggregate: bars, stacks, ranks or a map."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.aggregates.dimensions import Dimension
from app.aggregates.params import AggregatesQuery
from app.aggregates.service import Question
from app.catalogue.catalogue import Catalogue, LocationEntry
from app.catalogue.names import name_of
from app.drawings import effect_styles, series
from app.drawings.count_forms import Count, Measure, count_of
from app.drawings.place_map import MapPlace, place_map
from app.drawings.ranked import Ranked, figure, grid, ranked
from app.drawings.svg import Drawing
from app.drawings.theme import as_file
from app.drawings.timeline import MOST_PERIODS, timeline
from app.drawings.wording import counted
from app.errors import Fault, InvalidInput
from app.strikes.sentence import plain, sentence

Row = dict[str, Any]

# Pixels of a timeline's height.
TALL = 240
# The height of a map, as a share of its width.
MAP_SHAPE = 0.61


def painter(
    query: AggregatesQuery, question: Question, catalogue: Catalogue
) -> Callable[[Mapping[str, Any]], bytes]:
    """Return what draws the body of a response; it raises InvalidInput for what no drawing shows."""
    grouping = question.grouping
    others = [dimension.value for dimension in grouping.dimensions if dimension is not Dimension.PERIOD]

    def draw(body: Mapping[str, Any]) -> bytes:
        if len(others) > 1:
            raise _refused("group_by", "a drawing has at most one unit of time and one dimension in group_by")
        if query.draw == "map" and (others != ["location"] or grouping.unit is not None):
            raise _refused("draw", "a map needs group_by=location, and nothing else in it")
        if body["next"]:
            raise _refused(
                "limit", "there are more groups than a drawing has room for; request fewer with top"
            )
        drawing = _drawing(query, question, catalogue, body, others)
        phrases = sentence(
            query, query.measure, catalogue, by_publication=question.period_by == "published_on"
        )
        totals = body["totals"]
        source = (
            f"{counted(totals['lines'], 'line')} of {counted(totals['reports'], 'report')}, as publishers claim them · "
            f"strikeledger ledger {body['seq']}"
        )
        return as_file(drawing, query.theme, plain(phrases), source).encode()

    return draw


def _drawing(
    query: AggregatesQuery,
    question: Question,
    catalogue: Catalogue,
    body: Mapping[str, Any],
    others: Sequence[str],
) -> Drawing:
    rows: list[Row] = list(body["rows"])
    measure, unit = query.measure, question.grouping.unit
    noun = measure.value
    if not question.grouping.dimensions:
        count = count_of(body["totals"], measure)
        return figure(count, noun, query.width, "")
    if unit is None:
        (dimension,) = others
        if query.draw == "map":
            return _on_map(rows, query, catalogue)
        ordered = sorted(rows, key=lambda row: -count_of(row, measure).least)
        shown = [
            Ranked(
                "all others" if row.get("is_other") else name_of(catalogue, dimension, row[dimension]),
                count_of(row, measure),
                effect_styles.fill(row["effect"]) if row.get("effect") else "f-series",
            )
            for row in ordered
        ]
        return ranked(shown, query.width, noun)
    if len({row["period"] for row in rows}) > MOST_PERIODS:
        raise _refused(
            "group_by", f"a drawing has at most {MOST_PERIODS:,} periods; use a larger unit of time"
        )

    def running(of_one: Sequence[Row]) -> Sequence[Row]:
        return series.accumulated(of_one) if question.cumulative else of_one

    if not others:
        return timeline(series.bars(running(rows), unit, measure), unit, query.width, TALL, noun)
    (dimension,) = others
    if dimension == "effect" and measure is Measure.ITEMS and not question.cumulative:
        return _stacked(query, question, rows, body)
    by_key: dict[tuple[bool, str | None], list[Row]] = {}
    for row in rows:
        by_key.setdefault((bool(row.get("is_other")), row[dimension]), []).append(row)
    cells = [
        (
            "all others" if is_other else name_of(catalogue, dimension, key),
            None if measure is Measure.REPORTS else series.added_up(of_key, measure),
            series.bars(running(of_key), unit, measure),
        )
        for (is_other, key), of_key in by_key.items()
    ]
    return grid(cells, query.width, noun)


def map_place(place: LocationEntry, count: Count, measure: Measure, href: str | None = None) -> MapPlace:
    """Return a place with its count as a map shows it."""
    return MapPlace(
        slug=place.slug,
        name=place.name,
        country=place.country,
        lat=place.lat,
        lon=place.lon,
        precision_km=place.precision_km,
        value=count.least,
        value_words=f"{count.words} {measure.value}" if count.is_known else count.words,
        href=href,
    )


def _on_map(rows: Sequence[Row], query: AggregatesQuery, catalogue: Catalogue) -> Drawing:
    points = [
        map_place(place, count_of(row, query.measure), query.measure)
        for row in rows
        if row["location"] and not row.get("is_other") and (place := catalogue.location(row["location"]))
    ]
    return place_map(points, width=query.width, height=round(query.width * MAP_SHAPE))


def _stacked(
    query: AggregatesQuery, question: Question, rows: Sequence[Row], body: Mapping[str, Any]
) -> Drawing:
    """Draw items by effect: only they add up to one bar. A line of two effects is in both, so none are counted."""
    unit = question.grouping.unit
    assert unit is not None  # noqa: S101 - a stack is by period
    parts = series.by_effect(rows, Measure.ITEMS)
    whole: dict[str, Row] = {}
    for row in rows:
        sums = whole.setdefault(
            row["period"], {**row, "items_min": 0, "items_max": 0, "open_ended": 0, "lines": 0, "reports": 0}
        )
        for name in ("items_min", "items_max", "open_ended", "lines"):
            sums[name] += row[name]
    bars = series.bars([whole[key] for key in sorted(whole)], unit, Measure.ITEMS, parts)
    notes = series.notes(body.get("notes", ()))
    plain_bars = [bar.without_reports() for bar in bars]
    return timeline(plain_bars, unit, query.width, TALL, "items", notes)


def _refused(parameter: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", parameter, "not-drawn", detail)])
