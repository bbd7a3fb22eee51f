"""Days by what reports say of them: counts, steps of darkness, gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.drawings.calendar import Day
from app.drawings.count_forms import Count, Form
from app.pages.record import Row


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without a report, and the countries that they are of."""

    first: date
    last: date
    countries: Sequence[str]

    @property
    def days(self) -> int:
        """How many days it is."""
        return (self.last - self.first).days + 1


def day_count(row: Row, around: Row | None) -> Count:
    """Return how many lines begin on a day, or why there is none; `around` is the whole country, for one place."""
    if row["lines"]:
        return Count(Form.NUMBER, row["lines"], row["lines"])
    match row["state"]:
        case "reported":
            return Count(Form.ZERO)
        case "none_reported":
            return Count(Form.NONE_REPORTED)
    return Count(Form.NOT_NAMED if around and around["state"] == "reported" else Form.NO_REPORT)


def steps_of(days: Iterable[Day]) -> list[int]:
    """Return the three numbers of lines at which a day of a country becomes darker: its quartiles."""
    lines = sorted(day.count.least for day in days if day.count.is_known and day.count.least)
    if not lines:
        return [1, 2, 3]
    return [lines[(len(lines) * quarter) // 4 - (len(lines) * quarter % 4 == 0)] for quarter in (1, 2, 3)]


def step_of(lines: int, steps: Sequence[int]) -> int:
    """Return how dark a day is drawn, from 1 to 4."""
    return 1 + sum(lines > step for step in steps)


def step_words(steps: Sequence[int]) -> list[tuple[int, str]]:
    """Return the steps that occur, with the numbers of lines that they mean: 1-3, 4-6, 7-8, 9 or more."""
    named, least = [], 1
    for most in steps:
        if most >= least:
            step = step_of(least, steps)
            named.append((step, f"{least:,}" if least == most else f"{least:,}\N{EN DASH}{most:,}"))
            least = most + 1
    named.append((step_of(least, steps), f"{least:,} or more"))
    return named


def gaps(known: Mapping[str, Mapping[date, Day]]) -> list[Gap]:
    """Return the days in a row without any report, the longest first; equal ones of several countries are one."""
    by_span: dict[tuple[date, date], list[str]] = {}
    for country, days in known.items():
        begun = previous = None
        for day in sorted(days):
            if days[day].count.form is Form.NO_REPORT:
                begun = begun or day
                previous = day
            elif begun and previous:
                by_span.setdefault((begun, previous), []).append(country)
                begun = previous = None
        if begun and previous:
            by_span.setdefault((begun, previous), []).append(country)
    silences = [Gap(first, last, countries) for (first, last), countries in by_span.items()]
    return sorted(silences, key=lambda gap: (-gap.days, gap.first))
