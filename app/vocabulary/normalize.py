"""Normalize the words of a target to one lookup key.

What the key means is left to `categories`. The rules here are about words, not about targets: whose it is,
how many there are, plurals, hyphens, abbreviations and spellings that changed over the years.
"""

import re
import unicodedata

from app.vocabulary.text_cache import cached_by_text

# The owner does not determine what the target is; a strike has a field for the owner.
OWNERS = frozenset({"daesh", "enemy", "isil", "isis", "isl", "terrorist"})

# Participles that follow an owner: "ISIL-held building", "ISIL used-bridge".
_HOLDINGS = frozenset(
    {"built", "constructed", "controlled", "created", "held", "made", "occupied", "operated", "owned", "used"}
)

# Words that point or estimate. A number is not among them: a phrase that still carries one is not understood.
_POINTERS = frozenset(
    {
        "a",
        "additional",
        "an",
        "another",
        "different",
        "fourth",
        "known",
        "multiple",
        "numerous",
        "other",
        "possible",
        "second",
        "separate",
        "seperate",
        "several",
        "some",
        "suspected",
        "the",
        "third",
        "various",
    }
)

# Words that end like a plural and are none, and plurals whose stem the rules below would miss.
_SINGULARS = {"caches": "cache", "debris": "debris", "chassis": "chassis", "gas": "gas", "series": "series"}

# Single words to the vocabulary's own word. Misspellings stand here only where releases repeat them.
_WORDS = {
    "aaa": "anti air artillery",
    "ammo": "ammunition",
    "antiair": "anti air",
    "antiaircraft": "anti air",
    "antitank": "anti tank",
    "apc": "armored personnel carrier",
    "armoured": "armored",
    "atgm": "anti tank guided missile",
    "beddown": "bed down",
    "bulldoze": "bulldozer",
    "c2": "command and control",
    "centre": "center",
    "defence": "defense",
    "dozer": "bulldozer",
    "drone": "uav",
    "earthmover": "earth mover",
    "frontloader": "front end loader",
    "gosp": "gas and oil separation plant",
    "hmmwv": "humvee",
    "homemade": "home made",
    "hq": "headquarter",
    "logistical": "logistic",
    "machinegun": "machine gun",
    "motorbike": "motorcycle",
    "munition": "ammunition",
    "pol": "petroleum oil and lubricant",
    "positon": "position",
    "postion": "position",
    "roadblock": "road block",
    "rpa": "uav",
    "safehouse": "safe house",
    "svbied": "vbied",
    "tactial": "tactical",
    "uas": "uav",
    "vbeid": "vbied",
    "weaponry": "weapon",
}

# What a bomb is driven in. "Home-made bomb", "vehicle bomb" and the like are the words of 2017.
_BEARERS = r"(?:vehicle|car|truck|motorcycle|humvee|tanker)"

# Runs of words to the vocabulary's own words, in this order; each reads the singular, unhyphenated form.
_RUNS = tuple(
    (re.compile(rf"\b(?:{run})\b"), word)
    for run, word in (
        (r"islamic state(?: of iraq and (?:the levant|syria))?", "isil"),
        (rf"(?:up )?(?:armored )(?=vbied|{_BEARERS} (?:born|bomb))", ""),
        (r"improv(?:is)?ed (?:explosive )?device", "ied"),
        (rf"(?:suicide )?{_BEARERS} (?:borne? )?(?:ied|bomb|improvised explosive|explosive device)", "vbied"),
        (rf"(?:suicide )?{_BEARERS} borne? explosive", "vbied"),
        (r"suicide vbied", "vbied"),
        (r"(?:home made|improvised|roadside) bomb", "ied"),
        (r"(?:house|building) borne? (?:ied|bomb|improvised explosive|explosive device|explosive)", "hbied"),
        (r"home made explosive(?: material)?", "hme"),
        (r"command (?:and )?control", "command and control"),
        (r"(?:anti aircraft|ant aircraft|air defense)", "anti air"),
        (r"anti air(?: gun)? artillery", "anti air artillery"),
        (r"petroleum oil (?:and )?lubricant", "petroleum oil and lubricant"),
        (
            r"(?:gas and oil|oil and gas|gas oil) separation (?:plant|point|facility)",
            "gas and oil separation plant",
        ),
        (r"rocket propelled gren[an]+de", "rpg"),
        (r"(?:front|frontend) loader", "front end loader"),
        (r"bull dozer", "bulldozer"),
        (r"pump jack", "pumpjack"),
        (r"well head", "wellhead"),
        (r"check point", "checkpoint"),
        (r"out post", "outpost"),
        (r"work over", "workover"),
        (r"earth moving", "earth mover"),
        (r"(?:unmanned aerial|unmanned air|remotely piloted) (?:vehicle|system|aircraft)", "uav"),
        (r"unmanned aircraft(?: system)?", "uav"),
        (r"equipment item", "equipment"),
        (r"piece of (?:the )?(?=\w+ ?(?:equipment|machinery)|equipment|machinery)", ""),
    )
)

# Whether any of them is in a text at all: most phrases have none, and one search is a twentieth of all of them.
_ANY_RUN = re.compile("|".join(run.pattern for run, _ in _RUNS))

_APOSTROPHES = re.compile("['`\u00b4\u2018\u2019]")
_PARENTHESES = re.compile(r"\([^()]*\)")


# Words of a phrase that is rewritten; those of the vocabulary have seven at most. And the rounds of rewriting: two or
# three are enough for all that somebody wrote in earnest.
MOST_WORDS = 40
_MOST_ROUNDS = 8


@cached_by_text(8192)
def fold(phrase: str) -> str:
    """Return the key of a target's words; folding a key again changes nothing.

    Case, accents, hyphens, plurals, owners ("ISIL-held"), pointing words ("another") and glosses in
    parentheses disappear, and known abbreviations and spellings become one: "Vehicle-borne IEDs (VBIEDs)" is
    "vbied". Sizes and numbers stay, since they may change the meaning. Where nothing else is left, the words
    stay as they are; a text without a letter or digit folds to "". So do the words of a phrase that has more than
    MOST_WORDS, or that does not settle.
    """
    plain = _plain_words(phrase)
    if len(plain) > MOST_WORDS:
        return " ".join(plain)
    previous, folded = phrase, _rewritten(plain)
    # One rewriting may make room for another.
    for _ in range(_MOST_ROUNDS):
        if folded == previous:
            return folded
        previous, folded = folded, _rewritten(_plain_words(folded))
    return " ".join(plain)


def _plain_words(phrase: str) -> list[str]:
    if phrase.isascii():
        plain = phrase.casefold()
    else:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", phrase).casefold())
        plain = "".join(char for char in plain if unicodedata.category(char) not in {"Mn", "Lm", "Cf"})
    return _words(_PARENTHESES.sub(" ", plain)) or _words(plain)


def _rewritten(words: list[str]) -> str:
    folded = " ".join(_WORDS.get(word, word) for word in map(_singular, words))
    if _ANY_RUN.search(folded):
        for run, word in _RUNS:
            folded = run.sub(word, folded)
    words = folded.split()
    return " ".join(_without_owners(words) or words)


def _words(text: str) -> list[str]:
    """Split at everything that is neither a letter, a digit nor an apostrophe, which disappears."""
    return re.findall(r"[^\W_]+", _APOSTROPHES.sub("", text))


def _singular(word: str) -> str:
    if word in _SINGULARS:
        return _SINGULARS[word]
    if len(word) <= len("gas") or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1]


def _without_owners(words: list[str]) -> list[str]:
    remaining = list[str]()
    owned = False
    for word in words:
        if word in OWNERS:
            owned = True
        elif word not in _POINTERS and not (owned and word in _HOLDINGS):
            remaining.append(word)
            owned = False
    return remaining
