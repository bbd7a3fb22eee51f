"""`strikeledger aggregates`: counts by place, period and kind, as a table."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import console, count, plain, table, write_bytes, write_json
from app.cli.query_options import given, takes
from app.cli.strikes import chosen_format

if TYPE_CHECKING:
    from app.client import Client

EPILOG = """\b
Examples:
  strikeledger aggregates --group-by location,month --effect destroyed --top 5
  strikeledger aggregates --group-by month --country SY --format csv > months.csv
"""

# Measures of two bounds that are one column, by the measure that counts what has no maximum.
BOUNDS = {
    f"{prefix}{name}": f"{prefix}{unbounded}"
    for prefix in ("", "cumulative_")
    for name, unbounded in (("strikes", "strikes_open_ended"), ("items", "open_ended"))
}

# Of how many tallies the counts are estimates, by the column that shows it.
ESTIMATED = {"items": "approximate", "cumulative_items": "cumulative_approximate"}

# Fields that have no column of their own.
_LEFT_OUT = {
    "period_start",
    "period_end",
    "is_other",
    "items_closed_min",
    "cumulative_items_closed_min",
    *BOUNDS.values(),
    *ESTIMATED.values(),
}

# A table of counts is as wide as it needs where no terminal limits it: none of its cells is cut.
_ANY_WIDTH = 10_000


@takes("aggregates", format="Print what the API responds in this format, instead of a table.")
def aggregates(
    *,
    url: Url = None,
    key: Key = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all pages, as a table or as JSON.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    **query: Any,  # noqa: ANN401 - by option, a text or a list
) -> None:
    """Count what matches, by up to three dimensions: a table, or with --format what GET /v1/aggregates responds."""
    asked = given(query)
    form = chosen_format(asked, as_json=as_json, everything=everything)
    with connected(url, key, counts=True) as client:
        if form is not None and not everything:
            write_bytes(client.read("/v1/aggregates", **asked, format=form))
            return
        counted = _counted(client, asked, everything=everything)
    if form is not None:
        write_json(counted)
        return
    _show(counted)


def _counted(client: "Client", asked: dict[str, Any], *, everything: bool) -> dict[str, Any]:
    import json

    if not everything:
        page: dict[str, Any] = json.loads(client.read("/v1/aggregates", **asked))
        return page
    asked.pop("limit", None)
    counts = client.aggregates(**asked)
    whole = {"group_by": counts.group_by, "seq": counts.seq, "next": None, "rows": counts.rows}
    notes = {"notes": counts.notes} if counts.notes else {}
    return {**whole, "totals": counts.totals, **notes}


def _show(counted: Mapping[str, Any]) -> None:
    from rich.text import Text

    rows, totals = counted["rows"], counted["totals"]
    columns = _columns(rows[0] if rows and counted["group_by"] else totals)
    shown = table(show_footer=bool(counted["group_by"]))
    for number, name in enumerate(columns):
        is_number = name in BOUNDS or name in totals or name.startswith("cumulative_")
        has_total = name in totals or f"{name}_min" in totals
        footer = _cell(totals, name) if has_total else "all" if number == 0 else ""
        justify: Literal["left", "right"] = "right" if is_number else "left"
        shown.add_column(name.replace("_", " "), footer=footer, justify=justify, overflow="fold")
    for row in rows if counted["group_by"] else [totals]:
        # As text: a name may hold what would otherwise be markup.
        shown.add_row(*(Text(_cell(row, name)) for name in columns))
    console(_ANY_WIDTH).print(shown)
    for note in counted.get("notes", ()):
        typer.echo(plain(f"From {note['date']}: {note['detail']}"), err=True)
    typer.echo(f"{len(rows):,} rows as of ledger number {counted['seq']}.", err=True)
    if counted["next"]:
        typer.echo(f"There are more: --all shows them, --cursor {counted['next']} the next page.", err=True)


def _columns(row: Mapping[str, Any]) -> Sequence[str]:
    """Return the columns of rows: two bounds are one."""
    bounds = {f"{name}_{end}": name for name in BOUNDS for end in ("min", "max")}
    return list(dict.fromkeys(bounds.get(name, name) for name in row if name not in _LEFT_OUT))


def _cell(row: Mapping[str, Any], name: str) -> str:
    """Return a field as a cell: a number with its bounds where it has some."""
    if name in BOUNDS and row[f"{name}_min"] is not None:
        # Where some have no maximum, the sum of the known ones is none.
        most = None if row[BOUNDS[name]] else row[f"{name}_max"]
        return count(row[f"{name}_min"], most, approximate=bool(row.get(ESTIMATED.get(name, ""))))
    value = row.get(name)
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int | float) else plain(value)
