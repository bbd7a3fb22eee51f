"""Changes page: why figures changed between two ledger numbers."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from app.aggregates.change_service import changes
from app.aggregates.params import AggregateChangesQuery
from app.catalogue import names
from app.columnar.store import Columns
from app.drawings.count_forms import Measure, count_of
from app.http.field_types import PLAIN_DIGITS
from app.ledger.head import head
from app.pages.record import Record
from app.pages.view import FILTERS, parameters, refused, url, without
from app.strikes.params import StrikeQuery
from app.strikes.sentence import MEASURES, plain, sentence

# Entries back from the latest, where no number is given; groups on the page.
RECENT, MOST_GROUPS = 20, 100

GroupBy = Literal["none", "location", "category", "effect", "publisher", "country", "month"]

_Number = Annotated[int, Field(ge=0, le=2**53), PLAIN_DIGITS] | None


class ChangesQuery(StrikeQuery):
    """The parameters of the page: the strike filters, two numbers, and what groups what changed."""

    from_seq: _Number = None
    to_seq: _Number = None
    group_by: GroupBy = "none"
    measure: Measure = Measure.ITEMS


def context(record: Record, columns: Columns, query: ChangesQuery, base: str) -> dict[str, Any]:
    """Return what the template shows."""
    latest = record.latest_seq
    to = latest if query.to_seq is None else query.to_seq
    if to > latest:
        raise refused("to_seq", f"must not be after {latest}, the latest number")
    earlier = query.from_seq
    if earlier is None:
        earlier = query.as_of if isinstance(query.as_of, int) else max(0, to - RECENT)
    if earlier > to:
        raise refused("from_seq", f"must not be after {to}")
    grouped = AggregateChangesQuery.model_construct(
        **{name: getattr(query, name) for name in FILTERS if name != "as_of"},
        from_seq=earlier,
        to_seq=to,
        group_by=None if query.group_by == "none" else query.group_by,
        limit=MOST_GROUPS,
        names="true",
    )
    session = record.session
    changed = changes(session, columns, grouped, head(session, earlier), head(session, to))
    filters = parameters(without(query, "as_of"))
    group_by = {} if query.group_by == "none" else {"group_by": query.group_by}
    numbers = {"from_seq": str(earlier), "to_seq": str(to)}
    here = "/changes"
    return {
        "title": plain(sentence(without(query), query.measure, record.catalogue)),
        "rows": [_row(row, query, record) for row in changed.rows],
        "omitted": changed.count - len(changed.rows),
        "from_seq": earlier,
        "to_seq": to,
        "latest": latest,
        "query": query,
        "hidden": [(name, member) for name, value in filters.items() for member in _members(value)],
        "groups": [
            {
                "name": "all together" if name == "none" else name,
                "value": name,
                "is_chosen": name == query.group_by,
            }
            for name in GroupBy.__args__  # type: ignore[attr-defined] # the members of a Literal
        ],
        "explore": url("/", filters),
        "feed": url("/v1/changes.atom", filters),
        "api": url("/v1/aggregates/changes", filters | group_by | numbers),
        "measure_name": MEASURES[query.measure],
        "base": base,
        "canonical": url(here, filters | numbers | group_by),
    }


def _row(row: Mapping[str, Any], query: ChangesQuery, record: Record) -> dict[str, Any]:
    name = "All together"
    if query.group_by == "month":
        name = row["period"]
    elif query.group_by != "none":
        name = names.name_of(record.catalogue, query.group_by, row[query.group_by])
    return {
        "name": name,
        "before": count_of(row["before"], query.measure),
        "after": count_of(row["after"], query.measure),
        "lines": (row["before"]["lines"], row["after"]["lines"]),
        "entries": row["entries"],
        "omitted": row["entries_omitted"],
    }


def _members(value: Any) -> list[str]:  # noqa: ANN401 - a text, or several
    return value if isinstance(value, list) else [value]
