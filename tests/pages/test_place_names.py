"""Names and points of places as their pages show them."""

import pytest

from app.catalogue.catalogue import LocationEntry
from app.pages.place_names import position, script_of


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("Palmyra", (None, None)),
        ("تدمر", ("ar", "rtl")),
        ("Пальмира", ("ru", "ltr")),
        ("T4 (تدمر)", ("ar", "rtl")),
        ("2016", (None, None)),
    ],
)
def test_script_gives_language_and_direction(name: str, script: tuple[str | None, str | None]) -> None:
    """Arabic runs from the right; Latin letters and digits need no mark."""
    assert script_of(name) == script


def test_point_has_its_hemispheres() -> None:
    """South and west are words, not signs."""
    assert position(LocationEntry(1, "a", "A", "BR", -15.5, -47.125, 25.0, None)) == "15.50° S, 47.12° W"
