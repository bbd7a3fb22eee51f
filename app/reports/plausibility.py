"""Plausibility warnings about a report; never a reason to refuse it."""

from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import BigInteger, String, bindparam, select

from app.db.statements import Prepared, Snapshot
from app.models import Report
from app.record.ledger_content import Resolved
from app.record.report_in import TallyIn
from app.reports.worded_bounds import bounds_in_words
from app.vocabulary.identifiers import REPORT, public_id
from app.vocabulary.lookalikes import number_key
from app.vocabulary.number_spellings import number_parts, number_spellings

# A warning as `WarningOut` describes it.
Warned = dict[str, str]

_OF_NUMBERS = Prepared(
    select(Report.id, Report.number)
    .where(
        Report.publisher_id.in_(bindparam("publisher_ids", expanding=True)),
        Report.number.in_(bindparam("numbers", type_=String(), expanding=True)),
        Report.id != bindparam("own", type_=BigInteger()),
    )
    .order_by(Report.id)
)


def content_warnings(resolved: Resolved) -> list[Warned]:
    """Return the warnings that depend on nothing but the report and the vocabulary, line by line."""
    report = resolved.report
    warnings: list[Warned] = []
    for index, (strike, location) in enumerate(zip(report.strikes, resolved.locations, strict=True)):
        days = strike.date_from, strike.last_day
        warnings += day_warnings(index, days, strike.date_precision, report.published_on)
        if location is not None:
            warnings += country_warnings(index, strike.country, location.slug, location.country)
        for position, tally in enumerate(strike.tallies):
            warnings += _count_warnings(f"/strikes/{index}/tallies/{position}", tally)
    return warnings


def day_warnings(
    index: int, days: tuple[date | None, date | None], precision: str, published_on: date | None
) -> Iterator[Warned]:
    """Warn of a line on a day after its report's publication. Unknown days are None.

    A line of a whole week or month may end later than its report was published.
    """
    first, last = days
    if published_on is None or first is None:
        return
    if first > published_on:
        name, day = "date_from", first
    elif last is not None and last > published_on and precision == "day":
        name, day = "date_to", last
    else:
        return
    yield _warned(
        "after-publication",
        f"/strikes/{index}/{name}",
        f"{day} is after published_on, {published_on}: a report covers earlier days",
    )


def country_warnings(
    index: int, country: str | None, location: str, country_of_location: str
) -> Iterator[Warned]:
    """Warn of a line whose country is not the one in which its place lies; `location` is the place's slug."""
    if country is not None and country != country_of_location:
        detail = f"'{location}' is in {country_of_location}, not in {country}"
        yield _warned("country-of-place", f"/strikes/{index}/country", detail)


def number_warnings(
    session: Snapshot, number: str | None, publisher_ids: Collection[int], own: int = 0
) -> Iterator[Warned]:
    """Warn of reports of the same publisher whose number is the same but for its spelling.

    `own` is the report's row, where it has one.
    """
    if number is None or not publisher_ids:
        return
    numbers = sorted(number_spellings(number))
    # Each length of a list is a statement of its own to be compiled: it is padded to a multiple of 64.
    numbers += numbers[-1:] * (-len(numbers) % 64)
    values = {"publisher_ids": sorted(publisher_ids), "numbers": numbers, "own": own}
    key, parts = number_key(number), number_parts(number)
    for report_id, other in session.rows(_OF_NUMBERS, values):
        path = f"/v1/reports/{public_id(REPORT, report_id)}"
        if other == key:
            detail = f"this publisher's report {path} has this number"
        elif number_parts(other) == parts:
            detail = f"this publisher's report {path} has the number '{other}', which may be the same"
        else:
            continue
        yield _warned("number-spelling", "/number", detail)


def _count_warnings(where: str, tally: TallyIn) -> Iterator[Warned]:
    words = None if tally.as_written is None else bounds_in_words(tally.as_written)
    if words is None:
        return
    least, most = tally.least, tally.most
    if (most is None or most >= words.least) and (words.most is None or least <= words.most):
        return
    name = "count" if tally.count is not None else "count_min"
    detail = f"as_written gives {_bounds(words.least, words.most)}, but the count is {_bounds(least, most)}"
    yield _warned("count-against-words", f"{where}/{name}", detail)


def _bounds(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"


def _warned(code: str, pointer: str, detail: str) -> Warned:
    return {"code": code, "pointer": pointer, "detail": detail}
