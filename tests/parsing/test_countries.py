"""Which words of a release are its country: names and adjectives of any country, and never an acting force."""

import pytest

from app.parsing import parse_release
from app.vocabulary.countries import NAMES
from tests.parsing.facts import lines


def place_of(words: str) -> tuple[str | None, str | None]:
    """Read country and place of two strikes at such words."""
    [line] = lines(f"Two strikes {words} destroyed a boat.")
    return line[:2]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_country_is_read_by_its_names(name: str) -> None:
    """With "in" a country's name gives the country and no place; behind a place it is the place's country."""
    written = " ".join(part if part in {"and", "of", "the"} else part.capitalize() for part in name.split())
    if "," in written:  # "Virgin Islands, British" is an entry of lists, and no name in a sentence.
        return
    assert place_of(f"in {written}") == (NAMES[name], None)
    assert place_of(f"near Tal Vero, {written},") == (NAMES[name], "Tal Vero")


@pytest.mark.parametrize(
    ("words", "country", "place"),
    [
        ("near the Libyan city of Orta", "LY", "Orta"),
        ("near the rebel-held South Sudanese border town of Orta", "SS", "Orta"),
        ("near the Turkish-held Syrian town of Orta", "SY", "Orta"),
        ("in South Sudan's Vero", "SS", "Vero"),
        ("near Orta, Lower Vero, Somalia,", "SO", "Orta"),
        ("near Orta, Upper Vero, in the Central African Republic,", "CF", "Orta"),
        ("in Libyan territorial waters", "LY", None),
        ("in the Somali capital", "SO", None),
        ("in Houthi-controlled areas of Yemen", "YE", None),
        ("in Iraq and Burkina Faso", None, None),
    ],
)
def test_descriptions_and_regions_name_the_country(
    words: str, country: str | None, place: str | None
) -> None:
    """The country is read out of "the X town of", "in X waters", and from behind a region."""
    assert place_of(words) == (country, place)


@pytest.mark.parametrize(
    "words",
    [
        "near Orta by British jets",
        "near Orta by the Israeli army",
        "near Orta in support of Kenyan and U.S. forces",
        "at Iraqi checkpoints near Orta",
        "near Orta in U.S. custody",
        "near the Congolese town of Orta",
    ],
)
def test_acting_force_is_no_country_of_the_strike(words: str) -> None:
    """Whose jets and soldiers they are does not say where the strike was."""
    assert place_of(words) == (None, "Orta")


@pytest.mark.parametrize("force", ["Turkish", "Israeli", "Canadian", "Saudi-led"])
def test_strikes_of_a_force_are_strikes(force: str) -> None:
    """The adjective between the number and "strikes" changes neither the number nor the country."""
    assert lines(f"Three {force} airstrikes near Orta destroyed a boat.") == [
        (None, "Orta", 3, [("destroyed", 1, "boat")])
    ]


@pytest.mark.parametrize("name", ["Lake Chad", "New Jersey", "Niger Delta", "Jordan Valley"])
def test_place_named_with_a_country_is_a_place(name: str) -> None:
    """A country's name within a longer name is no country."""
    assert place_of(f"near {name}") == (None, name)


def test_headings_take_any_country() -> None:
    """A heading of a country in several words holds for the list below it."""
    text = "Strikes in Burkina Faso\n* Near Orta, one strike hit a hut.\nVero, South Sudan\n* One strike hit a hut."
    assert [line[0] for line in lines(text)] == ["BF", "SS"]


def test_seat_of_a_command_is_no_heading() -> None:
    """The town where a release was issued gives no country to its strikes."""
    text = "Stuttgart, Germany\n\nFeb. 4, 2020\n\nOne strike near Orta destroyed a hut on Feb. 3."
    assert [line[:2] for line in lines(text)] == [(None, "Orta")]


def test_none_reported_names_each_country() -> None:
    """No strikes in two countries of several words are a zero for each."""
    release = parse_release("There were no strikes in Burkina Faso or South Sudan on Feb. 3, 2020.")
    assert [(total.country, total.strikes) for total in release.coverage] == [("BF", 0), ("SS", 0)]


def test_number_without_its_noun_is_read_before_any_country() -> None:
    """The words "four in" a country of several words mean four strikes."""
    release = parse_release("11 strikes were conducted in Mali and four in Burkina Faso.")
    assert [(total.country, total.strikes) for total in release.coverage] == [("ML", 11), ("BF", 4)]
