"""Output of commands: JSON for programs, and tables and words for people."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# Columns of a table where no terminal has a width.
PIPED_WIDTH = 160

# Between two bounds, and between a number and what is counted.
DASH, TIMES = "\N{EN DASH}", "\N{MULTIPLICATION SIGN}"

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def write_bytes(content: bytes) -> None:
    """Write the body of a response to stdout as it was sent; on a terminal with a line break at its end."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    if sys.stdout.isatty() and not content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def write_json(document: Any) -> None:  # noqa: ANN401 - a JSON value
    """Write one line of JSON to stdout."""
    from app.http.encoders import dumps

    write_bytes(dumps(document) + b"\n")


def console(piped_width: int = PIPED_WIDTH) -> "Console":
    """Return stdout as rich writes it: the terminal's width and colors, or plain text of a fixed width."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=piped_width, force_terminal=False, color_system=None)


class Column(NamedTuple):
    """A column of a table: of a fixed width, or with a share of what the fixed ones leave."""

    title: str
    width: int | None = None
    share: int | None = None
    wraps: bool = True


def table(*titles: str, **options: Any) -> "Table":  # noqa: ANN401 - rich's options
    """Return a table without borders, as wide as its texts."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(*titles, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, **options)


def aligned_table(columns: Sequence[Column], *, header: bool) -> "Table":
    """Return a table over the whole width. Tables of the same columns line up, however long their texts are."""
    made = table(expand=True, show_header=header)
    for title, width, share, wraps in columns:
        overflow: Literal["fold", "ellipsis"] = "fold" if wraps else "ellipsis"
        made.add_column(title, width=width, ratio=share, overflow=overflow, no_wrap=not wraps)
    return made


def plain(text: object) -> str:
    """Return a text without characters that would steer a terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in str(text))


def days(first: str | None, last: str | None) -> str:
    """Return a day, or the first and the last of several."""
    if first is None:
        return "unknown day"
    return first if first == last else f"{first} to {last}"


def count(least: int | None, most: int | None, *, approximate: bool = False) -> str:
    """Return a number with its bounds: "3", "at least 4", "≈40", "not given", or both with a dash between them."""
    about = "≈" if approximate else ""
    if least is None:
        return "not given" if most is None else f"{about}at most {most:,}"
    if most is None:
        return f"at least {about}{least:,}"
    return f"{about}{least:,}" if least == most else f"{about}{least:,}{DASH}{most:,}"
