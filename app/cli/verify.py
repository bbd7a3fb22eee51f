"""`strikeledger verify`: proof that the record is unchanged."""

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import AsJson, write_json

if TYPE_CHECKING:
    from app.db.engine import Database, ReadSession
    from app.ledger.verify import SavedHead, Verdict

EPILOG = """\b
Example:
  strikeledger verify --head "$(cat head.txt)" || mail -s "The record was changed" desk
"""


def verify(
    *,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="SEQ:HASH",
            help="A head saved earlier, from here or GET /v1/ledger. Shows entries cut off or written anew.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the ledger and every row of the record. Reads only; exits 1 at the first bad number.

    With --json: `{"entries": 535, "hash": …, "fault": null}`, or a fault `{"seq": …, "what": …}`.
    """
    from app.cli.database import opened
    from app.ledger.verify import parse_head

    saved = parse_head(head) if head is not None else None
    if head is not None and saved is None:
        raise typer.BadParameter(
            "a head is SEQ:HASH, such as 42 and 64 hexadecimal digits", param_hint="--head"
        )
    with opened(only_reads=True) as database:
        verdict = _checked(database, saved)
    show_verdict(verdict, as_json=as_json)
    if verdict.fault:
        raise typer.Exit(1)


def _checked(database: "Database", saved: "SavedHead | None") -> "Verdict":
    from app.columnar.mapped_files import files_of
    from app.columnar.store import matches_rows
    from app.db.version import refuse_other
    from app.ledger import verify
    from app.settings import read_settings

    with database.reading() as session:
        refuse_other(session.held)
        verdict = verdict_on(session, saved)
        settings = read_settings()
        files = files_of(settings.database_url, settings.cache_dir)
        if verdict.fault is None and files is not None and not matches_rows(files, session):
            what = f"the column files in {files.folder} do not hold what the rows say; remove them"
            return verify.Verdict(0, "", verify.Fault(verdict.entries, what))
        return verdict


def verdict_on(session: "ReadSession", saved: "SavedHead | None" = None) -> "Verdict":
    """Check the record of a session, and show on stderr how much of it is done."""
    from app.catalogue.ledger_entries import rebuilt_vocabularies
    from app.cli.database import progress
    from app.ledger import verify
    from app.reports.ledger_check import stored_contents
    from app.reports.line_index import index_faults

    with progress("Checking the record") as show:
        sources = verify.Sources(stored_contents, rebuilt_vocabularies, index_faults)
        return verify.verify(session, sources, saved, show)


def show_verdict(verdict: "Verdict", *, as_json: bool) -> None:
    """Print what became of a check."""
    fault = verdict.fault
    if as_json:
        fault_document = {"seq": fault.seq, "what": fault.what} if fault else None
        body = {"entries": verdict.entries, "hash": verdict.hash or None, "fault": fault_document}
        write_json(body)
    elif fault:
        typer.echo(f"The record does not hold at {fault.seq}: {fault.what}.")
    elif verdict.entries:
        typer.echo(f"All {verdict.entries:,} entries hold. The head is {verdict.entries}:{verdict.hash}")
    else:
        typer.echo("The ledger holds no entry.")
