"""What the list of places promises: spellings resolve, none means two places, no point is out of place."""

import csv
import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.places import Place, fold, load

# Real releases lie beside the repository, not in it.
DATA = Path(
    os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"),
)

# South, north, west, east in degrees, a little wider than the country.
BOXES = {"SY": (32.2, 37.4, 35.6, 42.5), "IQ": (29.0, 37.5, 38.7, 48.7)}


@cache
def by_spelling() -> dict[str, Place]:
    return {spelling: place for place in load() for spelling in place.spellings()}


def resolve(written: str) -> str | None:
    place = by_spelling().get(fold(written))
    return place.slug if place else None


def test_spellings_mean_one_place() -> None:
    """No folded spelling, article or not, belongs to two places."""
    owners: dict[str, set[str]] = {}
    for place in load():
        for spelling in place.spellings():
            owners.setdefault(spelling, set()).add(place.slug)
    assert {spelling: slugs for spelling, slugs in owners.items() if len(slugs) > 1} == {}


def test_slugs_are_unique_and_plain() -> None:
    """A slug is unique, in ASCII lower case with hyphens."""
    slugs = [place.slug for place in load()]
    assert len(slugs) == len(set(slugs))
    assert [slug for slug in slugs if not re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)] == []


def test_points_lie_in_their_country() -> None:
    """Every point lies in the box around its country, and its radius is 25 to 300 km."""
    for place in load():
        south, north, west, east = BOXES[place.country]
        assert south <= place.lat <= north, place
        assert west <= place.lon <= east, place
        assert 25 <= place.precision_km <= 300, place


def test_geonames_ids_are_unique() -> None:
    """No two places were taken from one GeoNames entry."""
    ids = [place.geonames_id for place in load() if place.geonames_id is not None]
    assert len(ids) == len(set(ids))


def test_aliases_say_something_new() -> None:
    """No place lists a spelling twice, and none that folds to nothing."""
    for place in load():
        folded = [fold(place.slug), *{fold(place.name)} - {fold(place.slug)}, *map(fold, place.aliases)]
        assert len(folded) == len(set(folded)), place
        assert "" not in folded, place


def test_palmyra_is_as_the_contract_shows() -> None:
    """Palmyra has the slug, name, point and radius that clients were shown."""
    palmyra = by_spelling()["palmyra"]
    assert (palmyra.slug, palmyra.name, palmyra.country) == ("palmyra", "Palmyra", "SY")
    assert (palmyra.lat, palmyra.lon, palmyra.precision_km) == (34.56, 38.28, 25)


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("Dayr Az Zawr", "dayr-az-zawr"),
        ("Dayz Ar Awr", "dayr-az-zawr"),
        ("Deir ez-Zor", "dayr-az-zawr"),
        ("Ayn al-Arab", "kobani"),
        ("TADMUR", "palmyra"),
        ("تدمر", "palmyra"),
        ("Mar\u2019a", "mara"),
        ("Mar'a", "mara"),
        ("Ar Rut bah", "rutbah"),
        ("Tal Jibbin ", "tal-jibbin"),
        ("Ar Raqqah", "raqqa"),
        ("Al Raqqa", "raqqa"),
        ("Beiji", "bayji"),
        ("Qaim", "al-qaim"),
        ("al-Qa\u02bfim", "al-qaim"),
        ("Bab", "al-bab"),
        ("Hit in Al Anbar Province", "hit"),
        ("Walweed", "al-walid"),
        ("Haram", "harim"),
        ("Ḩadīthah", "haditha"),
        ("الموصل", "mosul"),
        ("الرقه", "raqqa"),
    ],
)
def test_spelling_resolves(written: str, slug: str) -> None:
    """A release's spelling, a reader's and an Arabic one lead to the same place."""
    assert resolve(written) == slug


@pytest.mark.parametrize(
    ("slug", "lat", "lon"),
    [("sinjar", 36.32, 41.87), ("hit", 33.64, 42.83), ("al-hawl", 36.39, 41.15), ("rabiyah", 36.8, 42.1)],
)
def test_homonym_is_the_place_of_the_releases(slug: str, lat: float, lon: float) -> None:
    """Of two places of one name the list holds the one that was struck."""
    place = by_spelling()[fold(slug)]
    assert (place.lat, place.lon) == pytest.approx((lat, lon), abs=0.02)


def test_unknown_place_resolves_to_nothing() -> None:
    """A place elsewhere is not guessed."""
    assert resolve("Springfield") is None


@given(st.text())
def test_fold_is_idempotent(name: str) -> None:
    """Folding a folded name changes nothing."""
    assert fold(fold(name)) == fold(name)


@given(st.text(st.characters(categories=["Lu", "Ll", "Lt", "Lo", "Nd"]), min_size=1))
def test_fold_keeps_names_of_any_script(name: str) -> None:
    """A name of letters and digits never folds to nothing."""
    assert fold(name)


@given(st.sampled_from(load()), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(" -"))
def test_fold_ignores_case_accents_and_hyphens(place: Place, case: type[str], gap: str) -> None:
    """However a place's name is cased, hyphenated or decomposed, it resolves."""
    written = unicodedata.normalize("NFD", f" {case(place.name)} ").replace(" ", gap)
    assert resolve(written) == place.slug


def _places_of_lines() -> Iterator[str]:
    with (DATA / "datasets" / "centcom_strike_lines_dev.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if near := re.match(r"[-*\s]*(?:Near )+(.+?)(?:,| \w+ airstrikes?\b)", row["line"]):
                yield near[1]


@pytest.mark.skipif(not DATA.is_dir(), reason="real releases are not there; set STRIKELEDGER_TEST_DATA")
def test_places_of_real_lines_resolve() -> None:
    """Each place after "Near" in real lines resolves, alone or as one of two joined by "and"."""
    missing = set()
    for written in _places_of_lines():
        if not resolve(written) and not all(map(resolve, written.split(" and "))):
            missing.add(written)
    assert missing == set()
