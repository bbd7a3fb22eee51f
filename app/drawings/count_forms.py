"""Forms of counts: a number, at least, not given; words and drawing.

A sum of what sources claim is seldom one number. It can be open ("at least"), a range, not given at all, or missing
because nobody reported. Each form has its words and its drawing here, so that a gap never looks like peace, nor a
minimum like a total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from app.drawings.svg import element, joined


class Measure(StrEnum):
    """What is counted. The order is that of the figures of a page."""

    ITEMS = "items"
    STRIKES = "strikes"
    LINES = "lines"
    REPORTS = "reports"
    ENGAGEMENTS = "engagements"


class Form(StrEnum):
    """How much is known of a count."""

    NUMBER = "number"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    ZERO = "zero"
    NOT_GIVEN = "not_given"
    NONE_REPORTED = "none_reported"
    NO_REPORT = "no_report"
    NOT_NAMED = "not_named"


# What stands for a count that is no number.
WORDS = {
    Form.NOT_GIVEN: "not given",
    Form.NONE_REPORTED: "none: a report says so",
    Form.NO_REPORT: "no report in the record says",
    Form.NOT_NAMED: "no report in the record names it",
}

GE = Markup('<abbr class="ge" title="at least">≥</abbr>')


@dataclass(frozen=True, slots=True)
class Count:
    """A count: its form, and its bounds where the form has them."""

    form: Form
    least: int = 0
    most: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it has a least number."""
        return self.form not in WORDS

    @property
    def words(self) -> str:
        """The count as plain text."""
        match self.form:
            case Form.AT_LEAST:
                return f"≥ {self.least:,}"
            case Form.BETWEEN:
                return f"{self.least:,}–{self.most:,}"
            case Form.NUMBER | Form.ZERO:
                return f"{self.least:,}"
        return WORDS[self.form]

    @property
    def markup(self) -> Markup:
        """The count for a page: "at least" is read out as words."""
        if self.form is Form.AT_LEAST:
            return joined([GE, f"{self.least:,}"])
        return joined([self.words])

    @property
    def highest(self) -> int:
        """The highest number that is drawn."""
        return self.most if self.form is Form.BETWEEN else self.least


def count_of(row: Mapping[str, Any], measure: Measure, *, names_place: bool = False) -> Count:
    """Return a measure of a row or of the totals of aggregates.

    `names_place`: the row is about one place, and other reports cover its country then, so nothing may be read into
    their silence.
    """
    if not row["lines"]:
        state = row.get("state")
        if state == "none_reported":
            return Count(Form.NOT_NAMED if names_place else Form.NONE_REPORTED)
        return Count(Form.NO_REPORT) if state == "no_report" else Count(Form.ZERO)
    match measure:
        case Measure.ITEMS:
            return _bounded(row["items_min"], row["items_max"], row["open_ended"])
        case Measure.STRIKES:
            return _bounded(row["strikes_min"], row["strikes_max"], row["strikes_open_ended"])
        case Measure.ENGAGEMENTS if row["engagements"] is None:
            return Count(Form.NOT_GIVEN)
    return _bounded(row[measure], row[measure], 0)


def _bounded(least: int | None, most: int | None, open_ended: int) -> Count:
    if least is None:
        return Count(Form.NOT_GIVEN)
    if open_ended:
        return Count(Form.AT_LEAST, least)
    if most is not None and most > least:
        return Count(Form.BETWEEN, least, most)
    return Count(Form.NUMBER if least else Form.ZERO, least, least)


def upward_end(count: Count, x: float, width: float, top: float, per_unit: float) -> Markup:
    """Draw the end of a bar that stands: strokes that thin out where it is open, a tint up to the highest."""
    match count.form:
        case Form.AT_LEAST:
            return joined(
                element(
                    "path",
                    d=f"M{x:.1f} {top - offset:.1f}h{width:.1f}",
                    class_="s-series",
                    stroke_width=stroke,
                )
                for offset, stroke in ((2.8, 1.5), (5.6, 0.7))
            )
        case Form.BETWEEN:
            height = (count.most - count.least) * per_unit
            return element("rect", x=x, y=top - height, width=width, height=height, class_="f-soft")
    return Markup("")


def standing_sign(count: Count, x: float, width: float, base: float, top: float) -> Markup:
    """Draw what stands in the place of a bar where there is no number, or a zero."""
    middle = x + width / 2
    match count.form:
        case Form.ZERO:
            return element("rect", x=x, y=base - 2, width=width, height=2, class_="f-series")
        case Form.NOT_GIVEN:
            stub = f"M{middle:.1f} {base:.1f}v-14"
            return element("path", d=stub, class_="s-series", stroke_width=2, stroke_dasharray="2 3")
        case Form.NONE_REPORTED:
            return element(
                "circle",
                cx=middle,
                cy=base - 4,
                r=min(3, width / 2),
                class_="f-paper s-ink3",
                stroke_width=1.3,
            )
        case Form.NO_REPORT:
            return element("rect", x=x, y=top, width=width, height=base - top, class_="p-hatch")
        case Form.NOT_NAMED:
            return element("rect", x=x, y=top, width=width, height=base - top, class_="p-hatch light")
    return Markup("")


def sideways(  # noqa: PLR0913 - a bar, its scale, and where it lies
    count: Count,
    most: float,
    class_: str = "f-series",
    *,
    width: float = 200,
    x: float | None = None,
    y: float | None = None,
) -> Markup:
    """Draw a bar that lies, `most` being what fills the width; for a list whose numbers stand next to it."""
    room = width - 12
    length = max(room * count.least / most, 1 if count.least else 0) if most else 0
    parts = [element("rect", x=0, y=2, width=length, height=10, class_=class_)] if length else []
    match count.form:
        case Form.AT_LEAST:
            parts += [
                element("path", d=f"M{length + offset:.1f} 2v10", class_="s-series", stroke_width=stroke)
                for offset, stroke in ((3, 1.6), (6.5, 0.8))
            ]
        case Form.BETWEEN:
            beyond = room * (count.most - count.least) / most
            parts.append(element("rect", x=length, y=2, width=beyond, height=10, class_="f-soft"))
        case Form.ZERO:
            parts.append(element("rect", x=0, y=2, width=2, height=10, class_="f-series"))
        case Form.NOT_GIVEN:
            stub = element("path", d="M0 7h14", class_="s-series", stroke_width=2, stroke_dasharray="2 3")
            parts.append(stub)
    return element(
        "svg",
        parts,
        viewBox=f"0 0 {width:g} 14",
        x=x,
        y=y,
        width=None if x is None else width,
        height=None if x is None else 14,
        preserveAspectRatio="none",
        aria_hidden="true",
    )
