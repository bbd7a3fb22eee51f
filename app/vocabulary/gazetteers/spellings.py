"""Choose spellings and slug of a place from GeoNames.

GeoNames lists for a place its names in every language, with codes of airports and machine transliterations among
them. Names in Latin, Arabic and Cyrillic letters stay, and those in the scripts of the place's own country.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

from app.vocabulary.lookalikes import is_invisible, skeleton
from app.vocabulary.places import Place, fold

# The scripts of names everywhere, as the names of Unicode's letters begin.
_EVERYWHERE = frozenset({"LATIN", "ARABIC", "CYRILLIC"})

# Further scripts, where a country has its own.
_OF_COUNTRY = {
    "AM": {"ARMENIAN"},
    "BD": {"BENGALI"},
    "CN": {"CJK"},
    "CY": {"GREEK"},
    "DZ": {"TIFINAGH"},
    "ER": {"ETHIOPIC"},
    "ET": {"ETHIOPIC"},
    "GE": {"GEORGIAN"},
    "GR": {"GREEK"},
    "IL": {"HEBREW"},
    "IN": {
        "BENGALI",
        "DEVANAGARI",
        "GUJARATI",
        "GURMUKHI",
        "KANNADA",
        "MALAYALAM",
        "ORIYA",
        "TAMIL",
        "TELUGU",
    },
    "JP": {"CJK", "HIRAGANA", "KATAKANA"},
    "KH": {"KHMER"},
    "KP": {"HANGUL"},
    "KR": {"HANGUL"},
    "LA": {"LAO"},
    "LK": {"SINHALA", "TAMIL"},
    "LY": {"TIFINAGH"},
    "MA": {"TIFINAGH"},
    "ML": {"TIFINAGH"},
    "MM": {"MYANMAR"},
    "MV": {"THAANA"},
    "NE": {"TIFINAGH"},
    "NP": {"DEVANAGARI"},
    "PS": {"HEBREW"},
    "TH": {"THAI"},
    "TW": {"CJK"},
}

# Codes of airports and ports have three to five capitals, and no place of the gazetteers is called by capitals alone.
_LONGEST_CODE = 5

# Letters of Latin script that no rule of Unicode reduces to a plain one.
_PLAIN = str.maketrans({"\u0259": "a", "\u0153": "oe", "\u00e6": "ae", "\u00fe": "th", "\u00f0": "d"})

# The longest slug that the API takes, and the longest name that the tables hold.
_LONGEST_SLUG, _LONGEST_NAME = 100, 200


def scripts(name: str) -> set[str]:
    """Return the scripts of a name's letters, as the names of Unicode's letters begin."""
    return {
        unicodedata.name(char, "UNNAMED").partition(" ")[0]
        for char in unicodedata.normalize("NFKC", name)
        if unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo"}
    }


def is_name(name: str, country: str) -> bool:
    """Return whether a name can be stored and is in one script that is read in a country."""
    return (
        name.isprintable()
        and not any(map(is_invisible, name))
        and len(name) <= _LONGEST_NAME
        and 0 < len(fold(name)) <= _LONGEST_NAME
        and len(written := scripts(name)) == 1
        and written <= _EVERYWHERE | _OF_COUNTRY.get(country, set())
    )


def aliases(name: str, alternatives: Iterable[str], country: str) -> tuple[str, ...]:
    """Return a place's other names in their order: each spelling that differs from all before it when folded.

    Left out: other scripts, mixtures of scripts, codes, and Latin without a capital, which GeoNames has from machines.
    """
    known, chosen = {fold(name)}, list[str]()
    for alternative in alternatives:
        written = " ".join(alternative.split())
        if "|" in written or not is_name(written, country) or _is_machine_made(written):
            continue
        folded = fold(written)
        if folded not in known:
            known.add(folded)
            chosen.append(written)
    return tuple(chosen)


def _is_machine_made(name: str) -> bool:
    if scripts(name) != {"LATIN"}:
        return False
    return name == name.lower() or (name == name.upper() and len(name) <= _LONGEST_CODE)


def base_slug(name: str, others: Iterable[str], geonames_id: int) -> str:
    """Return a slug made of the first name that plain Latin letters can write, else of the number."""
    for written in (name, *others):
        plain = skeleton(fold(written)).translate(_PLAIN)
        if scripts(written) <= {"LATIN"} and plain.isascii():
            slug = re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")
            if slug:
                return slug
    return f"geonames-{geonames_id}"


def with_unique_slugs(places: Collection[Place], taken: Collection[str]) -> dict[int | None, str]:
    """Return the slugs of places by their GeoNames numbers: the same for the same places in whatever order.

    `places` have base slugs. One that several places would have, or that is among the folded names `taken`, is
    followed by the country where it is the only one there, else by the GeoNames number.
    """
    spelt = Counter(name for place in places for name in {fold(place.slug), fold(place.name)})
    in_country = Counter((place.country, place.slug) for place in places)
    slugs = dict[int | None, str]()
    for place in places:
        of_country = f"{place.slug}-{place.country.lower()}"
        if spelt[fold(place.slug)] == 1 and fold(place.slug) not in taken:
            slugs[place.geonames_id] = place.slug
        elif (
            in_country[place.country, place.slug] == 1
            and not spelt[fold(of_country)]
            and fold(of_country) not in taken
        ):
            slugs[place.geonames_id] = of_country
        else:
            slugs[place.geonames_id] = f"{place.slug}-{place.geonames_id}"
    return slugs
