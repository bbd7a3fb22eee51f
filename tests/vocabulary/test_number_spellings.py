"""Spellings of a number: whatever they have in common is one number, and nothing else is."""

import pytest

from app.vocabulary.lookalikes import number_key
from app.vocabulary.number_spellings import number_parts, number_spellings


@pytest.mark.parametrize(
    "number", ["20170302-01", "2017-03-02-1", "OIR 2017-01", "007", "MOD/12/3", "2017030201", "A", "-", "٣"]
)
def test_every_spelling_says_the_same(number: str) -> None:
    """A spelling is in its normal form, and either has the number's parts or is of another number that is refused."""
    spellings = number_spellings(number)

    assert number_key(number) in spellings
    assert all(number_key(spelling) == spelling for spelling in spellings)
    assert len(spellings) < 400


def test_parts_of_a_number() -> None:
    """Zeros, separators and a label are no part of it; a day is one part, wherever it stands."""
    assert number_parts("No. 2017.03.02/007") == ((2017, 3, 2), 7)
    assert number_parts("Press Release #20170302-7") == ((2017, 3, 2), 7)
    assert number_parts("OIR-A 12") == ("oir", "a", 12)
    assert number_parts("20171302-1") == (20171302, 1)
    assert number_parts("norad-1") == ("norad", 1)


def test_number_without_comparable_parts_has_one_spelling() -> None:
    """Digits of other scripts and very many parts are compared by the normal form alone."""
    for number in ("A-٣", "1-2-3-4-5-6-7", "-"):
        assert number_parts(number) == ()
        assert number_spellings(number) == {number_key(number)}
