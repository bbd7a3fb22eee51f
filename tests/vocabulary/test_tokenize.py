"""Words: cut and folded one way, whatever stands between them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.tokenize import LONGEST_WORD, MOST_BYTES, words, words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Near Dayr az-Zawr, two strikes", ["near", "dayr", "az", "zawr", "two", "strikes"]),
        ("Tádmur TADMUR", ["tadmur"]),
        ("Raqqa's", ["raqqa", "s"]),
        ("snake_case 100% C:\\dir", ["snake", "case", "100", "c", "dir"]),
        ("Kafr \u02bfAyn", ["kafr", "ayn"]),
        ("Stra\u00dfe STRASSE", ["strasse"]),
        ("\uff34\uff41\uff4e\uff4b", ["tank"]),
        (
            "\u0645\u064e\u062f\u0650\u064a\u0646\u0629 \u0627\u0644\u0631\u0642\u0629",
            ["\u0645\u062f\u064a\u0646\u0629", "\u0627\u0644\u0631\u0642\u0629"],
        ),
        ("co\u00adoperate", ["cooperate"]),
        ("AND or NOT near*", ["and", "or", "not", "near"]),
        ("%_\\'\"()*^:-", []),
        ("", []),
    ],
    ids=str,
)
def test_text_is_cut_into_folded_words(text: str, expected: list[str]) -> None:
    """Letters and digits make words; case, accents and invisible characters disappear; each comes once."""
    assert words(text) == expected


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """The words of words are the same words, so what is stored is found by itself."""
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.text())
def test_words_hold_letters_and_digits_alone(text: str) -> None:
    """No word holds anything that either engine could take for an operator, a quote or a space."""
    for word in words(text):
        assert {unicodedata.category(char)[0] for char in word} <= {"L", "N"}
        assert 0 < len(word) <= LONGEST_WORD


def test_words_of_several_texts_do_not_run_together() -> None:
    """The last word of one text and the first of the next are two."""
    assert words_of(["two tanks", None, "", "Destroyed tanks"]) == ["two", "tanks", "destroyed"]


def test_words_of_a_line_are_bounded() -> None:
    """The first words count, as many as an engine can keep for one line."""
    found = words_of([" ".join(f"word{number:06}" for number in range(100_000))])

    assert found[0] == "word000000"
    assert MOST_BYTES - 10 < sum(len(word) for word in found) <= MOST_BYTES


def test_marks_are_not_sorted() -> None:
    """A run of marks is read one by one: sorting it, as normalising a whole text does, takes minutes."""
    assert words("a" + "\u0301\u0327" * 200_000 + "b") == ["ab"]
