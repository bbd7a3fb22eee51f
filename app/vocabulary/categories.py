"""Target categories: the tree, its families, and their synonyms.

The tree itself is `categories.csv`. Its columns:

- `slug`, `name`: of one category; slugs are ASCII, lower case, hyphens, and never reused.
- `parent`: the slug of a broader category, or empty. A child *is a* kind of its parent, since a filter by
  category takes descendants: a tactical vehicle is a vehicle; a tank, a dump truck and a vehicle-borne bomb
  are counted separately.
- `family`: a slug of `FAMILIES`: what belongs together without being the same. A child shares its parent's
  family, with one exception: an armored vehicle is a vehicle, and stands with the tanks in `armor`.
- `kind`: one of `KINDS`; people, units and terrain are not equipment, and are never added to it.
- `synonyms`: other phrases for it, singular, separated by `|`; each is looked up by `fold`, so that plurals,
  hyphens, owners and common abbreviations need no line of their own.

An unknown phrase is not forced into the tree: `match` returns None, and the phrase awaits an analyst.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from rapidfuzz.distance import OSA

from app.vocabulary.normalize import MOST_WORDS, fold

__all__ = ["FAMILIES", "KINDS", "Category", "Match", "fold", "load", "match"]

FAMILIES: dict[str, str] = {
    "vehicles": "Vehicles that carry people, goods or a gun: cars, trucks, motorcycles, trailers.",
    "armor": "Tanks, armored vehicles and armored personnel carriers.",
    "heavy-equipment": "Machines that dig, lift or build: excavators, bulldozers, loaders, dump trucks.",
    "watercraft": "Boats, ships, barges and ferries, drone boats too, and the docks and ports that serve them.",
    "weapons": "Guns, mortars, artillery, rockets, missiles, launchers, radars, air defense, and the fire from them.",
    "ied": "Improvised explosive devices, in vehicles too, and the places that make or store them.",
    "positions": "Places to fight, watch or hide: firing positions, bunkers, tunnels, trenches, berms.",
    "staging": "Places to gather, sleep or train: staging areas, bed-down locations, camps.",
    "buildings": "Buildings, structures and compounds whose use no other family covers.",
    "command": "Headquarters, command and control, communications, media, recruiting and finance.",
    "supply": "Caches, stores, logistics and factories, other than those for bombs (`ied`) and fuel (`oil`).",
    "oil": "Oil, fuel and gas: wells, pumps, refineries, tanks, and the trucks and trailers that carry it.",
    "infrastructure": "Bridges, roads, supply routes, dams, power, water, railways and airfields.",
    "units": "Groups of fighters struck as one target: tactical units, weapons teams, cells.",
    "people": "Persons counted one by one: fighters, snipers, suicide bombers, leaders.",
    "terrain": "Ground, and what was denied on it: access, advantage, movement.",
    "equipment": "Equipment of no stated type, drones and other aircraft, decoys.",
}

KINDS = frozenset({"equipment", "structure", "position", "unit", "person", "terrain", "other"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names that earlier versions shipped for a category, and that mean another thing or no single one: a convoy is no
# vehicle. `migrate` takes them back, unless an analyst gave them.
WITHDRAWN: dict[str, tuple[str, ...]] = {
    "vehicle": (
        "vehicle convoy",
        "convoy",
        "convoy of vehicles",
    ),
    "motorcycle": (
        "all-terrain vehicle",
        "ATV",
    ),
    "armored-personnel-carrier": (
        "infantry fighting vehicle",
        "BMP",
    ),
    "ferry": (
        "raft",
        "pontoon",
    ),
    "boat-dock": ("boat factory",),
    "watercraft": ("amphibious vehicle",),
    "aircraft": (
        "helicopter",
        "attack helicopter",
    ),
    "missile": ("missile launcher",),
    "minefield": (
        "mine",
        "land mine",
        "landmine",
    ),
    "tunnel": ("underground facility",),
    "spider-hole": (
        "hide site",
        "hideout",
        "hide-out",
        "hide",
        "hiding place",
        "hiding site",
    ),
    "safe-house": (
        "meeting place",
        "meeting site",
        "meeting location",
        "meeting facility",
        "meeting area",
        "fighter meeting facility",
    ),
    "barracks": (
        "base",
        "military base",
        "army base",
        "military camp",
        "military installation",
        "military complex",
        "military compound",
        "fort",
    ),
    "oil-refinery": (
        "crude oil still",
        "oil still",
        "still",
        "crude oil distillery",
        "crude still",
        "refinery still",
        "oil refinement tank",
        "oil refinement still",
    ),
    "oil-storage-facility": (
        "oil tanker staging area",
        "oil truck staging area",
        "oil tanker parking area",
        "oil tanker truck staging area",
    ),
    "fuel-cache": (
        "oil drum",
        "fuel drum",
        "oil barrel",
        "fuel barrel",
    ),
    "dam": (
        "canal",
        "dike",
        "levee",
    ),
    "water-tank": (
        "water pump",
        "water treatment plant",
        "water facility",
        "water plant",
    ),
    "ammunition-cache": ("ammunition",),
    "mortar": ("mortar round",),
}


# Single words that carry a phrase alone: whatever stands before "bridge", the thing is a bridge. Words that
# mean another thing with another word before them (tank, mortar, bomb, gun, system, team) must never come in.
_SAFE_HEADS = _words(
    """area barge barrack berm boat bridge building bulldozer bunker cache cave checkpoint compound
    crane culvert encampment excavator facility factory fighter generator headquarter helicopter howitzer
    missile motorcycle obstacle pipeline position pumpjack radar refinery road ship sniper structure
    submarine trailer trench truck tunnel uav vehicle warehouse watercraft wellhead""",
)

# Words that name a place by its use alone; what is made, stored or done there decides the category.
_PLACES = _words(
    """area base building cache center complex compound depot facility factory garage hub lab
    laboratory location node plant shop site stockpile storage store warehouse workshop yard""",
)
_MAKING = _words(
    "assembly construction fabrication factory lab laboratory making manufacturing plant production workshop"
)
_KEEPING = _words("depot stockpile storage store warehouse")


class _Use(NamedTuple):
    """The categories of places with one of these words: that make it, store it, cache it, or none of these."""

    words: frozenset[str]
    making: str
    keeping: str
    caching: str
    other: str


def _use(words: str, making: str, keeping: str = "", caching: str = "", other: str = "") -> _Use:
    """Return a use; what is not given is as before."""
    keeping = keeping or making
    return _Use(_words(words), making, keeping, caching or keeping, other or keeping)


# The first row with a word of the phrase decides, so bombs stand first: a VBIED store is no mere store.
_USES = (
    _use("vbied", "vbied-factory", "vbied-facility"),
    _use("hme", "hme-facility", "home-made-explosives-cache", other="hme-facility"),
    _use("bomb hbied ied", "ied-factory", "ied-cache", other="ied-facility"),
    _use("training", "training-camp"),
    _use("staging", "staging-area"),
    _use("uav", "weapons-factory", "uav-site", "weapons-cache", "uav-site"),
    _use("ammunition", "weapons-factory", "ammunition-cache"),
    _use(
        "arm artillery chemical grenade gun missile mortar rifle rocket rpg weapon",
        *("weapons-factory", "weapons-storage-facility", "weapons-cache", "weapons-facility"),
    ),
    _use("explosive", "ied-factory", "home-made-explosives-cache", other="hme-facility"),
    _use(
        "crude fuel lubricant oil petroleum",
        *("oil-infrastructure", "oil-storage-facility", "fuel-cache", "oil-infrastructure"),
    ),
    _use("cash finance financial money", "financial-center"),
    _use("media propaganda", "media-center"),
    _use("communication radio telecommunication", "communications-facility"),
    _use("logistic resupply supply", "factory", "logistics-facility", "supply-cache", "logistics-facility"),
)
_SUBJECTS = frozenset(word for use in _USES for word in use.words)

# A number within a phrase is the splitter's mistake, and guessing on would lose a tally.
_NUMBERS = _words("one two three four five six seven eight nine ten eleven twelve dozen hundred")

# Words that turn a thing into another thing. A phrase with one of them is known whole or not at all.
_TURNING = _words(
    "anti booby coalition decoy dummy fake friendly laden mock partner rigged suicide vbied hbied ied hme",
)

# Those of them that a place of use has a category for.
_BOMBS = _words("vbied hbied ied hme")

# A phrase may continue with where the thing was or what it was for; the target stands before these words.
_TAILS = _words(
    """along around associated at belonging by carrying constructing containing emplacing for from
    hauling held hiding holding housing in inside involved located manning moving near of on
    operated outside preparing that to towing transporting under used using which while who with""",
)

# The shortest word in which one wrong letter is forgiven; in shorter ones a letter makes another word.
_FORGIVING_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Category:
    """One category. Columns are those of `categories.csv`; `parent` is None at the top of the tree."""

    slug: str
    name: str
    parent: str | None
    family: str
    kind: str
    synonyms: tuple[str, ...]

    def keys(self) -> frozenset[str]:
        """Return the lookup keys of the category: its folded slug, name and synonyms."""
        return frozenset(map(fold, (self.slug, self.name, *self.synonyms)))


@dataclass(frozen=True, slots=True)
class Match:
    """The category that a phrase means. `exact` is False where a rule, not the vocabulary, decides it."""

    slug: str
    exact: bool


@cache
def load() -> tuple[Category, ...]:
    """Return the categories in the order of `categories.csv`, parents before their children.

    Raises KeyError when a column is missing.
    """
    text = files("app.vocabulary").joinpath("categories.csv").read_text(encoding="utf-8")
    return tuple(
        Category(
            slug=row["slug"],
            name=row["name"],
            parent=row["parent"] or None,
            family=row["family"],
            kind=row["kind"],
            synonyms=tuple(synonym for synonym in row["synonyms"].split("|") if synonym),
        )
        for row in csv.DictReader(text.splitlines())
    )


def match(phrase: str) -> Match | None:
    """Return the category that a phrase means, or None where nobody should guess.

    Reads a target's words without its number: "ISIL-held buildings", "homemade explosives cache".
    In order: the phrase itself; the phrase with one letter mended in its long words; a place known by its use
    ("rocket assembly site"); the broader thing that the last words name ("dirt road" is a road); the words
    before "along", "used to" and the like. Only the first is `exact`. Two things joined by "and" are None,
    for they are two tallies; so is a phrase that still holds a number, or more than MOST_WORDS.
    """
    key = fold(phrase)
    if slug := _slugs().get(key):
        return Match(slug, exact=True)
    words = key.split()
    if (
        0 < len(words) <= MOST_WORDS
        and not _NUMBERS.intersection(words)
        and not any(word.isdigit() for word in words)
    ):
        for guess in (_mended, _place_of_use, _ending, _before_tail):
            if slug := guess(words):
                return Match(slug, exact=False)
    return None


@cache
def _slugs() -> dict[str, str]:
    """Return the slug behind each key."""
    return {key: category.slug for category in load() for key in category.keys()}  # noqa: SIM118 - not a dict's


@cache
def _long_words() -> frozenset[str]:
    """Return the words of all keys that are long enough to be recognised in spite of one wrong letter."""
    return frozenset(word for key in _slugs() for word in key.split() if len(word) >= _FORGIVING_LENGTH)


def _mended(words: list[str]) -> str | None:
    """Return the category of the phrase with its misspelt words mended, if each can be only one word."""
    mended = []
    for word in words:
        near = [word] if word in _long_words() or len(word) < _FORGIVING_LENGTH else _near(word)
        if len(near) != 1:
            return None
        mended += near
    slug = _slugs().get(fold(" ".join(mended)))
    return slug if mended != words else None


def _near(word: str) -> list[str]:
    return [other for other in _long_words() if OSA.distance(word, other, score_cutoff=1) == 1]


def _place_of_use(words: list[str]) -> str | None:
    """Return the category of a place named by its use: "rocket assembly site" is a weapons factory."""
    *before, head = words
    if head not in _PLACES or not _guessable(before, _BOMBS):
        return None
    use = next((use for use in _USES if not use.words.isdisjoint(before)), None)
    if use is None or head == "cache":
        return use and use.caching
    if not _MAKING.isdisjoint(words):
        return use.making
    return use.other if _KEEPING.isdisjoint(words) else use.keeping


def _ending(words: list[str]) -> str | None:
    """Return the category of the longest ending that is one, or None where the words before change it."""
    for start in range(1, len(words)):
        before, ending = words[:start], " ".join(words[start:])
        slug = _slugs().get(ending)
        if slug and (start < len(words) - 1 or ending in _SAFE_HEADS):
            if slug == "tactical-unit":
                # Units are counted by size: a large assault unit is a large unit.
                slug = next((f"{size}-{slug}" for size in ("large", "small") if size in before), slug)
            return slug if _guessable(before) else None
    return None


def _guessable(before: list[str], allowed: frozenset[str] = frozenset()) -> bool:
    """Return whether the words before an ending leave it what it is.

    They do not when one of them turns it into another thing, when the ending belongs to a description, or
    when "and" joins it to a thing of its own: a bunker and storage facility are two things, a rocket and
    mortar store is one.
    """
    if not before or not _TURNING.difference(allowed).isdisjoint(before) or not _TAILS.isdisjoint(before):
        return False
    if "and" not in before:
        return True
    first = before[: before.index("and")]
    return before[-1] != "and" and (
        " ".join(first) not in _slugs() or (len(first) == 1 and first[0] in _SUBJECTS)
    )


def _before_tail(words: list[str]) -> str | None:
    """Return the category of what stands before the first word that begins a description."""
    tail = next((at for at, word in enumerate(words) if word in _TAILS), 0)
    category = match(" ".join(words[:tail])) if tail else None
    return category.slug if category else None
