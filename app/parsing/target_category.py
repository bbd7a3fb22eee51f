"""Category phrase of a target: singular, without number, owner or filler.

The vocabulary is not consulted here; an unknown category keeps its wording.
"""

from collections.abc import Sequence

from app.parsing.text import Token
from app.vocabulary.text_cache import cached_by_text

ENEMY = frozenset("isil isis daesh isil's isis's isl da'esh".split())
# Groups whose name determines the owner of a target: "two Houthi radars".
GROUPS = frozenset(
    "al-shabaab shabaab houthi taliban al-qaida al-qaeda hezbollah hizballah hamas pkk enemy ansarallah".split()
)
# After the enemy's name these stay part of the category ("ISIL occupied building"); "controlled" does not.
_HELD = frozenset("held occupied used used-bridge used-bridges".split())
_STATE = frozenset({("islamic", "state"), ("islamic", "state's")})
_FILLER = frozenset("separate another additional second third fourth more different fifth".split())
_PARTNERS = frozenset("partner friendly partnered iraqi isf sdf peshmerga".split())
_INVARIANT = frozenset(
    """headquarters barracks equipment watercraft aircraft personnel artillery series ordnance infrastructure
    materiel debris munitions works gas bus canvas terrorists' explosives vbieds' isis""".split(),
) - {"munitions", "explosives"}
_IRREGULAR = {
    "men": "man",
    "caches": "cache",
    "axes": "axe",
    "mosques": "mosque",
    "buses": "bus",
    "gases": "gas",
    "knives": "knife",
    "militiamen": "militiaman",
    "gunmen": "gunman",
    "lines": "line",
}


@cached_by_text(4096)
def singular(word: str) -> str:
    """Name one of the things that the word names. Reads: "facilities", "caches", "IEDs", "headquarters"."""
    low = word.lower()
    if "-" in word and low not in _IRREGULAR:
        stem, _, last = word.rpartition("-")
        return f"{stem}-{singular(last)}"
    if word[-1:] == "s" and word[:-1].isupper():  # "UASs"
        return word[:-1]
    if low in _INVARIANT or not low.endswith(("s", "men")) or low.endswith(("ss", "us", "is")):
        return word
    if low in _IRREGULAR:
        ending = _IRREGULAR[low]
        return word[0] + ending[1:]
    if low.endswith("men"):
        return word
    if low.endswith("ies") and len(low) > 4 and not word.isupper():
        return word[:-3] + "y"
    if low.endswith(("sses", "xes", "shes", "ches", "zes")):
        return word[:-2]
    return word[:-2] if low.endswith("'s") else word[:-1]


def is_plural(word: str) -> bool:
    """Whether the word's form shows more than one."""
    return singular(word) != word


def category_of(words: Sequence[Token], *, counted: bool) -> str:
    """Name the category as written. Reads: "separate ISIL-used bridges", "tactical ISIL unit".

    "other" stays where nothing was counted ("other equipment"), since there it names a rest of its own.
    """
    names: list[str] = []
    for index, token in enumerate(words):
        following = words[index + 1].low if index + 1 < len(words) else ""
        if (token.low, following) in _STATE or (index and (words[index - 1].low, token.low) in _STATE):
            continue
        if token.low in ENEMY:
            if following in _HELD and index + 2 < len(words) + (following.startswith("used-")):
                names.append(token.word)
            continue
        if token.low == "controlled" and index and words[index - 1].low in ENEMY:
            continue
        if token.low in GROUPS and following:
            continue
        if token.low in {"isil-controlled", "isis-controlled"} or token.low in _FILLER:
            continue
        if token.low == "other" and counted:
            continue
        names.append(token.word)
    return _head_singular(names)


def _head_singular(words: list[str]) -> str:
    """Make the head singular: the last word, or the one before "of". Reads: "pieces of heavy equipment"."""
    head = len(words) - 1
    lows = [word.lower() for word in words]
    if "of" in lows[1:-1]:
        head = lows.index("of", 1) - 1
    joined = [index for index, low in enumerate(lows) if low in {"and", ","} and 0 < index < head]
    result = list(words)
    if head >= 0:
        result[head] = singular(words[head])
    for index in joined:
        if is_plural(words[index - 1]) and is_plural(words[head]):
            result[index - 1] = singular(words[index - 1])
    return " ".join(result).replace(" ,", ",").strip()


def owner_of(words: Sequence[Token]) -> str | None:
    """Tell who else than the enemy owned it: "coalition", "partner", or None.

    Reads: "inoperable Coalition equipment".
    """
    for index, token in enumerate(words):
        if token.low == "coalition":
            return "coalition"
        if token.low in _PARTNERS and index + 1 < len(words) and token.low != "iraqi":
            return "partner"
    return None
