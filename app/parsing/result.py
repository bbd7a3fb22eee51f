"""Result types of the parser: release, lines, tallies, coverage, remarks.

All offsets are Unicode code points of the text as given. The other modules produce them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.vocabulary.effects import Effect

# Characters of the text that a message repeats; the longest phrase of a real release has 89.
MAX_REPEATED = 120


def shortened(phrase: str) -> str:
    """Return a phrase as a message repeats it: its beginning, where it is too long."""
    return phrase if len(phrase) <= MAX_REPEATED else f"{phrase[:MAX_REPEATED]}…"


@dataclass(frozen=True, slots=True)
class Count:
    """How many: what the words prove, and the most that they allow (None: unknown).

    An estimate ("about 20") proves no bound: it is both, and `approximate`.
    """

    minimum: int
    maximum: int | None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in the text that an analyst should check; `kind` is one word or words_joined."""

    start: int
    end: int
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class ParsedTally:
    """One effect on one category of target.

    `start`/`end` hold the number or number word, or the whole phrase where it has none.
    `verb` is the verb as written, in the past tense; `category` is the noun as written, singular.
    `owner` names an owner other than the enemy ("coalition", "partner"); None: not given.
    """

    effect: Effect
    verb: str
    category: str
    as_written: str
    count: Count
    start: int
    end: int
    phrase_start: int
    phrase_end: int
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One line of a release: a place, its days, how many strikes, and what they did.

    The publishers define a strike as one or more kinetic events in roughly the same place that produce a
    single, sometimes cumulative, effect; a line may stand for several. Null dates, country, place, strikes
    or engagements mean that the text does not give them. `date_worked_out` marks a date that was derived
    from "yesterday" or a weekday. `strikes_start`/`strikes_end` hold the number of strikes, `engagements_span`
    that of engagements, else None. `km` is how far from the place they were, `bearing` in which direction, in
    degrees from north; None where they were at it or near it.
    """

    start: int
    end: int
    date_from: date | None
    date_to: date | None
    date_worked_out: bool
    date_precision: str
    country: str | None
    place: str | None
    place_phrase: str | None
    strikes: Count | None
    strikes_start: int | None
    strikes_end: int | None
    engagements: int | None
    tallies: tuple[ParsedTally, ...]
    inconclusive: bool
    engagements_span: tuple[int, int] | None = None
    km: float | None = None
    bearing: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedCoverage:
    """A country and days that the release covers, with the totals that it claims; 0 is an explicit none.

    `strikes_span` and `engagements_span` hold the numbers, None where the text gives none.
    """

    country: str | None
    date_from: date | None
    date_to: date | None
    strikes: int | None
    engagements: int | None
    start: int
    end: int
    strikes_span: tuple[int, int] | None = None
    engagements_span: tuple[int, int] | None = None


class Role(StrEnum):
    """What a number of the text is: one field of the draft, no count at all, or something that a remark covers."""

    STRIKES = "strikes"
    ENGAGEMENTS = "engagements"
    TALLY = "tally"
    COVERAGE = "coverage"
    HEADLINE = "headline"
    DATE = "date"
    TIME = "time"
    RELEASE_NUMBER = "release_number"
    NAME = "name"
    ORDINAL = "ordinal"
    DISTANCE = "distance"
    AMOUNT = "amount"
    INCLUDED = "included"
    NOT_COUNTED = "not_counted"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Field:
    """Where a number stands in a release: a line, one of its tallies, or a total, by position; `name` is the field."""

    name: str
    line: int | None = None
    tally: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A number of the text and what became of it. `count` is None where its digits are not one number.

    `field` is None for what is no field of the draft.
    """

    start: int
    end: int
    count: Count | None
    role: Role
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class ParsedRelease:
    """All that was read in one release, what was not understood, and every number of the text in its order."""

    number: str | None
    title: str | None
    published_on: date | None
    lines: tuple[ParsedLine, ...]
    coverage: tuple[ParsedCoverage, ...]
    remarks: tuple[Remark, ...]
    numbers: tuple[ParsedNumber, ...] = ()
