"""Count words: articles, number words, vague quantities and bounds.

A minimum is what the word proves, a maximum of None is unknown. Reading them in a sentence is the
parser's work; see app/parsing/numbers.py.
"""

# One of something; "another" and "one" count like an article.
ARTICLES: frozenset[str] = frozenset({"a", "an", "another"})

# The words below twenty, and the tens.
ONES: dict[str, int] = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split(),
    )
}
TENS: dict[str, int] = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
SCALES: dict[str, int] = {"thousand": 10**3, "million": 10**6, "billion": 10**9}

# The pieces of a number in words.
NUMBER_WORDS: frozenset[str] = frozenset([*ONES, *TENS, "hundred", *SCALES])

# A slip of the pen that real releases hold, to the word that was meant.
MISSPELT_NUMBERS: dict[str, str] = {
    "ones": "one",
    "twos": "two",
    "threes": "three",
    "fours": "four",
    "fives": "five",
    "sixs": "six",
    "sevens": "seven",
    "eights": "eight",
    "nines": "nine",
    "tens": "ten",
    "fourty": "forty",
    "tweleve": "twelve",
}

# A quantity without a number, to the least that it proves.
VAGUE: dict[str, int] = {
    "several": 2,
    "multiple": 2,
    "numerous": 2,
    "countless": 2,
    "innumerable": 2,
    "many": 2,
    "various": 2,
    "few": 2,
    "pairs": 4,
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2_000,
    "millions": 2_000_000,
}

# Vague only before "of": "tens of boats", "lots of boats".
VAGUE_OF: dict[str, int] = {"tens": 20, "lots": 2, "plenty": 2, "handfuls": 2}

# After these a unit is multiplied: "several dozen", "a few hundred".
MULTIPLIED: frozenset[str] = frozenset({"several", "many", "few", "multiple"})

# A noun that stands for a number after one ("two dozen", "a pair of").
UNITS: dict[str, int] = {"dozen": 12, "pair": 2, "pairs": 2, "couple": 2, "score": 20, "trio": 3}

# "A … number of" proves two, unless it is unknown the number.
QUANTITIES: frozenset[str] = frozenset(
    """number numbers series range variety host array multitude handful lot bunch collection set assortment mix slew
    plethora""".split(),
)
# "A large amount of" is no number at all.
MASSES: frozenset[str] = frozenset("amount amounts quantity quantities deal volume".split())
UNKNOWN: frozenset[str] = frozenset(
    """unknown undetermined undisclosed unspecified unconfirmed unreported uncertain indeterminate unclear
    unidentified any""".split(),
)
# What else may stand before "number of".
SIZES_OF_NUMBERS: frozenset[str] = frozenset(
    """large small significant great considerable substantial vast huge limited growing good fair high low similar
    certain wide whole further additional enormous massive sizable sizeable considerably very equal unusually broad
    decent record good-sized tiny modest""".split(),
)

# Adjectives that may stand between an article and its number: "a further three", "an estimated 40".
BEFORE_NUMBERS: frozenset[str] = frozenset(
    "additional further other total combined reported confirmed separate whopping staggering record mere full".split(),
)

# The kinds of bound that a phrase puts before a number.
BOUNDS: dict[tuple[str, ...], str] = {
    tuple(phrase.split()): kind
    for kind, phrases in {
        "at least": """at least|≥|no fewer than|no less than|not less than|not fewer than|a minimum of|minimum of
            |as few as""",
        "more than": """more than|>|over|in excess of|upwards of|upward of|well over|just over|slightly over
            |a little over|slightly more than|a little more than|well more than|greater than""",
        "at most": """at most|≤|up to|as many as|no more than|not more than|a maximum of|maximum of|possibly|perhaps
            |maybe|probably|potentially|possibly as many as|perhaps as many as|possibly up to|perhaps up to""",
        "less than": "fewer than|less than|<|just under|slightly under|slightly fewer than|well under",
        "about": """approximately|approx .|~|c .|ca .|approx|about|roughly|around|some|an estimated|estimated
            |an approximate|circa|nearly|almost|close to|just about|an estimated total of|a reported|reportedly""",
        "exact": "exactly|precisely|only|just|quite|a total of|total of|a mere|altogether|a combined total of",
    }.items()
    for phrase in " ".join(phrases.split()).replace(" |", "|").split("|")
}

# Between two numbers of which the second is not sure: "one and possibly two".
UNSURE: frozenset[str] = frozenset("possibly perhaps maybe probably potentially likely".split())
