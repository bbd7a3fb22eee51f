"""Find a release's number, title and date in its first lines. The strikes are read elsewhere."""

import re
from datetime import date

from app.parsing.countries import PATTERN
from app.parsing.dates import release_date

NUMBER = re.compile(
    r"\bRelease\s?(?:No\.?|Number|#)\s?:?\s?#?\s?(\d{6,8}(?:[-\u2013]\d{1,3})?)\b|\bRelease\s?#\s?(\d{6,8}(?:-\d+)?)",
    re.IGNORECASE,
)
# A line that stands alone: a country, a set of strikes, a date, a release number.
HEADING = re.compile(
    rf"(?:(?:\d{{1,3}} )?(?:Air)?strikes? (?:in|across) {PATTERN}(?:(?:,| and|, and) {PATTERN})*"
    rf"|(?:[A-Z][\w\u2019' -]{{1,30}}, ?|In )?{PATTERN}"
    r"|(?:Additional|Earlier|Previous|Other|Recent|Previously Unreported|Late|More)(?: Recent)? (?:Air)?strikes?"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:[-\u2013,] ?(?:[A-Z][a-z]{2,8}\.? )?\d{1,2})?"
    r"(?: (?:and|to) [\w. ]{1,12})? (?:Air)?strikes?"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|Release ?#.{0,30}|FOR IMMEDIATE RELEASE|Share|Part of Operation .{0,40})[:.]?",
    re.IGNORECASE,
)
# Where a command or ministry sits and publishes, which is no place of strikes: "Stuttgart, Germany" on its own line.
_SEAT = re.compile(
    r"(?:Ankara|Brussels|Doral|Kelley Barracks|London|Mons|Naples|Ottawa|Paris|Ramstein|Stuttgart|Tampa|Washington)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"strikes?\b|coalition|military|operation|centcom|isil|isis|daesh", re.IGNORECASE)
_NOT_TITLE = re.compile(
    r"^(?:share|for immediate release|release ?#|press release|news\b|from a |by |homes?\b|an official)|[.]$|conducted",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]+")
_DATELINE = re.compile(
    r"(?:[A-Z][A-Za-z. ]{2,25}, ){1,2}[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4} ?[\u2013—-]|date \d{4}-\d\d-\d\d"
)
# What stands before the first sentence: a town and perhaps a date. Its date is not that of the strikes.
DATELINE = re.compile(
    rf"[A-Z][A-Z. ]{{2,30}}(?:, (?:(?i:{PATTERN})\b|[A-Z][A-Za-z.]{{1,15}})){{0,2}}"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})?(?: ?\([A-Za-z ]{2,20}\))? ?(?:[—\u2013]|--?) "
    rf"|[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'-]+){{0,3}}, (?i:{PATTERN})"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})?(?: ?\([A-Za-z ]{2,20}\))? ?(?:[—\u2013]|--?) "
    r"|(?:[A-Z][A-Za-z ]{2,20},? )?[A-Z][a-z]{2,8}\.? \d{1,2} ?\([A-Za-z ]{2,20}\) ?(?:[—\u2013]|--?) "
    r"|date \d{4}-\d\d-\d\d ",
)
MAX_DATE_LINE = 80
MAX_HEADING = 90
# The head of a release ends here at the latest.
MAX_HEAD = 2500
MAX_TITLE = 160


def is_heading(line: str) -> bool:
    """Tell whether a line stands alone. Reads: "Strikes in Syria", "Aug. 2-4 Strikes", "Orta, Iraq"."""
    return len(line) <= MAX_HEADING and HEADING.fullmatch(line) is not None and _SEAT.match(line) is None


def dateline_end(text: str, start: int, end: int) -> int:
    """Find where the first sentence of a block begins, behind "ORTA, Aug. 3, 2017 —"."""
    match = DATELINE.match(text, start, end)
    return match.end() if match else start


def release_number(text: str) -> str | None:
    """Find the publisher's number of the release, as written. Reads: "Release # 20230401-02"."""
    match = NUMBER.search(text, 0, MAX_HEAD)
    return (match[1] or match[2]) if match else None


def publication_date(text: str, body: int) -> date | None:
    """Find the first full date on a short line or in a dateline before `body`, where the strikes begin.

    A date inside a longer sentence is a date of something else. Reads: "November 4, 2015", "ORTA, Aug. 3, 2017 —".
    """
    for match in _LINE.finditer(text, 0, min(body, MAX_HEAD, len(text))):
        start, end = match.span()
        if end - start > MAX_DATE_LINE:
            dateline = _DATELINE.match(text, start, min(end, start + MAX_DATE_LINE))
            if dateline is None:
                continue
            end = dateline.end()
        found = release_date(text, start, end)
        if found:
            return found
    return None


def title(text: str, body: int) -> str | None:
    """Find the line before the strikes that looks like a title, or None."""
    for line in text[: min(body, MAX_HEAD)].splitlines()[:12]:
        stripped = line.strip()
        if not 12 <= len(stripped) <= MAX_TITLE or _NOT_TITLE.search(stripped) or HEADING.fullmatch(stripped):
            continue
        if _TITLE.search(stripped) and not stripped.startswith(("*", "-", "•", "—", "\u2013")):
            return stripped
    return None
