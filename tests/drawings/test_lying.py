"""Lying bars: parts, open ends and ranges."""

import re

from app.drawings.count_forms import Count, Form
from app.drawings.lying import lying
from app.drawings.timeline import Part


def test_parts_follow_one_another() -> None:
    """Parts of a bar are as long as their shares, and the highest count leaves room for its open end."""
    bar = lying(Count(Form.NUMBER, 10, 10), [Part("f-destroyed", 8), Part("f-damaged", 2)], 10)
    assert re.findall(r'x="([\d.]+)" y="2" width="([\d.]+)"', bar) == [("0", "150.4"), ("150.4", "37.6")]


def test_open_count_has_two_strokes() -> None:
    """At least so many: two strokes that thin out beyond the end."""
    bar = lying(Count(Form.AT_LEAST, 5), [Part("f-destroyed", 5)], 10)
    assert re.findall(r'stroke-width="([\d.]+)"', bar) == ["1.6", "0.8"]


def test_range_is_tinted() -> None:
    """Between two numbers the second part is a tint."""
    assert 'class="f-soft"' in lying(Count(Form.BETWEEN, 2, 4), [Part("f-destroyed", 2)], 4)


def test_count_without_parts_is_one_bar() -> None:
    """Without parts, or without a number, the plain form of the count is drawn."""
    assert 'class="f-series"' in lying(Count(Form.NUMBER, 2, 2), [], 4)
    assert "stroke-dasharray" in lying(Count(Form.NOT_GIVEN), [Part("f-destroyed", 0)], 4)
