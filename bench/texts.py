"""Hostile texts for `POST /v1/parse`: families that grow without end, one for each way to make a parser slow.

A text is an opening, a piece as often as it fits, and a closing. `{i}` in a piece is the number of the repetition,
`{word}` a word of its own, `{day}` a day of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

_A_STRIKE = "Near X, one strike destroyed "
_RELEASE = "March 2, 2017\nRelease # 20170302-01\n\n"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS_OF_A_MONTH = 28


@dataclass(frozen=True, slots=True)
class Family:
    """Texts of one kind, of any size."""

    piece: str
    opening: str = ""
    closing: str = ""

    def text(self, size: int) -> str:
        """Return a text of at most so many bytes of UTF-8."""
        room = size - len((self.opening + self.closing).encode())
        counted = "{" in self.piece
        pieces, number = list[str](), 0
        while True:
            piece = _numbered(self.piece, number) if counted else self.piece
            room -= len(piece.encode())
            if room < 0:
                return f"{self.opening}{''.join(pieces)}{self.closing}"
            pieces.append(piece)
            number += 1


def _numbered(piece: str, number: int) -> str:
    word, left = "", number + 1
    while left:
        word, left = chr(ord("a") + left % 26) + word, left // 26
    months, day = divmod(number, _DAYS_OF_A_MONTH)
    years, month = divmod(months, len(_MONTHS))
    return piece.format(i=number + 2, word=word, day=f"{_MONTHS[month]}. {day + 1}, {1990 + years % 30}")


_listed = partial(Family, opening=_A_STRIKE)
_released = partial(Family, opening=_RELEASE)

FAMILIES: Mapping[str, Family] = {
    # Totals and lines.
    "bullets": Family("* Near Here, one strike destroyed a tank.\n"),
    "bullets with unknown names": Family("* Near {word}Ville, one strike destroyed a {word} q{word}.\n"),
    "bullets with days": Family("* On {day}, near X, one strike destroyed a tank.\n"),
    "bullets without end": Family("* Near X, a strike destroyed a hut "),
    "short lines": Family("* A strike hit a b\n"),
    "totals": _released("It conducted four strikes.\n"),
    "totals by day": _released("On {day}, it conducted 4 strikes consisting of 9 engagements in Syria.\n"),
    "totals by country": _released("It conducted 4 strikes in Syria and four in Iraq. "),
    "totals and lines": _released(
        "On {day}, it conducted 4 strikes.\n* On {day} near X, one strike hit a b.\n"
    ),
    "countries by days": _released(
        "There were no strikes in Syria, Iraq, Libya, Yemen on May 3, 5, 7, 9, 11, 13, 15 and 17.\n"
    ),
    "days of one sentence": Family(
        "May 3, 5, 7, 9, 11 and 13, ", "There were no strikes in Syria, in Iraq on "
    ),
    "headings": Family("Strikes in Syria\n"),
    "headings with days": Family("Aug. {i} Strikes\n"),
    "release numbers": Family("Release # 20170302-01\n"),
    "one line continued": Family(
        "The strikes also destroyed {i} {word} huts. ", "Near X, two strikes hit a hut. "
    ),
    "one line repeated": Family(
        "Near X, two strikes destroyed two huts. Near X, two strikes hit positions. "
    ),
    # Targets.
    "long list": _listed("a hut, "),
    "long lists": Family(_A_STRIKE + "a hut, " * 100 + "a hut. "),
    "unknown targets": Family(_A_STRIKE + "a {word} q{word}, " * 100 + "a hut. "),
    "bare targets": Family(_A_STRIKE + "bs, " * 198 + "bs. "),
    "shared nouns": Family(_A_STRIKE + "two tactical, " * 100 + "two large units. "),
    "descriptions": Family(_A_STRIKE + "gas oil and " * 120 + "plants. "),
    "others": _listed("and two others "),
    "parts of a whole": _listed("vehicles, including two "),
    "held targets": _listed("a truck carrying two guns and a mortar, "),
    "clauses": Family("a strike hit a b, ", "Near X, "),
    "effects": Family("destroyed a hut, damaged a hut, suppressed a hut, ", "Near X, one strike "),
    "joined effects": Family("damaged or ", "Near X, one strike ", "destroyed a hut."),
    "passives": Family("a hut was destroyed and "),
    "denials": Family("did not destroy a hut, ", "Near X, one strike "),
    "terrain": Family("denied ISIL access to terrain, ", "Near X, one strike "),
    # Words.
    "hyphens": _listed("a-", closing="b."),
    "hyphens in sentences": Family(_A_STRIKE + "a " + "ab-" * 1000 + "{word}. "),
    "hyphens in a place": Family("Al-", "Near ", "X, one strike destroyed a hut."),
    "numbers with hyphens": _listed("two-", closing="two huts."),
    "numbers in words": _listed("one hundred and "),
    "long ligature": _listed("\ufdfa", closing=" tank."),
    "long ligatures in sentences": Family(_A_STRIKE + "a " + "\ufdfa" * 200 + "{word}. "),
    "long ligatures in places": Family("Near X" + "\ufdfa" * 100 + "{word}, one strike hit a b. "),
    "short ligatures": _listed("\ufb01", closing="."),
    "square letters": _listed("\u3392 "),
    "combining marks": Family("\u0301\u0327", _A_STRIKE + "a ta", "nk."),
    "one word": Family("x"),
    "one capitalised word": Family("X", "Near ", ", one strike destroyed a tank."),
    "one plural": _listed("s", closing="."),
    "rewritten words": Family(_A_STRIKE + "a " + "piece-of-" * 300 + "{word}-equipment. "),
    "apostrophes": _listed("'a"),
    "digits": Family("7"),
    "digit groups": Family("777,", closing="777"),
    # Places and days.
    "places": Family("near X of Y in Z outside W, "),
    "places without a verb": Family("Near Here, "),
    "list of places": Family("Orta, ", "Near ", "and Vero, one strike destroyed a hut."),
    "descriptions of a place": Family("the town of ", "near "),
    "directions": Family("south and west of "),
    "countries": Family("in Syria, in Iraq, "),
    "capitals": Family("Al "),
    "days": Family("Aug. 5 and "),
    "days of a month": Family("3, 5, 7, ", "On May "),
    "weekdays": Family("On Monday, one strike near X destroyed a hut. "),
    "sayings": Family('"a strike," he said Monday, '),
    # Sentences.
    "strikes": Family("one strike "),
    "strikes and verbs": Family("two strikes destroyed "),
    "one sentence": Family("word "),
    "sentences of one word": Family("Xyz. "),
    "sentences of one mark": Family("!"),
    "quoted questions": Family('?"'),
    "full stops": Family(". "),
    "abbreviations": Family("U.S. "),
    "commas": Family(","),
    "and": Family("a and a and "),
    "brackets": Family("("),
    "glosses": _listed("(a tank), "),
    "quotes": Family("\u201c\u201d"),
    "quoted targets": _listed('"a tank" '),
    "dashes": Family("- "),
    "glued bullets": Family("x: * Near "),
    "phrases": Family("no a a did not report a total of a since the more than 5,000 strikes "),
    # Layout and scripts.
    "tables": Family("| Syria | 4 | strikes | tank |\n"),
    "tabs": Family("Syria\t4\tstrikes\n"),
    "white space": Family(" \t\u00a0\u2003\u3000\u2028\x0b\x0c\x85"),
    "new lines": Family("\r\n"),
    "folded lines": Family("a line that was folded by some mail program here\n"),
    "torn paragraphs": Family("\n\nand a tank", _A_STRIKE + "a hut"),
    "invisible characters": Family("\u200b", "Near X", "Y, one strike destroyed a hut."),
    "right to left": Family("\u0646\u0641\u0630\u062a \u063a\u0627\u0631\u0629 \u202e"),
    "emoji": Family("\U0001f468\u200d\U0001f469 "),
    "control characters": Family('"\\\x1f'),
}
