"""Function words in target lists: separators, descriptions and remarks.

Which target is which is decided in lists.py and noun_phrases.py.
"""

from collections.abc import Sequence

from app.parsing.amounts import ReadCount
from app.parsing.numbers import read_number
from app.parsing.text import Token
from app.vocabulary.counts import NUMBER_WORDS

SEPARATORS = frozenset(", ; and & plus or".split())
INCLUDING = frozenset({"including", "include", "such"})
ADVERBS = frozenset("also successfully then additionally subsequently".split())
# What may stand before a target without being part of it.
LEADING = (
    SEPARATORS
    | INCLUDING
    | ADVERBS
    | frozenset("as well both along with together the its their but while whereas namely".split())
)
TRAILING = ADVERBS | frozenset("and as well while along".split())
# Words that only describe a noun: a target that ends in one is not over yet.
ATTRIBUTIVE = frozenset(
    """command gas oil petroleum storage staging maintenance fighting tactical large small smaller larger heavy light
    medium supply weapons weapon fuel ammunition training logistics logistical firing sniper defensive separation
    search homemade home-made crude natural armored armoured control communications communication construction
    assembly repair sustainment production""".split(),
)
SUSPECTED = frozenset("suspected possible probable presumed likely unconfirmed".split())
SIZES = frozenset("large small smaller larger tactical".split())
# Targets of their own as well: "a mortar", but "three mortar and rocket systems".
DOUBTFUL = frozenset("mortar rocket artillery weapon weapons explosive explosives ied vbied".split())
GENERIC_HEADS = frozenset(
    "system systems position positions piece pieces team teams site sites facility facilities storage".split(),
)
# After these a number begins no new target: "an additional seven vehicles", "a group of two".
JUST_BEFORE = frozenset("of to additional further other more separate total".split())
# What a target held: "a truck carrying two guns and a mortar" leaves open where the mortar belongs.
HOLDING = frozenset("carrying containing transporting housing store storing holding hauling towing".split())
PREPOSITIONS = frozenset(
    """in near at along on for from with by against within inside outside between across around during after before
    through throughout into towards toward while where which that who whose when under over onto behind beside
    but responsible because since until upon via amid among as consisting belonging including each""".split(),
)
# What surely separates two clauses, as "and" may not.
CLAUSE_BREAKS = frozenset({";", "while", "but", "whereas"})
# The past of verbs for the acts of others.
PAST = frozenset(
    """left fled ran got drove fell went came sank took flew fired swam was were had began stood held found brought shot
    sent lost kept saw gave met withdrew threw broke hid rode won fought caught escaped remained""".split(),
)
# The past of verbs that have no object, and so describe no target: "two jets patrolled along the road".
INTRANSITIVE = frozenset(
    """advanced appeared arrived assisted attempted circled continued departed emerged escaped failed headed helped
    hovered landed listened lived looked marched moved operated participated patrolled refused remained responded
    retreated returned sailed searched stayed surrendered traveled travelled tried turned waited walked watched
    worked""".split(),
)
FINITE = frozenset("was were is are had has have said will would did".split())
_TIMES = frozenset({"yesterday", "today", "overnight", "sometimes"})
_TAKING_OBJECTS = frozenset(
    "carrying manning emplacing transporting containing hauling preparing constructing threatening belonging".split(),
)
_AFTER_PARTICIPLE = frozenset(
    "a an the to by in for as on at with against isil isis from near one two three along their its upon".split(),
)
_NOT_PARTICIPLES = frozenset(
    "building crossing mooring landing shed bed opening thing ring spring fighting staging seed".split(),
)
# Participles without an ending: "held by", "dug by".
_IRREGULAR = frozenset("held built dug hidden laid made run left set".split())
_DIRECTIONS = frozenset("north south east west northeast northwest southeast southwest".split())


def describes(tokens: Sequence[Token], index: int) -> bool:
    """Return whether a remark about the target before begins here: "used to", "in support of", "north of"."""
    if index >= len(tokens):
        return False
    low = tokens[index].low
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if low in PREPOSITIONS or low in FINITE or low in _TAKING_OBJECTS or low in _TIMES:
        return True
    number = read_number(tokens, index, len(tokens))
    if number and number.kind in {"distance", "time"}:  # "a truck two miles north of Vero"
        return True
    if low in _DIRECTIONS:
        return following in {"of", "and"}
    if low == "to":  # "surface to air" is a part of the name.
        return following not in {"air", "surface", "ground"}
    if low == "of":  # "pieces of equipment" is one name, "structures of a facility" are structures.
        return following in {"a", "an", "the"}
    if low in _IRREGULAR:
        return following == "by"
    if low.endswith(("ing", "ed")) and not low.endswith("ied") and low not in _NOT_PARTICIPLES:
        return following in _AFTER_PARTICIPLE
    return False


def is_inner_and(tokens: Sequence[Token], index: int) -> bool:
    """Whether an "and" stands inside a number or a name. Reads: "six hundred and two", "a command and control node"."""
    if not index or tokens[index].low != "and" or index + 1 >= len(tokens):
        return False
    previous, following = tokens[index - 1].low, tokens[index + 1].low
    if previous in {"hundred", "thousand", "million"}:
        return following.partition("-")[0] in NUMBER_WORDS
    return previous in ATTRIBUTIVE and read_number(tokens, index + 1, len(tokens)) is None


def speaks_of_last(tokens: Sequence[Token], read: ReadCount) -> bool:
    """Return whether a number counts what was named before. Reads: "two vehicles, one of which was towing a gun"."""
    following = [token.low for token in tokens[read.after : read.after + 2]]
    return following[:1] in (["which"], ["whom"]) or (
        following[:1] == ["of"] and following[1:] in (["which"], ["whom"], ["them"])
    )


def number_end(tokens: Sequence[Token], index: int) -> int:
    """Find where a number of any kind ends; `index` itself when no number begins there."""
    read = read_number(tokens, index, len(tokens))
    return read.after if read and read.kind != "article" else index
