"""The words that count: articles, number words, vague quantities and bounds, each with what it proves.

A minimum is what the word proves, a maximum of None is unknown. Reading them in a sentence is the
parser's work; see app/parsing/numbers.py.
"""

# One of something; "another" and "one" count like an article.
ARTICLES: frozenset[str] = frozenset({"a", "an", "another"})

# The pieces of a number in words. Anything else is never handed to text2num.
NUMBER_WORDS: frozenset[str] = frozenset(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
    million""".split(),
)

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
    "many": 2,
    "various": 2,
    "few": 2,
    "both": 2,
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2000,
}

# A noun that stands for a number after one ("two dozen", "a pair of").
UNITS: dict[str, int] = {"dozen": 12, "pair": 2, "couple": 2, "score": 20}

# The kinds of bound that a phrase puts before a number.
BOUNDS: dict[tuple[str, ...], str] = {
    ("at", "least"): "at least",
    ("no", "fewer", "than"): "at least",
    ("no", "less", "than"): "at least",
    ("not", "less", "than"): "at least",
    ("a", "minimum", "of"): "at least",
    ("more", "than"): "more than",
    ("over",): "more than",
    ("at", "most"): "at most",
    ("up", "to"): "at most",
    ("as", "many", "as"): "at most",
    ("no", "more", "than"): "at most",
    ("a", "maximum", "of"): "at most",
    ("fewer", "than"): "less than",
    ("less", "than"): "less than",
    ("approximately",): "about",
    ("about",): "about",
    ("roughly",): "about",
    ("around",): "about",
    ("some",): "about",
    ("an", "estimated"): "about",
    ("estimated",): "about",
    ("nearly",): "nearly",
    ("almost",): "nearly",
}
