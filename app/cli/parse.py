"""`strikeledger parse FILE`: a release as tables, or as the API's JSON."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.connection import Key, Url, connected
from app.cli.output import console, count, days, plain, table, write_bytes

if TYPE_CHECKING:
    from rich.console import Console

    from app.catalogue.catalogue import Catalogue

EPILOG = """\b
Examples:
  strikeledger parse release.txt --publisher cjtf-oir
  pdftotext release.pdf - | strikeledger parse - --json
"""


def parse(  # noqa: PLR0913 - its arguments and options
    file: Annotated[Path | None, typer.Argument(help="The release as text; - reads standard input.")] = None,
    *,
    publisher: Annotated[str | None, typer.Option(help="Who published it: slug, name or alias.")] = None,
    published_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When, where the text does not say.")
    ] = None,
    url: Url = None,
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what POST /v1/parse responds.")] = False,
    score: Annotated[
        Path | None, typer.Option(help="Measure the parser on a folder of labelled releases instead.")
    ] = None,
) -> None:
    """Read a release: a draft report, the words behind every number, and what was not understood. Stores nothing.

    Places and categories are those of the server at --url, else of the configured database where there is one, else
    those that strikeledger comes with.
    """
    if score is not None:
        if as_json:
            raise typer.BadParameter("--score prints no JSON")
        _score(score)
        return
    if file is None:
        raise typer.BadParameter("name a file, or - for standard input", param_hint="FILE")

    from app.http.encoders import dumps

    text = _text(file)
    day = published_on.date() if published_on else None
    if url is not None:
        with connected(url, key) as client:
            parsed: dict[str, Any] = client.parse(text, publisher=publisher, published_on=day)
    else:
        parsed = _parsed(text, publisher, day)
    if as_json:
        write_bytes(dumps(parsed))
        return
    _show(parsed)


def _parsed(text: str, publisher: str | None, day: date | None) -> dict[str, Any]:
    """Read a text by the vocabulary of the database, or by the shipped one where there is no database."""
    from app.catalogue.catalogue import catalogue_at
    from app.catalogue.shipped import shipped_catalogue
    from app.cli.database import exists, opened
    from app.db.version import refuse_other
    from app.ledger.head import head
    from app.releases.comparison import compared, compared_with_record

    if not exists():
        catalogue = shipped_catalogue()
        parsed = _draft(text, publisher, day, catalogue)
        return parsed | compared(parsed["draft"], catalogue)
    with opened(only_reads=True) as database, database.reading() as session:
        refuse_other(session.held)
        parsed = _draft(text, publisher, day, catalogue_at(session, head(session)))
        return parsed | compared_with_record(session, parsed["draft"])


def _draft(text: str, publisher: str | None, day: date | None, catalogue: "Catalogue") -> dict[str, Any]:
    from app.parsing import parse_release
    from app.releases.draft import draft_report

    known = catalogue.publisher(publisher) if publisher else None
    if publisher and known is None:
        raise typer.BadParameter(f"no publisher is called '{publisher}'", param_hint="--publisher")
    release = parse_release(text, published_on=day)
    return draft_report(release, text, catalogue, known.slug if known else None)


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
    from rich.text import Text

    screen = console()
    draft = parsed["draft"]
    _show_text(screen, parsed)
    published = f", published {draft['published_on'] or 'on an unknown day'}"
    screen.print(Text.assemble("\n", (plain(draft["number"] or "no number"), "bold"), published))
    shown = table("day", "place", "strikes", "effect", "count", "category", "as written")
    for strike in draft["strikes"]:
        first = [
            days(strike["date_from"], strike["date_to"]),
            f"{strike['location_as_written'] or '-'}, {strike['country'] or '?'}",
            count(strike["strikes_min"], strike["strikes_max"]),
        ]
        for tally in strike["tallies"] or [None]:
            what = ["", "", "", ""]
            if tally:
                number = count(tally["count_min"], tally["count_max"], approximate=tally["approximate"])
                what = [tally["effect"], number, tally["category"] or "?", tally["as_written"]]
            # As text: a name may hold what would otherwise be markup.
            shown.add_row(*(Text(plain(cell)) for cell in (*first, *what)))
            first = ["", "", ""]
    screen.print(shown)
    for check in parsed["checks"]:
        agrees = "agrees with" if check["agrees"] else "DIFFERS FROM"
        sums = count(check["lines_min"], check["lines_max"])
        screen.print(
            f"{check['country'] or 'all'}: {check['claimed']} {check['measure']} claimed, "
            f"which {agrees} the lines' {sums}"
        )
    for warning in parsed["warnings"]:
        screen.print(Text(plain(f"{warning['pointer']}: {warning['detail']} ({warning['code']})")))
    for remark in parsed["remarks"]:
        line = draft["text"].count("\n", 0, remark["start"]) + 1
        screen.print(Text(plain(f"line {line}: {remark['message']} ({remark['kind']})")))


def _show_text(screen: "Console", parsed: dict[str, Any]) -> None:
    """Print the text with the phrases that hold its numbers marked: reversed, or in brackets where piped."""
    from rich.text import Text

    # As many characters as before: the spans count them.
    text = "".join(letter if letter in "\n\t" else plain(letter) for letter in parsed["draft"]["text"])
    spans = {
        (tally["quote"]["start"], tally["quote"]["end"])
        for strike in parsed["draft"]["strikes"]
        for tally in strike["tallies"]
    }
    marked = Text(text)
    for start, end in spans:
        marked.stylize("bold reverse", start, end)
    if not screen.is_terminal:
        pieces, written = list[str](), 0
        # A phrase ends before the next one begins at the same place; nested phrases nest.
        for place, _, mark in sorted(
            [(end, 0, "]") for _, end in spans] + [(start, 1, "[") for start, _ in spans]
        ):
            pieces += text[written:place], mark
            written = place
        marked = Text("".join([*pieces, text[written:]]))
    screen.print(marked, soft_wrap=not screen.is_terminal)
