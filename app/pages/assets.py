"""Style sheet and scripts of pages, addressed by their digest."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.drawings import theme
from app.pages.scripts import bundled

PREFIX = "/static"

_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file. Its path holds a digest of all files, so it never changes under its path."""

    name: str
    content: bytes
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Return the files by name. A script holds all that it imports."""
    content_of = {
        entry.name: entry.read_bytes()
        for entry in files("app.pages").joinpath("static").iterdir()
        if entry.is_file() and entry.name[entry.name.rindex(".") :] in _TYPES
    }
    sheets = sorted(name for name in content_of if name.endswith(".css"))
    content_of["style.css"] = style(b"".join(content_of.pop(name) for name in sheets))
    sources = {name: content.decode() for name, content in content_of.items() if name.endswith(".js")}
    content_of |= {name: bundled(name, sources).encode() for name in sources}
    return {
        name: Asset(name, content, _TYPES[name[name.rindex(".") :]])
        for name, content in sorted(content_of.items())
    }


def style(page: bytes) -> bytes:
    """Return the style sheet: the colours of both themes, then drawings, then pages."""
    dark = theme.tokens("dark")
    return (
        f":root{{color-scheme:light;{theme.tokens('light')}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
        f"@media print{{:root:root:not(.x){{color-scheme:light;{theme.tokens('light')}}}}}\n{theme.drawing_css()}"
    ).encode() + page


@cache
def digest() -> str:
    """Return a digest of all files."""
    content = b"\0".join(name.encode() + b"\0" + asset.content for name, asset in assets().items())
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def address(name: str) -> str:
    """Return the path of a file."""
    return f"{PREFIX}/{digest()}/{assets()[name].name}"
