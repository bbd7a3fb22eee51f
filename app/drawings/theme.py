"""Theme: light and dark colours of pages and drawings, and SVG files."""

import re
from functools import cache
from importlib.resources import files
from textwrap import wrap
from typing import Literal

from markupsafe import Markup

from app.drawings.svg import Drawing, element, number, text

Theme = Literal["light", "dark"]

LIGHT = {
    "paper": "#FAF8F4", "sheet": "#FFFFFF", "wash": "#F1EEE7", "rule": "#E0DBD0", "rule-2": "#8A857A",
    "ink": "#1D2126", "ink-2": "#4C535B", "ink-3": "#666C74",
    "accent": "#0A5C6E", "accent-wash": "#E3EEF0", "warn": "#8A4B08", "warn-wash": "#F8EEDF", "ok": "#2C6B3F",
    "series": "#46566A", "series-soft": "#B9C1CB", "hatch": "#BDB5A6", "mark": "#F6E7B8",
    "water": "#DDE6EA", "land": "#F1EEE7", "focus-land": "#FBFAF7", "border": "#B8B1A3", "river": "#B9CDD6",
    "destroyed": "#20315A", "damaged": "#5A93D3", "engaged": "#B5801C", "suppressed": "#17765A",
    "cratered": "#61390C", "wounded": "#905584", "other": "#8F8F8C",
}  # fmt: skip
DARK = {
    "paper": "#13161A", "sheet": "#1A1E23", "wash": "#22272D", "rule": "#2F353C", "rule-2": "#757B83",
    "ink": "#ECE8E1", "ink-2": "#BDBBB5", "ink-3": "#989A9D",
    "accent": "#7FC4D2", "accent-wash": "#1E3238", "warn": "#E3B071", "warn-wash": "#33291C", "ok": "#8CC79B",
    "series": "#A3B1C2", "series-soft": "#4A5563", "hatch": "#4B535D", "mark": "#4A4123",
    "water": "#0F1B22", "land": "#1E2328", "focus-land": "#262B31", "border": "#525962", "river": "#2C4552",
    "destroyed": "#93C3F2", "damaged": "#4370BA", "engaged": "#E3B95F", "suppressed": "#2F9A72",
    "cratered": "#946536", "wounded": "#D07AA8", "other": "#D2CFC8",
}  # fmt: skip
_COLOURS: dict[Theme, dict[str, str]] = {"light": LIGHT, "dark": DARK}

# Fills with lines, by the class of their colour; a page has them once, a file by itself.
_HATCHED = ("hatch", "damaged", "suppressed", "wounded", "other")

_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")

# Heights of a title of one line above a drawing in a file, and of a source of one line below it.
ABOVE, BELOW, MARGIN = 34, 26, 12

# Of a further line of either: its height, and how wide a letter is there at most on average.
_TITLE_LINE, _TITLE_LETTER = 19, 8.4
_SOURCE_LINE, _SOURCE_LETTER = 14, 6.2


def tokens(theme: Theme) -> str:
    """Return the colours as custom properties of CSS."""
    return "".join(f"--{name}:{value};" for name, value in _COLOURS[theme].items())


@cache
def drawing_css() -> str:
    """Return the style sheet of drawings, with colours as variables."""
    return files("app.drawings").joinpath("drawing.css").read_text(encoding="utf-8")


def patterns() -> Markup:
    """Return the hatched fills, which the classes `p-*` name."""
    return element(
        "defs",
        [
            element(
                "pattern",
                element("path", d="M0 0v5", class_=f"s-{name}", stroke_width=1.4 if name == "hatch" else 2.4),
                id=f"p-{name}",
                width=5,
                height=5,
                patternUnits="userSpaceOnUse",
                patternTransform="rotate(45)",
            )
            for name in _HATCHED
        ],
    )


def as_file(drawing: Drawing, theme: Theme, title: str, source: str) -> str:
    """Return a drawing as an SVG file that needs nothing else: its colours are values, its title is inside."""
    colours = _COLOURS[theme]
    style = _VARIABLE.sub(lambda match: colours.get(match[1], match[0]), drawing_css())
    above, below = heights(title, source, drawing.width)
    height = drawing.height + above + below
    width = drawing.width + 2 * MARGIN
    titles = _wrapped(title, drawing.width, _TITLE_LETTER)
    sources = _wrapped(source, drawing.width, _SOURCE_LETTER)
    parts = [
        element("title", title),
        element("desc", drawing.label),
        element("style", Markup(style)),  # noqa: S704 - our own style sheet
        patterns(),
        element("rect", width=width, height=height, class_="f-paper"),
        *(text(MARGIN, 22 + _TITLE_LINE * line, words, "t-ink b t15") for line, words in enumerate(titles)),
        element("g", drawing.content, transform=f"translate({MARGIN} {above})"),
        *(
            text(MARGIN, height - 9 - _SOURCE_LINE * (len(sources) - 1 - line), words, "t11")
            for line, words in enumerate(sources)
        ),
    ]
    return element(
        "svg", parts, xmlns="http://www.w3.org/2000/svg", width=width, height=height,
        viewBox=f"0 0 {number(width)} {number(height)}", role="img",
    )  # fmt: skip


def heights(title: str, source: str, width: float) -> tuple[int, int]:
    """Return the pixels that a file has above and below a drawing of this width: both texts are wrapped."""
    titles, sources = _wrapped(title, width, _TITLE_LETTER), _wrapped(source, width, _SOURCE_LETTER)
    return ABOVE + _TITLE_LINE * (len(titles) - 1), BELOW + _SOURCE_LINE * (len(sources) - 1)


def _wrapped(words: str, width: float, letter: float) -> list[str]:
    return wrap(words, max(1, int(width / letter))) or [""]
