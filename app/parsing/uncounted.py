"""Uncounted numbers: days, hours, distances, names, ordinals and amounts.

One expression for each form, matched once in each sentence that holds a number which nothing else explains.
"""

import re
from collections.abc import Sequence
from functools import cache

from app.parsing.result import Role
from app.parsing.text import Token

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_NUMBER = (
    r"(?:(?<!\d)(?<!\d[,.])\d[\d,.]{0,30}"
    r"|half an?|an?|several|(?:a )?few|(?:a )?couple(?: of)?|(?:the )?(?:past|last|next|first)"
    r"|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight"
    r"|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|hundred|thousand))"
)
_RANGE = rf"{_NUMBER}(?:\s*(?:-|\u2013|to|or|and)\s*{_NUMBER})?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DAYS = rf"(?:\s*(?:[-\u2013\u2014&/,]|to|and|or|through|until)\s*{_DAY}(?!\d|[:.,]\d|\s+(?:air)?strikes?|%)){{0,6}}"

_FLAGS = {"": re.RegexFlag(0), "i": re.IGNORECASE, "im": re.IGNORECASE | re.MULTILINE}
_UNITS_OF_TIME = "(?:hours?|minutes?|seconds?|days?|nights?|weeks?|weekends?|months?|years?|decades?)"
_DESIGNATED = (
    "Route|Highway|Road|Street|Hill|Phase|Room|Task\\s+Force|Force|Group|Resolution|Article|Chapter|Operation|Division",
    "Brigade|Battalion|Regiment|Corps|Wing|Squadron|Sector|Zone|Point|Pier|Base|Camp|Block|Annex|Table|Page|Section",
    "Appendix|Note|Line|Station|Site|Area|Building|Checkpoint|Type|Mark|Mk|Level|Bridge|Typhoon|Tornado|Rafale|Gripen",
    "Reaper|Predator|Super|Mirage|Hornet|Grad|Shahed|Scud|Fateh|Qasef|Samad|Gerbera|Lancet|Kalibr|Hellfire|Paveway",
    "Day|Week",
)
_DATE_WORDS = (
    "and|to|in|on|at|as|is|was|were|has|have|had|when|the|by|for|with|of|after|before|through|until|campaign|season",
    "budget|report|that|which",
)

# What repeats inside a form is bounded: it may begin at each of very many numbers, and would be read to the end each
# time. Each form by its role and its alternatives, the first that holds a number wins; "i" ignores case, "m" means
# lines.
_FORMS: tuple[tuple[Role, str, tuple[str, ...]], ...] = (
    # Addresses and telephone numbers first: they hold anything.
    (
        Role.NAME,
        "i",
        (
            r"(?:https?://|www\.)\S{1,500}",
            r"(?<!\S)[^\s@]{1,80}@[^\s@]{1,80}",
            r"\(\d{3}\)\s*\d{3}[-. ]\d{4}",
            r"\b\d{3}[-.]\d{3}[-.]\d{4}\b",
            r"\+\d[\d\s().\u2013-]{6,24}\d",
            r"\b(?:tel|phone|telephone|fax|ext|dsn)\b\.?:?\s+[\d(][\d\s()/.\u2013-]{0,30}",
        ),
    ),
    (
        Role.RELEASE_NUMBER,
        "i",
        (
            (
                r"(?:\b(?:release|statement|update|report|serial|case|file|press|communiqu\w+)\s+)?"
                r"(?:\b(?:no|nr|num|number)\b\.?|#|\u2116)\s*:?\s*[\w/]{0,20}\d[\w/]*"
                r"(?:\s?[-\u2013\u2014]\s?\d{1,12}){0,6}"
            ),
            r"\b(?:19|20)\d{6}(?:\s?[-\u2013\u2014]\s?\d{1,3})?\b",
        ),
    ),
    (
        Role.DATE,
        "i",
        (
            rf"\b{_MONTH}\s+{_DAY}(?!\d){_DAYS}(?:,?\s+(?:19|20)\d\d\b)?",
            rf"\b{_DAY}{_DAYS}\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:19|20)\d\d\b)?",
            rf"\b{_MONTH},?\s+(?:19|20)\d\d\b",
            (
                r"\b(?:in|since|of|during|from|until|by|early|late|mid|before|after|year|FY)[\s-]+(?:19|20)\d\d\b"
                r"(?![,.]\d|\s+(?:air)?strikes?\b|\s+\w+s\b)"
            ),
        ),
    ),
    (
        Role.DATE,
        "",
        (
            r"\b\d{4}-\d\d?-\d\d?\b",
            r"\b\d\d?[./]\d\d?[./](?:\d\d){1,2}\b",
            r"\b\d{6}Z?\s+[A-Z]{3}\s+\d\d(?:\d\d)?\b",
            (
                r"(?<![\d.,])(?:19|20)\d\d(?:\s*[-\u2013/]\s*(?:\d\d){1,2})?s?\b(?![,.]\d)"
                rf"(?=\W*$|[.,;:)\]\u2014\u2013-]|\s+(?:[a-z]*(?:{'|'.join(_DATE_WORDS)})\b|[A-Z]))"
            ),
        ),
    ),
    (
        Role.TIME,
        "i",
        (
            r"\b\d{1,2}(?:[:.]\d\d)?\s*(?:a\.?m\b|p\.?m\b|noon|midnight|o'clock)\.?",
            r"\b\d{1,2}:\d\d(?::\d\d)?\b",
            r"\b(?:\d{4}|\d\d?[.:h]\d\d)\s*(?:hours\b|hrs?\b|Z\b|GMT|UTC|EST|EDT|local\b|L\b)|\b\d{4}Z\b",
            (
                rf"\b{_RANGE}[\s-]+(?:(?:consecutive|full|straight|more|different|separate|past|last|long|calendar"
                rf"|additional)[\s-]){{0,2}}{_UNITS_OF_TIME}\b"
            ),
        ),
    ),
    (
        Role.DISTANCE,
        "i",
        (
            (
                rf"\b{_RANGE}[\s-]*(?:nautical\s+|statute\s+)?"
                r"(?:km|kms|kilomet(?:er|re)s?|miles?|met(?:er|re)s?|feet|foot|ft|yards?|nm)\b"
            ),
        ),
    ),
    # Calibres and the weight in a name: "a 500-pound bomb".
    (
        Role.NAME,
        "i",
        (
            r"\b\d+(?:\.\d+)?\s*-?\s*(?:mm|millimet(?:er|re)s?|cal(?:iber|ibre)?)\b",
            r"\b\d[\d,.]{0,30}\s?-\s?(?:pound|pounder|lb|kg|kilo|kilogram|ton|tonne|kiloton)s?\b",
        ),
    ),
    (
        Role.AMOUNT,
        "i",
        (
            rf"\b{_NUMBER}\s*(?:%|per\s?cent\b|percent\b|percentage points?\b)",
            r"[$\u20ac\u00a3]\s?\d[\d,.]{0,30}(?:\s*(?:thousand|million|billion|m|bn)\b)?",
            rf"\b{_NUMBER}\s+(?:(?:thousand|million|billion)\s+)?(?:dollars|euros|pounds sterling)\b",
            (
                rf"\b{_NUMBER}\s*(?:(?:square|cubic|metric|short)\s+)?(?:pounds|lbs?|kilograms?|kilos?|kgs?|tons?"
                r"|tonnes?|grams?|ounces?|barrels|gallons?|lit(?:er|re)s?|hectares?|acres?|square\s+\w+)"
                r"(?=\s+(?:of|worth)\b|\W*$|[.,;])"
            ),
        ),
    ),
    (Role.ORDINAL, "im", (r"\b\d+(?:st|nd|rd|th)\b", r"^[ \t]*\(?\d{1,3}[.)](?=\s)")),
    # Names: F-16, MQ-9, GR4, T-72, 2S19, Task Force 51.
    (
        Role.NAME,
        "",
        (
            r"\b[A-Z][A-Za-z]{0,7}[-\u2011\u2013]?\d+[A-Za-z]*(?:[/-]\w+)?\b",
            r"\b\d+[A-Za-z]{1,3}\d+\w*\b",
            r"\b\d+[A-Z]+\b",
            rf"\b(?:{'|'.join(_DESIGNATED)})\s+(?:No\.?\s*|Nr\.?\s*)?\d+\b(?!\s+(?:strikes|airstrikes))",
        ),
    ),
    (Role.NAME, "i", (r"\bmultiple(?=[\s-]+(?:launch(?:er)?\s+|barrel(?:ed)?\s+)?rocket)",)),
)
_PRONOUN = re.compile(
    r"\b(?:no one|one another|one day|at one (?:time|point)|one side|one hand|on one occasion|as one|one such"
    r"|one of (?:the|its|his|her|their|our) (?:most|main|key|largest|biggest|last|first))\b",
    re.IGNORECASE,
)


@cache
def _forms() -> tuple[tuple[Role, re.Pattern[str]], ...]:
    """Compile the forms for the first text, not at import."""
    return tuple(
        (role, re.compile("|".join(alternatives), _FLAGS[flags])) for role, flags, alternatives in _FORMS
    )


class Uncounted:
    """The kinds of a sentence's numbers by their form, computed on first use."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._start, self._end = tokens[0].start, tokens[-1].end
        self._roles: list[Role | None] | None = None
        self._pronouns: list[tuple[int, int]] | None = None

    def role(self, start: int, end: int) -> Role | None:
        """Return what text[start:end] is by its form; None where no form holds it."""
        if self._roles is None:
            self._roles = self._by_character()
        first, last = self._roles[start - self._start], self._roles[end - 1 - self._start]
        return first if first is last else None

    def _by_character(self) -> list[Role | None]:
        """Return the role of each character; of two forms the earlier one in the list holds."""
        roles: list[Role | None] = [None] * (self._end - self._start)
        sentence = self._text[self._start : self._end]
        for role, form in reversed(_forms()):
            for match in form.finditer(sentence):
                roles[match.start() : match.end()] = [role] * (match.end() - match.start())
        return roles

    def pronoun(self, start: int, end: int) -> bool:
        """Whether "one" stands for nobody and nothing."""
        if self._text[start:end].lower() != "one":
            return False
        if self._pronouns is None:
            self._pronouns = [match.span() for match in _PRONOUN.finditer(self._text, self._start, self._end)]
        return any(first <= start and end <= last for first, last in self._pronouns)
