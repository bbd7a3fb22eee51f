"""What the vocabulary of targets promises: one meaning a phrase, a sound tree, unlike things apart."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.categories import FAMILIES, KINDS, WITHDRAWN, Category, Match, fold, load, match
from app.vocabulary.normalize import MOST_WORDS

# Real releases with checked labels lie beside the repository, not in it.
DATA = Path(
    os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data"),
)

BY_SLUG = {category.slug: category for category in load()}


def slug_of(phrase: str) -> str | None:
    found = match(phrase)
    return found.slug if found else None


def ancestors(category: Category) -> list[str]:
    return [] if category.parent is None else [category.parent, *ancestors(BY_SLUG[category.parent])]


def test_keys_mean_one_category() -> None:
    """No key belongs to two categories."""
    owners: dict[str, set[str]] = {}
    for category in load():
        for key in category.keys():  # noqa: SIM118 - not a dict's
            owners.setdefault(key, set()).add(category.slug)
    assert {key: slugs for key, slugs in owners.items() if len(slugs) > 1} == {}


def test_parents_come_before_children() -> None:
    """Reading the list in order, a parent is known before its children."""
    seen: set[str | None] = {None}
    for category in load():
        assert category.parent in seen, category
        seen.add(category.slug)


def test_families_and_kinds_are_known() -> None:
    """Every category has a family and a kind of the fixed lists, and every family has categories."""
    assert {category.family for category in load()} == set(FAMILIES)
    assert {category.kind for category in load()} <= KINDS


def test_children_share_the_family_of_their_parent() -> None:
    """Only the armored vehicle stands in another family than its parent."""
    apart = {c.slug for c in load() if c.parent and BY_SLUG[c.parent].family != c.family}
    assert apart == {"armored-vehicle"}


@given(st.sampled_from(load()))
def test_category_matches_its_own_words(category: Category) -> None:
    """A slug, name and synonym lead back to their category, exactly."""
    for words in (category.slug, category.name, *category.synonyms):
        assert match(words) == Match(category.slug, exact=True)


@given(st.text())
def test_fold_is_idempotent(phrase: str) -> None:
    """Folding a folded phrase changes nothing."""
    assert fold(fold(phrase)) == fold(phrase)


@given(st.lists(st.sampled_from(sorted({word for c in load() for key in c.keys() for word in key.split()}))))  # noqa: SIM118 - keys is a member of categories
def test_fold_is_idempotent_on_the_words_of_releases(words: list[str]) -> None:
    """Folding settles whatever known words follow each other."""
    phrase = " ".join(words)
    assert fold(fold(phrase)) == fold(phrase)


@given(st.text())
def test_match_answers_any_text(phrase: str) -> None:
    """Whatever the text, the response is a category of the list or none."""
    found = match(phrase)
    assert found is None or found.slug in BY_SLUG


@pytest.mark.parametrize(
    ("phrase", "slug"),
    [
        ("heavy equipment vehicle", "heavy-equipment-vehicle"),
        ("heavy-equipment vehicle", "heavy-equipment-vehicle"),
        ("front-end loader", "front-end-loader"),
        ("VBIEDs", "vbied"),
        ("vehicle-borne bomb", "vbied"),
        ("vehicle borne improvised explosive device (VBIED)", "vbied"),
        ("vehicle borne IED", "vbied"),
        ("car bombs", "vbied"),
        ("vehicle-borne-bomb facility", "vbied-facility"),
        ("other equipment", "other-equipment"),
        ("ISIL-held building", "building"),
        ("air defense artillery system", "anti-air-artillery-system"),
        ("anti-air artillery system", "anti-air-artillery-system"),
        ("oil well-heads", "oil-wellhead"),
        ("pumpjacks", "oil-pumpjack"),
        ("dozer", "bulldozer"),
        ("check points", "checkpoint"),
        ("ammunitions cache", "ammunition-cache"),
        ("HME cache", "home-made-explosives-cache"),
        ("home-made explosives (HME) cache", "home-made-explosives-cache"),
        ("C2 nodes", "command-and-control-node"),
        ("ISIS lines of communication", "supply-route"),
        ("petroleum, oil, and lubricants site", "oil-infrastructure"),
        ("inoperable Coalition equipment", "other-equipment"),
    ],
)
def test_wordings_of_one_thing_are_one(phrase: str, slug: str) -> None:
    """A spelling, gloss or renaming of later years leads to the same category, exactly."""
    assert match(phrase) == Match(slug, exact=True)


@pytest.mark.parametrize(
    "phrases",
    [
        ["VBIED", "VBIED factory", "VBIED storage facility", "VBIED decoy", "IED", "house-borne IED"],
        ["tank", "oil storage tank", "water tank", "tanker truck", "anti-tank weapon", "anti-tank ditch"],
        [
            "mortar",
            "mortar system",
            "mortar position",
            "mortar team",
            "mortar tube",
            "mortar firing position",
        ],
        ["tunnel", "tunnel entrance", "tunnel system", "cave", "tunnels and caves"],
        ["tanker truck", "fuel tanker", "oil tanker truck", "oil tanker trailer", "truck"],
        ["tactical unit", "large tactical unit", "small tactical unit", "tactical vehicle", "fighter"],
        ["vehicle", "heavy equipment vehicle", "dump truck", "armored vehicle", "supply vehicle"],
        ["weapons cache", "ammunition cache", "supply cache", "weapons storage facility", "weapons factory"],
        [
            "rocket",
            "rocket rail",
            "rocket system",
            "rocket position",
            "rocket-propelled grenade",
            "rocket team",
        ],
        ["terrain", "access to terrain", "tactical advantage", "avenue of approach"],
        ["heavy machine gun", "light machine gun", "machine gun", "heavy machine gun position"],
        ["command and control node", "command and control center", "headquarters"],
    ],
    ids=lambda phrases: phrases[0],
)
def test_unlike_things_stay_apart(phrases: list[str]) -> None:
    """Things that share a word are categories of their own."""
    slugs = [slug_of(phrase) for phrase in phrases]
    assert None not in slugs
    assert len(set(slugs)) == len(phrases)


@pytest.mark.parametrize(
    ("phrase", "family"),
    [
        ("VBIED factory", "ied"),
        ("oil storage tank", "oil"),
        ("tanker truck", "oil"),
        ("water tank", "infrastructure"),
        ("tank", "armor"),
        ("anti-tank weapon", "weapons"),
        ("mortar position", "positions"),
        ("mortar team", "units"),
        ("sniper", "people"),
        ("supply route", "infrastructure"),
        ("access to terrain", "terrain"),
        ("barge", "watercraft"),
        ("excavator", "heavy-equipment"),
    ],
)
def test_family_is_what_readers_expect(phrase: str, family: str) -> None:
    """Each of the often confused targets stands in its own family."""
    assert BY_SLUG[slug_of(phrase) or ""].family == family


@pytest.mark.parametrize(
    "slug", ["tank", "dump-truck", "vbied", "heavy-equipment-vehicle", "oil-tanker-truck"]
)
def test_vehicle_takes_no_surprising_descendants(slug: str) -> None:
    """A filter for vehicles does not add what releases count beside them."""
    assert "vehicle" not in ancestors(BY_SLUG[slug])


def test_vehicle_takes_its_refinements() -> None:
    """A filter for vehicles takes tactical vehicles, technicals and motorcycles."""
    assert all(
        "vehicle" in ancestors(BY_SLUG[slug]) for slug in ("tactical-vehicle", "armed-vehicle", "motorcycle")
    )


@pytest.mark.parametrize(
    ("phrase", "slug"),
    [
        ("dirt road", "road"),
        ("rocket assembly site", "weapons-factory"),
        ("underground storage facility", "storage-facility"),
        ("VBIED repair and storage garage", "vbied-facility"),
        ("large ISIS assault unit", "large-tactical-unit"),
        ("excavater", "excavator"),
        ("bridge along a supply route", "bridge"),
        ("building used as a staging area", "building"),
        ("truck hauling fighters", "truck"),
        ("oil and fuel depot", "oil-storage-facility"),
    ],
)
def test_rule_finds_the_broader_thing(phrase: str, slug: str) -> None:
    """Where only a rule knows the phrase, the response says that it is not exact."""
    assert match(phrase) == Match(slug, exact=False)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "separate",
        "others",
        "fish tank",
        "think tank",
        "inflatable mortar",
        "tank and mortar",
        "bunker and storage facility",
        "three tanks",
        "two large and four small tactical units",
        "decoy bridge",
        "coalition vehicle",
        "flying saucer",
    ],
)
def test_doubtful_phrase_is_not_guessed(phrase: str) -> None:
    """A phrase that may mean another thing, or two things, waits for an analyst."""
    assert match(phrase) is None


@pytest.mark.skipif(not DATA.is_dir(), reason="labelled releases are not there; set STRIKELEDGER_TEST_DATA")
def test_labelled_categories_are_covered() -> None:
    """Of the categories in checked labels, weighted by mentions, at least 98 % are found exactly."""
    mentions = Counter[str]()
    for path in sorted((DATA / "labels").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["entries"]:
            mentions.update(tally["category"] for tally in entry["tallies"])
    found = Counter({phrase: n for phrase, n in mentions.items() if (hit := match(phrase)) and hit.exact})
    assert found.total() >= 0.98 * mentions.total(), mentions - found


@pytest.mark.parametrize(
    "phrase",
    [
        "separate " * MOST_WORDS + "tanks",
        "separate-" * MOST_WORDS + "tanks",
        "\ufdfa" * MOST_WORDS + "tanks",
        "suicide " * (MOST_WORDS - 1) + "vbieds",
    ],
    ids=["words", "hyphens", "ligatures", "rewriting without end"],
)
def test_long_phrases_are_only_cut_into_words(phrase: str) -> None:
    """More words than any target has, also out of few characters, are not rewritten."""
    folded = fold(phrase)
    assert folded.endswith("s")
    assert len(folded.split()) >= MOST_WORDS
    assert fold(folded) == folded


def test_long_phrases_mean_nothing() -> None:
    """No category is guessed from more words than any target has."""
    assert match("glass " * (MOST_WORDS - 2) + "storage tank") is not None
    assert match("glass " * (MOST_WORDS - 1) + "storage tank") is None


@pytest.mark.parametrize(
    ("phrase", "slug"),
    [
        ("anti-ship cruise missiles", "anti-ship-missile"),
        ("land-attack cruise missile", "cruise-missile"),
        ("medium-range ballistic missiles", "ballistic-missile"),
        ("SAMs", "surface-to-air-missile"),
        ("surface-to-air missile", "surface-to-air-missile"),
        ("air-defence systems", "anti-air-weapon"),
        ("air defense system", "anti-air-weapon"),
        ("launcher", "launcher"),
        ("mobile missile launchers", "missile-launcher"),
        ("radars", "radar"),
        ("radar station", "radar-site"),
        ("one-way attack drones", "uav"),
        ("OWA UAVs", "uav"),
        ("loitering munition", "uav"),
        ("ground control station", "ground-control-station"),
        ("USV", "unmanned-surface-vessel"),
        ("uncrewed surface vehicles", "unmanned-surface-vessel"),
        ("drone boats", "unmanned-surface-vessel"),
        ("UUVs", "unmanned-underwater-vehicle"),
        ("underwater drone", "unmanned-underwater-vehicle"),
        ("vessels", "watercraft"),
        ("speedboat", "boat"),
        ("warship", "ship"),
        ("harbour", "port"),
        ("helicopters", "helicopter"),
        ("naval mine", "naval-mine"),
    ],
)
def test_sea_air_and_air_defense_are_known(phrase: str, slug: str) -> None:
    """Targets at sea, in the air and of air defense are known, also abbreviated and in British spelling."""
    assert match(phrase) == Match(slug, exact=True)


@pytest.mark.parametrize(
    ("phrase", "broader"),
    [
        ("drone boat", "watercraft"),
        ("cruise missile", "missile"),
        ("missile launcher", "launcher"),
        ("helicopter", "aircraft"),
        ("speedboat", "watercraft"),
    ],
)
def test_filter_takes_the_kinds_of_a_thing(phrase: str, broader: str) -> None:
    """A narrower thing stands below the broader one."""
    found = BY_SLUG[slug_of(phrase) or ""]
    assert broader in [found.slug, *ancestors(found)]


@pytest.mark.parametrize(
    "phrases",
    [
        ["hideout", "spider hole", "safe house", "meeting place"],
        ["oil still", "oil refinery", "oil storage tank", "oil drum"],
        ["missile", "missile launcher", "missile site"],
        ["land mine", "minefield", "naval mine"],
        ["barracks", "military base"],
        ["ammunition", "ammunition cache", "mortar"],
        ["canal", "dam", "levee"],
        ["water plant", "water tank"],
        ["motorcycle", "all-terrain vehicle"],
        ["radar", "radar site"],
        ["drone", "drone boat", "underwater drone", "drone launcher"],
    ],
    ids=lambda phrases: phrases[0],
)
def test_things_that_were_one_are_apart(phrases: list[str]) -> None:
    """A thing, its launcher, its site, its store and a part of it are categories of their own."""
    test_unlike_things_stay_apart(phrases)


@pytest.mark.parametrize(
    "phrase", ["convoy", "vehicle convoy", "convoy of vehicles", "column", "column of tanks"]
)
def test_group_of_things_is_no_single_thing(phrase: str) -> None:
    """A convoy is one group of vehicles and not one vehicle, so that no category counts it."""
    assert match(phrase) is None


def test_withdrawn_names_have_left_their_category() -> None:
    """What is taken from a category is none of its names any more."""
    for slug, names in WITHDRAWN.items():
        assert BY_SLUG[slug].keys().isdisjoint(map(fold, names))
