"""`strikeledger parse FILE`: what a release says, as tables beside its marked text, or as the API's own JSON."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console


# Columns of the table where no terminal says how wide it is.
PIPED_WIDTH = 120


def parse(
    file: Annotated[Path | None, typer.Argument(help="The release as text; - reads standard input.")] = None,
    *,
    publisher: Annotated[str | None, typer.Option(help="Who published it: slug, name or alias.")] = None,
    published_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When, where the text does not say.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /v1/parse answers.")] = False,
    score: Annotated[
        Path | None, typer.Option(help="Measure the parser on a folder of labelled releases instead.")
    ] = None,
) -> None:
    """Read a release: a draft report, the words behind every number, and what was not understood. Stores nothing."""
    if score is not None:
        _score(score)
        return
    if file is None:
        raise typer.BadParameter("name a file, or - for standard input", param_hint="FILE")

    from app.catalogue.shipped import shipped_catalogue
    from app.http.encoders import dumps
    from app.parsing import parse_release
    from app.releases.comparison import compared
    from app.releases.draft import draft_report

    text = _text(file)
    catalogue = shipped_catalogue()
    known = catalogue.publisher(publisher) if publisher else None
    if publisher and known is None:
        raise typer.BadParameter(f"no publisher is called '{publisher}'", param_hint="--publisher")
    release = parse_release(text, published_on=published_on.date() if published_on else None)
    parsed = draft_report(release, text, catalogue, known.slug if known else None)
    parsed |= compared(parsed["draft"], catalogue)
    if as_json:
        sys.stdout.buffer.write(dumps(parsed))
        return
    _show(parsed)


def _text(file: Path) -> str:
    # Bytes, decoded here: text mode would turn CR LF into LF, and every offset after it would be wrong.
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8 text", param_hint="FILE") from None


def _score(folder: Path) -> None:
    from app.parsing.evaluation import report, score

    if not (folder / "labels").is_dir():
        raise typer.BadParameter(f"{folder} holds no labels/ beside releases/", param_hint="--score")
    for line in report(score(folder)):
        typer.echo(line)


def _show(parsed: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    draft = parsed["draft"]
    _show_text(console, parsed)
    console.print(
        f"\n[bold]{draft['number'] or 'no number'}[/], published {draft['published_on'] or 'on an unknown day'}"
    )
    table = Table("day", "place", "strikes", "effect", "count", "category", "as written")
    for strike in draft["strikes"]:
        first = [
            _span(strike["date_from"], strike["date_to"]),
            f"{strike['location_as_written'] or '-'}, {strike['country'] or '?'}",
            _bounds(strike["strikes_min"], strike["strikes_max"]),
        ]
        for tally in strike["tallies"] or [None]:
            what = ["", "", "", ""]
            if tally:
                count = "about " * tally["approximate"] + _bounds(tally["count_min"], tally["count_max"])
                what = [tally["effect"], count, tally["category"] or "?", tally["as_written"]]
            table.add_row(*first, *what)
            first = ["", "", ""]
    console.print(table)
    for check in parsed["checks"]:
        agrees = "agrees with" if check["agrees"] else "DIFFERS FROM"
        sums = _bounds(check["lines_min"], check["lines_max"])
        console.print(
            f"{check['country'] or 'all'}: {check['claimed']} {check['measure']} claimed, "
            f"which {agrees} the lines' {sums}"
        )
    for warning in parsed["warnings"]:
        console.print(f"{warning['pointer']}: {warning['detail']} ({warning['code']})", markup=False)
    for remark in parsed["remarks"]:
        line = draft["text"].count("\n", 0, remark["start"]) + 1
        console.print(f"line {line}: {remark['message']} ({remark['kind']})", markup=False)


def _show_text(console: "Console", parsed: dict[str, Any]) -> None:
    """Print the text with the phrases that hold its numbers marked: reversed, or in brackets where piped."""
    from rich.text import Text

    text = parsed["draft"]["text"]
    spans = {
        (tally["quote"]["start"], tally["quote"]["end"])
        for strike in parsed["draft"]["strikes"]
        for tally in strike["tallies"]
    }
    marked = Text(text)
    for start, end in spans:
        marked.stylize("bold reverse", start, end)
    if not console.is_terminal:
        pieces, written = list[str](), 0
        # A phrase ends before the next one begins at the same place; nested phrases nest.
        for place, _, mark in sorted(
            [(end, 0, "]") for _, end in spans] + [(start, 1, "[") for start, _ in spans]
        ):
            pieces += text[written:place], mark
            written = place
        marked = Text("".join([*pieces, text[written:]]))
    console.print(marked)


def _span(first: object, last: object) -> str:
    if first is None:
        return "?"
    return str(first) if first == last else f"{first}/{last}"


def _bounds(least: int | None, most: int | None) -> str:
    if least is None:
        return "not given"
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"
