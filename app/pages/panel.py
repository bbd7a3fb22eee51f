"""Panel of a page: its request, files, embed and citation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from app.drawings.count_forms import Count


@dataclass(frozen=True, slots=True)
class Panel:
    """What one panel shows: its request to the API, as of the number of the page.

    `lines` is the request of an export of all lines behind it, without a format. `drawn` is what draws it in the
    API: parameters of `format=svg`, None where it is a table alone.
    """

    id: str
    title: str
    api: str
    lines: str
    base: str
    seq: int
    hash: str
    embed: str | None = None
    drawn: Mapping[str, Any] | None = None
    figure: Count | None = None

    def as_format(self, name: str) -> str:
        """Return the same request in another format."""
        return f"{self.api}{'&' if '?' in self.api else '?'}format={name}"

    @property
    def svg(self) -> str | None:
        """The request that draws the panel."""
        if self.drawn is None:
            return None
        return self.as_format("svg") + "".join(f"&{name}={value}" for name, value in self.drawn.items())

    def export(self, name: str) -> str:
        """Return the request of all lines behind the panel in a format."""
        return f"{self.lines}{'&' if '?' in self.lines else '?'}format={name}"

    @property
    def absolute(self) -> str:
        """The request with the host that serves it."""
        return f"{self.base}{self.api}"

    @property
    def python(self) -> str:
        """The arguments of the same request in the Python client."""
        given: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.api.partition("?")[2]):
            given.setdefault(name, []).append(value)
        return ", ".join(
            f"{name}={values[0]!r}" if len(values) == 1 else f"{name}={values!r}"
            for name, values in given.items()
        )

    @property
    def iframe(self) -> str:
        """The element that shows the panel on another site, frozen at the page's number."""
        title = self.title.replace("&", "&amp;").replace('"', "&quot;")
        size = 'width="100%" height="320" loading="lazy"'
        return f'<iframe src="{self.base}{self.embed}" title="{title}" {size}></iframe>'

    @property
    def citation(self) -> str:
        """The citation, in the words of docs/citing.md."""
        figure = "" if self.figure is None else f" {self.figure.words.replace('≥', 'at least')}."
        return f"{self.title}.{figure} strikeledger ledger {self.seq}, sha256 {self.hash}. {self.absolute}"
