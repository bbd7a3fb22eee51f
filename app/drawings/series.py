"""Series: rows of aggregates as stacked bars of a timeline."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from app.drawings import effect_styles
from app.drawings.count_forms import Count, Form, Measure, count_of
from app.drawings.timeline import Bar, Note, Part, period_name
from app.drawings.wording import counted
from app.vocabulary.periods import PeriodUnit

Row = dict[str, Any]

# Series that a stack tells apart; the others are one.
MOST_SPLIT = 6

# How a note on wording is written next to its mark, in lines that fit.
_NOTE_LINES = 3


def bars(  # noqa: PLR0913 - rows, how they are counted, and what each is and leads to
    rows: Sequence[Row],
    unit: PeriodUnit,
    measure: Measure,
    parts: Mapping[str, Sequence[Part]] | None = None,
    href: Callable[[Row], str | None] | None = None,
    *,
    names_place: bool = False,
) -> list[Bar]:
    """Return the bars of rows by period; `parts` by the key of the period are what each is stacked of."""
    made = []
    for row in rows:
        count = count_of(row, measure, names_place=names_place)
        made.append(
            Bar(
                start=row["period_start"],
                end=row["period_end"],
                count=count,
                parts=(parts or {}).get(row["period"], ()) if count.is_known else (),
                title=title(row, unit, count, measure),
                href=href(row) if href else None,
                reports=row["reports"],
            )
        )
    return made


def title(row: Row, unit: PeriodUnit, count: Count, measure: Measure) -> str:
    """Return what is read on hovering over a period."""
    name = period_name(unit, row["period_start"])
    if not row["lines"]:
        return f"{name[:1].upper()}{name[1:]}: {count.words}"
    reports = counted(row["reports"], "report")
    lines = counted(row["lines"], "line")
    words = count.words if not count.is_known else f"{count.words} {measure.value}"
    return f"{name[:1].upper()}{name[1:]}: {words}; {lines} of {reports}"


def by_effect(rows: Sequence[Row], measure: Measure) -> dict[str, list[Part]]:
    """Return the parts of stacked bars, by the key of their period, in the order of the legend."""
    stacks: dict[str, list[tuple[int, Part]]] = defaultdict(list)
    for row in rows:
        effect = row["effect"]
        if effect is None:
            continue
        least = count_of(row, measure).least
        stacks[row["period"]].append((effect_styles.ORDER[effect], Part(effect_styles.fill(effect), least)))
    return {
        key: [part for _, part in sorted(stack, key=lambda part: part[0])] for key, stack in stacks.items()
    }


def by_name(
    rows: Sequence[Row], dimension: str, measure: Measure, order: Sequence[Any]
) -> dict[str, list[Part]]:
    """Return the parts of stacked bars of another dimension; values beyond the first few share the last colour."""
    place_of = {value: min(place, MOST_SPLIT) for place, value in enumerate(order)}
    stacks: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        stacks[row["period"]][place_of.get(row[dimension], MOST_SPLIT)] += count_of(row, measure).least
    return {
        key: [Part(f"f-split{place}", least) for place, least in sorted(stack.items()) if least]
        for key, stack in stacks.items()
    }


def accumulated(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return rows with their running totals in the place of what was counted in each period alone."""
    running = []
    for row in rows:
        totals = {
            name.removeprefix("cumulative_"): value
            for name, value in row.items()
            if name.startswith("cumulative_")
        }
        state = {"state": "reported"} if totals["lines"] else {}
        running.append({**row, **totals, **state})
    return running


def added_up(rows: Sequence[Row], measure: Measure) -> Count:
    """Return the count of all periods of one group. Not of reports: one may stand in several periods."""
    assert measure is not Measure.REPORTS  # noqa: S101 - a sum of them would count some twice
    counts = [count for row in rows if row["lines"] and (count := count_of(row, measure)).is_known]
    if not counts:
        return Count(Form.NOT_GIVEN if any(row["lines"] for row in rows) else Form.ZERO)
    least = sum(count.least for count in counts)
    if any(count.form is Form.AT_LEAST for count in counts):
        return Count(Form.AT_LEAST, least)
    most = sum(count.highest for count in counts)
    return Count(Form.BETWEEN if most > least else Form.NUMBER, least, most)


def notes(changes: Sequence[Mapping[str, Any]]) -> list[Note]:
    """Return the changes of wording as they are written next to their marks."""
    return [Note(note["date"], _lines(note["date"])) for note in changes]


def _lines(when: date) -> list[str]:
    return [f"from {when.day} {when:%b} {when.year}", "releases write", "“engaged” for “struck”"][
        :_NOTE_LINES
    ]


def window(first: date | None, last: date | None, rows: Sequence[Row]) -> tuple[date, date] | None:
    """Return the days that are chosen of a record, None where all of it is."""
    if not rows or (first is None and last is None):
        return None
    return first or rows[0]["period_start"], last or rows[-1]["period_end"]
