"""Place mentions in a sentence: "near P", "southeast of P", "in Syria".

A place is returned as spelt, without a gazetteer. Which strike it belongs to: see sentences.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.parsing.country_mentions import (
    MAX_DESCRIPTION,
    SETTLEMENTS,
    Named,
    adjective_at,
    countries_in,
    country_at,
    described_country,
    is_holder,
    land_at,
    skip_description,
    skip_holder,
)
from app.parsing.distances import distance_before
from app.parsing.text import Token
from app.vocabulary.effects import VERBS

_DIRECTIONS = (
    frozenset(
        f"{first}{second}"
        for first in ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
        for second in ("", "ern")
    )
    | frozenset(
        f"{first}-{second}{third}"
        for first in ("north", "south", "east", "west")
        for second in ("north", "south")
        for third in ("east", "west")
    )
    | frozenset("north-east north-west south-east south-west central outskirts town city vicinity".split())
)
# Lower-case particles that begin or join a place name.
_PARTICLES = frozenset("al ar as az ad at an ash tal abu ayn el deir dayr de ez es ed er ath".split())
_JOINERS = frozenset("al ar az as el de the".split())
_NEAR = frozenset({"near", "around", "outside"})
_WITHIN = frozenset({"in", "across", "inside", "at", "within"})
_ACCOUNTING = frozenset({"accounted", "saw", "for"})
# A place stands behind one of these, or opens its sentence.
_BEFORE_PLACES = _NEAR | _WITHIN | _ACCOUNTING | {"to", "of", "from", "on"}
# Capitalised words that begin no place.
_NOT_PLACES = frozenset(
    """isil isis daesh islamic coalition u.s u.s. us american iraqi syrian kurdish peshmerga sdf isf operation combined
    on in near the a an cjtf-oir centcom vbied vbieds ied ieds monday tuesday wednesday thursday friday saturday
    sunday jan january feb february mar march apr april may jun june jul july aug august sep sept september
    oct october nov november dec december uav uas khorasan government""".split(),
)
_OPENINGS = frozenset(
    "also meanwhile moreover however overall later then today yesterday furthermore".split()
)
# Words whose name goes on with a country's: "Lake Chad", "New Jersey".
_BEFORE_COUNTRIES = frozenset("lake river new mount port camp fort san wadi jebel jabal tal tel tell".split())
_TAILS = frozenset(
    "dam airfield airport province mountain mountains river valley lake island refinery".split()
)
_AFTER_OPENING = frozenset({":", "-", "--", "\u2014", "\u2013"})
_BEFORE_NAMES = frozenset(
    {"neighboring", "neighbouring", "nearby", "the", "town", "city", "village", "of", "near"}
)
_AIRCRAFT = frozenset(
    """aircraft jets drones warplanes planes forces bombers fighters helicopters typhoons tornados tornadoes reapers
    rafales hornets f-16s""".split(),
)
_AFTER_LIST = frozenset({*VERBS, "was", "were", "on", "in", "yesterday", "today"})
# A name that nobody capitalised holds none of these.
_NOT_IN_NAMES = (
    frozenset(
        "a an the which that where including such several border frontier front five six two three four".split(),
    )
    | SETTLEMENTS
)
MAX_NAME_WORDS = 7
# Words of a country's name: "the United Arab Emirates".
MAX_COUNTRY = 5
# Tokens of ", and".
_LONGEST_JOINT = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Tokens first..after-1 name a place or a country (then `name` is None); `phrase` starts at `start`.

    `km` is how far from it something was, `bearing` in which direction; None where the text gives neither.
    """

    name: str | None
    country: str | None
    first: int
    after: int
    near: bool
    phrase_first: int
    phrase_after: int
    km: float | None = None
    bearing: int | None = None


def find_places(tokens: Sequence[Token], text: str) -> list[Place]:
    """All place phrases of a sentence in order. Reads: "near Tal Vero, Syria", "40 km west of the Orta Dam"."""
    places: list[Place] = []
    index = 0
    while index < len(tokens):
        place: Place | None = None
        if (index == 0 or tokens[index - 1].word == ":") and tokens[index].word[0].isupper():
            place = _opening(tokens, text, index)
        if place is None and (tokens[index].low in _BEFORE_PLACES or tokens[index].low.endswith("near")):
            place = _at(tokens, text, index)
        if place:
            places.append(place)
            index = max(place.after, index + 1)
        else:
            index += 1
    return places


def _at(tokens: Sequence[Token], text: str, index: int) -> Place | None:
    low = tokens[index].low
    if low in _ACCOUNTING and index:
        return _accounting(tokens, index)
    if low in _NEAR or tokens[index].word.endswith("Near"):  # "vehicle. xNear Vero"
        place = _named(tokens, text, index, _skip_the(tokens, index + 1), near=True)
        return place or _settlements(tokens, index)
    if low == "to" and index and tokens[index - 1].low == "close":
        return _named(tokens, text, index - 1, _skip_the(tokens, index + 1), near=True)
    if low in {"of", "from"} and index:
        return _from(tokens, text, index)
    if low == "on" and index + 1 < len(tokens):
        return _side(tokens, index)
    if low in _WITHIN:
        here = _skip_the(tokens, index + 1)
        while here < len(tokens) and tokens[here].low in _DIRECTIONS and tokens[here].word[0].islower():
            here += 1
        return _named(tokens, text, index, here, near=False)
    return None


def _from(tokens: Sequence[Token], text: str, index: int) -> Place | None:
    """Read a place behind a distance or a direction. Reads: "50 km north of Orta", "southwest of Orta"."""
    name = _skip_the(tokens, index + 1)
    distance = distance_before(tokens, index)
    if distance:
        place = _named(tokens, text, distance.first, name, near=True)
        return place and replace(place, km=distance.km, bearing=distance.bearing)
    if tokens[index].low == "of" and tokens[index - 1].low in _DIRECTIONS:
        return _named(tokens, text, _direction_start(tokens, index), name, near=True)
    return None


def _accounting(tokens: Sequence[Token], index: int) -> Place | None:
    """Read the country that has strikes as its share. Reads: "Iraq accounted for nine strikes, Syria for six"."""
    if tokens[index].low == "for" and not any(token.low == "accounted" for token in tokens[:index]):
        return None
    for first in range(index - 1, max(-1, index - MAX_COUNTRY), -1):
        country = country_at(tokens, first)
        if country and country.after == index:
            return Place(None, country.code, first, index, near=False, phrase_first=first, phrase_after=index)
    return None


def _opening(tokens: Sequence[Token], text: str, first: int) -> Place | None:
    """Read the name that opens a row before its colon or dash. Reads: "Iraq: 9 strikes", "Orta, Iraq - 3 strikes"."""
    if tokens[first].low == "vicinity" and first + 2 < len(tokens) and tokens[first + 1].low == "of":
        return _named(tokens, text, first, _skip_the(tokens, first + 2), near=True)
    country = country_at(tokens, first)
    if country:
        after = country.after
        if after < len(tokens) and tokens[after].word in _AFTER_OPENING:
            return Place(None, country.code, first, after, near=False, phrase_first=first, phrase_after=after)
        return None
    after = _name_end(tokens, first, near=False)
    if not first < after < len(tokens) or tokens[first].low in _OPENINGS:
        return None
    following, code = _country_after(tokens, after)
    if code is None or following >= len(tokens) or tokens[following].word not in _AFTER_OPENING:
        return None
    name = " ".join(text[tokens[first].start : tokens[after - 1].end].split())
    return Place(name, code, first, following, near=True, phrase_first=first, phrase_after=after)


def _side(tokens: Sequence[Token], index: int) -> Place | None:
    """Read "on the Iraqi side of the border", which names a country and no place."""
    first = index + 1 + (tokens[index + 1].low == "the")
    country = adjective_at(tokens, first) if first < len(tokens) else None
    if country is None or country.code is None or country.after >= len(tokens):
        return None
    if tokens[country.after].low != "side":
        return None
    after = country.after + 1
    if [token.low for token in tokens[after : after + 3]] == ["of", "the", "border"]:
        after += 3
    return Place(None, country.code, first, after, near=False, phrase_first=index, phrase_after=after)


def _skip_the(tokens: Sequence[Token], index: int) -> int:
    """Skip what only describes a place. Reads: "the town of", "the rebel-held Syrian border city of", "Iraq's"."""
    index = skip_description(tokens, index)
    while index < len(tokens):
        after = index + 1 if tokens[index].low in _BEFORE_NAMES else skip_holder(tokens, index)
        if after == index:
            break
        index = after
    return index


def _settlements(tokens: Sequence[Token], index: int) -> Place | None:
    """Read "near five Iraqi towns", which names a country and no place."""
    for here in range(index + 1, min(index + MAX_DESCRIPTION, len(tokens) - 1)):
        land = land_at(tokens, here)
        if land and tokens[land.after - 1].low in SETTLEMENTS:
            return Place(
                None, land.code, here, land.after, near=True, phrase_first=index, phrase_after=land.after
            )
        if not tokens[here].word[0].islower():
            break
    return None


def _direction_start(tokens: Sequence[Token], index: int) -> int:
    """Find the first token of "40 km southwest of", "south and west of" or "in the vicinity of", given its "of"."""
    first = index - 1
    while first and (
        tokens[first - 1].low in _DIRECTIONS
        or tokens[first - 1].low in {"and", "the", "km", "miles", "in", "just", "kilometers", "to"}
    ):
        if tokens[first - 1].low == "and" and not (first > 1 and tokens[first - 2].low in _DIRECTIONS):
            break
        first -= 1
    if first and tokens[first].low in {"km", "miles", "kilometers"} and tokens[first - 1].low[0].isdigit():
        first -= 1
    return first


def _named(tokens: Sequence[Token], text: str, phrase: int, first: int, *, near: bool) -> Place | None:
    after = _name_end(tokens, first, near=near)
    country = country_at(tokens, first)
    if country and country.after >= after:
        after = _countries_end(tokens, country.after)
        codes = countries_in(tokens[first:after])
        return Place(None, codes[0] if len(codes) == 1 else None, first, after, near, phrase, after)
    if adjective_at(tokens, first):
        land = land_at(tokens, first)
        return land and Place(None, land.code, first, land.after, near, phrase, land.after)
    if after == first:
        return None
    after = _list_end(tokens, after)
    name = " ".join(text[tokens[first].start : tokens[after - 1].end].split())
    phrase_after, code = _country_after(tokens, after)
    code = code or described_country(tokens, phrase + 1, first)
    return Place(name, code, first, phrase_after, near, phrase, after)


def _countries_end(tokens: Sequence[Token], after: int) -> int:
    """Take in the other names of a list of countries. Reads: "Iraq, Syria and Libya", which names no single one."""
    while True:
        here = after
        while here < len(tokens) and tokens[here].low in {",", "and", "or"} and here - after < _LONGEST_JOINT:
            here += 1
        following = country_at(tokens, here) if here > after else None
        if following is None:
            return after
        after = following.after


def _list_end(tokens: Sequence[Token], after: int) -> int:
    """Take in the other names of a list of places, since its content applies to no single one of them.

    Reads: "near Orta, Tal Vero and Bela, destroying"; but "near Orta, Jets and Drones of the coalition hit" names one.
    """
    index, names = after, 1
    while index + 1 < len(tokens) and (tokens[index].word == "," or tokens[index].low == "and"):
        last = tokens[index].low == "and" or tokens[index + 1].low == "and"
        first = index + 1 + (tokens[index + 1].low == "and")
        end = _name_end(tokens, first, near=False) if first < len(tokens) else first
        joined = any(token.low == "and" for token in tokens[first:end])
        if end == first or country_at(tokens, first) or adjective_at(tokens, first):
            return after
        if tokens[end - 1].low in _AIRCRAFT:  # "near Orta, Typhoons and Reapers hit …"
            return after
        index, names = end, names + 1 + joined
        if last or joined:
            following = tokens[index] if index < len(tokens) else None
            return index if names > 2 and _ends_list(following) else after
    return after


def _ends_list(following: Token | None) -> bool:
    if following is None or not following.word[0].isalnum():
        return True
    return following.low in _AFTER_LIST or following.low.endswith("ing")


def _country_after(tokens: Sequence[Token], after: int) -> tuple[int, str | None]:
    """Read ", Syria" or "in Syria" or "in Al Vero Province" behind a place's name."""
    if after < len(tokens) and tokens[after].word == "*":
        after += 1
    if after + 1 < len(tokens) and tokens[after].low in SETTLEMENTS and tokens[after + 1].low in {"of", "in"}:
        country = _region_country(tokens, after + 2)
        if country:
            return country.after, country.code
    if after + 1 < len(tokens) and tokens[after].low in {",", "in"}:
        country = country_at(tokens, _behind_region(tokens, after) + 1)
        if country and _countries_end(tokens, country.after) == country.after:
            return country.after, country.code
    if after + 1 < len(tokens) and tokens[after].low == "in" and tokens[after + 1].word[0].isupper():
        end = _name_end(tokens, after + 1, near=False)
        if end > after + 1 and tokens[end - 1].low == "province":
            return end, None
    return after, None


def _region_country(tokens: Sequence[Token], index: int) -> Named | None:
    """Read what a district is of. Reads: "(the Orta area of) northern Iraq", "(the Orta quarter of) Vero, Iraq"."""
    while index < len(tokens) and tokens[index].low in _DIRECTIONS:
        index += 1
    country = country_at(tokens, index)
    end = _name_end(tokens, index, near=False)
    if country is None and index < end < len(tokens) and tokens[end].word == ",":
        country = country_at(tokens, end + 1)
    return country


def _behind_region(tokens: Sequence[Token], after: int) -> int:
    """Find the last token before the country behind a place's name. Reads: ", in the", ", Lower Vero,"."""
    if tokens[after].word == "," and not country_at(tokens, after + 1):
        end = _name_end(tokens, after + 1, near=False)
        if end > after + 1 and end < len(tokens) and tokens[end].low in {",", "in"}:
            after = end
    if after + 1 < len(tokens) and tokens[after].low == "," and tokens[after + 1].low == "in":
        after += 1
    return after + (after + 1 < len(tokens) and tokens[after + 1].low == "the")


def _name_end(tokens: Sequence[Token], first: int, *, near: bool) -> int:
    """Find the token after a name that begins at `first`; `first` itself when there is none."""
    index = first
    limit = min(len(tokens), first + MAX_NAME_WORDS)
    while index < limit and _in_name(tokens, index, first):
        index += 1
    while index > first and tokens[index - 1].low in {"and", "the"}:
        index -= 1
    if index == first and near and tokens[first - 1].low == "near":
        return _lower_name_end(tokens, first)
    while (
        index > first
        and index < limit
        and (
            tokens[index].low in _TAILS
            or (
                tokens[index].low == "oil"
                and tokens[index + 1 : index + 2]
                and tokens[index + 1].low == "refinery"
            )
        )
    ):
        index += 1
    return index


def _in_name(tokens: Sequence[Token], index: int, first: int) -> bool:
    token = tokens[index]
    if (token.low in _NOT_PLACES and not (index > first and token.low == "an")) or is_holder(token):
        return False
    if token.word[0].isupper():
        return index == first or not country_at(tokens, index) or tokens[index - 1].low in _BEFORE_COUNTRIES
    follows = tokens[index + 1] if index + 1 < len(tokens) else None
    if follows is None:
        return False
    if token.low in _PARTICLES or token.low.split("-")[0] in _PARTICLES:
        return "-" in token.low or (follows.word[0].isupper() and follows.low not in _NOT_PLACES)
    if index > first and token.low == "and":
        if follows.low in _PARTICLES and follows.word[0].islower():
            return index + 2 < len(tokens) and tokens[index + 2].word[0].isupper()
        return (
            follows.word[0].isupper() and follows.low not in _NOT_PLACES and not country_at(tokens, index + 1)
        )
    return index > first and token.low in _JOINERS and follows.word[0].isupper()


def _lower_name_end(tokens: Sequence[Token], first: int) -> int:
    """Read a name that the writer has not capitalised, but only up to a comma soon after "near"."""
    for index in range(first, min(len(tokens), first + 4)):
        if tokens[index].word == ",":
            return index
        if not tokens[index].word[0].isalpha() or tokens[index].low in _NOT_IN_NAMES:
            break
    return first


def leading_name(tokens: Sequence[Token], text: str, first: int, end: int) -> Place | None:
    """Read a bare name at the start of a bullet whose "Near" was forgotten: "Tal Vero, two strikes …"."""
    after = _name_end(tokens, first, near=False)
    if after == first or after >= end or tokens[after].word != ",":
        return None
    if country_at(tokens, after + 1):
        following, code = _country_after(tokens, after)
        name = " ".join(text[tokens[first].start : tokens[after - 1].end].split())
        return Place(name, code, first, following, near=True, phrase_first=first, phrase_after=after)
    if after + 1 != end:
        return None
    if country_at(tokens, first) or tokens[first].low.endswith("ly") or tokens[first].low in _OPENINGS:
        return None
    name = " ".join(text[tokens[first].start : tokens[after - 1].end].split())
    return Place(name, None, first, after, near=True, phrase_first=first, phrase_after=after)
