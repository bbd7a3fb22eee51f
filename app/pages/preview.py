"""Preview of a link, as PNG.

Chats and networks show no SVG. What makes pixels of it is an extra: `pip install strikeledger[preview]`.
"""

import importlib
from collections.abc import Callable
from importlib.util import find_spec
from textwrap import shorten

from app.drawings import theme
from app.drawings.svg import Drawing
from app.errors import NotFound

# The size that networks expect, in pixels. Drawings are half as large, so that texts can be read in a small picture.
WIDE, HIGH, _SCALE = 1_200, 630, 2

# Pixels of a drawing that fits, and letters of its title, in two or three lines.
WIDTH = WIDE // _SCALE - 2 * theme.MARGIN
_MOST_LETTERS = 160

_LIBRARY = "resvg_py"


def is_available() -> bool:
    """Return whether links have previews."""
    return find_spec(_LIBRARY) is not None


def png(draw: Callable[[int, int], Drawing], title: str, source: str) -> bytes:
    """Return what is drawn in the given width and height, with its title and source, as PNG.

    Raises NotFound where the extra is not installed.
    """
    if not is_available():
        raise NotFound("this server makes no previews")
    title = shorten(title, _MOST_LETTERS, placeholder=" …")
    height = HIGH // _SCALE - sum(theme.heights(title, source, WIDTH))
    drawn = theme.as_file(draw(WIDTH, height), "light", title, source)
    pixels: bytes = importlib.import_module(_LIBRARY).svg_to_bytes(svg_string=drawn, width=WIDE)
    return pixels
