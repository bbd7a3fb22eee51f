"""Look-alikes: normal form of report numbers, scripts and skeletons of names.

Follows Unicode's security mechanisms (UTS 39) as far as names here need it: the script of a letter is the first word
of its Unicode name, and mixtures of scripts are those of its "highly restrictive" level.
"""

import re
import unicodedata

from app.vocabulary.characters import CharacterTable

# Dashes that Unicode does not count among them (category Pd): minus signs and bullets.
_DASHES = frozenset("\u2212\u2043\u02d7\u2796")

# Letters, marks and symbols without a shape: fillers, joiners and the blank of Braille.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_FIRST_SELECTOR, _LAST_SELECTOR = "\ufe00", "\ufe0f"
_FIRST_SUPPLEMENT, _LAST_SUPPLEMENT = "\U000e0100", "\U000e01ef"

# Scripts that one name may mix, as Japanese, Chinese and Korean writers do.
_MIXED = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)

# Letters of other scripts, in lower case, that resemble a Latin one in lower or upper case.
_LATIN = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf\u051b\u051d"
    "\u0432\u043d\u043a\u043c\u0442"
    "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u0251",
    "aeopcyxijsdhlqwbhkmtabezhikmnoptyxa",
)
_STROKED = re.compile(r"LATIN SMALL LETTER (?:DOTLESS |SCRIPT )?([A-Z])(?: WITH .*)?")


def number_key(number: str) -> str:
    r"""Return the normal form by which a publisher's numbers are compared.

    NFKC, folded case, one dash for all, no white space and nothing invisible: "OIR 2017\u201301" is "oir2017-01".
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", number).casefold())
    return folded.translate(_NUMBER)


def is_invisible(char: str) -> bool:
    """Return whether a character of a name shows nothing: controls, fillers, selectors, and what has no meaning."""
    return (
        not char.isprintable()
        or char in _BLANK
        or _FIRST_SELECTOR <= char <= _LAST_SELECTOR
        or _FIRST_SUPPLEMENT <= char <= _LAST_SUPPLEMENT
    )


def mixed_scripts(name: str) -> list[str]:
    """Return the scripts of a name's letters in alphabetical order, where they may not be mixed; otherwise nothing."""
    scripts = {
        unicodedata.name(char, "UNNAMED").partition(" ")[0]
        for char in unicodedata.normalize("NFKC", name)
        if unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo"}
    }
    if len(scripts) <= 1 or any(scripts <= mixed for mixed in _MIXED):
        return []
    return sorted(script.title() for script in scripts)


def skeleton(folded: str) -> str:
    """Return the skeleton of a folded name: letters of other alphabets and stroked ones as plain Latin letters."""
    return folded if folded.isascii() else folded.translate(_SKELETON)


def _number_character(char: str) -> str:
    if char.isspace() or is_invisible(char):
        return ""
    return "-" if unicodedata.category(char) == "Pd" or char in _DASHES else char


def _plain_letter(char: str) -> str:
    stroked = _STROKED.fullmatch(unicodedata.name(char, ""))
    return stroked[1].lower() if stroked else char.translate(_LATIN)


_NUMBER = CharacterTable(_number_character)
_SKELETON = CharacterTable(_plain_letter)
