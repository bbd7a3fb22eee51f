"""Calendar of a year: places of days, states, and the halves that it is drawn in."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from app.drawings.calendar import CELL, HEIGHT, STEP, WEEKS, Day, year_halves
from app.drawings.count_forms import Count, Form


def every_day(year: int, count: Count) -> dict[date, Day]:
    """Return all days of a year with one count."""
    first = date(year, 1, 1)
    return {first + timedelta(place): Day(count) for place in range((date(year + 1, 1, 1) - first).days)}


def shapes(year: int, days: dict[date, Day]) -> list[list[ET.Element]]:
    """Return the elements of both halves."""
    return [
        list(ET.fromstring(f"<svg>{half.content}</svg>").iter())  # noqa: S314 - our own
        for half in year_halves(year, days, lambda lines: min(lines, 4), "Iraq")
    ]


@pytest.mark.parametrize("year", range(1999, 2029))
def test_every_day_has_a_place_of_its_own(year: int) -> None:
    """A year has 365 or 366 cells, none over another and none outside, leap years and long ones included."""
    days = every_day(year, Count(Form.NUMBER, 1, 1))
    places = [
        (half, shape.get("x"), shape.get("y"))
        for half, listed in enumerate(shapes(year, days))
        for shape in listed
        if shape.tag == "rect"
    ]
    assert len(places) == len(set(places)) == len(days)
    assert all(
        0 <= int(x or -1) <= WEEKS * STEP - CELL and int(y or 0) + CELL <= HEIGHT for _, x, y in places
    )


def test_weekdays_are_rows() -> None:
    """6 February 2017 is a Monday: first row, sixth column."""
    [cell] = [
        shape
        for shape in shapes(2017, {date(2017, 2, 6): Day(Count(Form.NUMBER, 9, 9))})[0]
        if shape.tag == "rect"
    ]
    assert (cell.get("x"), cell.get("y"), cell.get("class")) == ("84", "16", "l4")


@pytest.mark.parametrize(
    ("form", "drawn"),
    [
        (Form.NO_REPORT, '<rect x="84" y="16" width="12" height="12" class="p-hatch">'),
        (Form.NOT_NAMED, '<rect x="84" y="16" width="12" height="12" class="p-hatch light">'),
        (Form.ZERO, '<rect x="84" y="16" width="12" height="12" class="l0">'),
        (Form.NONE_REPORTED, '<circle cx="90" cy="22" r="3.4" class="f-paper s-ink3" stroke-width="1.4">'),
    ],
)
def test_each_state_is_drawn_apart(form: Form, drawn: str) -> None:
    """No report, none that names a place, a day counted on the day before, and none reported differ."""
    first, _ = year_halves(2017, {date(2017, 2, 6): Day(Count(form))}, lambda lines: lines, "Iraq")
    assert drawn in first.content


def test_only_months_with_days_are_named() -> None:
    """Of a year of which little is shown, the rest is blank; a half without days is empty."""
    first, second = year_halves(
        2014, {date(2014, 10, 1): Day(Count(Form.NO_REPORT))}, lambda lines: lines, "Iraq"
    )
    assert not first.content
    assert re.findall(r">(\w+)</text>", second.content) == ["Oct"]


def test_titles_and_links_are_escaped() -> None:
    """A name or address with signs of HTML stays text."""
    day = Day(Count(Form.NUMBER, 1, 1), "<b>", "/?a=1&b=2")
    first, _ = year_halves(2017, {date(2017, 2, 6): day}, lambda lines: lines, "Iraq")
    assert "<title>&lt;b&gt;</title>" in first.content
    assert 'href="/?a=1&amp;b=2"' in first.content


def test_last_year_of_the_calendar_is_drawn() -> None:
    """Dates end with the year 9999, and nothing goes beyond."""
    first, second = year_halves(
        9999, {date(9999, 12, 31): Day(Count(Form.NO_REPORT))}, lambda lines: lines, "Iraq"
    )
    assert not first.content
    assert "p-hatch" in second.content
