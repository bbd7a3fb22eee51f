"""Sentence of a question: heading, title and citation.

"Items of every category, destroyed in Syria, 1 Oct 2015 – 31 Mar 2016". Its parts are the filters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.catalogue.catalogue import Catalogue
from app.drawings.count_forms import Measure
from app.drawings.wording import counted, day, days, listed
from app.strikes.filter import Status
from app.strikes.params import StrikeQuery
from app.vocabulary.countries import COUNTRY_NAMES


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of the sentence: which choice it opens, its words, and whether it narrows anything."""

    choice: str
    words: str
    is_set: bool
    # What stands before it: a comma, or a word that is no choice.
    before: str = ""


# What is counted, as a heading.
MEASURES = {
    Measure.ITEMS: "Items",
    Measure.STRIKES: "Strikes",
    Measure.LINES: "Lines of reports",
    Measure.REPORTS: "Reports",
    Measure.ENGAGEMENTS: "Engagements",
}


def sentence(
    query: StrikeQuery,
    measure: Measure,
    catalogue: Catalogue,
    whole: tuple[date, date] | None = None,
    *,
    by_publication: bool = False,
) -> list[Phrase]:
    """Return the parts of the sentence; `whole` are the first and last day of all that the record holds."""
    phrases = [
        Phrase("measure", MEASURES[measure], is_set=False),
        _of_what(query, catalogue),
        _effects(query),
        _where(query, catalogue),
        _when(query, whole),
    ]
    others = further(query, catalogue)
    if by_publication:
        others.append("by day of publication")
    if others:
        phrases.append(Phrase("more", listed(others), is_set=True, before=", "))
    return phrases


def plain(phrases: Sequence[Phrase]) -> str:
    """Return a sentence as text."""
    return "".join(phrase.before + phrase.words for phrase in phrases)


def further(query: StrikeQuery, catalogue: Catalogue) -> list[str]:
    """Return the filters that have no place of their own in the sentence."""
    words = []
    if query.publisher:
        publisher = catalogue.publisher(query.publisher)
        words.append(f"published by {publisher.name if publisher else query.publisher}")
    if query.owner:
        words.append(
            f"owned by {listed([f'the {owner}' if owner == 'enemy' else owner for owner in query.owner], 'or')}"
        )
    if query.q:
        words.append(f"with the words “{query.q}”")
    if query.min_items is not None:
        words.append(f"{counted(query.min_items, 'item')} or more a line")
    if query.report:
        words.append(f"of report {query.report}")
    if query.status is not Status.PUBLISHED:
        words.append(
            "of retracted reports" if query.status is Status.RETRACTED else "retracted ones included"
        )
    if query.duplicates == "include":
        words.append("every telling")
    if query.duplicates == "collapse":
        words.append("each event once")
    return words


def _of_what(query: StrikeQuery, catalogue: Catalogue) -> Phrase:
    names = []
    for slug in query.category:
        category = catalogue.category(slug)
        names.append(category.name if category else slug)
    if query.family and not names:
        return Phrase("category", f"the family {query.family.replace('-', ' ')}", is_set=True, before=" of ")
    if not names:
        return Phrase("category", "every category", is_set=False, before=" of ")
    words = listed([_in_sentence(name) for name in names], "or")
    if query.family:
        words = f"{words} of the family {query.family.replace('-', ' ')}"
    return Phrase("category", words, is_set=True, before=" of ")


def _in_sentence(name: str) -> str:
    """Return a name that starts with a small letter, unless it is an acronym."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _effects(query: StrikeQuery) -> Phrase:
    if not query.effect:
        return Phrase("effect", "every effect", is_set=False, before=", ")
    return Phrase("effect", listed([str(effect) for effect in query.effect], "or"), is_set=True, before=", ")


def _where(query: StrikeQuery, catalogue: Catalogue) -> Phrase:
    words = []
    if query.location:
        names = [(place.name if (place := catalogue.location(slug)) else slug) for slug in query.location]
        words.append(f"near {listed(names, 'or')}")
    if query.country:
        words.append(f"in {COUNTRY_NAMES.get(query.country, query.country)}")
    if query.near is not None and query.radius_km is not None:
        point = f"{query.near.lat:g}° N {query.near.lon:g}° E"
        words.append(f"within {query.radius_km:g} km of {point}")
    if query.bbox is not None:
        box = query.bbox
        words.append(f"between {box.west:g}° and {box.east:g}° E and {box.south:g}° and {box.north:g}° N")
    if not words:
        return Phrase("where", "everywhere", is_set=False, before=", ")
    return Phrase("where", ", ".join(words), is_set=True, before=" " if query.effect else ", ")


def _when(query: StrikeQuery, whole: tuple[date, date] | None) -> Phrase:
    first, last = query.date_from, query.date_to
    if first and last:
        return Phrase("when", days(first, last), is_set=True, before=", ")
    if first:
        return Phrase("when", f"since {day(first)}", is_set=True, before=", ")
    if last:
        return Phrase("when", f"up to {day(last)}", is_set=True, before=", ")
    if whole is None:
        return Phrase("when", "at any time", is_set=False, before=", ")
    # The months of the whole record, since its first and last day say little.
    from_month, to_month = (f"{when:%b} {when.year}" for when in whole)
    words = from_month if from_month == to_month else f"{from_month} – {to_month}"
    return Phrase("when", words, is_set=False, before=", ")
