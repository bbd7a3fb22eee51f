"""Names and point of a place as its page shows them."""

import unicodedata

from app.catalogue.catalogue import LocationEntry
from app.catalogue.recording import LOCATIONS
from app.catalogue.written_names import written_names
from app.pages.record import Record
from app.vocabulary import places

# Other names that are shown, at most.
MOST_NAMES = 12

# Scripts by the first word of the names of their letters: the language tag, and the direction.
_SCRIPTS = {"ARABIC": ("ar", "rtl"), "CYRILLIC": ("ru", "ltr"), "HEBREW": ("he", "rtl")}


def other_names(record: Record, place: LocationEntry) -> list[dict[str, str | None]]:
    """Return other names of a place, those that differ in articles alone once, and those of other scripts last."""
    shown: dict[str, str] = {places.fold(place.name): ""}
    for name in written_names(record.session, LOCATIONS, place.id, record.now.vocabulary_seq):
        plain = " ".join(word for word in places.fold(name).split() if word not in places.ARTICLES)
        shown.setdefault(plain or name, name)
    named = [
        {"name": name, "lang": language, "dir": direction}
        for name in shown.values()
        if name
        for language, direction in [script_of(name)]
    ]
    return sorted(named, key=lambda alias: alias["lang"] is not None)[:MOST_NAMES]


def position(place: LocationEntry) -> str:
    """Return the point of a place: 34.56° N, 38.28° E."""
    north, east = "N" if place.lat >= 0 else "S", "E" if place.lon >= 0 else "W"
    return f"{abs(place.lat):.2f}° {north}, {abs(place.lon):.2f}° {east}"


def script_of(name: str) -> tuple[str | None, str | None]:
    """Return the language tag and direction of a name that is not in Latin letters, else None and None."""
    for letter in name:
        script = unicodedata.name(letter, "").partition(" ")[0]
        if script in _SCRIPTS:
            return _SCRIPTS[script]
    return None, None
