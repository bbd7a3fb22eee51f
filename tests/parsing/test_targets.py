"""What a verb's list of targets says: the tricky cases, each by an invented sentence."""

import pytest

from app.parsing import parse_release
from app.vocabulary.effects import Effect
from tests.parsing.facts import Tally, kinds, targets


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "struck a unit, destroyed a boat, a shed, damaged a hut.",
            [
                ("struck", 1, "unit"),
                ("destroyed", 1, "boat"),
                ("destroyed", 1, "shed"),
                ("damaged", 1, "hut"),
            ],
        ),
        ("destroyed a boat and destroyed a dam.", [("destroyed", 1, "boat"), ("destroyed", 1, "dam")]),
        (
            "hit a command and control node and a shed.",
            [("hit", 1, "command and control node"), ("hit", 1, "shed")],
        ),
        ("struck a main gas and oil separation plant.", [("struck", 1, "main gas and oil separation plant")]),
        (
            "destroyed a petroleum, oil, and lubricants site, and a hut.",
            [("destroyed", 1, "petroleum, oil, and lubricants site"), ("destroyed", 1, "hut")],
        ),
        (
            "struck two large and four small ISIL tactical units.",
            [("struck", 2, "large tactical unit"), ("struck", 4, "small tactical unit")],
        ),
        (
            "struck a large and a tactical ISIL unit.",
            [("struck", 1, "large unit"), ("struck", 1, "tactical unit")],
        ),
        (
            "destroyed two fighting and three mortar positions.",
            [("destroyed", 2, "fighting position"), ("destroyed", 3, "mortar position")],
        ),
        (
            "destroyed an ISIL weapons factory and barracks.",
            [("destroyed", 1, "weapons factory"), ("destroyed", (0, None), "barracks")],
        ),
        (
            "destroyed an ISIL boat and ISIL barge.",
            [("destroyed", 1, "boat"), ("destroyed", (0, None), "barge")],
        ),
        ("destroyed and ISIL hut.", [("destroyed", (0, None), "hut")]),
        ("destroyed an an ISIL hut.", [("destroyed", 1, "hut")]),
        (
            "engaged two ISIL tactial unit and destroyed a positon.",
            [("engaged", 2, "tactial unit"), ("destroyed", 1, "positon")],
        ),
        (
            "destroyed two boats and damaged another, damaged two others.",
            [("destroyed", 2, "boat"), ("damaged", 1, "boat"), ("damaged", 2, "boat")],
        ),
        (
            "destroyed a hut and a second hut and a separate ISIL-used hut.",
            [("destroyed", 1, "hut"), ("destroyed", 1, "hut"), ("destroyed", 1, "ISIL-used hut")],
        ),
        ("suppressed ISIL mortar fire.", [("suppressed", (0, None), "mortar fire")]),
        (
            "struck land features denying ISIL a tactical advantage and destroyed a hut.",
            [
                ("struck", (2, None), "land feature"),
                ("denied", (0, None), "tactical advantage"),
                ("destroyed", 1, "hut"),
            ],
        ),
        ("denied ISIL access to tactical terrain.", [("denied", (0, None), "access to tactical terrain")]),
        ("denied terrain to ISIL forces.", [("denied", (0, None), "terrain")]),
        ("destroyed a tunnel in support of the 1st Vero Division.", [("destroyed", 1, "tunnel")]),
        (
            "destroyed three huts at three separate sites and a boat.",
            [("destroyed", 3, "hut"), ("destroyed", 1, "boat")],
        ),
        ("disabled a bridge along an ISIL supply route.", [("disabled", 1, "bridge")]),
        ("struck ISIL earthen berms used to control water.", [("struck", (2, None), "earthen berm")]),
        (
            "struck an ISIL controlled command and control facility.",
            [("struck", 1, "command and control facility")],
        ),
        (
            "destroyed three ISIL occupied buildings and an ISIL used-bridge.",
            [("destroyed", 3, "ISIL occupied building"), ("destroyed", 1, "ISIL used-bridge")],
        ),
        ("destroyed two units, one of which was towing a gun.", [("destroyed", 2, "unit")]),
        (
            "struck heavy weapons to include two guns and a mortar.",
            [("struck", (0, None), "heavy weapon"), ("struck", 2, "gun"), ("struck", 1, "mortar")],
        ),
        ("damaged or destroyed three trucks.", [("damaged or destroyed", 3, "truck")]),
        ("struck and destroyed a depot.", [("destroyed", 1, "depot")]),
        ("resulted in the destruction of three trucks.", [("destroyed", 3, "truck")]),
        (
            "destroyed two vehicles three huts and a barge.",
            [("destroyed", 2, "vehicle"), ("destroyed", 3, "hut"), ("destroyed", 1, "barge")],
        ),
        (
            "destroyed a multiple rocket launcher vehicle.",
            [("destroyed", 1, "multiple rocket launcher vehicle")],
        ),
        ("destroyed a surface to air missile site.", [("destroyed", 1, "surface to air missile site")]),
        ("struck a small group of ISIL fighters.", [("struck", 1, "small group of fighters")]),
        ("destroyed two lines of communication.", [("destroyed", 2, "line of communication")]),
        (
            "destroyed three headquarters, two watercraft and two caches.",
            [("destroyed", 3, "headquarters"), ("destroyed", 2, "watercraft"), ("destroyed", 2, "cache")],
        ),
        (
            "destroyed an ISIL vehicle   borne improvised explosive device         (VBIED).",
            [("destroyed", 1, "vehicle borne improvised explosive device")],
        ),
        (
            "struck 12 separate ISIL units and 3 augmented huts.",
            [("struck", 12, "unit"), ("struck", 3, "augmented hut")],
        ),
        ("destroyed an \ufffc\ufffcISIL hut.", [("destroyed", 1, "hut")]),
    ],
)
def test_targets_of_a_verb(words: str, expected: list[Tally]) -> None:
    """Each target is read with its verb, its count and its category as written."""
    assert targets(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("two dozen", 24), ("a dozen", 12), ("a pair of", 2), ("eleven", 11), ("twenty-one", 21), ("1,204", 1204),
        ("one hundred and six", 106), ("an additional seven", 7), ("a total of 14", 14), ("another", 1),
        ("several", (2, None)), ("multiple", (2, None)), ("dozens of", (24, None)), ("a couple of", (2, None)),
        ("a number of", (2, None)), ("an undetermined number of", (0, None)), ("at least four", (4, None)),
        ("more than 20", (21, None)), ("up to 12", (0, 12)), ("fewer than four", (0, 3)), ("3-5", (3, 5)),
        ("three to five", (3, 5)), ("between two and six", (2, 6)), ("approximately 20", 20),
        ("nearly 30", 30), ("ISIL", (2, None)),
    ],
)  # fmt: skip
def test_count_of_targets(words: str, expected: int | tuple[int, int | None]) -> None:
    """A count's minimum is what its words prove, and an unknown maximum stays unknown."""
    assert targets(f"destroyed {words} boats.") == [("destroyed", expected, "boat")]


@pytest.mark.parametrize("words", ["other equipment", "ISIL equipment", "equipment"])
def test_no_number_and_no_plural_proves_nothing(words: str) -> None:
    """What has neither number nor plural counts zero to unknown, never one."""
    [(_, count, _)] = targets(f"destroyed {words}.")
    assert count == (0, None)


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("did not destroy three huts.", "not_counted", "did not destroy three huts."),
        ("failed to destroy three huts.", "not_counted", "failed to destroy three huts."),
        (
            "was claimed to have destroyed nine huts.",
            "not_counted",
            "was claimed to have destroyed nine huts.",
        ),
        ("may have destroyed nine huts.", "not_counted", "may have destroyed nine huts."),
        ("destroyed a hut and flattened two sheds.", "unread", "flattened two sheds."),
        ("destroyed 12 huts, including four sheds.", "included", "four sheds"),
        ("destroyed a truck carrying two guns and a mortar.", "unread", "a mortar"),
        ("destroyed about 20 huts.", "approximate", "20"),
        ("destroyed a truck each.", "unread", "a truck each"),
        ("hit a hut on three occasions.", "unread", "three occasions"),
        ("sank four boats, three on May 3 and one on May 4.", "unread", "one"),
        ("destroyed a hut and four damaged a boat.", "unread", "four"),
        ("stuck a hut.", "misspelling", "stuck"),
        ("struck a hut and destoryed two sheds.", "misspelling", "destoryed"),
        ("destroyed a barge and hut.", "no_number", "hut"),
    ],
)
def test_what_is_not_sure_is_remarked(sentence: str, kind: str, words: str) -> None:
    """Denials, unknown verbs, parts of a number already given and estimates are remarked, not counted."""
    assert (kind, words) in kinds(f"Near Vero, one strike {sentence}")


def test_a_misspelt_verb_is_read_as_the_one_meant() -> None:
    """A verb that one letter keeps from a known one is read where a verb must stand, and nowhere else."""
    assert targets("struk a hut, destoyed two sheds and damaged a truck.") == [
        ("struck", 1, "hut"),
        ("destroyed", 2, "shed"),
        ("damaged", 1, "truck"),
    ]


def test_nothing_denied_is_counted() -> None:
    """A denied or doubted effect leaves the others of its sentence as they are."""
    assert targets("destroyed a hut and did not destroy two boats.") == [("destroyed", 1, "hut")]
    assert targets("may have destroyed nine huts and damaged a boat.") == [("damaged", 1, "boat")]
    assert targets("destroyed 12 huts, including four sheds, and damaged three.") == [
        ("destroyed", 12, "hut"),
        ("damaged", 3, "hut"),
    ]


def test_effect_is_normalised_beside_the_verb() -> None:
    """The verb stays as written, and an open choice of two effects is neither."""
    [line] = parse_release(
        "Near Vero, a strike struck a hut, neutralized a boat, and damaged or destroyed a shed.",
    ).lines
    assert [(tally.effect, tally.verb) for tally in line.tallies] == [
        (Effect.ENGAGED, "struck"),
        (Effect.DISABLED, "neutralized"),
        (Effect.OTHER, "damaged or destroyed"),
    ]


def test_coalition_property_has_an_owner() -> None:
    """What was the coalition's or a partner's is told apart from the enemy's."""
    text = "Near Vero, a strike struck inoperable Coalition equipment, a piece of partner nation equipment and a hut."
    assert [tally.owner for tally in parse_release(text).lines[0].tallies] == ["coalition", "partner", None]


def test_an_abbreviation_keeps_its_letters() -> None:
    """The singular of an abbreviation loses only the small s."""
    assert targets("destroyed two UASs and three VBIEDs.") == [
        ("destroyed", 2, "UAS"),
        ("destroyed", 3, "VBIED"),
    ]


def test_unknown_wording_is_kept() -> None:
    """A category that nobody has seen is kept as written."""
    assert targets("destroyed two ISIL quantum ferries.") == [("destroyed", 2, "quantum ferry")]
