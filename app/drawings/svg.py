"""SVG elements as markup: every name, number and text is escaped."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup, escape

Value: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing: its size in CSS pixels, its elements, and a sentence for who does not see it."""

    width: float
    height: float
    content: Markup
    label: str

    def inline(self, class_: str | None = None) -> Markup:
        """Return the drawing for a page, which has its facts as text too: no reader is led through it."""
        return element(
            "svg",
            self.content,
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            class_=class_,
            aria_hidden="true",
        )


def element(name: str, content: str | Iterable[str] = "", /, **attributes: Value) -> Markup:
    """Return an element; a None attribute is left out, `class_` is `class` and `stroke_width` is `stroke-width`.

    Text that is not Markup is escaped, alone or among several. Numbers are rounded to tenths of a pixel.
    """
    # Plain strings: Markup's own format is five times as slow, and a map has thousands of elements.
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = joined([content] if isinstance(content, str) else content)
    if not inner:
        return Markup(f"<{name}{written}/>")  # noqa: S704 - names are ours, values are escaped
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704 - names are ours, the rest is escaped


def joined(parts: Iterable[str]) -> Markup:
    """Return parts one after another, those that are not Markup escaped."""
    return Markup("".join(map(escape, parts)))  # noqa: S704 - each is escaped


def group(content: Iterable[str], /, **attributes: Value) -> Markup:
    """Return a group of elements."""
    return element("g", content, **attributes)


def link(href: str, content: str | Iterable[str], /, title: str, **attributes: Value) -> Markup:
    """Return a link around elements, with a title that a pointer shows. Keys do not reach it: a list repeats it."""
    return element(
        "a",
        [element("title", title), *([content] if isinstance(content, str) else content)],
        href=href,
        tabindex="-1",
        **attributes,
    )


def text(x: float, y: float, words: str, /, class_: str | None = None, **attributes: Value) -> Markup:
    """Return a text whose baseline starts at a point."""
    return element("text", words, x=x, y=y, class_=class_, **attributes)


def number(value: float) -> str:
    """Return a number in tenths, without a needless zero; 0 for what is none."""
    if not math.isfinite(value):
        return "0"
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded}"
