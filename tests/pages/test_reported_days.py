"""Days by what reports say of them: steps of darkness and gaps."""

from datetime import date, timedelta

import pytest

from app.drawings.calendar import Day
from app.drawings.count_forms import Count, Form
from app.pages.reported_days import Gap, day_count, gaps, step_of, step_words, steps_of

FIRST = date(2016, 1, 1)


def days(*numbers: int | None) -> dict[date, Day]:
    """Return days from the first on; None is a day without a report, 0 one counted on the day before."""
    return {
        FIRST + timedelta(place): Day(
            Count(Form.NO_REPORT)
            if number is None
            else Count(Form.NUMBER if number else Form.ZERO, number, number)
        )
        for place, number in enumerate(numbers)
    }


def test_steps_are_quartiles() -> None:
    """A quarter of the days with lines is in each of the four steps; zeros do not count."""
    assert steps_of(days(*range(9), None).values()) == [2, 4, 6]
    assert [step_of(lines, [2, 4, 6]) for lines in (1, 2, 3, 5, 7, 99)] == [1, 1, 2, 3, 4, 4]
    assert steps_of(days(None).values()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([3, 6, 8], [(1, "1–3"), (2, "4–6"), (3, "7–8"), (4, "9 or more")]),
        ([1, 1, 3], [(1, "1"), (3, "2–3"), (4, "4 or more")]),
        ([1, 1, 1], [(1, "1"), (4, "2 or more")]),
    ],
)
def test_legend_names_the_steps_that_occur(steps: list[int], words: list[tuple[int, str]]) -> None:
    """Where quartiles are equal, a step that no day has is not named."""
    assert step_words(steps) == words


def test_gaps_of_several_countries_are_one() -> None:
    """Equal gaps are listed once, the longest first; one at the end is a gap too."""
    found = gaps({"IQ": days(1, None, None, 1, None), "SY": days(2, None, None, 3, 1)})
    assert found == [
        Gap(date(2016, 1, 2), date(2016, 1, 3), ["IQ", "SY"]),
        Gap(date(2016, 1, 5), date(2016, 1, 5), ["IQ"]),
    ]
    assert [gap.days for gap in found] == [2, 1]


def test_day_without_lines_is_told_apart() -> None:
    """A line that reaches into the day, a report that says none, a silent report and no report are four things."""

    def form(state: str, around: str | None = None) -> Form:
        return day_count({"lines": 0, "state": state}, {"state": around} if around else None).form

    assert form("reported") is Form.ZERO
    assert form("none_reported") is Form.NONE_REPORTED
    assert form("no_report") is Form.NO_REPORT
    assert form("no_report", "no_report") is Form.NO_REPORT
    assert form("no_report", "reported") is Form.NOT_NAMED
