"""Who did what: in a sentence of strikes, only what they did is counted."""

import pytest

from tests.parsing.facts import Tally, kinds, lines, targets


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "a hut, and a truck and two sheds were damaged",
            [("destroyed", "hut"), ("damaged", "truck", "shed")],
        ),
        (
            "a hut, and a truck, a gun and two sheds were damaged",
            [("destroyed", "hut"), ("damaged", "truck", "gun", "shed")],
        ),
        (
            "a hut, and a truck, a gun, and two sheds were damaged",
            [("destroyed", "hut"), ("damaged", "truck", "gun", "shed")],
        ),
        (
            "a hut and a truck, and two sheds were damaged",
            [("destroyed", "hut", "truck"), ("damaged", "shed")],
        ),
        ("a hut and two sheds were damaged", [("destroyed", "hut"), ("damaged", "shed")]),
        ("a hut; a truck and two sheds were damaged", [("destroyed", "hut"), ("damaged", "truck", "shed")]),
    ],
)
def test_targets_before_their_verb_belong_to_it(words: str, expected: list[tuple[str, ...]]) -> None:
    """All nouns before a passive verb, back to where its clause begins, are its targets."""
    found: dict[str, list[str]] = {}
    for verb, _, category in targets(f"destroyed {words}."):
        found.setdefault(verb, []).append(category)
    assert found == {verb: categories for verb, *categories in expected}


@pytest.mark.parametrize(
    "subject",
    [
        "a drone and two jets",
        "drones and two jets",
        "a drone and jets",
        "a drone, two jets and a tanker",
        "a drone, two jets, and a tanker",
    ],
)
@pytest.mark.parametrize(
    "deed", ["watched the road", "fired on a patrol", "were captured by soldiers", "attacked a base"]
)
def test_no_part_of_another_subject_is_a_target(subject: str, deed: str) -> None:
    """None of the nouns of a subject is a target of the verb before, and a remark covers them."""
    text = f"- Near Vero, one strike destroyed a hut, and {subject} {deed}."
    assert [tallies for _, _, _, tallies in lines(text)] == [[("destroyed", 1, "hut")]]
    assert any(kind in {"unread", "not_counted"} and subject in words for kind, words in kinds(text)) or (
        "not_counted",
        f"{deed}.",
    ) in kinds(text)


INTRANSITIVE = [
    "patrolled along the border",
    "searched for survivors",
    "returned to base",
    "remained on station",
]


@pytest.mark.parametrize("deed", INTRANSITIVE)
def test_a_verb_without_object_makes_no_target_of_its_subject(deed: str) -> None:
    """Behind a verb that has no object its subject is not taken for a target that a participle describes."""
    assert targets(f"destroyed a hut, and two jets {deed}.") == [("destroyed", 1, "hut")]


def test_what_somebody_plans_is_no_target() -> None:
    """A plan to destroy destroys nothing, and who plans was not hit."""
    assert targets("destroyed a hut, and the group plans to destroy 30 bridges.") == [("destroyed", 1, "hut")]


OTHERS = "Snipers|A flood|The cartel|Unknown men|A suicide bomber|Russian jets|Villagers|An ambush|Three boats".split(
    "|"
)


@pytest.mark.parametrize("who", OTHERS)
def test_what_anybody_but_the_strikes_did_is_not_counted(who: str) -> None:
    """Nothing of it is a tally, before the strikes or behind them, and its numbers are remarked."""
    before = f"{who} burned a farm and destroyed 40 trucks in Orta, and two strikes near Vero, Mali, destroyed a hut."
    behind = f"Near Vero, Mali, two strikes destroyed a hut, and {who[0].lower()}{who[1:]} killed 40 people."
    hut: list[Tally] = [("destroyed", 1, "hut")]
    for text in (before, behind):
        assert lines(text) == [("ML", "Vero", 2, hut)]
        assert any("40" in words for _, words in kinds(text))


@pytest.mark.parametrize(
    "between",
    [
        "",
        " since early Monday",
        " after midnight",
        " in the past 24 hours",
        " by coalition jets",
        ", as well as ones near Orta,",
    ],
)
def test_strikes_are_the_subject_past_what_stands_between(between: str) -> None:
    """Days, places and means between the strikes and their verb do not make somebody else of them."""
    [line] = lines(f"Two strikes near Vero, Mali,{between} destroyed a hut.".replace(",,", ","))
    assert line[3] == [("destroyed", 1, "hut")]


@pytest.mark.parametrize("whose", ["of the regime", "by regime jets"])
def test_strikes_of_a_regime_are_nobody_s_results(whose: str) -> None:
    """Strikes that somebody else carried out make no line, beside those that count."""
    text = f"A school was hit by two strikes {whose} near Orta, Syria, while one strike near Vero, Syria, hit a hut."
    assert lines(text) == [("SY", "Vero", 1, [("hit", 1, "hut")])]
