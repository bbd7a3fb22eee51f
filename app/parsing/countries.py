"""Know countries, and the words that describe a place before its name: "the Syrian border town of".

The places themselves are found in places.py.
"""

from collections.abc import Sequence

from app.parsing.text import Token

COUNTRIES: dict[str, str] = {
    "syria": "SY",
    "iraq": "IQ",
    "libya": "LY",
    "yemen": "YE",
    "somalia": "SO",
    "afghanistan": "AF",
    "lebanon": "LB",
    "turkey": "TR",
    "jordan": "JO",
}
# Whose country a place is said to be in: "the Syrian town of Orta".
DEMONYMS: dict[str, str | None] = {
    "syrian": "SY",
    "iraqi": "IQ",
    "libyan": "LY",
    "yemeni": "YE",
    "somali": "SO",
    "afghan": "AF",
    "lebanese": "LB",
    "turkish": "TR",
    "jordanian": "JO",
    "kurdish": None,
    "iranian": None,
    "saudi": None,
}
SETTLEMENTS = frozenset(
    """city cities town towns village villages stronghold bastion capital hub area areas suburb suburbs region
    district neighborhood province countryside outskirts vicinity""".split(),
)
# Words that may stand before "city of".
MAX_DESCRIPTION = 6


def skip_description(tokens: Sequence[Token], index: int) -> int:
    """Find where a name begins behind what describes it. Reads: "the rebel-held Syrian town of", "Iraq's"."""
    if (
        index < len(tokens)
        and tokens[index].low.removesuffix("'s") in COUNTRIES
        and tokens[index].low.endswith("'s")
    ):
        return index + 1
    for here in range(index, min(index + MAX_DESCRIPTION, len(tokens) - 2)):
        token = tokens[here]
        if token.low in SETTLEMENTS and tokens[here + 1].low == "of":
            return here + 2
        known = token.low in DEMONYMS or token.low in COUNTRIES or token.low == "the"
        if not known and not (token.word[0].islower() and token.word[0].isalpha()):
            break
    return index


def described_country(tokens: Sequence[Token], first: int, end: int) -> str | None:
    """Find the country in the words before a name. Reads: "the Syrian town of", "Iraq's", "the Libya city of"."""
    for token in tokens[first:end]:
        low = token.low.removesuffix("'s")
        code = COUNTRIES.get(low) or DEMONYMS.get(low)
        if code:
            return code
    return None
