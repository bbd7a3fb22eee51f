"""`strikeledger sample`: load the sample of real reports into an empty database."""

import typer


def sample() -> None:
    """Load the sample of real reports. Does nothing where the database already holds reports."""
    from rich.progress import track

    from app.bulk import sample as shipped
    from app.cli.database import opened, prepare

    with opened(creates=True) as database:
        prepare(database)
        with database.writing() as session:
            if not shipped.is_empty(session):
                typer.echo("The database already holds reports; the sample was not loaded.")
                return
            reports = shipped.reports()
            shipped.load(session, track(reports, description="Loading the sample", transient=True))
    typer.echo(f"Loaded {len(reports)} reports.")
