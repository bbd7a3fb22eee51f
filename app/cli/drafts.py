"""Drafts from folders of releases, for `strikeledger import --parse`."""

from contextlib import suppress
from pathlib import Path

import typer

from app.cli.output import write_json


def save_drafts(folders: list[Path], publisher: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Save the texts of folders as drafts, and print what is left to review."""
    from app.bulk.outcome import Mode, NotApplied, Outcome
    from app.cli.database import opened, prepare, progress
    from app.releases.folder import Drafting

    paths = [path for folder in folders for path in _texts(folder)]
    reviews = []
    with opened(creates=True) as database:
        prepare(database)
        with suppress(NotApplied), progress("Reading releases") as show, database.writing() as session:
            drafting = Drafting(session, publisher)
            for number, path in enumerate(paths, 1):
                reviews.append(drafting.save(path, _text(path)))
                show(number, len(paths))
            if dry_run:
                raise NotApplied(Outcome(Mode.ALL))
    if as_json:
        write_json([review.document() for review in reviews])
        return
    for review in reviews:
        typer.echo(
            f"{review.file}: {review.outcome.replace('_', ' ')}"
            f"{f' as draft {review.draft}' if review.draft else ''}, {review.strikes} strike lines"
        )
        for place in review.to_review:
            where = f"line {place.line}: " if place.line else ""
            typer.echo(f"  {where}{place.detail} ({place.kind})")


def _texts(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise typer.BadParameter(f"{folder} is no folder", param_hint="FILE")
    paths = sorted(folder.glob("**/*.txt"))
    if not paths:
        raise typer.BadParameter(f"{folder} holds no *.txt", param_hint="FILE")
    return paths


def _text(path: Path) -> str:
    from app.errors import MalformedFile

    try:
        # Bytes, decoded here: text mode would change line ends, and every offset after them.
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedFile(f"{path} is not UTF-8 text") from None
