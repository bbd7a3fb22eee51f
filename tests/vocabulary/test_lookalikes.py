"""Look-alikes: one normal form for numbers, scripts that names may mix, and what a name looks like."""

import pytest

from app.vocabulary import categories, places, publishers
from app.vocabulary.lookalikes import is_invisible, mixed_scripts, number_key, skeleton

NUMBERS = (
    "20170207-01",
    " 20170207-01 ",
    "20170207 - 01",
    "20170207\u201301",
    "20170207\u221201",
    "20170207\u201101",
    "\uff12\uff10\uff11\uff17\uff10\uff12\uff10\uff17\uff0d\uff10\uff11",
    "2017\u034f0207\ufe0f-01",
)


@pytest.mark.parametrize("number", NUMBERS)
def test_spellings_of_a_number_are_one(number: str) -> None:
    """Width, dashes, spaces and what is invisible make no other number, and folding again changes nothing."""
    assert number_key(number) == "20170207-01"
    assert number_key(number_key("No. 15\u2014A")) == number_key("NO.15-a")


@pytest.mark.parametrize(
    "name",
    [
        "R\u0430qqa",
        "Raqq\u03b1",
        "\u041c\u043e\u0441\u0443l",
        "Tadmur \u062a\u062f\u0645\u0631",
        "\u30e2\u30b9\u30eb\ud55c",
    ],
)
def test_mixed_scripts_are_named(name: str) -> None:
    """A name with letters of two scripts that no language mixes is told apart."""
    assert len(mixed_scripts(name)) >= 2


@pytest.mark.parametrize(
    "name",
    [
        "Dayr az-Zawr (2)",
        "Ra\u02bfq\u0101n",
        "\u0627\u0644\u0631\u0642\u0629 12",
        "\u0420\u0430\u043a\u043a\u0430",
        "\u6771\u4eac\u30bf\u30ef\u30fc Tower",
        "\uff32\uff41\uff51\uff51\uff41",
        "12-34",
    ],
)
def test_names_of_one_writing_are_let_be(name: str) -> None:
    """Latin with marks and digits, other scripts by themselves, and Japanese with Latin mix nothing."""
    assert mixed_scripts(name) == []


def test_shipped_names_mislead_nobody() -> None:
    """No name that comes with the product mixes scripts or holds what is invisible."""
    shipped = [
        *(name for place in places.load() for name in (place.name, *place.aliases)),
        *(name for category in categories.load() for name in (category.name, *category.synonyms)),
        *(name for each in publishers.PUBLISHERS for name in (each.name, *each.aliases)),
    ]
    assert [name for name in shipped if mixed_scripts(name) or any(map(is_invisible, name))] == []


def test_skeleton_is_what_a_name_looks_like() -> None:
    """Letters of other alphabets, stroked and dotless ones look like plain Latin letters."""
    assert skeleton("\u0440\u0430\u0441\u0435") == "pace"
    assert skeleton("\u0142\u00f8d\u0131") == "lodi"
    assert skeleton("\u0627\u0644\u0631\u0642\u0629") == "\u0627\u0644\u0631\u0642\u0629"
