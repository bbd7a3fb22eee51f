"""A small record with something of everything: repeats, open counts, no place, no tally, spans of days."""

import random
from datetime import date, timedelta

from sqlalchemy import func, select

from app.db.engine import Database
from app.keys.service import Scope
from app.keys.service import create as create_key
from app.models import Key
from app.record.report_in import ReportIn
from app.reports import service
from tests.factories import Body, make_report, make_strike, make_tally

PLACES = (
    ("SY", "Raqqa"),
    ("SY", "Palmyra"),
    ("SY", None),
    ("IQ", "Mosul"),
    ("IQ", "Tal Afar"),
    ("IQ", "Palmyra"),
)
CATEGORIES = (
    "vehicle",
    "tactical vehicle",
    "tank",
    "VBIED",
    "fighting position",
    "mortar system",
    "tunnel",
    None,
)
EFFECTS = ("destroyed", "damaged", "engaged", "suppressed")
# By the count, so that what is drawn stays the same.
WORDINGS = ("as the source has it", "some ISIL-held Vehicles", "destroyed, it's said", "TÁNK (damaged)")
# By the day, likewise.
OWNERS = {0: "coalition", 1: "Coalition", 2: "Iraqi Army"}
PRECISIONS = {0: "week", 1: "month", 2: "unknown"}
PUBLISHERS = ("cjtf-oir", "centcom", "ara-news")
FIRST_DAY = date(2016, 12, 1)
DAYS = 90


def fill(database: Database, reports: int = 40, seed: int = 7, retracted: int = 0) -> None:
    """Put `reports` random reports into a database, and retract the first `retracted` of them.

    The record is the same for the same seed, on either engine.
    """
    source = random.Random(seed)  # noqa: S311 - test data, not secrets
    with database.writing() as session:
        made = [
            service.create(session, ReportIn.model_validate(random_report(source)), None)
            for _ in range(reports)
        ]
        create_key(session, "record", [Scope.PUBLISH], None)
        key_id = session.execute(select(func.max(Key.id))).scalar_one()
        for report_id in made[:retracted]:
            service.retract(session, report_id, service.Correction(1, "Withdrawn.", key_id))


def random_report(source: random.Random) -> Body:
    """Make a report with up to four lines and, now and then, a coverage."""
    day = FIRST_DAY + timedelta(days=source.randrange(DAYS))
    lines = [random_line(source, day) for _ in range(source.randrange(5))]
    coverage = [
        {
            "country": source.choice(("SY", "IQ")),
            "date_from": str(day),
            "strikes": source.choice((0, 3, None)),
        }
    ]
    return make_report(
        *lines,
        publisher=source.choice(PUBLISHERS),
        published_on=str(day + timedelta(days=source.randrange(3))),
        coverage=coverage * source.randrange(2),
    )


def random_line(source: random.Random, day: date) -> Body:
    """Make a line of that day, or of some days from it on, with up to four tallies."""
    country, place = source.choice(PLACES)
    strikes = source.choice(
        ({"strikes": None}, {"strikes": source.randrange(9)}, {"strikes": None, "strikes_min": 2})
    )
    return make_strike(
        *(random_tally(source) for _ in range(source.randrange(5))),
        date_from=str(day),
        date_to=str(day + timedelta(days=source.choice((0, 0, 0, 6)))),
        date_precision=PRECISIONS.get(day.toordinal() % 7, "day"),
        country=country,
        location=place,
        engagements=source.choice((None, None, source.randrange(20))),
        owner=OWNERS.get(day.toordinal() % 11),
        **strikes,
    )


def random_tally(source: random.Random) -> Body:
    """Make a tally with an exact, an open or a ranged count."""
    least = source.randrange(20)
    most = source.choice((least, least, least + 3, None))
    return make_tally(
        None,
        effect=source.choice(EFFECTS),
        category=source.choice(CATEGORIES),
        count_min=least,
        count_max=most,
        approximate=least % 7 == 6,
        as_written=WORDINGS[least % len(WORDINGS)],
    )
