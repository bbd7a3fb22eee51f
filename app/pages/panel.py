"""Panel of a page: its request, files, embed and citation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from app.aggregates.params import MOST_ROWS
from app.drawings.count_forms import Form, Measure, count_of
from app.pages.view import url


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
    figure: str | None = None

    def as_format(self, name: str) -> str:
        """Return the same request in another format."""
        return f"{self.api}{'&' if '?' in self.api else '?'}format={name}"

    @property
    def svg(self) -> str | None:
        """The request that draws the panel."""
        if self.drawn is None:
            return None
        # A drawing has all groups, or none.
        return url(self._path, self._given | {"format": "svg", "limit": str(MOST_ROWS), **self.drawn})

    def export(self, name: str) -> str:
        """Return the request of all lines behind the panel in a format."""
        return f"{self.lines}{'&' if '?' in self.lines else '?'}format={name}"

    @property
    def absolute(self) -> str:
        """The request with the host that serves it."""
        return f"{self.base}{self.api}"

    @property
    def python(self) -> str:
        """The same request in the Python client: its method, and the arguments."""
        arguments = (
            f"{name}={values[0]!r}" if len(values) == 1 else f"{name}={values!r}"
            for name, values in self._given.items()
        )
        return f"{self._path.rpartition('/')[2]}({', '.join(arguments)})"

    @property
    def iframe(self) -> str:
        """The element that shows the panel on another site, frozen at the page's number."""
        title = self.title.replace("&", "&amp;").replace('"', "&quot;")
        size = 'width="100%" height="320" loading="lazy"'
        return f'<iframe src="{self.base}{self.embed}" title="{title}" {size}></iframe>'

    @property
    def citation(self) -> str:
        """The citation, in the words of docs/citing.md."""
        figure = "" if self.figure is None else f" {self.figure}."
        return f"{self.title}.{figure} strikeledger ledger {self.seq}, sha256 {self.hash}. {self.absolute}"

    @property
    def _path(self) -> str:
        return self.api.partition("?")[0]

    @property
    def _given(self) -> dict[str, list[str]]:
        return parse_qs(self.api.partition("?")[2])


def cited(totals: Mapping[str, Any], measure: Measure) -> str:
    """Return a figure as docs/citing.md has it: "at least" where it is open, "about" where some are estimates."""
    count = count_of(totals, measure)
    if measure is not Measure.ITEMS or not totals["approximate"] or not count.is_known:
        return count.words.replace("≥", "at least")
    return f"at least about {count.least:,}" if count.form is Form.AT_LEAST else f"about {count.words}"
