"""Theme: both have every colour, texts can be read, and a file needs nothing else."""

import re
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from app.drawings.svg import Drawing
from app.drawings.theme import DARK, LIGHT, as_file, drawing_css, heights


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_have_the_same_names() -> None:
    """No colour is missing in the dark."""
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("text", ["ink", "ink-2", "ink-3", "accent", "warn", "ok"])
@pytest.mark.parametrize("ground", ["sheet", "paper", "wash"])
def test_text_has_the_contrast_that_reading_needs(theme: dict[str, str], text: str, ground: str) -> None:
    """4.5 on every ground."""
    assert contrast(theme[text], theme[ground]) >= 4.5


def test_every_colour_of_the_style_sheet_exists() -> None:
    """A misspelt variable would draw in black."""
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", drawing_css())) <= LIGHT.keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_file_is_well_formed_and_has_all_inside(theme: str) -> None:
    """No variable, no address, no script; title and source are text."""
    drawing = Drawing(300, 100, Markup("<path d='M0 0h9' class='p-hatch'/>"), "A line.")
    content = as_file(drawing, theme, "Items <of> Tanks & Vehicles", "ledger 3")  # type: ignore[arg-type] # pytest gives texts
    root = ET.fromstring(content)  # noqa: S314 - our own drawing

    assert root.find("{*}title").text == "Items <of> Tanks & Vehicles"  # type: ignore[union-attr] # it is there
    assert "var(" not in content
    assert "http" not in content.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in content


def test_a_long_title_is_wrapped_and_whole() -> None:
    """On the narrowest drawing each line of a title fits, and no word is lost."""
    title = (
        "Items of heavy equipment vehicles, destroyed near Palmyra, Raqqa, Deir ez-Zor or Kobani, 2015 – 2017"
    )
    drawing = Drawing(240, 100, Markup(""), "Nothing.")
    root = ET.fromstring(as_file(drawing, "light", title, "22 lines of 22 reports"))  # noqa: S314 - our own drawing
    lines = [text.text or "" for text in root.findall(".//{*}text") if "t15" in text.get("class", "")]
    assert " ".join(lines) == title
    assert max(map(len, lines)) * 8 <= 240
    assert float(root.get("height", 0)) == sum(heights(title, "22 lines of 22 reports", 240)) + 100
