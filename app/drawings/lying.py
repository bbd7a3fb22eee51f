"""Stacked horizontal bar for a row of a list."""

from collections.abc import Sequence

from markupsafe import Markup

from app.drawings.count_forms import Count, Form, sideways
from app.drawings.svg import element
from app.drawings.timeline import Part

# Pixels of a bar, and those left free at its end for the strokes of an open count.
WIDTH, _FREE = 200, 12


def lying(count: Count, parts: Sequence[Part], most: float) -> Markup:
    """Draw a count as the parts that it is stacked of, `most` being what fills the width; without parts as one bar."""
    if not parts or not most or not count.least:
        return sideways(count, most)
    per_unit, x = (WIDTH - _FREE) / most, 0.0
    shapes = []
    for part in parts:
        length = max(part.least * per_unit, 0.7) if part.least else 0
        if length:
            shapes.append(element("rect", x=x, y=2, width=length, height=10, class_=part.class_))
            x += length
    if count.form is Form.AT_LEAST:
        shapes += [
            element("path", d=f"M{x + offset:.1f} 2v10", class_="s-series", stroke_width=stroke)
            for offset, stroke in ((3, 1.6), (6.5, 0.8))
        ]
    elif count.form is Form.BETWEEN:
        beyond = (count.most - count.least) * per_unit
        shapes.append(element("rect", x=x, y=2, width=beyond, height=10, class_="f-soft"))
    return element("svg", shapes, viewBox=f"0 0 {WIDTH} 14", preserveAspectRatio="none", aria_hidden="true")
