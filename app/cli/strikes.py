"""`strikeledger strikes`: strike lines as a table, or in a format."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import TIMES, Column, aligned_table, console, count, days, plain, write_bytes
from app.cli.query_options import given, takes

if TYPE_CHECKING:
    from app.client import Client, Strike, Walk

EPILOG = """\b
Examples:
  strikeledger strikes --location Palmyra --date-from 2016-12-01 --sort -strikes
  strikeledger strikes --country SY --limit 500 --format csv > strikes.csv
"""

COLUMNS = (
    Column("id", 8),
    Column("days", 10),
    Column("place", share=2),
    Column("strikes", 10),
    Column("tallies", share=5),
    Column("source", share=2),
)


@takes("strikes", format="Print what the API responds in this format, instead of a table.")
def strikes(
    *,
    url: Url = None,
    key: Key = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all pages, as a table or as JSON.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    **query: Any,  # noqa: ANN401 - by option, a text or a list
) -> None:
    """List strike lines that match every filter: a table, or with --format what GET /v1/strikes responds."""
    asked = given(query)
    form = chosen_format(asked, as_json=as_json, everything=everything)
    with connected(url, key) as client:
        if form is not None and not everything:
            write_bytes(client.read("/v1/strikes", **asked, format=form))
        elif form is not None:
            _write_all(client.strikes(**asked))
        else:
            _show(_pages(client, asked, everything=everything))


def chosen_format(asked: dict[str, Any], *, as_json: bool, everything: bool) -> str | None:
    """Take the format out of a query, None for a table. Raises a usage error for what does not go together."""
    form: str | None = asked.pop("format", None)
    if as_json and form not in {None, "json"}:
        raise typer.BadParameter(f"--json and --format {form} exclude each other")
    form = "json" if as_json else form
    if everything and form not in {None, "json"}:
        raise typer.BadParameter(f"--all is for tables and JSON; for all as {form} use `strikeledger export`")
    if form == "parquet" and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for a terminal; write it to a file with > FILE")
    return form


def _pages(client: "Client", asked: dict[str, Any], *, everything: bool) -> Iterator[Mapping[str, Any]]:
    if not everything:
        import json

        yield json.loads(client.read("/v1/strikes", **asked))
        return
    walk = client.strikes(**asked)
    for page in walk.pages():
        yield {"items": page.items, "next": None, "seq": page.seq, "total": page.total}


def _write_all(walk: "Walk[Strike]") -> None:
    """Write one document with the items of all pages, page by page. After an error it has no end."""
    from app.http.encoders import dumps

    write = sys.stdout.buffer.write
    write(b'{"items":[')
    comma = b""
    for page in walk.pages():
        write(comma + b",".join(map(dumps, page)))
        comma = b","
    write(b'],"next":null,"seq":%d}\n' % (walk.seq or 0))


def _show(pages: Iterable[Mapping[str, Any]]) -> None:
    from rich.text import Text

    screen = console()
    lines, last = 0, dict[str, Any]()
    for page in pages:
        shown = aligned_table(COLUMNS, header=lines == 0)
        for strike in page["items"]:
            # As text: a name may hold what would otherwise be markup.
            shown.add_row(*(Text(plain(cell)) for cell in _row(strike)))
        if page["items"]:
            screen.print(shown)
        lines += len(page["items"])
        last = dict(page)
    total = last.get("total")
    of_all = f" of {total:,}" if total is not None else ""
    # About the table, and so not of it.
    typer.echo(f"{lines:,}{of_all} strike lines as of ledger number {last.get('seq')}.", err=True)
    if last.get("next"):
        typer.echo(f"There are more: --all shows them, --cursor {last['next']} the next page.", err=True)


def _row(strike: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells of a line; a field that was left out by --fields is empty."""
    report = strike.get("report") or {}
    location = strike.get("location") or {}
    place = location.get("name") or strike.get("location_as_written")
    where = [place, strike.get("country")]
    source = [report.get("publisher"), report.get("number"), report.get("id")]
    return (
        strike.get("id", ""),
        days(strike["date_from"], strike.get("date_to", strike["date_from"]))
        if "date_from" in strike
        else "",
        ", ".join(part for part in where if part),
        count(strike["strikes_min"], strike.get("strikes_max")) if "strikes_min" in strike else "",
        tallies_in_words(strike.get("tallies", ())),
        " ".join(part for part in source if part),
    )


def tallies_in_words(tallies: Iterable[Mapping[str, Any]]) -> str:
    """Return what was hit, by effect, such as three tanks and at least one vehicle destroyed, two roads damaged."""
    by_effect: dict[str, list[str]] = {}
    for tally in tallies:
        number = count(tally["count_min"], tally["count_max"], approximate=tally["approximate"])
        # What no category fits is shown as it is written.
        what = tally["category"].replace("-", " ") if tally["category"] else f'"{tally["as_written"] or "?"}"'
        by_effect.setdefault(tally["effect"], []).append(f"{number} {TIMES} {what}")
    return "; ".join(f"{effect} {', '.join(parts)}" for effect, parts in by_effect.items())
