"""Examples of the forms of not knowing, drawn as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.drawings.count_forms import Count, Form, standing_sign, upward_end
from app.drawings.svg import Drawing, element

_WIDTH, _HEIGHT, _LEFT, _BAR, _BASE, _TOP = 74, 78, 22, 30, 74, 6


@dataclass(frozen=True, slots=True)
class Example:
    """A count, and what its form is called."""

    count: Count
    name: str

    def drawing(self) -> Drawing:
        """Return the count as a bar, or what stands in the place of one."""
        count = self.count
        if count.is_known and count.least:
            per_unit = 48 / max(count.highest, 1)
            top = _BASE - count.least * per_unit
            shapes = [
                element("rect", x=_LEFT, y=top, width=_BAR, height=_BASE - top, class_="f-series"),
                upward_end(count, _LEFT, _BAR, top, per_unit),
            ]
        else:
            shapes = [standing_sign(count, _LEFT, _BAR, _BASE, _TOP)]
        axis = element("path", d=f"M0 {_BASE + 0.5}H{_WIDTH}", class_="s-rule2")
        return Drawing(_WIDTH, _HEIGHT, Markup("").join([*shapes, axis]), self.name)


EXAMPLES: Sequence[Example] = (
    Example(Count(Form.NUMBER, 1_039, 1_039), "a number"),
    Example(Count(Form.AT_LEAST, 1_860), "at least: some counts have no upper end"),
    Example(Count(Form.BETWEEN, 12, 15), "between"),
    Example(Count(Form.ZERO), "zero: strikes without a tally"),
    Example(Count(Form.NOT_GIVEN), "the source gives no number"),
    Example(Count(Form.NONE_REPORTED), "a report covers these days and has none"),
    Example(Count(Form.NO_REPORT), "no report of these days is in the record"),
    Example(Count(Form.NOT_NAMED), "reports are in the record, and none names the place"),
)
