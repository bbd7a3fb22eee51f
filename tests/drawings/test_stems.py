"""Stems and cells: places, bounds, states, open ends and labels."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from app.drawings.count_forms import Count, Form
from app.drawings.stems import BELOW, MOST_LABELS, Cell, Stem, stems, summary
from app.drawings.svg import Drawing
from app.drawings.timeline import Part
from app.vocabulary.periods import PeriodUnit, end_of

WIDTH, HEIGHT = 1360, 296
BASE = HEIGHT - BELOW
FIRST = date(2015, 5, 1)


def counted(number: int) -> Count:
    """Return a count that is one number."""
    return Count(Form.NUMBER if number else Form.ZERO, number, number)


def months(number: int, count: Count | None = None) -> list[Cell]:
    """Return months from May 2015 on."""
    starts = [date(2015 + (4 + place) // 12, (4 + place) % 12 + 1, 1) for place in range(number)]
    return [Cell(start, end_of(PeriodUnit.MONTH, start), count or counted(3)) for start in starts]


def drawn(lines: Sequence[Stem], cells: Sequence[Cell], width: int = WIDTH) -> ET.Element:
    """Return a drawing as elements; it must be well-formed."""
    return elements(stems(lines, cells, unit=PeriodUnit.MONTH, width=width, height=HEIGHT, noun="items"))


def elements(drawing: Drawing) -> ET.Element:
    """Return the elements of a drawing."""
    return ET.fromstring(f"<svg>{drawing.content}</svg>")  # noqa: S314 - our own


def with_class(root: ET.Element, class_: str) -> list[ET.Element]:
    """Return the elements that have a class."""
    return [shape for shape in root.iter() if class_ in (shape.get("class") or "").split()]


def test_height_is_the_count() -> None:
    """A stem of half the items is half as high; its parts stand on each other."""
    lines = [
        Stem(FIRST, counted(40), [Part("f-destroyed", 40)]),
        Stem(FIRST + timedelta(20), counted(20), [Part("f-destroyed", 15), Part("f-engaged", 5)]),
    ]
    root = drawn(lines, months(1))
    heights = [float(shape.get("height", 0)) for shape in with_class(root, "f-destroyed")]
    engaged = with_class(root, "f-engaged")[0]
    assert heights[0] == pytest.approx(2 * (heights[1] + float(engaged.get("height", 0))), abs=0.2)
    assert heights == [pytest.approx(210), pytest.approx(78.8, abs=0.1)]
    assert float(engaged.get("y", 0)) + float(engaged.get("height", 0)) == pytest.approx(
        BASE - heights[1], abs=0.1
    )


@pytest.mark.parametrize("number", [1, 2, 13, 60, 240, 900])
@pytest.mark.parametrize("width", [358, 1360])
def test_nothing_leaves_the_drawing(number: int, width: int) -> None:
    """With 1 to 900 periods, on a desk and on a phone, every shape is inside, and cells do not overlap."""
    cells = months(number, Count(Form.AT_LEAST, 1_234_567))
    span = (cells[-1].end - FIRST).days
    lines = [
        Stem(FIRST + timedelta(span * place // 199), counted(place), label=("so many items", "a publisher"))
        for place in range(200)
    ]
    root = drawn(lines, cells, width)
    for shape in root.iter("rect"):
        x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
        assert x >= 40
        assert x + float(shape.get("width", 0)) <= width
        assert y >= -10
        assert y + float(shape.get("height", 0)) <= HEIGHT
    washed = [float(shape.get("x", 0)) for shape in with_class(root, "f-wash")]
    assert washed == sorted(washed)
    assert len(washed) == number
    for words in root.iter("text"):
        assert 0 <= float(words.get("x", 0)) <= width


@pytest.mark.parametrize(
    ("form", "class_"),
    [
        (Form.NO_REPORT, "p-hatch"),
        (Form.NOT_NAMED, "light"),
        (Form.NONE_REPORTED, "f-paper"),
        (Form.NOT_GIVEN, "s-ink3"),
        (Form.ZERO, "f-wash"),
    ],
)
def test_each_state_has_its_cell(form: Form, class_: str) -> None:
    """No report, no report that names it, none, not given and zero are drawn differently."""
    shapes = with_class(drawn([], months(1, Count(form))), class_)
    assert len(shapes) == 1
    assert ("light" in (shapes[0].get("class") or "")) is (form is Form.NOT_NAMED)


def test_open_end_thins_out() -> None:
    """A count of at least so many has two strokes beyond its end, and its cell a notch."""
    root = drawn([Stem(FIRST, Count(Form.AT_LEAST, 5))], months(1, Count(Form.AT_LEAST, 5)))
    strokes = [shape.get("stroke-width") for shape in with_class(root, "s-series")]
    assert strokes == ["1.5", "0.7"]
    assert [shape.tag for shape in with_class(root, "f-series")] == ["rect", "path"]
    assert "≥ 5" in [words.text for words in root.iter("text")]


def test_range_is_tinted_to_its_highest() -> None:
    """From 2 to 4 items a tint stands on the stem, as high as the stem itself."""
    root = drawn([Stem(FIRST, Count(Form.BETWEEN, 2, 4))], months(1))
    solid, tint = with_class(root, "f-series")[0], with_class(root, "f-soft")[0]
    assert solid.get("height") == tint.get("height")


def test_ring_marks_a_missing_number_of_strikes() -> None:
    """The ring stands at the foot of a line that gives no number of strikes, and of no other."""
    lines = [Stem(FIRST, counted(3), is_given=False), Stem(FIRST + timedelta(9), counted(3))]
    rings = with_class(drawn(lines, months(1)), "s-ink")
    assert [ring.tag for ring in rings] == ["circle"]
    assert rings[0].get("cy") == str(BASE)


def test_count_that_is_not_given_is_no_zero() -> None:
    """A line without the measure has a dotted stub; a zero has a bar of two pixels."""
    root = drawn([Stem(FIRST, Count(Form.NOT_GIVEN)), Stem(FIRST + timedelta(9), counted(0))], months(1))
    assert with_class(root, "s-series")[0].get("stroke-dasharray") == "2 3"
    assert with_class(root, "f-series")[0].get("height") == "2"


def test_labels_do_not_meet() -> None:
    """At most five stems are labelled, the highest first, and no label lies over another one."""
    lines = [
        Stem(
            FIRST + timedelta(60 * place),
            counted(100 - place),
            label=(f"{100 - place} items", "U.S. Central Command"),
        )
        for place in range(12)
    ]
    root = drawn(lines, months(24))
    bold = [
        words
        for words in root.iter("text")
        if "b" in (words.get("class") or "").split() and " items" in (words.text or "")
    ]
    assert 1 <= len(bold) <= MOST_LABELS
    assert bold[0].text == "100 items"
    edges = sorted((float(words.get("x", 0)), "end" in (words.get("class") or "")) for words in bold)
    spans = sorted((x - 130, x) if is_end else (x, x + 130) for x, is_end in edges)
    tops = {float(words.get("y", 0)) for words in bold}
    assert all(left[1] <= right[0] for left, right in pairwise(spans)) or len(tops) > 1


def test_text_of_a_source_is_only_text() -> None:
    """A label or title with signs of HTML is escaped."""
    root = drawn(
        [Stem(FIRST, counted(9), label=("<b>9",), title="<i>&", href="/reports/r1?a=1&b=2")], months(1)
    )
    assert "<b>9" in [words.text for words in root.iter("text")]
    assert [title.text for title in root.iter("title")] == ["<i>&"]
    assert [anchor.get("href") for anchor in root.iter("a")] == ["/reports/r1?a=1&b=2"]


def test_summary_names_the_highest() -> None:
    """The sentence for who does not see the drawing has the number of lines, the highest, and what is not given."""
    lines = [Stem(FIRST, Count(Form.AT_LEAST, 7), is_given=False), Stem(date(2016, 1, 2), counted(3))]
    assert summary(lines, "items") == (
        "2 lines, the highest on 1 May 2015: ≥ 7 items. The number of strikes is not given in 1 of them."
    )
    assert summary([], "items") == "No line."


def test_empty_drawing_has_only_its_scale() -> None:
    """Without lines and periods there is an axis, and nothing fails."""
    assert not re.search(
        "<rect", stems([], [], unit=PeriodUnit.MONTH, width=WIDTH, height=HEIGHT, noun="items").content
    )
