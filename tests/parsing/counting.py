"""Count the numbers of a text without the parser, so that what the parser lists can be held against it."""

import re

# A run of digits, or a word that means a number by itself and is no last part of another ("all-in-one"). Articles
# count only where their sentence reports strikes, so that they are not looked for.
_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = "hundred thousand million billion dozen dozens hundreds thousands millions scores"
_VAGUE = "several multiple numerous"
_WORDS = "|".join(f"{_ONES} {_TEENS} {_TENS} {_SCALES} {_VAGUE}".split())
_NUMBER = re.compile(
    rf"[0-9]+|(?<![^\W\d_]-)\b(?:{_WORDS})\b|\b(?:a|an)\s+(?:pair|couple|handful|few|(?:\w+\s+)?number)\s+of\b",
    re.IGNORECASE,
)
# "One" that counts nothing.
_PRONOUN = re.compile(
    r"\bno one\b|\bone another\b|\bone day\b|\bat one (?:time|point)\b|\bone (?:side|hand)\b|\bas one\b|\bone such\b"
    r"|\bone of (?:the|its|his|her|their|our) (?:most|main|key|largest|biggest|last|first)\b|\bon one occasion\b",
    re.IGNORECASE,
)


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Return the spans of the digits and number words of a text, in order; those of one number may be several."""
    pronouns = [match.span() for match in _PRONOUN.finditer(text)]
    return [
        match.span()
        for match in _NUMBER.finditer(text)
        if not any(start <= match.start() and match.end() <= end for start, end in pronouns)
    ]
