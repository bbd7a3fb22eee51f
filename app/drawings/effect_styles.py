"""Effects as drawn: the colour and pattern of each, and its swatch."""

from functools import cache

from markupsafe import Markup

from app.drawings.svg import element
from app.vocabulary.effects import Effect

# In the order of a stack and of its legend: the class of the colour, and whether it is hatched. A hatched effect is a
# kin of the one whose colour it has, so that no colour carries a meaning alone.
STYLES: dict[str, tuple[str, bool]] = {
    Effect.DESTROYED: ("destroyed", False),
    Effect.ENGAGED: ("engaged", False),
    Effect.DAMAGED: ("damaged", False),
    Effect.DISABLED: ("damaged", True),
    Effect.SUPPRESSED: ("suppressed", False),
    Effect.DENIED: ("suppressed", True),
    Effect.CRATERED: ("cratered", False),
    Effect.WOUNDED: ("wounded", False),
    Effect.KILLED: ("wounded", True),
    Effect.INTERCEPTED: ("other", True),
    Effect.OTHER: ("other", False),
}

ORDER = {effect: place for place, effect in enumerate(STYLES)}


def fill(effect: str) -> str:
    """Return the class that fills a shape with the colour of an effect."""
    name, is_hatched = STYLES[effect]
    return f"p-{name}" if is_hatched else f"f-{name}"


@cache
def swatch(effect: str) -> Markup:
    """Draw the small square that stands before the name of an effect."""
    name, is_hatched = STYLES[effect]
    if is_hatched:
        shapes = [
            element(
                "rect", x=0.8, y=0.8, width=10.4, height=10.4, class_=f"f-none s-{name}", stroke_width=1.5
            ),
            element("path", d="M1 8 8 1M4 11.5 11.5 4", class_=f"s-{name}", stroke_width=1.6),
        ]
    else:
        shapes = [element("rect", width=12, height=12, class_=f"f-{name}")]
    return element("svg", shapes, viewBox="0 0 12 12", class_="sw", aria_hidden="true")
