"""Dates in a sentence, resolved against the release date.

Which line a date belongs to is decided in sentences.py and sections.py.
"""

import calendar
import contextlib
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.vocabulary.categories import match as match_category

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAMES = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
# A month is capitalised and ends its word: "12 separate units" holds no September, "2 mar" no March.
_MONTH = rf"(?:{_NAMES}|{_NAMES.upper()})(?![A-Za-z])\.?"
# "8 a.m." is no day.
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\w|:\d|,\d{3}|\.\d| ?[ap]\.?m\b)"
# A line break between two words, and the margin of the next line, leave several spaces.
_GAP = " {0,12}"
_YEAR = rf"(?:,?{_GAP}(?P<y%d>(?:19|20)\d\d)\b)?"
_TO = rf"{_GAP}(?:-|\u2013|—|to|through|and|until){_GAP}"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

# The longer form first, since the first alternative that matches wins.
DATE = re.compile(
    rf"\b(?P<m1>{_MONTH}){_GAP}(?P<d1>{_DAY}){_YEAR % 1}(?P<list>(?:,{_GAP}{_DAY})+(?=,?{_GAP}and ))?"
    rf"(?:,?(?P<sep>{_TO})(?:(?P<m2>{_MONTH}){_GAP})?(?P<d2>{_DAY})"
    rf"(?!{_GAP}(?:air)?strikes?\b|{_GAP}on {_MONTH}){_YEAR % 2})?"
    rf"|\b(?P<list3>(?:{_DAY},{_GAP}){{1,6}})?(?P<d3>{_DAY})(?:{_TO}(?P<d4>{_DAY}))?"
    rf"{_GAP}(?:of{_GAP})?(?P<m3>{_MONTH}){_YEAR % 3}"
    rf"(?:{_TO}(?P<d5>{_DAY}){_GAP}(?P<m5>{_MONTH}){_YEAR % 5})?"
    # A military date-time group: "041200Z FEB 17".
    rf"|\b(?P<d7>\d\d)[0-2]\d[0-5]\d[A-Z]?{_GAP}(?P<m7>{_MONTH}){_GAP}(?P<y7>(?:20)?\d\d)\b"
    rf"|\b(?:[Ii]n|[Dd]uring){_GAP}(?P<month>{_MONTH})(?:,?{_GAP}(?P<y6>(?:19|20)\d\d)\b)?(?!{_GAP}\d)"
    r"|\b(?P<iso>20\d\d-\d\d-\d\d)\b"
    r"|(?<![\d./-])(?P<numeric>\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)(?:19|20)\d\d)(?![\d/-]|\.\d)"
    r"|\b(?P<yesterday>[Yy]esterday)\b(?!['\u2019]s)"
    rf"|\b(?P<weekday>{'|'.join(day.title() for day in _WEEKDAYS)})\b"
    rf"|\b(?:last|past){_GAP}(?P<days>two|three|four|five|six|seven|[2-9]){_GAP}days\b",
)
# What stands between two days of one span: "and", "to", "through 8 a.m.,".
_JOINING = re.compile(
    r"[ ,]*(?:and|to|through|until|-|\u2013)(?: \d{1,2}(?::\d\d)? ?[ap]\.?m\.?)?(?:,? local time)?(?:,? on)?[ ,]*"
)
# Where nothing of this occurs, the long expression need not run.
HINT = re.compile(rf"\d|day|(?:in|during){_GAP}{_MONTH}", re.IGNORECASE)
_WITH_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)|\d{6}[A-Z]?\s")
# Days are derived only against a release date that leaves room for them.
EARLIEST = date(1900, 1, 1)
DAYS_OF_A_WEEK = 7
# Characters of a noun behind a number.
MAX_NOUN = 60


@dataclass(frozen=True, slots=True)
class Dates:
    """A span of days in the text, `start`..`end`, with a flag when it had to be derived.

    `apart` holds the single days of a list that does not run through ("May 3 and 5").
    """

    first: date | None
    last: date | None
    worked_out: bool
    start: int
    end: int
    apart: tuple[date, ...] = ()

    @property
    def precision(self) -> str:
        """Day, week (up to seven days), month (longer) or unknown."""
        if self.first is None or self.last is None:
            return "unknown"
        days = (self.last - self.first).days + 1
        return "day" if days == 1 else "week" if days <= DAYS_OF_A_WEEK else "month"


def find_dates(text: str, start: int, end: int, published_on: date | None) -> list[Dates]:
    """All dates of text[start:end]. Reads: "On Aug. 3", "March 9-15", "4 February, 2017", "yesterday".

    A month and day without a year take the last such day up to the release date; without a release date
    they stay unknown.
    """
    if not HINT.search(text, start, end):
        return []
    spans = []
    for match in DATE.finditer(text, start, end):
        if match["sep"] and match["sep"].strip() == "and" and not match["m2"] and _counts(text, match.end()):
            # "on May 7 and 20 huts were hit": the second number counts.
            alone = DATE.match(text, match.start(), match.start("sep"))
            if alone:
                spans.append(_settle(alone, published_on))
                continue
        spans.append(_listed(match, _settle(match, published_on), text))
    return spans


def _counts(text: str, end: int) -> bool:
    """Whether a target stands behind a number, which then is no day."""
    words = text[end : end + MAX_NOUN].split()[:4]
    first = words[0].partition("-")[0] if words else ""
    if not (first[:1].isalpha() and (first.islower() or first.isupper())):
        return False
    return any(match_category(" ".join(words[:stop]).rstrip(".,;")) for stop in range(len(words), 0, -1))


def _listed(match: re.Match[str], dates: Dates, text: str) -> Dates:
    """Tell "May 3 and 5" from "between May 3 and 5"."""
    if dates.first is None or dates.last is None or not match["sep"] or match["sep"].strip() != "and":
        return dates
    if text[max(0, match.start() - 8) : match.start()].lower().endswith("between "):
        return dates
    days = {dates.first, dates.last}
    for day in re.findall(r"\d+", match["list"] or ""):
        with contextlib.suppress(ValueError):
            days.add(dates.first.replace(day=int(day)))
    if len(days) == (dates.last - dates.first).days + 1:
        return dates
    return replace(dates, apart=tuple(sorted(days)))


def join_dates(spans: list[Dates], text: str) -> list[Dates]:
    """Make one span of two dates with "and" between. Reads: "between Dec. 4 and yesterday"."""
    joined: list[Dates] = []
    for dates in spans:
        before = joined[-1] if joined else None
        joint = _JOINING.fullmatch(text, before.end, dates.start) if before else None
        # "on May 3, and on May 4 two strikes" are days of two clauses.
        apart = joint is not None and re.search(r"\band\b.*\bon\b", joint.group()) is not None
        if before and joint and not apart and _in_order(before, dates):
            joined[-1] = Dates(
                before.first, dates.last, before.worked_out or dates.worked_out, before.start, dates.end
            )
        elif before and _is_weekday_of(before, dates, text):
            joined[-1] = Dates(dates.first, dates.last, dates.worked_out, before.start, dates.end)
        else:
            joined.append(dates)
    return joined


def _in_order(before: Dates, after: Dates) -> bool:
    return before.first is None or after.last is None or before.first <= after.last


def _is_weekday_of(before: Dates, dates: Dates, text: str) -> bool:
    """Read "Thursday, Dec. 15", where the date settles the weekday."""
    gap = text[before.end : dates.start].strip(" ,")
    return gap in {"", "the"} and text[before.start : before.end].lower() in _WEEKDAYS


def has_year(text: str, start: int, end: int) -> bool:
    """Tell quickly whether text[start:end] can hold a day with its year."""
    return _WITH_YEAR.search(text, start, end) is not None


def full_days(text: str, start: int, end: int) -> list[Dates]:
    """All single days of text[start:end] that are given in full, year included. Reads: "4 Feb 2017", "FEB. 4, 2017"."""
    if not has_year(text, start, end):
        return []
    matches = DATE.finditer(text, start, end)
    settled = [_settle(match, None) for match in matches if _is_full(match)]
    return [dates for dates in settled if dates.first is not None and dates.first == dates.last]


def _is_full(match: re.Match[str]) -> bool:
    return bool(match["iso"] or match["numeric"] or match["y7"] or _years(match)[0])


def _years(match: re.Match[str]) -> tuple[int | None, int | None]:
    """Take the first and the last year of a match; the year of a span's end holds for its start as well."""
    numbers = [int(match[name]) for name in ("y1", "y2", "y3", "y5") if match[name]]
    return (numbers[0], numbers[-1]) if numbers else (None, None)


def _settle(match: re.Match[str], published_on: date | None) -> Dates:
    start, end = match.span()
    if match["iso"]:
        try:
            day = date.fromisoformat(match["iso"])
        except ValueError:
            return Dates(None, None, False, start, end)  # noqa: FBT003 - not derived
        return Dates(day, day, worked_out=False, start=start, end=end)
    if match["numeric"]:
        only = _numeric(match["numeric"])
        return Dates(only, only, worked_out=False, start=start, end=end)
    if match["yesterday"] or match["weekday"] or match["days"]:
        first, last = _relative(match, published_on)
        return Dates(first, last, worked_out=True, start=start, end=end)
    if match["y7"]:
        first = last = _day(match["m7"], match["d7"], 2000 + int(match["y7"][-2:]), None)
    elif match["month"]:
        first, last = _whole_month(match, published_on)
    else:
        first, last = _calendar(match, published_on)
    return Dates(first, last, worked_out=False, start=start, end=end)


def _numeric(written: str) -> date | None:
    """Read "21.11.2022" and "11/21/2022"; "04/02/2017" can be either of two days, and is neither."""
    first, second, year = (int(part) for part in re.split(r"[./-]", written))
    days = set()
    for month, day in ((first, second), (second, first)):
        with contextlib.suppress(ValueError):
            days.add(date(year, month, day))
    return days.pop() if len(days) == 1 else None


def _relative(match: re.Match[str], published_on: date | None) -> tuple[date | None, date | None]:
    if published_on is None or published_on < EARLIEST:
        return None, None
    if match["yesterday"]:
        day = published_on - timedelta(days=1)
        return day, day
    if match["weekday"]:
        back = (published_on.weekday() - _WEEKDAYS.index(match["weekday"].lower())) % 7
        day = published_on - timedelta(days=back)
        return day, day
    days = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}.get(match["days"].lower())
    days = days or int(match["days"])
    return published_on - timedelta(days=days), published_on - timedelta(days=1)


def _whole_month(match: re.Match[str], published_on: date | None) -> tuple[date | None, date | None]:
    """Settle the first and last day of a month that is named without a day. Reads: "in June", "during May 2019"."""
    year = int(match["y6"]) if match["y6"] else None
    first = _day(match["month"], "1", year, published_on)
    if first is None:
        return None, None
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _calendar(match: re.Match[str], published_on: date | None) -> tuple[date | None, date | None]:
    first_year, last_year = _years(match)
    if match["m1"]:
        month, day = match["m1"], match["d1"]
        to_month, to_day = match["m2"] or month, match["d2"] or day
    else:
        day, month = (match["list3"] or match["d3"]).split(",")[0], match["m3"]
        to_day, to_month = match["d5"] or match["d4"] or match["d3"], match["m5"] or month
    if match["m1"] and not match["m2"] and match["d2"] and _number(to_day) < _number(day):
        return None, None  # "March 12-9" is a slip that leaves the days open.
    last = _day(to_month, to_day, last_year, published_on)
    first = _day(month, day, first_year, last or published_on)
    if first and last and first > last and first_year == last_year:
        first = _day(month, day, None, last)
    if first and last and first > last:
        return None, None
    return first, last


def _number(day: str) -> int:
    return int("".join(character for character in day if character.isdigit()))


def _day(month: str, day: str, year: int | None, not_after: date | None) -> date | None:
    """Settle that day of the year given, or of the last year in which it is not after `not_after`."""
    number = _MONTHS.index(month[:3].lower()) + 1
    in_month = _number(day)
    years = [year] if year else [] if not_after is None else [not_after.year, not_after.year - 1]
    for candidate in years:
        try:
            settled = date(candidate, number, in_month)
        except ValueError:
            continue
        if year or not_after is None or settled <= not_after:
            return settled
    return None
