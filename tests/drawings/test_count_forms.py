"""Counts: each form of not knowing has its words and its drawing."""

import pytest

from app.drawings.count_forms import (
    WORDS,
    Count,
    Form,
    Measure,
    count_of,
    sideways,
    standing_sign,
    upward_end,
)
from tests.drawings.drawn import shapes

ROW = {
    "reports": 1, "lines": 2, "strikes_min": 3, "strikes_max": 3, "strikes_open_ended": 0, "engagements": None,
    "items_min": 40, "items_max": 40, "open_ended": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "measure", "form", "words"),
    [
        ({}, Measure.ITEMS, Form.NUMBER, "40"),
        ({"open_ended": 1, "items_max": 12}, Measure.ITEMS, Form.AT_LEAST, "≥ 40"),
        ({"items_max": 45}, Measure.ITEMS, Form.BETWEEN, "40–45"),
        ({"items_min": 0, "items_max": 0}, Measure.ITEMS, Form.ZERO, "0"),
        ({}, Measure.ENGAGEMENTS, Form.NOT_GIVEN, "not given"),
        ({"strikes_min": None, "strikes_max": None}, Measure.STRIKES, Form.NOT_GIVEN, "not given"),
        ({"strikes_open_ended": 1}, Measure.STRIKES, Form.AT_LEAST, "≥ 3"),
        ({"engagements": 7}, Measure.ENGAGEMENTS, Form.NUMBER, "7"),
        ({}, Measure.LINES, Form.NUMBER, "2"),
        ({"lines": 0, "state": "none_reported"}, Measure.ITEMS, Form.NONE_REPORTED, "none: a report says so"),
        ({"lines": 0, "state": "no_report"}, Measure.ITEMS, Form.NO_REPORT, "no report in the record says"),
        ({"lines": 0, "state": "reported"}, Measure.LINES, Form.ZERO, "0"),
    ],
)
def test_a_row_has_the_form_of_what_is_known(
    changes: dict[str, object], measure: Measure, form: Form, words: str
) -> None:
    """A maximum that leaves out open counts is never drawn as an end."""
    count = count_of({**ROW, **changes}, measure)

    assert count.form is form
    assert count.words == words


def test_silence_about_a_place_is_not_a_report_of_none() -> None:
    """A report of the country that does not name the place is drawn apart from one that says none."""
    row = {**ROW, "lines": 0, "state": "none_reported"}
    assert count_of(row, Measure.ITEMS, names_place=True).form is Form.NOT_NAMED


def test_every_form_is_drawn_unlike_every_other() -> None:
    """No two forms look the same, standing or lying."""
    counts = [Count(form, *((4, 9) if form not in WORDS and form is not Form.ZERO else ())) for form in Form]
    standing = [
        shapes(upward_end(count, 0, 10, 50, 1)) + shapes(standing_sign(count, 0, 10, 90, 10))
        for count in counts
    ]

    assert len({tuple(drawn) for drawn in standing}) == len(Form)


def test_at_least_is_read_out_as_words() -> None:
    """The sign has its meaning for who hears the page."""
    assert 'title="at least"' in Count(Form.AT_LEAST, 1_860).markup
    assert "1,860" in Count(Form.AT_LEAST, 1_860).markup


def test_an_open_bar_stays_within_its_room() -> None:
    """The strokes beyond the end of the longest bar have room too."""
    drawn = shapes(sideways(Count(Form.AT_LEAST, 500), 500, width=200))
    assert max(shape.right for shape in drawn) <= 200
