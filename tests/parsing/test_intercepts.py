"""What was shot down or sunk: an effect of its own, and never a number of strikes."""

import pytest

from app.parsing import parse_release
from app.vocabulary.effects import Effect
from tests.parsing.facts import kinds, lines


def effects(text: str) -> list[tuple[Effect, str, str]]:
    """List effect, verb and category of each tally."""
    return [
        (tally.effect, tally.verb, tally.category)
        for line in parse_release(text).lines
        for tally in line.tallies
    ]


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("struck a hut and shot down a drone", "shot down"),
        ("struck a hut, shooting down a drone", "shot down"),
        ("struck a hut and intercepted a drone", "intercepted"),
        ("struck a hut, intercepting a drone", "intercepted"),
        ("struck a hut and downed a drone", "downed"),
        ("struck a hut, downing a drone", "downed"),
        ("struck a hut and a drone was shot down", "shot down"),
    ],
)
def test_shot_down_is_intercepted(words: str, verb: str) -> None:
    """Verbs, participles and passives of an interception keep their verb, beside the other effects of the line."""
    assert effects(f"Near Orta, one strike {words}.") == [
        (Effect.ENGAGED, "struck", "hut"),
        (Effect.INTERCEPTED, verb, "drone"),
    ]


@pytest.mark.parametrize(("words", "verb"), [("sank", "sank"), ("hit a hut, sinking", "sank")])
def test_sunk_is_destroyed(words: str, verb: str) -> None:
    """A boat that sank was destroyed, and the verb is kept."""
    assert effects(f"Near Orta, one strike {words} a boat.")[-1] == (Effect.DESTROYED, verb, "boat")
    assert effects("Near Orta, a boat was sunk in one strike.") == [(Effect.DESTROYED, "sunk", "boat")]


def test_interception_makes_no_number_of_strikes() -> None:
    """Drones that aircraft shot down are a line without a number of strikes."""
    text = "Coalition aircraft near Orta shot down two drones and a cruise missile, officials said."
    assert lines(text) == [
        (None, "Orta", None, [("shot down", 2, "drone"), ("shot down", 1, "cruise missile")])
    ]


def test_interception_that_failed_is_not_counted() -> None:
    """A drone that a strike did not shoot down is remarked."""
    text = "Near Orta, one strike hit a hut and did not shoot down a drone."
    assert [kind for kind, _ in kinds(text)] == ["not_counted"]
    assert effects(text) == [(Effect.ENGAGED, "hit", "hut")]


@pytest.mark.parametrize(
    "words",
    ["hit the wreck of a downed helicopter", "hit a hut and two jets were shot down by ISIL fighters"],
)
def test_what_others_shot_down_is_no_effect(words: str) -> None:
    """A participle before a noun describes it, and what the enemy did is no effect of a strike."""
    assert Effect.INTERCEPTED not in {effect for effect, _, _ in effects(f"Near Orta, one strike {words}.")}


@pytest.mark.parametrize("word", ["owned", "drowned"])
def test_words_like_downed_are_no_slips(word: str) -> None:
    """Words that one letter keeps from "downed" are words of their own."""
    tallies = effects(f"Near Orta, one strike hit a hut, and {word} two boats.")
    assert Effect.INTERCEPTED not in {effect for effect, _, _ in tallies}
