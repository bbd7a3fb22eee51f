"""Preamble of a release: number, title, and standalone lines."""

import re
from collections.abc import Sequence
from functools import cache

from app.parsing.country_mentions import PATTERN
from app.parsing.datelines import is_dateline
from app.parsing.layout import MAX_TITLE, MIN_TITLE, MIN_TITLE_WORDS, REPORTING, UNFINISHED, Block

_DASH = r"[-\u2010-\u2015\u2212]"
_NAME = r"(?:(?:press|news|media)[ \t]?)?(?:releases?|statement|communiqu[e\u00e9]|bulletin|advisory)"
_MARK = r"(?:(?:no|nr|num|number|id)\b[ \t]?\.?|\u2116|#)"
# A second part behind a dash with spaces is one only where nothing is counted with it: "20240405 - 02".
_PART = (
    rf"(?:{_DASH}\d{{1,4}}|\s{{0,12}}{_DASH}\s{{0,12}}0\d{{1,2}}"
    rf"|\s{{0,12}}{_DASH}\s{{0,12}}\d{{1,3}}(?=[ \t]*(?:[\r\n|,;.)]|$)))"
)
_VALUE = (
    rf"(?:[A-Z]{{1,5}}(?:[ ]?{_DASH}[ ]?|[ ])?)?\d{{2,4}}(?:[ ]?{_DASH}[ ]?\d{{2,4}}){{1,3}}"
    rf"|\d{{1,4}}/\d{{2,4}}|\(\d{{4}}\)[ ]?\d{{1,4}}|\d{{6,8}}{_PART}?|[A-Z]{{1,4}}\d{{2,8}}"
)
_WEAK = r"[A-Z]{1,5}[ ]?\d{1,6}|\d{1,5}"
# A number that goes on is not cut: none is better than half of one, which may be another release's.
_NO_MORE = rf"(?![\w/]|[.,]\d|[ \t]{{0,3}}{_DASH}[ \t]{{0,3}}\d|[ \t]{{1,3}}\d{{1,3}}[ \t]*(?:[\r\n]|$))"
_NUMBER = re.compile(
    # "Release # 20230401-02", "RELEASE NUMBER: 20230401 - 02", "Release: 20230401", "Press Release No. 12".
    rf"\b{_NAME}\s{{0,12}}(?:{_MARK}\s{{0,12}}:?\s{{0,12}}\#?\s{{0,12}}(?P<marked>{_VALUE}|{_WEAK})"
    rf"|(?::|[ \t])\s{{0,12}}(?P<plain>{_VALUE})){_NO_MORE}"
    # A number on a line of its own: "No. 045-17", "NR 12/2016".
    rf"|(?:^|(?<=\n))[ \t]*(?:no|nr|pr)[ \t]?[.:]?[ \t]*(?P<alone>{_VALUE})[ \t]*(?=[\r\n]|$)",
    re.IGNORECASE,
)
# Behind a word like "in" or "of" stands the number of another release.
_OTHER = re.compile(r"(?:^|\s)(?!(?:press|news|media)\s*$)[a-z]+\s*$")
# A line that stands alone: a country, a set of strikes, a date, a release number.
_HEADING = (
    rf"(?:(?:\d{{1,3}} )?(?:Air)?strikes? (?:in|across) {PATTERN}(?:(?:,| and|, and) {PATTERN})*"
    rf"|(?:[A-Z][\w\u2019' -]{{1,30}}, ?|In )?{PATTERN}"
    r"|(?:Additional|Earlier|Previous|Other|Recent|Previously Unreported|Late|More)(?: Recent)? (?:Air)?strikes?"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:[-\u2013,] ?(?:[A-Z][a-z]{2,8}\.? )?\d{1,2})?"
    r"(?: (?:and|to) [\w. ]{1,12})? (?:Air)?strikes?"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|Release ?#.{0,30}|FOR IMMEDIATE RELEASE|Share|Part of Operation .{0,40})[:.]?"
)
# Where a command or ministry sits and publishes, which is no place of strikes: "Stuttgart, Germany" on its own line.
_SEAT = re.compile(
    r"(?:Ankara|Brussels|Doral|Kelley Barracks|London|Mons|Naples|Ottawa|Paris|Ramstein|Stuttgart|Tampa|Washington)\b",
    re.IGNORECASE,
)
# What a page puts around a release: no part of its text.
_LABEL = re.compile(
    r"(?:share|print|e-?mail|tweet|facebook|twitter|linkedin|home|menu|search|back(?: to top)?|skip to .*|news"
    r"|news (?:story|article|release)|(?:[\w.]+ ){0,3}press release|media (?:release|advisory)|press statement"
    r"|(?:for )?immediate release|feature|article|details|documents|contents|related content|-30-|-end-|###?"
    r"|(?:by|from|source|photo|image|picture|caption|credit|video|subject|contact|contacts|author|tags|location)\b ?:.*"
    r"|by (?-i:[A-Z]|the [A-Z]).*|photo by .*|(?:media|press) (?:enquiries|inquiries|contacts?)\b.*"
    r"|(?:tel|phone|fax|email|e-mail|date|time|to)\b ?[.:].*|[^.]{1,40} (?:>|»|::) .*|[^|]{1,60} \| .*"
    r"|.{0,60}\b(?:public affairs|press office|media relations|media cent(?:er|re)|press service)(?: office)?)[:.]?",
    re.IGNORECASE,
)
# The line of an agency above or below a title: "Orta News, Media Activity".
_AGENCY = re.compile(
    r"(?:[A-Z][\w.]*,? ){0,4}(?:News|Newsroom|(?:News|Press) (?:Agency|Service)|Media Activity)"
    r"(?:, [A-Z][\w., ]{1,50})?"
)
_TOPIC = re.compile(
    r"strikes?\b|coalition|military|operation|centcom|africom|southcom|\bisil\b|\bisis\b|daesh|command\b|\bforces?\b"
    r"|\bnato\b|\braf\b|air ?force|aircraft|\bjets?\b|\bnavy\b|\barmy\b|\blosses\b|\btargets?\b|\braids?\b|\bdrones?\b"
    r"|missiles?\b|\bvessels?\b|\bboats?\b|houthi|al-shabaab|al-qa\w+da|taliban|militants?|terrorists?|bomb|\bdestroys?\b"
    r"|\battacks?\b|\bhits?\b|\bintercepts?\b",
    re.IGNORECASE,
)
_NOT_TITLE = re.compile(
    r"^(?:share|for immediate release|release (?:#|n)|press release|news\b|from a |by |homes?\b|an official|near "
    r"|here |below |the following|this (?:is|page)|[“\"\u2018']|\(?\d{1,3}[.)]\s"
    r"|(?:in|on|at|of|during|between|since|after|from|with|while|when|as|also|additionally|these|those|they|it|there)\b)"
    r"|[.!?;,\u2026\u2013—-]$|[a-z]{4}[.!?] (?-i:[A-Z(])|\|.*\||\bphoto\b|courtesy|copyright",
    re.IGNORECASE,
)
# The name of who publishes stands above a title and is none.
_PUBLISHER = re.compile(
    r"(?:u\.?s\.? )?(?:central|africa|southern|european) command|(?:u\.?s\.? )?(?:air force|army|navy)\b.{0,40}"
    r"|(?:combined )?joint task force.{0,60}|operation [\w-]+(?: [\w-]+)?|headquarters\b.{0,60}"
    r"|.{0,40}general staff.{0,40}"
    r"|(?:ministry|department) of .{0,40}",
    re.IGNORECASE,
)
# A line that ends with a colon announces what follows; with one of these it is the title of a table or list.
_TABLE_TITLE = re.compile(r"\b(?:losses|summary|update|overview|results|report|information)\b", re.IGNORECASE)
MAX_HEADING = 90
# The head of a release ends here at the latest.
MAX_HEAD = 2500
MAX_TITLE_BLOCKS = 12


@cache
def _heading() -> re.Pattern[str]:
    """Compile the form for the first text, not at import: it names each country three times."""
    return re.compile(_HEADING, re.IGNORECASE)


def is_heading(line: str) -> bool:
    """Return whether a line stands alone. Reads: "Strikes in Syria", "Aug. 2-4 Strikes", "Orta, Iraq"."""
    return len(line) <= MAX_HEADING and _heading().fullmatch(line) is not None and _SEAT.match(line) is None


def stands_alone(line: str) -> bool:
    """Return whether a line is no part of the sentences around it: a heading, a date, a label of the page."""
    return is_heading(line) or _is_label(line) or is_dateline(line)


def _is_label(line: str) -> bool:
    number = _NUMBER.match(line)
    if _LABEL.fullmatch(line) or _AGENCY.fullmatch(line):
        return True
    return number is not None and len(line) - number.end() <= 2


def release_number(text: str) -> tuple[str, tuple[int, int]] | None:
    """Find the publisher's number of the release, in one spelling, and its characters; None where it gives none.

    The spelling is without spaces, with plain hyphens.

    Reads: "Release # 20230401-02", "Release Number 20230401 - 02".
    """
    for match in _NUMBER.finditer(text, 0, MAX_HEAD):
        if not _OTHER.search(text, max(0, match.start() - 40), match.start()):
            group = next(name for name in ("marked", "plain", "alone") if match[name])
            spelled = re.sub(
                rf"\s*{_DASH}\s*|(?<=\))\s+", lambda gap: "" if gap.group().isspace() else "-", match[group]
            )
            return spelled, match.span(group)
    return None


def title(text: str, blocks: Sequence[Block], body: int) -> str | None:
    """Find the title: whole, in the head before the strikes, which begin at `body`; None where there is none."""
    for index, block in enumerate(blocks[:MAX_TITLE_BLOCKS]):
        if block.start >= min(body, MAX_HEAD) or block.bullet:
            return None
        words = " ".join(text[block.start : min(block.end, block.start + 2 * MAX_TITLE)].split())
        if stands_alone(words):
            continue
        torn = (
            index + 1 < len(blocks)
            and text[blocks[index + 1].start].islower()
            and not blocks[index + 1].bullet
        )
        if _is_title(words) and not (torn and words[-1] != ":"):
            return words.removesuffix(":")
    return None


def _is_title(words: str) -> bool:
    """Tell a title from half a sentence, a table row and what a page puts around a text."""
    if not MIN_TITLE <= len(words) <= MAX_TITLE or len(words.split()) < MIN_TITLE_WORDS:
        return False
    if words[0].islower() or any(pattern.search(words) for pattern in (_NOT_TITLE, REPORTING)):
        return False
    if _PUBLISHER.fullmatch(words) or words.rsplit(maxsplit=1)[-1].lower() in UNFINISHED:
        return False
    return _TOPIC.search(words) is not None and (words[-1] != ":" or _TABLE_TITLE.search(words) is not None)
