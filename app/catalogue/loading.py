"""Load a gazetteer into the vocabulary, without duplicates.

A place that the vocabulary has, or ever had, by its GeoNames number stays as it is; so does one without a number that
is spelt alike, in the same country and as near as its own radius. A spelling stands for one place:

- One that already stands for another place stays with it.
- Of several places that are spelt alike, it goes to the one that is called so: a name comes before an alias, and an
  alias before a spelling without its article. Where this leaves several, it goes to none: who writes it gets them
  suggested.
- Spellings that look alike in different alphabets count as one.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import select

from app.catalogue.catalogue import LocationEntry, Names, catalogue_at
from app.catalogue.ledger_entries import Change
from app.catalogue.recording import LOCATIONS, record
from app.db.engine import ReadSession, WriteSession
from app.ledger.head import head
from app.models import LocationVersion
from app.vocabulary import gazetteers
from app.vocabulary.lookalikes import skeleton
from app.vocabulary.places import Place, fold, with_articles

# How strong the claim of a place on a spelling is.
_SLUG, _NAME, _ALIAS, _WITHOUT_ARTICLE = 4, 3, 2, 1

# Places of one ledger entry: what it changes is hashed as one text, and its rows are bound to one statement.
_OF_ENTRY = 2_000

_KM_OF_DEGREE = 111.2

# A place by its GeoNames number, or by its slug where it has none.
Key = int | str | None


class Reason(StrEnum):
    """Why a new place does not answer to one of its spellings."""

    TAKEN = "already stands for another place"
    SHARED = "is shared by several places"
    WEAKER = "is the name of another place"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A spelling that a new place does not answer to, and the slugs of the other places that it means."""

    place: str
    spelling: str
    reason: Reason
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load adds, how many places of which country; and what it leaves as it is."""

    added: list[Change]
    countries: Counter[str]
    unchanged: Counter[str]
    left_out: list[LeftOut] = field(default_factory=list)


def plan(session: ReadSession, places: Sequence[Place]) -> Plan:
    """Compare places with the vocabulary. All of `places` come from GeoNames, and have slugs of their own."""
    names = catalogue_at(session, head(session)).locations
    numbers = set(session.scalars(select(LocationVersion.geonames_id).distinct()))
    new = [place for place in places if place.geonames_id not in numbers and not _stands(place, names)]
    added = {place.geonames_id for place in new}
    claims = _Claims(names)
    for place in (*places, *_shipped_before(names, numbers, places)):
        if place.geonames_id in added or place.geonames_id in numbers:
            claims.add(place)
    slugs: dict[Key, str] = {place.geonames_id: claims.free_slug(place) for place in new}
    result = Plan(
        added=[],
        countries=Counter(place.country for place in new),
        unchanged=Counter(place.country for place in places if place.geonames_id not in added),
    )
    for place in new:
        slug = slugs[place.geonames_id]
        given = {fold(slug): slug}
        for spelling, (written, _) in _spellings(place).items():
            reason, others = claims.against(place, spelling)
            if reason is None:
                given.setdefault(spelling, written)
            elif spelling not in given:
                known = sorted({slugs.get(key) or claims.slugs.get(key) or str(key) for key in others})
                result.left_out.append(LeftOut(slug, written, reason, tuple(known)))
        result.added.append(Change(slug, _version(place), given))
    return result


def load(
    session: WriteSession, planned: Plan, progress: Callable[[int, int], object] = lambda _done, _all: None
) -> list[int]:
    """Record what a plan of this session's snapshot adds, and return the numbers of the ledger entries.

    `progress` gets, after each entry, how many places of how many are recorded. The caller commits.
    """
    entries = []
    for start in range(0, len(planned.added), _OF_ENTRY):
        changes = planned.added[start : start + _OF_ENTRY]
        entries.append(record(session, {LOCATIONS.plural: changes}))
        progress(start + len(changes), len(planned.added))
    return entries


class _Claims:
    """Who claims which spelling: places of the load, and those that stand. Spellings are compared as they look."""

    def __init__(self, names: Names[LocationEntry]) -> None:
        self.slugs: dict[Key, str] = {entry.geonames_id: entry.slug for entry in names.entries()}
        self._holders = defaultdict[str, set[str]](set)
        for folded, thing_id in names.ids.items():
            self._holders[skeleton(folded)].add(names.by_id[thing_id].slug)
        self._claims = defaultdict[str, dict[Key, int]](dict)
        for entry in names.entries():
            # A name that several places share is none of their spellings.
            self._claim(skeleton(fold(entry.name)), entry.geonames_id or entry.slug, _NAME)

    def add(self, place: Place) -> None:
        """Add what a place claims."""
        for spelling, (_, strength) in _spellings(place).items():
            self._claim(skeleton(spelling), place.geonames_id, strength)

    def free_slug(self, place: Place) -> str:
        """Return a place's slug; followed by its GeoNames number where it stands for another place, or may."""
        look = skeleton(fold(place.slug))
        others = (key for key, strength in self._claims[look].items() if strength >= _NAME)
        if look not in self._holders and all(key == place.geonames_id for key in others):
            return place.slug
        return f"{place.slug}-{place.geonames_id}"

    def against(self, place: Place, spelling: str) -> tuple[Reason | None, Iterable[Key]]:
        """Return why a spelling is not a new place's, with the keys of the others; no reason where it is."""
        look = skeleton(spelling)
        if holders := self._holders.get(look):
            return Reason.TAKEN, holders
        claims = self._claims[look]
        strongest = [key for key, strength in claims.items() if strength == max(claims.values())]
        others = [key for key in strongest if key != place.geonames_id]
        if not others:
            return None, ()
        return (Reason.SHARED if len(others) < len(strongest) else Reason.WEAKER), others

    def _claim(self, look: str, key: Key, strength: int) -> None:
        claims = self._claims[look]
        claims[key] = max(strength, claims.get(key, 0))


def _spellings(place: Place) -> dict[str, tuple[str, int]]:
    """Return the folded spellings of a place, with each as written and how strong the place's claim on it is."""
    spellings: dict[str, tuple[str, int]] = {fold(place.slug): (place.slug, _SLUG)}
    for written, strength in ((place.name, _NAME), *((alias, _ALIAS) for alias in place.aliases)):
        spellings.setdefault(fold(written), (written, strength))
    for folded in tuple(spellings):
        for spelling in with_articles(folded):
            spellings.setdefault(spelling, (spelling, _WITHOUT_ARTICLE))
    return spellings


def _stands(place: Place, names: Names[LocationEntry]) -> bool:
    """Return whether a place without a GeoNames number stands that is spelt alike, in the same country and near."""
    for spelling in _spellings(place):
        entry = names.get(spelling)
        if entry is not None and entry.geonames_id is None and entry.country == place.country:
            north = entry.lat - place.lat
            east = (entry.lon - place.lon) * math.cos(math.radians(place.lat))
            if math.hypot(north, east) * _KM_OF_DEGREE <= entry.precision_km:
                return True
    return False


def _shipped_before(
    names: Names[LocationEntry], numbers: set[int | None], places: Iterable[Place]
) -> Iterator[Place]:
    """Yield what the gazetteers that ship hold of places that stand: these claim spellings that they did not get."""
    of_load = {place.geonames_id for place in places}
    for country in sorted({entry.country for entry in names.entries()}.intersection(gazetteers.countries())):
        for place in gazetteers.load(country):
            if place.geonames_id in numbers and place.geonames_id not in of_load:
                yield place


def _version(place: Place) -> Mapping[str, object]:
    return {
        "name": place.name,
        "country": place.country,
        "lat": place.lat,
        "lon": place.lon,
        "precision_km": place.precision_km,
        "geonames_id": place.geonames_id,
    }
