"""Templates: HTML with every value escaped, and no name missing."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from app import __version__
from app.drawings import effect_styles, theme, wording
from app.drawings.count_forms import sideways
from app.pages import assets


@cache
def environment() -> Environment:
    """Return the environment of the templates."""
    env = Environment(
        loader=PackageLoader("app.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(day=wording.day, number=_number, safe_link=safe_link)
    env.globals.update(
        asset=assets.address,
        counted=wording.counted,
        days=wording.days,
        listed=wording.listed,
        patterns=theme.patterns,
        sideways=sideways,
        swatch=effect_styles.swatch,
        version=__version__,
    )
    return env


def render(template: str, **context: Any) -> Markup:  # noqa: ANN401 - what templates take
    """Return a template's HTML."""
    return Markup(environment().get_template(template).render(**context))  # noqa: S704 - escaped by the environment


def safe_link(address: str | None) -> str | None:
    """Return an address that a page may link to, or None: a record holds what its sources gave."""
    return address if address and address.lower().startswith(("http://", "https://")) else None


def _number(value: int) -> str:
    return f"{value:,}"
