"""Names for people: of places, categories, families, publishers and countries."""

from app.catalogue.catalogue import Catalogue
from app.vocabulary.countries import COUNTRY_NAMES

# Families whose slug is no word.
_FAMILIES = {"ied": "Bombs and IEDs", "armor": "Armour"}

# What stands for null.
_NOTHING = {"location": "no known place", "category": "not yet in a category"}


def name_of(catalogue: Catalogue, dimension: str, value: str | None) -> str:
    """Return the name of a value of a dimension of aggregates."""
    if value is None:
        return _NOTHING.get(dimension, "none")
    match dimension:
        case "location":
            place = catalogue.location(value)
            return place.name if place else value
        case "category":
            category = catalogue.category(value)
            return category.name if category else value
        case "publisher":
            publisher = catalogue.publisher(value)
            return publisher.name if publisher else value
        case "country":
            return country(value)
        case "family":
            return family(value)
    return value


def country(code: str) -> str:
    """Return the name of a country by its code."""
    return COUNTRY_NAMES.get(code, code)


def family(slug: str) -> str:
    """Return the name of a family of categories, which is its slug in words."""
    if slug in _FAMILIES:
        return _FAMILIES[slug]
    name = slug.replace("-", " ")
    return name[:1].upper() + name[1:]


def kind_of_family(catalogue: Catalogue, slug: str) -> str:
    """Return what kind of thing a family mostly holds: equipment, or units, people and terrain apart from it."""
    kinds = [category.kind for category in catalogue.categories.entries() if category.family == slug]
    return max(sorted(set(kinds)), key=kinds.count) if kinds else "equipment"
