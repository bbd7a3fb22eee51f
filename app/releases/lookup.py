"""Vocabulary lookup with a cache and suggestions for unknown phrases."""

from app.catalogue.catalogue import Catalogue, CategoryEntry, LocationEntry

# Unknown phrases of a text that get a suggestion: a comparison with every known name takes milliseconds.
MOST_SUGGESTED = 50


class Lookup:
    """The names of one text, as a catalogue has them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._categories: dict[str, CategoryEntry | None] = {}
        self._locations: dict[str, LocationEntry | None] = {}
        self._suggestions: dict[str, str | None] = {}

    def category(self, phrase: str) -> CategoryEntry | None:
        """Find a category by a phrase; None where no category is called so."""
        if phrase not in self._categories:
            self._categories[phrase] = self._catalogue.category(phrase)
        return self._categories[phrase]

    def location(self, name: str | None) -> LocationEntry | None:
        """Find a place by its name; None where no place is called so, or without a name."""
        if name is None:
            return None
        if name not in self._locations:
            self._locations[name] = self._catalogue.location(name)
        return self._locations[name]

    def similar_category(self, phrase: str) -> str | None:
        """Return the slug of the nearest category; None where none is near, or enough others were suggested."""
        if phrase not in self._suggestions:
            if len(self._suggestions) >= MOST_SUGGESTED:
                return None
            similar = self._catalogue.similar_categories(phrase)
            self._suggestions[phrase] = similar[0] if similar else None
        return self._suggestions[phrase]
