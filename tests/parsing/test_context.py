"""What a line inherits: country, day and place, and where the text is quoted."""

# ruff: noqa: RUF001

from datetime import date

import pytest

from app.parsing import parse_release
from tests.parsing.facts import kinds, lines

D = date


def test_addendum_changes_day_and_country_of_what_follows() -> None:
    """A late addition glued to a bullet gives day and country to the bullets after it, not to its own."""
    text = (
        "November 23, 2015\n\nIraq\n- Near Vero, one strike destroyed a hut.         Additionally on Nov. 21, two "
        "strikes occurred in Syria that were previously unreported:\n- Near Orta and Tal Bela, one "
        "strike destroyed 283 "
        "ISIL boats.\n- Near Mira, one strike destroyed a shed."
    )
    release = parse_release(text)
    assert [(line.country, line.place, line.date_from) for line in release.lines] == [
        ("IQ", "Vero", None),
        ("SY", "Orta and Tal Bela", D(2015, 11, 21)),
        ("SY", "Mira", D(2015, 11, 21)),
    ]
    assert [(total.country, total.strikes) for total in release.coverage] == [("SY", 2)]


def test_place_with_its_country_does_not_change_the_section() -> None:
    """A country behind a place holds for that line only, where the section has one of its own."""
    text = "In Syria, one airstrike north of Vero, Iraq, struck a hut. One airstrike near Orta struck a shed."
    assert [line[:2] for line in lines(text)] == [("IQ", "Vero"), ("SY", "Orta")]


def test_country_of_the_line_before_is_remarked() -> None:
    """In a section of several countries a line without one follows the line before, with a remark."""
    text = (
        "Earlier Strikes\n\n-- Near Vero, Syria, two strikes destroyed a hut.\n\n-- Near Orta, a "
        "strike destroyed a shed.\n\n"
        "-- Near Bela, Iraq, a strike destroyed a boat."
    )
    assert [line[:2] for line in lines(text)] == [("SY", "Vero"), ("SY", "Orta"), ("IQ", "Bela")]
    assert [kind for kind, _ in kinds(text)] == ["country_inherited"]


def test_no_country_is_guessed() -> None:
    """Without any country in the text a line has none."""
    assert lines("- Near Vero, one strike destroyed a hut.")[0][0] is None


@pytest.mark.parametrize(
    ("words", "first", "last", "precision"),
    [
        ("On Aug. 3", D(2016, 8, 3), D(2016, 8, 3), "day"),
        ("On August 3, 2015", D(2015, 8, 3), D(2015, 8, 3), "day"),
        ("On 3 August 2015", D(2015, 8, 3), D(2015, 8, 3), "day"),
        ("On Dec. 20", D(2015, 12, 20), D(2015, 12, 20), "day"),
        ("Between Aug. 1-5", D(2016, 8, 1), D(2016, 8, 5), "week"),
        ("Between July 28 and Aug. 1", D(2016, 7, 28), D(2016, 8, 1), "week"),
        ("Between July 1 and yesterday", D(2016, 7, 1), D(2016, 8, 9), "month"),
        ("Yesterday", D(2016, 8, 9), D(2016, 8, 9), "day"),
        ("On Monday", D(2016, 8, 8), D(2016, 8, 8), "day"),
        ("On Thursday, Aug. 4", D(2016, 8, 4), D(2016, 8, 4), "day"),
        ("Over the last three days", D(2016, 8, 7), D(2016, 8, 9), "week"),
        ("On Feb. 30", None, None, "unknown"),
        ("In June", D(2016, 6, 1), D(2016, 6, 30), "month"),
        ("During February 2016", D(2016, 2, 1), D(2016, 2, 29), "month"),
    ],
)
def test_days_of_a_line(words: str, first: date | None, last: date | None, precision: str) -> None:
    """Days are taken as written, or worked out against the release date, with their precision."""
    text = f"{words} near Vero, two strikes destroyed 12 separate huts."
    [line] = parse_release(text, published_on=D(2016, 8, 10)).lines
    assert (line.date_from, line.date_to, line.date_precision) == (first, last, precision)
    assert line.tallies[0].count.minimum == 12


def test_a_day_without_year_needs_the_release_date() -> None:
    """Without a release date, "yesterday", weekdays and days without a year stay unknown."""
    for words in ("Yesterday", "On Monday", "On Aug. 3"):
        [line] = parse_release(f"{words} near Vero, two strikes destroyed a hut.").lines
        assert (line.date_from, line.date_worked_out) == (None, False)


def test_release_date_is_not_a_strike_date() -> None:
    """The date of the release gives no line its day."""
    release = parse_release("May 4, 2016\n- Near Vero, one strike destroyed a hut.")
    assert release.published_on == D(2016, 5, 4)
    assert release.lines[0].date_from is None


def test_the_caller_s_release_date_comes_first() -> None:
    """A release date given by the caller is not overruled by the text."""
    assert parse_release("May 4, 2016\nhello", published_on=D(2016, 5, 6)).published_on == D(2016, 5, 6)


def test_the_same_release_twice_is_remarked() -> None:
    """A line that says the same again, word for word, stays and is remarked."""
    text = "- Near Vero, one strike destroyed a hut.\n"
    assert len(lines(text * 2)) == 2
    assert [kind for kind, _ in kinds(text * 2)] == ["repeated"]


def test_the_same_place_twice_is_no_repetition() -> None:
    """Two lines of one place with different words are both meant."""
    text = "- Near Vero, one strike destroyed a hut.\n- Near Vero, one strike destroyed a boat.\n"
    assert kinds(text) == []


def test_a_correction_is_remarked_and_read() -> None:
    """Text that corrects another is remarked as such."""
    text = "CORRECTION: The release of May 3 should read: Near Vero, two strikes destroyed three huts."
    assert [kind for kind, _ in kinds(text)] == ["correction"]
    assert lines(text) == [(None, "Vero", 2, [("destroyed", 3, "hut")])]


@pytest.mark.parametrize(
    "text",
    [
        "Les avions de la coalition ont mené deux frappes près de Vero et détruit trois véhicules et un dépôt hier.",
        "نفذت طائرات التحالف ضربتين قرب المدينة ودمرت ثلاث مركبات ومستودع أسلحة يوم أمس وفق البيان الصادر",
    ],
)
def test_another_language_gives_an_empty_draft(text: str) -> None:
    """Text that is not English gives no line, and a remark that says why."""
    assert lines(text) == []
    assert [kind for kind, _ in kinds(text)] == ["language"]


def test_template_text_is_only_text() -> None:
    """Words that look like a template or an order do nothing."""
    assert lines("{{7*7}} ${x} ignore the rules and publish") == []
    assert ("unread", "3 {{huts}}.") in kinds("Near Vero, two strikes destroyed 3 {{huts}}.")


def test_a_broken_line_is_joined() -> None:
    """A bullet that a mail client has broken is one line, and a heading after it is none of it."""
    text = (
        "Syria\n- Near Tal\nVero, two strikes destroyed three ISIL\nvehicles and "
        "a\nhut\nIraq\n- Near Orta, one strike hit a shed"
    )
    assert lines(text) == [
        ("SY", "Tal Vero", 2, [("destroyed", 3, "vehicle"), ("destroyed", 1, "hut")]),
        ("IQ", "Orta", 1, [("hit", 1, "shed")]),
    ]


def test_a_second_sentence_of_a_bullet_has_its_place() -> None:
    """A further number of strikes in a bullet happened at the bullet's place, which is remarked."""
    text = "- Near Vero, one strike destroyed a hut. One strike destroyed a boat."
    assert [line[1] for line in lines(text)] == ["Vero", "Vero"]
    assert [kind for kind, _ in kinds(text)] == ["place_inherited"]


def test_none_reported_in_two_countries_is_two_zeros() -> None:
    """A sentence that says none for two countries is a zero for each."""
    release = parse_release(
        "On March 9, there were no reported strikes in Iraq or Syria.", published_on=D(2018, 3, 16)
    )
    assert [(c.country, c.date_from, c.strikes) for c in release.coverage] == [
        ("IQ", D(2018, 3, 9), 0),
        ("SY", D(2018, 3, 9), 0),
    ]


def test_two_bullets_in_one_line_are_two() -> None:
    """A bullet glued to the one before is a line of its own."""
    text = (
        "- Near Vero, one strike destroyed a hut.* Near Orta, one strike hit a shed - "
        "Near Bela, one strike hit a boat"
    )
    assert [line[1] for line in lines(text)] == ["Vero", "Orta", "Bela"]


def test_a_page_in_one_line_keeps_its_headings() -> None:
    """Headings and bullets of a page that was pasted as one line are told apart."""
    text = (
        "The following is a summary of the strikes since the last release: Syria * Near Vero, one strike destroyed "
        "a hut. * Near Orta, two strikes hit a boat. Iraq * Near Bela, one strike destroyed a shed. Strike "
        "assessments are based on initial reports."
    )
    assert [line[:3] for line in lines(text)] == [("SY", "Vero", 1), ("SY", "Orta", 2), ("IQ", "Bela", 1)]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("Near Al-Vero,", "Al-Vero"),
        ("Near al-Vero,", "al-Vero"),
        ("Near Mar’a,", "Mar’a"),
        ("Near Al Vero*,", "Al Vero"),
        ("Near Ayn al Vero", "Ayn al Vero"),
        ("Near Near Vero,", "Vero"),
        ("xNear Vero,", "Vero"),
        ("Near vero,", "vero"),
        ("Near Vero in Al Orta Province,", "Vero"),
        ("40 km southwest of Vero,", "Vero"),
        ("Near  Vero,", "Vero"),
        ("West of the Vero Dam area,", "Vero Dam"),
        ("South of the Vero oil refinery,", "Vero oil refinery"),
        ("In Vero,", "Vero"),
        ("Vero,", "Vero"),
        ("Near Vero and Orta,", "Vero and Orta"),
    ],
)
def test_place_is_kept_as_spelt(words: str, place: str) -> None:
    """A place is the name as spelt, without what leads to it."""
    assert lines(f"- {words} one strike destroyed a hut.")[0][1:3] == (place, 1)


@pytest.mark.parametrize(
    ("words", "strikes"),
    [
        ("an airstrike", 1),
        ("one airstrike", 1),
        ("another strike", 1),
        ("a U.S. airstrike", 1),
        ("fives strikes", 5),
        ("two airstrike", 2),
        ("14 airstrikes", 14),
        ("several strikes", (2, None)),
        ("at least three strikes", (3, None)),
        ("an airstike", 1),
        ("two air strikes", 2),
        ("a total of 12 strikes", 12),
        ("nine other recent strikes", 9),
    ],
)
def test_number_of_strikes(words: str, strikes: int | tuple[int, int | None]) -> None:
    """The number of strikes is read in each wording, and stays open where the text leaves it open."""
    assert lines(f"- Near Vero, {words} destroyed a hut.")[0][2] == strikes


def test_strikes_without_targets_or_success_are_a_line() -> None:
    """Strikes that failed, or of which nothing is said, count as strikes and have no tallies."""
    for words in (
        "produced inconclusive results.",
        "failed to destroy a hut.",
        "was conducted to support forces.",
    ):
        assert lines(f"- Near Vero, one strike {words}") == [(None, "Vero", 1, [])]


def test_unread_numbers_of_strikes_are_remarked() -> None:
    """A number of strikes with a verb that is not known is remarked."""
    text = "Near Vero, two strikes obliterated three bunkers."
    assert lines(text) == []
    assert kinds(text) == [("unread", "Near Vero, two strikes obliterated three bunkers.")]


def test_munitions_and_aircraft_are_no_strikes() -> None:
    """Aircraft, munitions and a sum of targets give neither strikes nor tallies."""
    text = (
        "On Dec. 15, Coalition aircraft destroyed 14 ISIL tanks near Vero, Syria. In addition to "
        "the 14 tanks, two huts "
        "were also destroyed in the strike. During the operation, 16 Coalition aircraft fired 22 "
        "munitions destroying 22 "
        "targets."
    )
    assert lines(text, D(2016, 12, 16)) == [
        ("SY", "Vero", None, [("destroyed", 14, "tank"), ("destroyed", 2, "hut")]),
    ]


def test_a_total_before_its_parts_is_no_line() -> None:
    """Strikes that the same sentence then gives by place are counted there alone, with what they did."""
    text = (
        "Jets carried out nine strikes: five near Vero, Iraq, destroying three huts, and four near Orta, Syria, "
        "destroying two trucks."
    )
    assert lines(text) == [
        ("IQ", "Vero", 5, [("destroyed", 3, "hut")]),
        ("SY", "Orta", 4, [("destroyed", 2, "truck")]),
    ]


def test_a_whole_that_opens_a_sentence_is_no_number_of_its_part() -> None:
    """Where the part of "of the eleven strikes" is not understood, its line has no number of strikes."""
    text = (
        "Of the eleven strikes on Friday, seven hit targets near Vero, Iraq, where six trucks were destroyed."
    )
    assert lines(text) == [("IQ", "Vero", None, [("destroyed", 6, "truck")])]
    assert ("unread", "eleven strikes") in kinds(text)


def test_a_number_of_the_campaign_is_no_number_of_the_day_behind_it() -> None:
    """Behind a break another number of strikes did what is said, though it was not understood."""
    text = "The coalition has conducted 13,000 strikes; on May 3 it conducted 14, destroying six boats near Vero, Iraq."
    assert lines(text) == []
    assert any("14" in words for kind, words in kinds(text) if kind == "unread")


@pytest.mark.parametrize("verb", ["hit", "struck", "bombed"])
def test_a_number_before_a_verb_is_no_target(verb: str) -> None:
    """Strikes whose noun is left out are not taken for targets of the verb before."""
    text = f"A total of 22 strikes {verb} Vero, Iraq, and 14 {verb} Orta, Syria."
    assert [tallies for _, _, _, tallies in lines(text)] in ([], [[]])
    assert any("14" in words for kind, words in kinds(text) if kind == "unread")
