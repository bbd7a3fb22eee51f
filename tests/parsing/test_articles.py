"""Forms that news articles have and releases do not: agents, repeated reports, meant days, and what is no strike."""

# ruff: noqa: RUF001

from datetime import date

import pytest

from app.parsing import parse_release
from tests.parsing.facts import facts, kinds, lines, plain

D = date
FRIDAY = D(2017, 3, 10)


@pytest.mark.parametrize(
    "subject",
    [
        "the coalition airforces",
        "coalition warplanes",
        "Coalition fighter jets",
        "coalition planes",
        "the coalition’s aircraft",
        "Coalition forces",
        "U.S. warplanes",
        "US jets and drones",
        "the US-led coalition",
        "the U.S.-led international coalition",
    ],
)
def test_the_coalition_is_the_subject(subject: str) -> None:
    """What aircraft of the coalition destroyed near a place is a line, with its own day and no number of strikes."""
    text = f"On 3 March 2017, {subject} destroyed 12 boats and other equipment near Tal Vero."
    [line] = parse_release(text).lines
    assert (line.place, line.strikes, line.country) == ("Tal Vero", None, None)
    assert (line.date_from, line.date_worked_out) == (D(2017, 3, 3), False)
    assert [(tally.category, plain(tally.count)) for tally in line.tallies] == [
        ("boat", 12),
        ("other equipment", (0, None)),
    ]


@pytest.mark.parametrize(
    "subject",
    [
        "Fighters backed by coalition jets",
        "Syrian warplanes",
        "U.S.-backed forces",
        "Iraqi forces and coalition aircraft",
    ],
)
def test_somebody_else_is_the_subject(subject: str) -> None:
    """What others did, with or without help from the air, is remarked and no line."""
    text = f"{subject} destroyed two cars near Tal Vero."
    assert lines(text) == []
    assert [kind for kind, _ in kinds(text)] == ["unread"]


def test_a_summary_and_its_quote_are_one_line() -> None:
    """The quote has the targets and the summary the day."""
    text = (
        "Six strikes near Tal Vero on Monday hit militant positions, the coalition announced.\n\n"
        "“Near Tal Vero, six strikes destroyed 13 sheds and a barge,” the coalition said on Tuesday."
    )
    release = parse_release(text, published_on=FRIDAY)
    assert facts(release) == [(None, "Tal Vero", 6, [("destroyed", 13, "shed"), ("destroyed", 1, "barge")])]
    [line] = release.lines
    assert (line.date_from, line.date_worked_out) == (D(2017, 3, 6), True)
    assert text[line.start : line.end].startswith("Near Tal Vero, six")
    assert kinds(text, FRIDAY) == [("repeated", "Six strikes near Tal Vero on Monday hit militant positions")]


def test_detail_before_its_summary_is_one_line() -> None:
    """What follows only in short adds nothing."""
    text = "Three strikes near Vero destroyed two sheds.\n\nThe coalition staged three strikes near Vero on Monday."
    assert lines(text) == [(None, "Vero", 3, [("destroyed", 2, "shed")])]


@pytest.mark.parametrize(
    "second",
    [
        "“Near Vero, seven strikes destroyed two boats,” it said.",  # another number of targets
        "“Near Orta, six strikes destroyed a boat,” it said.",  # another place
        "“Near Vero, four strikes destroyed a boat,” it said.",  # another number of strikes
        "“On Sunday, six strikes near Vero destroyed two boats,” it said.",  # another day
    ],
)
def test_a_contradiction_keeps_two_lines(second: str) -> None:
    """Lines of which one says otherwise are not joined."""
    text = f"Six strikes near Vero on Monday destroyed a boat, the coalition announced.\n\n{second}"
    assert len(parse_release(text, published_on=FRIDAY).lines) == 2


def test_a_list_is_never_joined() -> None:
    """Two bullets of one place and number are two lines."""
    text = "In Syria\n- Near Vero, two strikes had no effect.\n- Near Vero, two strikes destroyed a hut."
    assert len(parse_release(text).lines) == 2


@pytest.mark.parametrize(
    "before",
    [
        "The US-led coalition on Monday carried out several strikes near Vero.",
        "On Monday, coalition jets pounded militants near Vero.",
        "The coalition said its warplanes struck positions near Vero on Monday.",
        "US warplanes launched strikes in Vero on Monday, the army said on Thursday.",
    ],
)
def test_a_quote_takes_the_day_of_the_sentence_before(before: str) -> None:
    """The article's sentence about the same strikes gives the quoted one its day."""
    text = f"{before}\n\n“Near Vero, nine strikes destroyed two boats,” the coalition said on Tuesday."
    [line] = parse_release(text, published_on=FRIDAY).lines
    assert (line.date_from, line.date_to) == (D(2017, 3, 6), D(2017, 3, 6))
    assert plain(line.strikes) == 9


@pytest.mark.parametrize(
    "text",
    [
        "Officials said Monday that two strikes near Vero destroyed a truck.",
        "In a statement released on Tuesday, the task force said two strikes near Vero destroyed a truck.",
        "Two strikes near Vero since early Monday destroyed a truck.",
        "The task force has earlier conducted two strikes near Vero. The strikes destroyed a truck.",
    ],
)
def test_a_day_of_saying_is_no_day_of_strikes(text: str) -> None:
    """When something was said, or what is only the begin of a span, does not date a strike."""
    [line] = parse_release(text, published_on=FRIDAY).lines
    assert (line.date_from, line.date_to) == (None, None)


def test_strikes_of_two_countries_in_one_sentence() -> None:
    """Each number of strikes goes to its own country, and what follows to neither."""
    text = (
        "The coalition launched 11 air strikes against militants in Syria and four in Iraq on Sunday, it said. "
        "Five strikes near Vero hit three huts."
    )
    release = parse_release(text)
    assert [(total.country, total.strikes) for total in release.coverage] == [("SY", 11), ("IQ", 4)]
    assert facts(release) == [(None, "Vero", 5, [("hit", 3, "hut")])]


def test_a_definite_number_finds_its_strikes() -> None:
    """A definite number is never joined with another number, and finds the place told before."""
    text = (
        "The coalition has staged 15 airstrikes around the Syrian town of Vero. It also conducted three strikes in "
        "Iraq. The 15 strikes near Vero destroyed a shed."
    )
    assert lines(text) == [("SY", "Vero", 15, [("destroyed", 1, "shed")])]


def test_some_of_the_strikes_have_their_own_number() -> None:
    """Of 16 strikes "nine of the strikes" are nine."""
    text = "The coalition launched 16 strikes on Monday. Nine of the strikes were in Iraq and hit two huts."
    assert lines(text) == [("IQ", None, 9, [("hit", 2, "hut")])]


def test_the_strikes_of_another_country_are_not_added() -> None:
    """The strikes "in Iraq" are not those of a line that names no country."""
    text = "Five strikes near Vero destroyed a boat. In Iraq, the air strikes hit two huts."
    assert lines(text) == [(None, "Vero", 5, [("destroyed", 1, "boat")])]
    assert [kind for kind, _ in kinds(text)] == ["unread"]


@pytest.mark.parametrize(
    ("words", "place", "country"),
    [
        ("near the rebel stronghold of Vero", "Vero", None),
        ("near the Libyan city of Vero", "Vero", "LY"),
        ("around the Syrian border town of Tal Vero", "Tal Vero", "SY"),
        ("near Iraq's Orta Dam", "Orta Dam", "IQ"),
        ("close to Vero near Syria's border", "Vero", None),
        ("near Dayr ez-Vero", "Dayr ez-Vero", None),
        ("about 20 miles north-northwest of Vero", "Vero", None),
        ("near Vero, Orta, Tal Bela and Mira", "Vero, Orta, Tal Bela and Mira", None),
        ("near five Iraqi towns", None, "IQ"),
        ("near the Turkish border", None, None),
    ],
)
def test_places_as_articles_name_them(words: str, place: str | None, country: str | None) -> None:
    """What describes a place is no part of its name, and a list of places stays whole."""
    [line] = parse_release(f"Three strikes {words} hit two huts.").lines
    assert (line.place, line.country) == (place, country)


def test_a_place_of_others_is_not_that_of_the_strikes() -> None:
    """What is near "11 of them" or "troops who fight" does not place all strikes."""
    text = "The coalition launched 24 airstrikes in Syria, targeting 11 of them near Vero."
    assert lines(text) == []
    assert [total.strikes for total in parse_release(text).coverage] == [24]
    text = "The coalition launched seven airstrikes in support of troops who are fighting in Vero."
    assert lines(text) == []


def test_a_part_of_the_strikes_leaves_the_total_whole() -> None:
    """In "25 strikes, including 12 near" the 25 are a total, and "the strikes there" are not all of them."""
    text = (
        "The coalition launched 25 strikes in Iraq, including 12 near Vero. The strikes there hit nine huts."
    )
    release = parse_release(text)
    assert release.lines == ()
    assert [(total.country, total.strikes) for total in release.coverage] == [("IQ", 25)]
    assert [kind for kind, _ in kinds(text)] == ["included", "unread"]


@pytest.mark.parametrize(
    "text",
    [
        "Since the operation began, jets have conducted more than 500 strikes near Vero, destroying huts.",
        "Since the battle began jets have conducted over 250 strikes near Vero and destroyed three huts.",
    ],
)
def test_a_bound_since_the_beginning_is_a_running_total(text: str) -> None:
    """More than so many strikes since a campaign began are no line, whatever they destroyed."""
    assert lines(text) == []
    assert [kind for kind, _ in kinds(text)] == ["running_total"]


def test_strikes_that_only_targeted_the_enemy() -> None:
    """Nine strikes on "the militant group" are a total, and near a place a line; neither has a target."""
    text = (
        "In Iraq, nine strikes targeted the militant group. In Syria, a dozen strikes targeted IS near Vero."
    )
    release = parse_release(text)
    assert facts(release) == [("SY", "Vero", 12, [])]
    assert [(total.country, total.strikes) for total in release.coverage] == [("IQ", 9)]


def test_the_enemy_is_not_counted_as_the_coalition() -> None:
    """What the enemy attacked, who was not hurt, and raids by name are no tallies."""
    text = (
        "A strike near Vero targeted fighters who were attacking forces of the army and killed 13 militants and that "
        "no civilians were injured or killed."
    )
    assert [tally for _, _, _, found in lines(text) for tally in found if tally[1] != (2, None)] == [
        ("killed", 13, "militant"),
    ]
    assert lines("A village near Vero was attacked by ISIL.") == []
    assert (
        lines("The military has conducted 90 strikes in Iraq since May 8, including the bombing raids.") == []
    )


def test_a_number_told_twice_is_counted_once() -> None:
    """The second sentence about one strike adds nothing that the first has counted, but what it "also" did."""
    text = "A strike near Vero killed three terrorists. The strike killed three terrorists of the group."
    assert lines(text) == [(None, "Vero", 1, [("killed", 3, "terrorist")])]
    assert [kind for kind, _ in kinds(text)] == ["repeated"]
    assert len(lines("A strike near Vero hit a car. The strike also hit a car.")[0][3]) == 2


@pytest.mark.parametrize(
    "words", ["the statement reads.", "the report reads.", "states the release.", "it read."]
)
def test_who_said_it_is_no_target(words: str) -> None:
    """The words behind a quote are not read as targets."""
    text = f"“In Iraq, two strikes destroyed a boat and a shed,” {words}"
    assert lines(text) == [("IQ", None, 2, [("destroyed", 1, "boat"), ("destroyed", 1, "shed")])]
    assert kinds(text) == []


def test_a_headline_is_only_a_title() -> None:
    """A headline without an end mark, which the article repeats, is neither line nor total, and remarked."""
    text = "Coalition hits depots with 13 strikes in Iraq, Syria\n\nTwo strikes near Vero hit a hut."
    assert lines(text) == [(None, "Vero", 2, [("hit", 1, "hut")])]
    assert parse_release(text).coverage == ()
    assert kinds(text) == [("headline", "Coalition hits depots with 13 strikes in Iraq, Syria")]


def test_a_bound_of_strikes_is_remarked() -> None:
    """A bound like "at least 13 airstrikes" without targets is no total, and not passed over."""
    assert kinds("Coalition jets carried out at least 13 airstrikes on Friday.") == [
        ("unread", "Coalition jets carried out at least 13 airstrikes on Friday."),
    ]


def test_a_lead_of_two_countries_leaves_a_list_open() -> None:
    """Totals of two countries in one paragraph, and a list without headings: its country is not known."""
    lead = "In Syria, the coalition conducted two strikes. In Iraq, the coalition conducted two strikes.\n\n"
    assert lines(f"{lead}* Near Vero, two strikes hit a hut.") == [(None, "Vero", 2, [("hit", 1, "hut")])]
    assert lines(f"{lead}Iraq\n* Near Vero, two strikes hit a hut.") == [
        ("IQ", "Vero", 2, [("hit", 1, "hut")])
    ]


def test_what_stands_before_a_list_is_its_total() -> None:
    """A day's sentence with a place and engagements, then a list, is the total of the list and dates it."""
    text = (
        "Strikes in Iraq\n\nOn March 3 near Vero, the coalition conducted two strikes consisting of nine "
        "engagements.\n\n"
        "-- Near Vero, a strike hit a hut.\n\n-- Near Orta, a strike hit a car."
    )
    release = parse_release(text, published_on=FRIDAY)
    assert [(line.place, line.date_from) for line in release.lines] == [
        ("Vero", D(2017, 3, 3)),
        ("Orta", D(2017, 3, 3)),
    ]
    assert [(total.country, total.strikes, total.engagements) for total in release.coverage] == [("IQ", 2, 9)]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("between 8 a.m., May 3, and 8 a.m., May 4, local time", D(2015, 5, 3), D(2015, 5, 4)),
        ("between 8 a.m. May 3 and 8 a.m. May 4", D(2015, 5, 3), D(2015, 5, 4)),
        ("May 12-9", None, None),
    ],
)
def test_hours_are_no_days(words: str, first: date | None, last: date | None) -> None:
    """The hour beside a day is not a day of the month, and a span that runs backwards stays open."""
    text = f"The coalition continued to attack ISIL {words}.\n\nIraq\n* Near Vero, two strikes hit a hut."
    [line] = parse_release(text, published_on=D(2015, 5, 20)).lines
    assert (line.date_from, line.date_to) == (first, last)


def test_a_folded_and_a_torn_text() -> None:
    """Lines that a program has folded, and a sentence that a page has torn, are read whole."""
    folded = (
        "Last week the coalition went on with its strikes against the\nmilitants there. Two strikes near the Orta "
        "Vero\nDam destroyed a car and a large group of Islamic\nState fighters along with boats and a gun."
    )
    [line] = parse_release(folded).lines
    assert line.place == "Orta Vero Dam"
    assert [tally.category for tally in line.tallies] == ["car", "large group of fighters", "boat", "gun"]
    torn = "Two strikes near Vero destroyed two boats, a shed\n\nand a barge."
    assert len(lines(torn)[0][3]) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hit one of two ISIL trucks", [("hit", 1, "truck")]),
        ("destroyed “two sheds,” “a boat” and three [tented] huts", [2, 1, 3]),
        ("hit one large unit, three small ones", [("hit", 1, "large unit"), ("hit", 3, "small unit")]),
        ("hit four huts, among other targets", [("hit", 4, "hut")]),
        ("hit a various weaponry", [("hit", (0, None), "weaponry")]),
        ("hit heavy weapons, vehicles and caches", [(2, None), (2, None), (2, None)]),
        ("hit two sheds along with boats", [("hit", 2, "shed"), ("hit", (2, None), "boat")]),
        ("hit an IS weapons depot", [("hit", 1, "weapons depot")]),
        ("destroyed a boat and two sheds were damaged", [("destroyed", 1, "boat"), ("damaged", 2, "shed")]),
        (
            "destroyed a depot for Islamic State, a militant group that rose in May",
            [("destroyed", 1, "depot")],
        ),
    ],
)
def test_targets_as_articles_name_them(words: str, expected: list[object]) -> None:
    """Quotes, parts of a whole and "ones" are read; who the enemy is, is not."""
    [(_, _, _, found)] = lines(f"Two strikes near Vero {words}.")
    assert found == expected or [count for _, count, _ in found] == expected
