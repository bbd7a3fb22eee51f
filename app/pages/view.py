"""View of the record: its parameters and its one URL."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from pydantic import Field

from app.catalogue.catalogue import Catalogue
from app.drawings.count_forms import Measure
from app.errors import Fault, InvalidInput
from app.strikes.geo import Box, Point
from app.strikes.ordering import Sort
from app.strikes.params import StrikeQuery
from app.vocabulary.periods import PeriodUnit

Split = Literal["effect", "country", "location", "family", "publisher", "none"]
Each = Literal["location", "country", "family", "publisher", "none"]

# The parameters that choose lines, in the order of the API.
FILTERS = tuple(StrikeQuery.model_fields)


class ViewQuery(StrikeQuery):
    """The parameters of a page that counts: the strike filters by their names, and what is shown of them."""

    measure: Measure = Measure.ITEMS
    unit: PeriodUnit | None = None
    period_by: Literal["date", "published_on"] = "date"
    cumulative: Literal["true", "false"] = "false"
    split: Split = "effect"
    each: Each = "location"
    sort: Sort = Sort.LATEST
    # The last line of the page before: what lines are ordered by, and its number.
    after: Annotated[str, Field(max_length=100)] | None = None
    # The family whose categories are listed, and the line whose sentence is shown.
    open: Annotated[str, Field(max_length=200)] | None = None
    row: Annotated[str, Field(max_length=50)] | None = None
    theme: Literal["light", "dark"] | None = None
    # What differs for the second series: parameters that begin with `vs.`.
    vs: StrikeQuery | None = None


# What a page shows besides its pictures.
_OF_LISTS = ("each", "sort", "open", "row", "theme")

# The members of a second series: never as of another number, so that both are of one state.
VERSUS = tuple(name for name in FILTERS if name != "as_of")


def parameters(query: StrikeQuery, names: Sequence[str] = FILTERS) -> dict[str, Any]:
    """Return the parameters of a query that are not at their defaults, by name and in order, as its URL has them."""
    given: dict[str, Any] = {}
    for name in names:
        value, field = getattr(query, name), type(query).model_fields[name]
        if value not in (None, [], field.default):
            given[name] = _spelt(value)
    return given


def _spelt(value: object) -> Any:  # noqa: ANN401 - a text, or several
    if isinstance(value, list):
        return [str(member) for member in value]
    if isinstance(value, Box | Point):
        return ",".join(f"{number:.10g}" for number in astuple(value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def url(path: str, given: Mapping[str, Any]) -> str:
    """Return the address of a path with parameters: the same parameters have the same address."""
    query = urlencode(
        [(name, value) for name, value in given.items() if value is not None],
        doseq=True,
        quote_via=quote,
        safe=",:/",
    )
    return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class View:
    """A page's path and parameters; what links on the page change of them."""

    path: str
    query: ViewQuery
    # The ledger number that every figure of the page is of.
    seq: int

    @property
    def given(self) -> dict[str, Any]:
        """The parameters that differ from a plain page."""
        names = [name for name in ViewQuery.model_fields if name not in {"vs", "after"}]
        given = parameters(self.query, names)
        if self.query.vs is not None:
            given |= {f"vs.{name}": value for name, value in parameters(self.query.vs, VERSUS).items()}
        return given

    def url(self, **changes: Any) -> str:  # noqa: ANN401 - a text, several, or None for none
        """Return the address of this page with other parameters; None leaves one out, and an opened row closes."""
        given = {name: value for name, value in self.given.items() if name != "row"}
        return url(self.path, _in_order(given | {_public(name): value for name, value in changes.items()}))

    def without(self, *names: str) -> str:
        """Return the address of this page without some parameters."""
        return self.url(**dict.fromkeys(names))

    def toggled(self, name: str, value: str, *, adds: bool = False) -> str:
        """Return the address with a value of a repeatable filter chosen, or taken back where it is chosen alone."""
        chosen = [str(member) for member in getattr(self.query, name)]
        if value in chosen:
            rest = [member for member in chosen if member != value] if adds or len(chosen) == 1 else [value]
        else:
            rest = [*chosen, value] if adds else [value]
        return self.url(**{name: rest or None})

    def elsewhere(self, path: str, **changes: Any) -> str:  # noqa: ANN401 - as url
        """Return the address of another page that takes the same filters."""
        filters = {name: value for name, value in self.given.items() if name in FILTERS}
        return url(path, _in_order(filters | changes))

    def drawn(self, path: str, **changes: Any) -> str:  # noqa: ANN401 - as url
        """Return the address of a picture of this page: the same filters, drawn in the same way."""
        given = {name: value for name, value in self.given.items() if name not in _OF_LISTS}
        return url(path, _in_order(given | changes))

    @property
    def is_by_publication(self) -> bool:
        """Whether periods are of the days of publication, not of those of the strikes."""
        return self.query.period_by == "published_on"

    @property
    def period_by(self) -> dict[str, str]:
        """The parameter of `/v1/aggregates` that says of which days periods are, where it is not at its default."""
        return parameters(self.query, ("period_by",))

    @property
    def how(self) -> dict[str, str]:
        """The parameters of `/v1/aggregates` that say how the timeline counts, apart from its unit."""
        return parameters(self.query, ("period_by", "cumulative"))

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """Return the parameters that a form takes along, a pair for each value, but those that it sets itself."""
        pairs = []
        for name, value in self.given.items():
            if name in without or name == "row":
                continue
            pairs += [(name, member) for member in (value if isinstance(value, list) else [value])]
        return pairs

    def api(self, path: str, query: StrikeQuery | None = None, **how: Any) -> str:  # noqa: ANN401 - as url
        """Return the request of the API that counts or lists the same, as of the page's number."""
        given = parameters(query or self.query) | how
        return url(path, given | {"as_of": str(self.seq)})


def _public(name: str) -> str:
    """Return the name of a parameter as URLs have it; `vs_effect` in Python is `vs.effect`."""
    return f"vs.{name[3:]}" if name.startswith("vs_") else name


def _in_order(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters in the one order that URLs have, those without a value left out."""
    order = {
        name: place
        for place, name in enumerate((*ViewQuery.model_fields, *(f"vs.{name}" for name in VERSUS)))
    }
    present = {name: value for name, value in given.items() if value not in (None, [], "")}
    return dict(sorted(present.items(), key=lambda pair: order.get(pair[0], len(order))))


def without(query: StrikeQuery, *names: str) -> StrikeQuery:
    """Return the filters of a query without some of them."""
    plain = {name: getattr(query, name) for name in FILTERS if name not in names}
    return StrikeQuery.model_construct(**plain)


def named(query: ViewQuery, catalogue: Catalogue) -> ViewQuery:
    """Return a query whose places, categories and publisher bear their slugs, so that equal views have equal URLs.

    A name that is unknown stays: resolving it is refused, with the nearest one.
    """

    def slugs(names: Sequence[str], find: Any) -> list[str]:  # noqa: ANN401 - of either kind of entry
        return list(dict.fromkeys(entry.slug if (entry := find(name)) else name for name in names))

    publisher = catalogue.publisher(query.publisher) if query.publisher else None
    return query.model_copy(
        update={
            "location": slugs(query.location, catalogue.location),
            "category": slugs(query.category, catalogue.category),
            "publisher": publisher.slug if publisher else query.publisher,
        }
    )


def unit_for(first: date, last: date) -> PeriodUnit:
    """Return the unit of time in which a chart of these days shows most and stays readable."""
    days = (last - first).days + 1
    for most, unit in ((62, PeriodUnit.DAY), (400, PeriodUnit.WEEK), (6 * 366, PeriodUnit.MONTH)):
        if days <= most:
            return unit
    return PeriodUnit.QUARTER if days <= 150 * 366 else PeriodUnit.YEAR


def refused(parameter: str, detail: str) -> InvalidInput:
    """Return the refusal of a parameter of a page."""
    return InvalidInput([Fault("parameter", parameter, "invalid", f"{parameter} {detail}")])
