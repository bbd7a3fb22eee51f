"""What the list of countries promises: every code, and one country a name."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from app.vocabulary.countries import ADJECTIVES, COUNTRIES, NAMES, fold

ROWS = list(csv.DictReader(files("app.vocabulary").joinpath("countries.csv").read_text("utf-8").splitlines()))
# Officially assigned codes of ISO 3166-1.
CODES = 249


def test_every_code_stands_once() -> None:
    """The list has the 249 codes, each once, and each with a name."""
    assert len(COUNTRIES) == len(ROWS) == CODES
    assert set(NAMES.values()) == COUNTRIES


@pytest.mark.parametrize("columns", [("name", "other_names"), ("adjectives",)], ids=["names", "adjectives"])
def test_words_mean_one_country(columns: tuple[str, ...]) -> None:
    """No name, and no adjective, stands in two rows."""
    words = [fold(word) for row in ROWS for column in columns for word in row[column].split("|") if word]
    assert [word for word, times in Counter(words).items() if times > 1] == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Türkiye", "TR"),
        ("Turkiye", "TR"),
        ("Burma", "MM"),
        ("Côte d\u2019Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("U.A.E.", "AE"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("South Sudan", "SS"),
        ("Democratic Republic of the Congo", "CD"),
        ("Republic of the Congo", "CG"),
    ],
)
def test_other_names_and_spellings_are_known(name: str, code: str) -> None:
    """Former names, abbreviations and names without accents mean the country."""
    assert NAMES[fold(name)] == code


@pytest.mark.parametrize(
    ("adjective", "code"),
    [
        ("Nigerien", "NE"),
        ("Nigerian", "NG"),
        ("South Sudanese", "SS"),
        ("Palestinian", "PS"),
        ("Burkinabe", "BF"),
    ],
)
def test_adjectives_are_known(adjective: str, code: str) -> None:
    """Adjectives of several words, and those that look alike, mean their own country."""
    assert ADJECTIVES[fold(adjective)] == code


@pytest.mark.parametrize("word", ["Congo", "Congolese", "Korean", "Turkmen", "US", "UK"])
def test_words_of_several_countries_mean_none(word: str) -> None:
    """A word that two countries share, or that mostly names a force, is left out."""
    assert fold(word) not in NAMES | ADJECTIVES
