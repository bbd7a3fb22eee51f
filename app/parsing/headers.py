"""Header of a clause: its place, country, days and engagements.

What it inherits from its section is added in strike_lines.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from app.parsing.clauses import Clause, Sentence, Within
from app.parsing.dates import Dates
from app.parsing.mentions import Mention, engagements
from app.parsing.numerals import number
from app.parsing.place_mentions import Place, leading_name
from app.parsing.sentence_patterns import LATER

_DAYS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_ATTACKS = frozenset(
    """attacked attacking ambushed ambushing fired firing engaged engaging fighting shot shooting shelled shelling
    bombed killed wounded raided overran besieged""".split(),
)
# Behind these stands what a target was for, and where.
_PURPOSES = frozenset(
    """to that which who whom whose where prepared aimed threatening bound headed heading destined intended meant
    launched launching transiting targeting attacking toward towards from before after when""".split(),
)


def read_header(sentence: Sentence, clause: Clause, within: Within) -> None:
    """Fill in place, country, days and engagements: from before the first verb, else from behind it.

    Reads: "In Syria, two strikes near Vero", "On Aug. 3 near Orta, Iraq, a strike", "a tank by a strike near Vero".
    """
    head_end = next((verb.first for verb in clause.verbs if not verb.nominal), clause.end)
    own = [
        place
        for place in sentence.places
        if clause.first <= place.first < clause.end
        and not _of_others(sentence, clause, place, within)
        and not _of_targets(sentence, clause, place)
    ]
    head = [place for place in own if place.first < head_end]
    clause.place = _place(sentence, clause, own, head_end)
    if clause.place:
        clause.phrase = _phrase(sentence, clause.place)
    places = [place for place in own if place in head or place is clause.place or head_end == clause.end]
    _country(clause, _nearest(sentence, clause, places))
    if clause.countries == 0:
        _country(clause, [place for place in own if place not in head][:1])
    clause.dates = _dates(sentence, clause, head_end)
    clause.shift = _shift(sentence, clause)
    after = clause.mention.after if clause.mention else clause.first
    counted = engagements(sentence.tokens, after, clause.end) or engagements(
        sentence.tokens, clause.first, after
    )
    if counted and not _of_part(sentence, clause, counted[1][0]):
        clause.engagements, clause.engagements_span = counted


def _shift(sentence: Sentence, clause: Clause) -> int | None:
    """Return how many days after the strikes before it a clause was; None where it does not state it.

    Reads: "a day later, two strikes", "a strike the same day", "the previous day".
    """
    tokens = sentence.tokens
    if clause.dates and clause.dates.start >= tokens[clause.first].start:
        return None
    words = " ".join(token.low for token in tokens[clause.first : clause.end])
    match = LATER.search(words)
    if match is None:
        return None
    if match["same"]:
        return 0
    days = _DAYS.get(match["days"] or "a", 1)
    return -days if match["before"] or match["previous"] else days


def _of_part(sentence: Sentence, clause: Clause, start: int) -> bool:
    """Whether a number of engagements is that of a part. Reads: "17 strikes, nine of which, with 21 engagements"."""
    if clause.mention is None or clause.mention.elliptic:
        return False
    between = [token.low for token in sentence.tokens[clause.mention.after :] if token.start < start]
    return any(
        first == "of" and second in {"which", "whom", "them", "these", "those"}
        for first, second in pairwise(between)
    )


def _of_others(sentence: Sentence, clause: Clause, place: Place, within: Within) -> bool:
    """Tell a place of something else than the strikes.

    Reads: "24 strikes, 11 of them near Orta", "in support of troops who are fighting in Orta".
    """
    start = clause.mention.after if clause.mention else clause.verbs[0].after if clause.verbs else clause.end
    if place.phrase_first < start:
        return False
    before = [token.low for token in sentence.tokens[start : place.phrase_first]]
    if before[-1:] in (["them"], ["which"], ["those"]):
        return True
    counted = before and within.begin(place.phrase_first - 1) is None and number(before[-1]) is not None
    if counted:  # "25 strikes, including 12 near Orta"
        return True
    reported = clause.mention is None or any(
        clause.mention.after <= verb.first < place.phrase_first for verb in clause.verbs
    )
    return not reported and any(word in {"who", "where", "which", "whose"} for word in before)


def _of_targets(sentence: Sentence, clause: Clause, place: Place) -> bool:
    """Tell a place of what a target was for. Reads: "a missile prepared to launch against ships in the Gulf"."""
    verb = next((verb for verb in reversed(clause.verbs) if verb.after <= place.phrase_first), None)
    if verb is None:
        return False
    if verb.others:
        return True
    between = {token.low for token in sentence.tokens[verb.after : place.phrase_first]}
    # What fighters did near a place, they did where they were struck: "militants who attacked soldiers near Vero".
    if place.near and between & _ATTACKS and not between & (_PURPOSES - {"who", "that"}):
        return False
    return bool(between & _PURPOSES)


def _nearest(sentence: Sentence, clause: Clause, places: Sequence[Place]) -> Sequence[Place]:
    """Of two separate countries, select the first one after the number of strikes.

    Reads: "flew nine strikes in Syria and were joined by others in Iraq".
    """
    bare = [place for place in places if place.name is None]
    if clause.mention is None or clause.verbs or len({place.country for place in bare}) < 2:
        return places
    behind = [place for place in bare if place.phrase_first >= clause.mention.after]
    between = sentence.tokens[behind[0].after : behind[1].phrase_first] if len(behind) > 1 else []
    if not behind or (len(behind) > 1 and all(token.low in {"and", ",", "also"} for token in between)):
        return places
    return [place for place in places if place.name is not None or place is behind[0]]


def _place(sentence: Sentence, clause: Clause, own: Sequence[Place], head_end: int) -> Place | None:
    named = [place for place in own if place.name]
    head = [place for place in named if place.first < head_end]
    nearest = next((place for place in head if place.near), None) or next(iter(head), None)
    if nearest is None and clause.mention and clause.first == 0:
        nearest = _forgotten_near(sentence, clause.mention)
    return nearest or next((place for place in named if place.first >= head_end), None)


def _forgotten_near(sentence: Sentence, mention: Mention) -> Place | None:
    """Read "* Tal Vero, two strikes engaged a mortar team"."""
    index = 0
    while index < mention.first and not sentence.tokens[index].word[0].isalnum():
        index += 1
    return leading_name(sentence.tokens, sentence.text, index, mention.first)


def _country(clause: Clause, places: Sequence[Place]) -> None:
    """Take the country that the place or the header names; two countries name none."""
    if clause.place and clause.place.country:
        clause.country, clause.countries = clause.place.country, 1
        return
    bare = [place for place in places if place.name is None]
    named = {place.country for place in places if place.country}
    clause.countries = 2 if len(named) > 1 or any(place.country is None for place in bare) else len(named)
    clause.country = next(iter(named)) if clause.countries == 1 else None


def _phrase(sentence: Sentence, place: Place) -> str:
    """Take the words around a place. Reads: "southeast of Tal Vero", "in northwest Syria near Orta"."""
    first = place.phrase_first
    for other in sentence.places:
        if other.name is None and other.after == first:
            first = other.phrase_first
    start, end = sentence.tokens[first].start, sentence.tokens[max(place.phrase_after - 1, first)].end
    return " ".join(sentence.text[start:end].split())


def _dates(sentence: Sentence, clause: Clause, head_end: int) -> Dates | None:
    """Take the clause's own days: in its header, else behind its verbs, else at the sentence's start."""
    if not sentence.dates:
        return None
    tokens = sentence.tokens
    stop = tokens[clause.end - 1].end
    middle = tokens[head_end].start if head_end < len(tokens) else stop
    in_head = [dates for dates in sentence.dates if tokens[clause.first].start <= dates.start < middle]
    verbs, mentions = sentence.verbs[:1], sentence.mentions[:1]
    first = min([*(verb.first for verb in verbs), *(mention.first for mention in mentions)], default=0)
    leading = [dates for dates in sentence.dates if dates.start < tokens[first].start]
    if clause.mention and head_end == clause.end and len({dates.first for dates in in_head}) > 1:
        in_head = [_span(in_head)]
    behind = [dates for dates in sentence.dates if middle <= dates.start < stop]
    return next(iter(in_head or behind or leading), None)


def _span(mentions: Sequence[Dates]) -> Dates:
    """Return the days from the first to the last of several.

    Reads: "seven strikes, three on May 3 and four on May 5".
    """
    dated = [dates for dates in mentions if dates.first and dates.last]
    first, last = mentions[0], mentions[-1]
    if len(dated) < len(mentions):
        return replace(first, first=None, last=None, end=last.end)
    return replace(
        first,
        first=min(dates.first for dates in dated if dates.first),
        last=max(dates.last for dates in dated if dates.last),
        worked_out=any(dates.worked_out for dates in mentions),
        end=last.end,
        apart=(),
    )
