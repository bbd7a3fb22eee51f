"""`strikeledger migrate`: bring the schema up, and add the vocabularies that come with the product."""

import typer


def migrate() -> None:
    """Create the database or bring it up to this version. Safe to run at any time, and twice."""
    from app.cli.database import opened, prepare

    with opened() as database:
        prepare(database)
    typer.echo("The database is up to date.")
