"""Datelines: publication date, and the start of the first sentence.

Reads: "Feb. 4, 2017" on a line of its own, "ORTA, Fla. - Feb. 4, 2024 - …", "Published 4 Feb 2017".
A day inside a sentence or a title is a day of something else, and "Updated" or "Archived" is not "Published".
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from app.parsing.country_mentions import PATTERN
from app.parsing.dates import full_days, has_year
from app.parsing.layout import OPENINGS, REPORTING, Block

# What stands before the first sentence: a town and perhaps a date. Its date is not that of the strikes.
_DATELINE = (
    rf"[A-Z][A-Z. ]{{2,30}}(?:, (?:(?i:{PATTERN})\b|[A-Z][A-Za-z.]{{1,15}})){{0,2}}"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})?(?: ?\([A-Za-z ]{2,20}\))? ?(?:[—\u2013]|--?) "
    rf"|[A-Z][\w\u2019'-]+(?: [A-Z][\w\u2019'-]+){{0,3}}, (?i:{PATTERN})"
    r"(?:, [A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})?(?: ?\([A-Za-z ]{2,20}\))? ?(?:[—\u2013]|--?) "
    r"|(?:[A-Z][A-Za-z ]{2,20},? )?[A-Z][a-z]{2,8}\.? \d{1,2} ?\([A-Za-z ]{2,20}\) ?(?:[—\u2013]|--?) "
    r"|date \d{4}-\d\d-\d\d "
)
_DASH = r"(?:[—\u2013]|--?)"
_STALE = re.compile(
    r"updated?|modified|changed|edited|revised|reviewed|accessed|viewed|capture[ds]?|(?:web )?archive[ds]?|wayback"
    r"|retrieved|printed|crawled|saved|snapshot|downloaded|scraped|cached|copyright|©|\bas of|expires?|effective",
    re.IGNORECASE,
)
_STALE_LINE = re.compile(
    rf"\W{{0,3}}(?:(?:this|the) (?:page|copy|version|article|document)[\w ,]{{0,40}}? |(?:web )?page |last |date )?"
    rf"(?:{_STALE.pattern})\b",
    re.IGNORECASE,
)
# What may stand right before the day of publication: at a line's start, or behind the name of what was published.
_PUBLISHED = re.compile(
    r"(?:(?:^|[|•·;,.(\[])[ ]*|\b(?:statement|release|report|article|page|text|story|summary|news|update)"
    r"(?: (?:was|were|is|has been))?(?: first| originally)? )"
    r"(?:(?:first|originally|date) )?"
    r"(?:published|posted|released|issued|(?:publication|release|issue) date|date of (?:publication|issue|release))"
    r"(?: online)?(?: by [\w. -]{2,40})?(?: on| at)?(?:[ ]*:)?[ ]*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]{0,2} )?$",
    re.IGNORECASE,
)
_LABEL_ALONE = re.compile(r"[\w ]{3,40}?:?", re.ASCII)
_SEPARATORS = re.compile(r"[|•·]")
# What else may stand before it: a town, a command, a lunar date, "Press Release", "Date:", "Release # 20170204-01".
_LUNAR = re.compile(r"[A-Z][A-Za-z'\u2019-]{2,12}(?: [A-Z][A-Za-z'\u2019-]{1,12})? \d{1,2}, 1[34]\d\d\b")
_NAME = r"(?:[A-Z][\w.'\u2019&-]*|of|and|de|the)"
_TOWN = re.compile(rf"{_NAME}(?:(?:,? {{1,12}}(?:[-—\u2013] {{1,12}})?|,){_NAME})*,?")
_LABELS = frozenset(
    """share news date dated for immediate release press media statement
    mon monday tue tues tuesday wed wednesday thu thurs thursday fri friday sat saturday sun sunday""".split(),
)
_NO_TOWN = re.compile(
    r"\b(?:near|in|on|at|from|for(?! immediate)|since|between|through|until|by|le|strikes?|airstrikes?|attacks?|raids?"
    r"|losses|summary|updates?|report|operations?|operational|overview|results?|information|briefing|targets?|hits?"
    r"|terrorists|isil|isis|daesh|military|coalition|killed|destroyed)\b",
    re.IGNORECASE,
)
_NUMBERED_RELEASE = re.compile(r"release[^\n]{0,20}?\d[\d \-\u2013—/]{3,16}", re.IGNORECASE)
# What may follow a day that stands on a line of its own, or in a dateline.
_BEHIND = re.compile(
    rf"[ ]*[)\]]?(?-i:, ?[A-Z][A-Za-z.]{{1,12}}| ?\([^()]{{1,40}}\))?[ ]*"
    rf"(?:(?P<dash>{_DASH})(?P<rest>.*)|[|•·].*|(?:published|posted)?[.:]?)"
    r"|,?[ ]*(?:at )?\d{1,2}:\d\d.{0,20}|[ ]*(?:press |news )?release\b.*|[ ]*(?:for )?immediate release.*",
    re.IGNORECASE | re.DOTALL,
)
# Characters of a block that are read.
MAX_LOOKAHEAD = 160
MAX_BEFORE = 80
MAX_BLOCKS = 40
MAX_HEAD = 2500


@cache
def _dateline_form() -> re.Pattern[str]:
    """Compile the form for the first text, not at import: it names each country twice."""
    return re.compile(_DATELINE)


def dateline_end(text: str, start: int, end: int) -> int:
    """Find where the first sentence of a block begins, behind "ORTA, Aug. 3, 2017 —"."""
    match = _dateline_form().match(text, start, end)
    if match:
        return match.end()
    line = _dateline(text, start, min(end, start + MAX_LOOKAHEAD))
    if line is None:
        return start
    behind = line[1]
    return end if behind is None else behind


def is_dateline(line: str) -> bool:
    """Tell a line that holds nothing but the day of publication or of capture. Reads: "Orta, 14 June 2011"."""
    days = full_days(line, 0, len(line))
    if not days:
        return False
    dateline = _dateline(line, 0, len(line))
    if dateline is not None and dateline[1] is None:
        return True
    return _STALE_LINE.match(line) is not None or _PUBLISHED.match(line[: days[0].start]) is not None


def publication_date(text: str, blocks: Sequence[Block]) -> date | None:
    """Find the day of publication in the head of a release, or None where it gives none.

    "Published" and the like come first, wherever they stand in the head, then the first dateline before the first
    sentence. Several lines of days with sentences between them are a diary, whose days are those of events.
    """
    if not has_year(text, 0, MAX_HEAD + MAX_LOOKAHEAD):
        return None
    dateline: date | None = None
    body = False
    label = ""
    for block in blocks[:MAX_BLOCKS]:
        if block.start > MAX_HEAD:
            break
        end = min(block.end, block.start + MAX_LOOKAHEAD)
        stated = _published(text, block.start, min(block.end, block.start + MAX_HEAD), label)
        if stated:
            return stated
        match = None if block.bullet or _STALE.search(label) else _dateline(text, block.start, end)
        if match and match[1] is None and body and dateline and match[0] > dateline:
            return None
        if match and dateline is None and not body:
            dateline = match[0]
        words = text[block.start : end]
        label = words if len(words) < MAX_BEFORE and _LABEL_ALONE.fullmatch(words) else ""
        body = body or block.bullet or (match is None and _is_statement(words, text[block.end - 1]))
    return dateline


def _is_statement(words: str, last: str) -> bool:
    """Whether a block is a sentence of the release itself, and no notice of the page that holds it."""
    if last not in ".:" or _STALE.search(words):
        return False
    return REPORTING.search(words) is not None or words.split(maxsplit=1)[0] in OPENINGS


def _published(text: str, start: int, end: int, label: str) -> date | None:
    """Find the day after "Published" or the like, on the same line or on the one before."""
    for day in full_days(text, start, end):
        before = text[max(start, day.start - MAX_BEFORE) : day.start]
        if not before.strip():
            before = label + " "
        if _PUBLISHED.search(before.lstrip() if day.start - start <= MAX_BEFORE else before):
            return day.first
    return None


def _dateline(text: str, start: int, end: int) -> tuple[date, int | None] | None:
    """Read the day of a dateline, and where the sentence behind it begins; None where it is the whole line."""
    for day in full_days(text, start, end):
        if day.start - start > MAX_BEFORE or day.first is None:
            return None
        before = _SEPARATORS.split(text[start : day.start])[-1]
        if _STALE.search(before):
            continue
        town = _NUMBERED_RELEASE.sub("", _LUNAR.sub("", before)).strip(" ,([-—\u2013:#*")
        named = any(word.strip(".,:").lower() not in _LABELS for word in town.split())
        if named and (not _TOWN.fullmatch(town) or _NO_TOWN.search(town)):
            return None
        match = _BEHIND.fullmatch(text, day.end, end)
        if match is None or _STALE.search(match.group()[:MAX_BEFORE]):
            return None
        if not match["dash"] or not match["rest"].strip():
            return day.first, None
        if not named and not re.match(r"[ ]*(?:press |news )?release", match["rest"], re.IGNORECASE):
            return None
        behind = match.start("rest")
        rest = match["rest"].strip()
        # "Orta - November 4, 2014 - National Defence": the name of who publishes is no sentence.
        whole = end - start < MAX_LOOKAHEAD and _TOWN.fullmatch(rest) is not None
        return day.first, None if whole else behind
    return None
