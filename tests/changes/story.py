"""A record with every kind of entry: published, revised, retracted and vocabulary, under known numbers."""

from sqlalchemy import func, select

from app.catalogue import service as catalogue
from app.catalogue.recording import LOCATIONS
from app.db.engine import Database, WriteSession
from app.keys.service import Scope
from app.keys.service import create as create_key
from app.models import Key, Strike
from app.record.report_in import ReportIn
from app.reports import service
from app.reports.service import Correction
from tests import record
from tests.factories import Body, make_report, make_strike, make_tally

# What `tell` records, on a database that holds the shipped vocabularies as entry 1.
SEEDED = 1
FIRST_FILL = range(2, 14)
PUBLISHED = 14
REPEATED = 15
REVISED = 16
RETRACTED = 17
MERGED = 18
HEAD = 30

# The id of the report that is published at PUBLISHED and revised at REVISED.
REPORT = 13

TEXT = "Near Raqqa, two strikes destroyed a vehicle. Near Mosul, one strike destroyed a tank."


def tell(database: Database) -> None:
    """Record the story."""
    record.fill(database, reports=len(FIRST_FILL))
    with database.writing() as session:
        key_id = writer(session)
        number = service.create(session, _report(title="Harmless"), None)
        repeat = make_strike(make_tally(3), same_as=f"s{_last_line(session)}")
        other = service.create(
            session, ReportIn.model_validate(make_report(repeat, publisher="centcom")), None
        )
        revised = _report(
            title="Harmful", strikes=[_line(45, 85, "Mosul", "IQ"), _line(0, 44, "Raqqa", strikes=2)]
        )
        service.revise(session, number, revised, Correction(1, "two strikes", key_id))
        service.retract(session, other, Correction(1, "told before", key_id))
        catalogue.merge(session, LOCATIONS, "palmyra", "raqqa")
    record.fill(database, reports=HEAD - MERGED, seed=8)


def writer(session: WriteSession) -> int:
    """Make a key that may correct, and return its row's id."""
    create_key(session, "story", [Scope.PUBLISH], None)
    return session.execute(select(func.max(Key.id))).scalar_one()


def _report(**fields: object) -> ReportIn:
    lines = [_line(0, 44, "Raqqa"), _line(45, 85, "Mosul", "IQ")]
    return ReportIn.model_validate(
        make_report(*lines, number="20170302-01", text=TEXT, headline={"strikes": 3}) | fields
    )


def _line(start: int, end: int, place: str, country: str = "SY", strikes: int = 1) -> Body:
    return make_strike(
        make_tally(1), location=place, country=country, strikes=strikes, quote={"start": start, "end": end}
    )


def _last_line(session: WriteSession) -> int:
    return session.execute(select(func.max(Strike.id))).scalar_one()
