"""`strikeledger backup` and `restore`: copies of the whole database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import AsJson

if TYPE_CHECKING:
    from sqlalchemy import URL

    from app.db.engine import Database
    from app.ledger.head import Head
    from app.ledger.verify import Verdict

BACKUP_EPILOG = """\b
Example:
  strikeledger backup 2026-11-30.backup
"""

RESTORE_EPILOG = """\b
Example:
  STRIKELEDGER_DATABASE_URL=sqlite:///restored.db strikeledger restore 2026-11-30.backup
"""


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write a backup of everything, drafts and keys' hashes too, from one snapshot, while the server runs.

    An SQLite file, or an archive of pg_dump. Only its owner can read it.
    """
    from app.cli.database import opened
    from app.cli.output_file import written_beside
    from app.db.version import version_of
    from app.errors import UnusableDatabase
    from app.http.encoders import dumps

    if file.exists():
        raise typer.BadParameter(f"{file} exists; name a new file", param_hint="FILE")
    with opened(only_reads=True) as database:
        with database.reading() as session:
            # An earlier schema will do: a new version is installed, and not migrated to before there is a backup.
            if version_of(session) is None:
                raise UnusableDatabase("the database has no schema, so there is nothing to back up")
        with written_beside(file, replaces=False, is_private=True) as part:
            now = _copy(database, part)
            size = part.stat().st_size
    if as_json:
        typer.echo(dumps({"file": str(file), "bytes": size, "seq": now.seq, "hash": now.hash}).decode())
    else:
        typer.echo(f"Wrote {file}: {size:,} bytes. The head is {now.seq}:{now.hash}")


def _copy(database: "Database", part: Path) -> "Head":
    """Write a backup, and return where its ledger stands."""
    from sqlalchemy import text

    from app.cli.database import progress
    from app.db.backup import copy_sqlite, dump_postgresql
    from app.db.engine import Database
    from app.ledger.head import head

    with progress("Copying the database") as show:
        if not database.is_sqlite:
            with database.reading() as session:
                snapshot = str(session.execute(text("SELECT pg_export_snapshot()")).scalar_one())
                dump_postgresql(database.url, part, snapshot)
                return head(session)
        copy_sqlite(Path(str(database.url.database)), part, show)
    copy = Database(_url(part), immutable=True)
    try:
        with copy.reading() as session:
            return head(session)
    finally:
        copy.close()


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")], *, as_json: AsJson = False
) -> None:
    """Restore a backup into an empty place, bring its schema up, and verify it: all of it, or nothing is left.

    The place is the configured database: an SQLite file that does not exist or holds no table, or an empty
    database of PostgreSQL. Anything else is refused.
    """
    from sqlalchemy import make_url

    from app.cli.verify import show_verdict
    from app.db.backup import Kind, kind_of
    from app.errors import UnusableDatabase
    from app.settings import read_settings

    url = make_url(read_settings().database_url)
    kind = kind_of(file)
    if (kind is Kind.SQLITE) != (url.get_backend_name() == "sqlite"):
        names = {Kind.SQLITE: "SQLite", Kind.POSTGRESQL: "PostgreSQL"}
        raise UnusableDatabase(
            f"{file} is a backup of {names[kind]}, which the configured database is not; "
            "export and import lead from one to the other"
        )
    verdict = _restored_sqlite(file, url) if kind is Kind.SQLITE else _restored_postgresql(file, url)
    show_verdict(verdict, as_json=as_json)
    if verdict.fault:
        typer.echo("The backup is not sound; nothing was restored.", err=True)
        raise typer.Exit(1)


def _restored_sqlite(file: Path, url: "URL") -> "Verdict":
    from app.cli.database import progress
    from app.cli.output_file import written_beside
    from app.db.backup import copy_sqlite, is_occupied
    from app.db.sqlite import path_of
    from app.errors import UnusableDatabase

    path = path_of(url.database)
    logs = (Path(f"{path}{ending}") for ending in ("-wal", "-journal"))
    there = [log for log in logs if log.exists() and log.stat().st_size]
    if is_occupied(path) or there:
        raise UnusableDatabase(
            f"{[path, *there][-1]} exists: a backup is restored only where there is no database"
        )
    try:
        with written_beside(path, replaces=path.exists(), is_private=True) as part:
            with progress("Copying the backup") as show:
                copy_sqlite(file, part, show)
            try:
                return _sound(_url(part), file)
            finally:
                for ending in ("-wal", "-shm"):
                    Path(f"{part}{ending}").unlink(missing_ok=True)
    except _NotSoundError as error:
        return error.verdict


def _restored_postgresql(file: Path, url: "URL") -> "Verdict":
    from app.cli.database import opened, progress
    from app.db.backup import clear, is_empty, restore_postgresql
    from app.errors import UnusableDatabase

    with opened() as database:
        if not is_empty(database):
            raise UnusableDatabase(
                "the configured database is not empty: a backup is restored only into an empty one"
            )
        with progress("Restoring the backup"):
            restore_postgresql(url, file)
        try:
            return _sound(url.render_as_string(hide_password=False), file)
        except _NotSoundError as error:
            clear(database)
            return error.verdict
        except BaseException:
            clear(database)
            raise


class _NotSoundError(Exception):
    """What was restored does not verify."""

    def __init__(self, verdict: "Verdict") -> None:
        super().__init__(verdict)
        self.verdict = verdict


def _sound(url: str, file: Path) -> "Verdict":
    """Bring what was restored up to this version, and verify it. Raises _NotSoundError, and what migrations raise."""
    from app.cli.database import opened_at, prepare
    from app.cli.verify import verdict_on
    from app.db.version import version_of
    from app.errors import UnusableDatabase

    with opened_at(url) as database:
        with database.reading() as session:
            if version_of(session) is None:
                raise UnusableDatabase(f"{file} is no backup of strikeledger")
        prepare(database)
        with database.reading() as session:
            verdict = verdict_on(session)
    if verdict.fault:
        raise _NotSoundError(verdict)
    return verdict


def _url(path: Path) -> str:
    from sqlalchemy import URL

    return URL.create("sqlite", database=str(path)).render_as_string()
