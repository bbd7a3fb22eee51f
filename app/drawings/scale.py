"""Linear scale with round ticks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Steps between ticks, times a power of ten.
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale from zero at `base` up to `highest` at `top`, both in pixels from the upper edge."""

    highest: float
    base: float
    top: float
    ticks: Sequence[int]

    @property
    def per_unit(self) -> float:
        """Pixels for one thing counted."""
        return (self.base - self.top) / self.highest

    def y(self, value: float) -> float:
        """Return where a value is, in pixels from the upper edge."""
        return self.base - value * self.per_unit


def scale(highest: float, base: float, top: float, most_ticks: int = 4) -> Scale:
    """Return a scale of whole numbers that holds `highest`, with at most so many ticks above zero."""
    if highest < 1:
        return Scale(1, base, top, (0, 1))
    rough = highest / most_ticks
    power = 10 ** math.floor(math.log10(rough)) if rough > 1 else 1
    step = max(1, next(int(power * factor) for factor in _STEPS if power * factor >= rough))
    end = step * math.ceil(highest / step)
    return Scale(end, base, top, range(0, end + 1, step))
