"""Timeline: bars within their frame, states of empty periods, labels that do not collide."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.drawings import effect_styles
from app.drawings.count_forms import Count, Form
from app.drawings.record_strip import strip
from app.drawings.small_timeline import small
from app.drawings.timeline import Bar, Note, Part, summary, timeline
from app.vocabulary import periods
from app.vocabulary.periods import PeriodUnit
from tests.drawings.drawn import shapes, texts

# A digit or small letter of the axis is about so wide, at most.
LETTER = 7


def series(number: int, unit: PeriodUnit = PeriodUnit.MONTH, count: Count | None = None) -> list[Bar]:
    """Make so many periods from October 2014 on."""
    start, made = periods.start_of(unit, date(2014, 10, 1)), []
    for place in range(number):
        end = periods.end_of(unit, start)
        made.append(
            Bar(
                start,
                end,
                count or Count(Form.NUMBER, place % 7, place % 7),
                title="a period",
                href="/",
                reports=place,
            )
        )
        start = end + timedelta(days=1)
    return made


@pytest.mark.parametrize("number", [0, 1, 2, 29, 62, 150, 900])
@pytest.mark.parametrize("unit", list(PeriodUnit))
@pytest.mark.parametrize("width", [240, 1360])
def test_everything_lies_within_the_frame(number: int, unit: PeriodUnit, width: int) -> None:
    """From no period to nine hundred, on a phone and on a desk."""
    drawing = timeline(series(number, unit), unit, width, 222, "items")

    for shape in shapes(drawing.content):
        assert -0.1 <= shape.left <= shape.right <= width + 0.1
        assert -0.1 <= shape.top <= shape.bottom <= 222
    for x, y, words in texts(drawing.content):
        assert 0 <= y <= 222
        assert x <= width, words


@pytest.mark.parametrize("number", [1, 13, 62, 150, 900])
@pytest.mark.parametrize("unit", list(PeriodUnit))
def test_names_of_periods_do_not_collide(number: int, unit: PeriodUnit) -> None:
    """Below the bars there are as many names as have room."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, words in texts(timeline(series(number, unit), unit, 1360, 222, "items").content):
        if y > 160:
            rows.setdefault(y, []).append((x, words))
    for row in rows.values():
        ordered = sorted(row)
        for (x, words), (after, following) in pairwise(ordered):
            assert after - x >= LETTER * min(len(words), len(following)) * 0.8, (words, following)


def test_heights_are_as_the_counts() -> None:
    """A bar of twice as many is twice as high."""
    bars = series(2)
    bars = [
        Bar(bar.start, bar.end, Count(Form.NUMBER, least, least))
        for bar, least in zip(bars, (20, 40), strict=True)
    ]
    heights = [
        shape.bottom - shape.top
        for shape in shapes(timeline(bars, PeriodUnit.MONTH, 600, 222, "items").content)
        if shape.class_ == "f-series"
    ]

    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)


def test_parts_stand_on_each_other() -> None:
    """A stack is as high as its sum, and no part hides another."""
    parts = [Part(effect_styles.fill("destroyed"), 30), Part(effect_styles.fill("damaged"), 10)]
    bar = Bar(date(2017, 2, 1), date(2017, 2, 28), Count(Form.NUMBER, 40, 40), parts)
    drawn = shapes(timeline([bar], PeriodUnit.MONTH, 600, 222, "items").content)
    lower = next(shape for shape in drawn if shape.class_ == "f-destroyed")
    upper = next(shape for shape in drawn if shape.class_ == "f-damaged")

    assert upper.bottom == pytest.approx(lower.top, abs=0.1)
    assert lower.bottom - lower.top == pytest.approx(3 * (upper.bottom - upper.top), abs=0.3)


def test_an_open_count_has_no_flat_end() -> None:
    """Two strokes stand beyond the bar, and the closed one has none."""
    drawn = [
        len([shape for shape in shapes(timeline(series(1, count=count), PeriodUnit.MONTH, 600, 222, "x").content)
             if shape.class_.startswith("s-series")])
        for count in (Count(Form.AT_LEAST, 5), Count(Form.NUMBER, 5, 5))
    ]  # fmt: skip
    assert drawn == [2, 0]


def test_the_window_of_the_strip_covers_its_days() -> None:
    """Its edges lie on the first and after the last day that is chosen."""
    bars = series(12)
    drawn = shapes(strip(bars, (bars[3].start, bars[5].end), 1000).content)
    window = next(shape for shape in drawn if "window" in shape.class_)
    step = (1000 - 46 - 4) / 12

    assert window.left == pytest.approx(46 + 3 * step, abs=0.2)
    assert window.right == pytest.approx(46 + 6 * step, abs=0.2)


def test_a_day_outside_the_record_leaves_the_window_inside() -> None:
    """Chosen days may lie before and after all lines."""
    drawn = shapes(strip(series(3), (date(1990, 1, 1), date(2030, 1, 1)), 500).content)
    window = next(shape for shape in drawn if "window" in shape.class_)
    assert 46 <= window.left <= window.right <= 500


def test_a_note_stands_at_its_day() -> None:
    """The mark of a change of wording lies in its month."""
    bars = series(29)
    note = Note(date(2016, 8, 26), ["from 26 Aug 2016"])
    drawing = timeline(bars, PeriodUnit.MONTH, 1360, 222, "items", [note])
    mark = next(shape for shape in shapes(drawing.content) if shape.class_.startswith("s-ink3"))
    step = (1360 - 46 - 4) / 29

    assert 46 + 22 * step < mark.left < 46 + 23 * step


def test_a_small_timeline_shares_its_scale() -> None:
    """The same count is as high in each, whatever else is in it."""
    tall = [
        shape
        for shape in shapes(small(series(3, count=Count(Form.NUMBER, 10)), 100).content)
        if shape.tag == "rect"
    ]
    assert tall[0].bottom - tall[0].top == pytest.approx((74 - 14 - 16) / 10, abs=0.1)


def test_the_summary_names_the_highest_and_the_silent() -> None:
    """Who does not see the chart hears what it shows."""
    bars = series(3)
    bars[1] = Bar(bars[1].start, bars[1].end, Count(Form.NO_REPORT))
    assert (
        summary(bars, PeriodUnit.MONTH, "items")
        == "Highest in December 2014, 2 items. No report in November 2014."
    )


def test_hostile_titles_are_only_text() -> None:
    """A title is escaped, and so is an address."""
    bar = Bar(
        date(2017, 2, 1), date(2017, 2, 28), Count(Form.NUMBER, 1), title="<script>x</script>", href='/"><b>'
    )
    assert "<script" not in timeline([bar], PeriodUnit.MONTH, 300, 222, "<b>").content
