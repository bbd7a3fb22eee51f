"""Numbers in every usual spelling: bounds, amounts, groups, and what is never read."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.numbers import numbers_of, read_bounded, read_plain
from app.parsing.text import tokens
from app.vocabulary.counts import (
    ARTICLES,
    BEFORE_NUMBERS,
    BOUNDS,
    MASSES,
    MISSPELT_NUMBERS,
    NUMBER_WORDS,
    ONES,
    QUANTITIES,
    SIZES_OF_NUMBERS,
    TENS,
    UNKNOWN,
    UNSURE,
    VAGUE,
    VAGUE_OF,
)
from app.vocabulary.counts import UNITS as UNITS_OF_COUNTS
from app.vocabulary.units import (
    AMOUNTS,
    BEFORE_UNITS,
    CALIBRES,
    CURRENCIES,
    DISTANCES,
    FRACTIONS,
    REPETITIONS,
    TIMES,
)
from tests.parsing.facts import Number, Tally, kinds, plain, targets

UNITS = {value: word for word, value in ONES.items()}
DECADES = {value: word for word, value in TENS.items()}

spellings = st.sampled_from(["{:,}", "{:d}", "words", "words with and", "words without hyphens", "Capitals"])
counts = st.one_of(st.integers(2, 9_999), st.integers(10_000, 999_999))


def below_hundred(number: int) -> str:
    """Spell a number below a hundred."""
    if number in UNITS:
        return UNITS[number]
    tens = DECADES[number - number % 10]
    return f"{tens}-{UNITS[number % 10]}" if number % 10 else tens


def spelled(number: int, joint: str = " ") -> str:
    """Spell a number below a million; `joint` stands behind "hundred"."""
    thousands, rest = divmod(number, 1000)
    hundreds, last = divmod(rest, 100)
    words = [f"{spelled(thousands)} thousand"] if thousands else []
    if hundreds:
        words.append(f"{UNITS[hundreds]} hundred" + (joint + below_hundred(last) if last else ""))
    elif last or not number:
        words.append(("and " if words and joint != " " else "") + below_hundred(last))
    return " ".join(words)


def written(number: int, spelling: str) -> str:
    """Write a number in one of the spellings."""
    match spelling:
        case "words":
            return spelled(number)
        case "words with and":
            return spelled(number, " and ")
        case "words without hyphens":
            return spelled(number).replace("-", " ")
        case "Capitals":
            return spelled(number).upper()
    return spelling.format(number)


def numbers(text: str) -> list[tuple[str, Number]]:
    """List the kind and the bounds of each number of a text."""
    found = tokens(text, 0, len(text), lambda: None)
    return [(read.kind, plain(read.count)) for read in numbers_of(found)]


@given(counts, spellings)
def test_a_number_is_the_same_in_every_spelling(count: int, spelling: str) -> None:
    """Digits, grouped digits and words with their hyphens, capitals and "and" have the same value."""
    assert targets(f"destroyed {written(count, spelling)} boats.") == [("destroyed", count, "boat")]


@given(st.integers(1_000, 999_999), st.sampled_from(" \u00a0\u202f\u2009'\u2019"))
def test_digits_are_grouped_by_every_usual_separator(count: int, separator: str) -> None:
    """Spaces of any width and apostrophes separate thousands as commas do."""
    grouped = f"{count:,}".replace(",", separator)
    assert targets(f"destroyed {grouped} boats.") == [("destroyed", count, "boat")]


@given(st.integers(2, 99), st.integers(1, 99), spellings)
def test_a_range_is_the_same_in_every_spelling(least: int, more: int, spelling: str) -> None:
    """A range keeps its bounds, however its numbers are written."""
    low, high = written(least, spelling), written(least + more, spelling)
    for words in (
        f"{low} to {high}",
        f"between {low} and {high}",
        f"{low} or {high}",
        f"{low} and possibly {high}",
    ):
        assert targets(f"destroyed {words} boats.") == [("destroyed", (least, least + more), "boat")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a thousand", 1000), ("two thousand, one hundred and three", 2103), ("nineteen hundred", 1900),
        ("a hundred and four", 104), ("one-hundred-and-two", 102), ("fourty", 40), ("thirty\u2010one", 31),
        ("1.5 thousand", 1500), ("2.4 million", 2_400_000), ("10k", 10_000), ("3 x", 3),
        ("half a dozen", 6), ("a half dozen", 6), ("a half-dozen", 6), ("half-a-dozen", 6), ("3 dozen", 36),
        ("another dozen", 12), ("three score", 60), ("two pairs of", 4), ("a couple of", (2, None)),
        ("a single", 1), ("a further three", 3), ("exactly 12", 12), ("several dozen", (24, None)),
        ("a few hundred", (200, None)), ("tens of", (20, None)), ("tens of thousands of", (20_000, None)),
        ("scores of", (40, None)), ("a handful of", (2, None)), ("countless", (2, None)), ("quite a few", (2, None)),
        ("a very large number of", (2, None)), ("a steadily growing number of", (2, None)),
        ("large numbers of", (2, None)), ("a series of", (2, None)), ("a variety of", (2, None)),
        ("an as yet undisclosed number of", (0, None)), ("any number of", (0, None)),
        ("no fewer than three", (3, None)), ("a minimum of nine", (9, None)), ("upwards of a dozen", (13, None)),
        ("in excess of 40", (41, None)), (">40", (41, None)), ("as many as 11", (0, 11)), ("possibly two", (0, 2)),
        ("one or more", (1, None)),
        ("20+", (20, None)), ("30-plus", (30, None)), ("five or fewer", (0, 5)), ("one or two", (1, 2)),
        ("five to six dozen", (60, 72)), ("three to four hundred", (300, 400)), ("six-to-eight", (6, 8)),
        ("3\u20135", (3, 5)), ("from 5 to 10", (5, 10)), ("one, possibly two,", (1, 2)),
        ("at least one and as many as three", (1, 3)), ("at least one and perhaps as many as three", (1, 3)),
    ],
)  # fmt: skip
def test_bounds_of_a_number(words: str, expected: Number) -> None:
    """A count says no more than its words prove, and no less."""
    assert targets(f"destroyed {words} boats.") == [("destroyed", expected, "boat")]


@pytest.mark.parametrize(
    "words",
    [
        "about 20",
        "approximately 20",
        "nearly 20",
        "some 20",
        "close to twenty",
        "an estimated 20",
        "20-odd",
        "20 or so",
        "~20",
        "approx. 20",
    ],
)
def test_an_estimate_proves_no_bound(words: str) -> None:
    """An estimate is its number in both bounds, with a remark."""
    assert targets(f"destroyed {words} boats.") == [("destroyed", 20, "boat")]
    assert "approximate" in dict(kinds(f"Near Vero, one strike destroyed {words} boats."))
    assert numbers(f"{words} boats") == [("vague", 20)]


@pytest.mark.parametrize("words", ["20 boats or more", "20 or more boats"])
def test_more_may_stand_behind_the_noun(words: str) -> None:
    """An open end belongs to its number wherever it stands."""
    assert targets(f"destroyed {words} and a hut.") == [
        ("destroyed", (20, None), "boat"),
        ("destroyed", 1, "hut"),
    ]


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("1,200 pounds of flour", "flour"), ("two metric tons of flour", "flour"), ("40 kg of flour", "flour"),
        ("1 500 liters of milk", "milk"), ("300 square meters of canvas", "canvas"), ("3,000 barrels of wine", "wine"),
        ("two and a half tons of flour", "flour"), ("3.5 tonnes of flour", "flour"), ("a ton of flour", "flour"),
        ("more than two tons of flour", "flour"), ("hundreds of gallons of milk", "milk"), ("tons of flour", "flour"),
        ("$2 million worth of wine", "wine"), ("US$2m worth of wine", "wine"), ("500 lbs. of flour", "flour"),
        ("large quantities of flour", "flour"),
    ],
)  # fmt: skip
def test_an_amount_is_no_number_of_targets(words: str, category: str) -> None:
    """Weights, volumes, lengths and money leave the number of targets open; a remark spans the amount."""
    found = targets(f"destroyed a hut, {words} and two boats.")
    assert found == [("destroyed", 1, "hut"), ("destroyed", (0, None), category), ("destroyed", 2, "boat")]
    assert ("amount", words) in kinds(f"Near Vero, one strike destroyed a hut, {words} and two boats.")


def test_a_share_is_no_target() -> None:
    """A share of something is remarked and not read."""
    text = "Near Vero, one strike destroyed 30 percent of the yard and two boats."
    assert targets("destroyed 30 percent of the yard and two boats.") == [("destroyed", 2, "boat")]
    assert ("amount", "30 percent of the yard") in kinds(text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a 500-pound bomb", (1, "500-pound bomb")), ("two 120 mm tubes", (2, "120 mm tube")),
        ("a 12.7mm gun", (1, "12.7mm gun")), ("two 20-ton wagons", (2, "20-ton wagon")),
        ("12 2,000-pound bombs", (12, "2,000-pound bomb")), ("120 mm tubes", ((2, None), "120 mm tube")),
        ("4 122 mm rockets", (4, "122 mm rocket")), ("500 pound bombs", ((2, None), "500 pound bomb")),
        ("12 oil barrels", (12, "oil barrel")), ("two one-story huts", (2, "one-story hut")),
        ("a five day supply", (1, "five day supply")),
    ],
)  # fmt: skip
def test_a_calibre_or_weight_in_a_name_counts_nothing(words: str, expected: tuple[Number, str]) -> None:
    """A measure in a name is part of it; the count is what stands before."""
    assert targets(f"destroyed {words}.") == [("destroyed", *expected)]


@pytest.mark.parametrize(
    "words",
    ["1.234.567", "12,34", "3/4", "1e5", "\u00bd", "two and a half", "a dozen and a half", "XII", "12345678",
     "two three", "two thirds of the", "half of the", "a quarter of the", "4 x 4", "one-and-a-half dozen"],
)  # fmt: skip
def test_a_number_that_is_not_read_is_remarked(words: str) -> None:
    """No smaller number is read out of one that is not understood."""
    assert targets(f"destroyed a hut, {words} boats.") == [("destroyed", 1, "hut")]
    found = kinds(f"Near Vero, one strike destroyed a hut, {words} boats.")
    assert ("unread", f"{words} boats") in found


def test_digits_of_other_scripts_are_read() -> None:
    """Full-width and Arabic digits are digits."""
    assert targets("destroyed \uff11\uff12 boats and \u0661\u0664 huts.") == [
        ("destroyed", 12, "boat"),
        ("destroyed", 14, "hut"),
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a convoy", [((2, None), "convoy")]), ("two ISIL convoys near the lake", [((4, None), "convoy")]),
        ("a convoy of six wagons", [(6, "wagon")]), ("a convoy of at least six wagons", [((6, None), "wagon")]),
        ("a convoy consisting of ten wagons", [(10, "wagon")]), ("a convoy guide", [(1, "convoy guide")]),
        ("two mine clusters", [((4, None), "mine cluster")]), ("a tunnel network", [(1, "tunnel network")]),
        ("a fleet of boats", [((2, None), "boat")]), ("a cluster of huts", [((2, None), "hut")]),
        ("two groups of fighters", [((4, None), "fighter")]), ("a team of four men", [(4, "man")]),
        ("two convoys of six wagons", [((6, None), "wagon")]),
        ("a column of tanks and three boats", [((2, None), "tank"), (3, "boat")]),
        ("a stockpile of mortars", [(1, "stockpile of mortars")]), ("a cache of 30 mortars", [(30, "mortar")]),
    ],
)  # fmt: skip
def test_a_group_is_no_single_thing(words: str, expected: list[tuple[Number, str]]) -> None:
    """A group counts its members, at least two where their number is not given."""
    assert targets(f"destroyed {words}.") == [("destroyed", *one) for one in expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("struck two huts and destroyed both.", [("destroyed", 2, "hut")]),
        ("destroyed two huts and a further three.", [("destroyed", 2, "hut"), ("destroyed", 3, "hut")]),
        ("destroyed two huts, and damaged another two.", [("destroyed", 2, "hut"), ("damaged", 2, "hut")]),
        (
            "destroyed two huts, and damaged dozens more.",
            [("destroyed", 2, "hut"), ("damaged", (24, None), "hut")],
        ),
        (
            "destroyed three confirmed and one suspected bomb factories.",
            [("destroyed", 3, "bomb factory"), ("destroyed", (0, 1), "suspected bomb factory")],
        ),
    ],
)
def test_a_count_may_share_its_noun(words: str, expected: list[Tally]) -> None:
    """A number without a noun counts what was named before or after it."""
    assert targets(words) == expected


def test_a_distance_ends_a_target() -> None:
    """A distance behind a target is no part of it."""
    assert targets("destroyed a hut two miles north of Orta.") == [("destroyed", 1, "hut")]


def test_every_number_of_a_text_is_listed() -> None:
    """All numbers come in order with their kinds, whether they count something or not."""
    text = (
        "In 2014 120 strikes by F-16 jets hit a hut, two miles away, on the 3rd day for 12 hours with 40 kg of flour; "
        "one and possibly two boats, 3/4 of 57mm guns."
    )
    assert numbers(text) == [
        ("time", (0, None)), ("number", 120), ("name", (0, None)), ("article", 1), ("distance", (0, None)),
        ("ordinal", (0, None)), ("time", (0, None)), ("amount", (0, None)), ("number", (1, 2)), ("unread", (0, None)),
        ("name", (0, None)),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["Aug. 7", "August 7", "JUNE 7"])
def test_a_day_is_no_part_of_the_number_after_it(day: str) -> None:
    """A day of a month and a number are two numbers."""
    assert ("number", 120) in numbers(f"On {day} 120 strikes were made.")


# Every word that begins, goes on or ends a number, and some that do neither.
WORDS = sorted(
    {
        *(
            *ARTICLES,
            *NUMBER_WORDS,
            *MISSPELT_NUMBERS,
            *VAGUE,
            *VAGUE_OF,
            *UNITS_OF_COUNTS,
            *QUANTITIES,
            *MASSES,
        ),
        *(*UNKNOWN, *SIZES_OF_NUMBERS, *BEFORE_NUMBERS, *UNSURE, *BEFORE_UNITS, *AMOUNTS, *DISTANCES, *TIMES),
        *(*CALIBRES, *REPETITIONS, *FRACTIONS, *CURRENCIES, *(word for phrase in BOUNDS for word in phrase)),
        *"huts ISIL oil near of and or to but , . : - + x / ( 3 17 2016 1,200 3-5 2.5 k mn bn XII per".split(),
        *"single lone good great more fewer so worth half-dozen dozen-plus twenty-odd as ones the F-16 ½".split(),
    }
)


# What may stand behind one of these words and then decide what the number before both is.
BEHIND = "huts of half many more three over cent total number a and or so fewer possibly , - x".split()


@pytest.mark.parametrize("first", ["a", "another", "two", "twenty", "17"])
def test_the_short_cut_to_plain_numbers_reads_what_the_long_way_reads(first: str) -> None:
    """Before every two words, of which one may go on with the number, both ways read the same or the short one none."""
    read = 0
    for second, third in product(WORDS, BEHIND):
        text = f"{first} {second} {third} three huts"
        found = tokens(text, 0, len(text), lambda: None)
        for end in (1, 2, len(found)):
            short = read_plain(found, 0, end)
            read += short is not None
            assert short is None or short == read_bounded(found, 0, end), text
    assert read


@given(
    st.lists(st.sampled_from(["oil", "northern", "large"]), max_size=6), st.sampled_from(sorted(QUANTITIES))
)
def test_the_short_cut_sees_a_quantity_behind_adjectives(adjectives: list[str], noun: str) -> None:
    """Behind "a" and some adjectives, "number of" makes a vague number and no article."""
    text = " ".join(["a", *adjectives, noun, "of huts"])
    found = tokens(text, 0, len(text), lambda: None)
    short = read_plain(found, 0, len(found))
    assert short is None or short == read_bounded(found, 0, len(found))
