"""Ranking of names that contain a text."""

from app.catalogue.catalogue import Catalogue, LocationEntry, Names
from app.catalogue.name_ranking import best
from app.catalogue.recording import LOCATIONS
from app.vocabulary import places


def catalogue(**called: tuple[str, ...]) -> Catalogue:
    """Return a catalogue of places by slug, each with its name and other names."""
    entries = {
        number: LocationEntry(number, slug, names[0], "SY", 0.0, 0.0, 25.0, None)
        for number, (slug, names) in enumerate(called.items(), 1)
    }
    ids = {places.fold(name): number for number, names in enumerate(called.values(), 1) for name in names}
    return Catalogue(Names({}, {}), Names(entries, ids), Names({}, {}))


def ranked(known: Catalogue, wanted: str, **weights: int) -> list[str]:
    """Return the slugs of the matches."""
    return [match.entry.slug for match in best(known, LOCATIONS, wanted, weights, 8)]


def test_order_is_by_where_a_name_has_the_text() -> None:
    """The name itself, an alias that is the text, starts of names, of words, of aliases, and the middle of a word."""
    known = catalogue(
        middle=("Antank",),
        alias_word=("Other", "the tank"),
        alias=("Another", "Tankville"),
        word=("Old Tank Farm",),
        start=("Tanker",),
        called=("Something", "Tank "),
        same=("Tank",),
    )
    known.locations.ids["tank"] = 7
    assert ranked(known, "TANK") == ["same", "start", "word", "alias", "alias_word", "middle"]


def test_weight_decides_between_equals() -> None:
    """Of two names that start with the text, the one with more items is first; without items, the shorter."""
    known = catalogue(a=("Tank farm",), b=("Tankville on the river",), c=("Tank road",))
    assert ranked(known, "tank", b=9) == ["b", "a", "c"]


def test_alias_is_named_where_it_matched() -> None:
    """Who searches for an alias sees why the place is a result; without a letter nothing matches."""
    known = catalogue(palmyra=("Palmyra", "Tadmur"))
    assert [match.alias for match in best(known, LOCATIONS, "tadm", {}, 8)] == ["tadmur"]
    assert [match.alias for match in best(known, LOCATIONS, "palm", {}, 8)] == [None]
    assert best(known, LOCATIONS, "%", {}, 8) == []
