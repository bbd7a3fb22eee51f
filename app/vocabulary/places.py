"""Gazetteer of Syria and Iraq with the spellings of real releases.

The list itself is `places.csv`. Its columns:

- `slug`: the place's name in URLs; ASCII, lower case, hyphens; never reused.
- `name`: the English name as the releases of 2017 print it.
- `country`: ISO 3166-1 alpha-2, SY or IQ: the country in which the point lies. A release may list a border
  place under the neighbour; the strike has the release's word.
- `lat`, `lon`: WGS84 degrees of the town's middle, to a hundredth (about 1 km); not of any strike.
- `precision_km`: how far, in km, from that point "near X" may be. The rule: 25 for a town or a known site
  whose position is sure; 50 for a village, a ridge or a wadi placed from descriptions; 75 and more for a
  province or a long feature, about its half width; 300 for a name that no gazetteer places, whose point is
  then the middle of Syria. Official positions are up to 93 km from the place that a release named, so
  25 is the radius of the label, never a bound on the error.
- `geonames_id`: empty where the point was not taken from GeoNames.
- `aliases`: other spellings, separated by `|`: those of releases, misprints included, usual transliterations,
  and Arabic.

Points, ids and many aliases come from GeoNames (https://www.geonames.org), licensed under Creative Commons
Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/); changes: cut to these places, rounded, and
unaccented. Rows without an id are this project's own.
"""

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from app.vocabulary.characters import CharacterTable

# Leading articles in Latin script. Releases wrote "Ar Raqqah" until 2016 and "Raqqa" from 2017.
ARTICLES = frozenset({"ad", "al", "an", "ar", "as", "ash", "at", "ath", "az", "el"})

# Letters that Arabic writers and keyboards exchange freely, to the one that is used here: teh marbuta to heh,
# alef maksura and Farsi yeh to yeh, keheh to kaf.
_ARABIC = str.maketrans({"\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643"})

# Marks that stand for ʿayn, hamza or an apostrophe, beyond the modifier letters (Unicode category Lm).
_APOSTROPHES = frozenset("'`\u00b4\u2018\u2019\u201b\u2032")


@dataclass(frozen=True, slots=True)
class Place:
    """One place. The fields are the columns of `places.csv`; `geonames_id` is None where that is empty."""

    slug: str
    name: str
    country: str
    lat: float
    lon: float
    precision_km: int
    geonames_id: int | None
    aliases: tuple[str, ...]

    def spellings(self) -> frozenset[str]:
        """Return every folded spelling: slug, name and aliases, each with and without its article.

        "Ar Raqqah" yields "ar raqqah", "raqqah" and "al raqqah", so that releases of either habit resolve
        by an exact match. No two places of the list share a spelling.
        """
        return frozenset(
            spelling
            for written in (self.slug, self.name, *self.aliases)
            for spelling in with_articles(fold(written))
        )


def with_articles(folded: str) -> tuple[str, ...]:
    """Return a folded name, and where it begins with an article, also without it and with "al"."""
    article, _, bare = folded.partition(" ")
    return (folded, bare, f"al {bare}") if article in ARTICLES and bare else (folded,)


def fold(name: str) -> str:
    """Reduce a place's name to the form under which it is looked up; folding twice changes nothing.

    Case, accents, apostrophes and ʿayn disappear; hyphens, other punctuation and runs of spaces become one
    space: "Dayr az-Zawr" is "dayr az zawr", "Mar'a" is "mara". Arabic loses its vowel signs and hamza seats,
    and its exchangeable letters become one. Other scripts keep their letters. Articles stay; see
    `Place.spellings`. A text without a letter or digit folds to "".
    """
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return " ".join(decomposed.translate(_FOLDED).split())


def _fold_character(char: str) -> str:
    char = char.translate(_ARABIC)
    category = unicodedata.category(char)
    if char in _APOSTROPHES or category in {"Lm", "Mn", "Cf"}:
        return ""
    return char if category[0] in "LN" or category == "Mc" else " "


_FOLDED = CharacterTable(_fold_character)


@cache
def load() -> tuple[Place, ...]:
    """Return the places in the order of `places.csv`: Syria, then Iraq, each by slug.

    Raises KeyError or ValueError when the file does not have the documented form.
    """
    text = files("app.vocabulary").joinpath("places.csv").read_text(encoding="utf-8")
    return tuple(_place(row) for row in csv.DictReader(text.splitlines()))


def _place(row: dict[str, str]) -> Place:
    geonames_id = row["geonames_id"]
    return Place(
        slug=row["slug"],
        name=row["name"],
        country=row["country"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        precision_km=int(row["precision_km"]),
        geonames_id=int(geonames_id) if geonames_id else None,
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
    )
