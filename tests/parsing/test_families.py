"""One invented release for each family of text, 2014 to 2020, and what must be read in it."""

# ruff: noqa: RUF001

from datetime import date

from app.parsing import Count, parse_release
from tests.parsing.facts import facts, kinds, lines, tallies

D = date


def test_family_a_prose_with_a_total_after_the_strikes() -> None:
    """The strikes of one sentence and the targets of the next are one line, and a running total is none."""
    text = (
        "TAMPA, Fla., Sept. 3, 2014 – U.S. military forces continued to attack ISIL terrorists in Iraq, using fighter "
        "aircraft to conduct two airstrikes yesterday near the Orta Dam.\n\n"
        "In total, the strikes destroyed an ISIL mortar pit and three ISIL trucks. All aircraft exited the area safely."
        "\n\nU.S. Central Command has conducted a total of 210 airstrikes across Iraq."
    )
    release = parse_release(text)
    assert facts(release) == [
        ("IQ", "Orta Dam", 2, [("destroyed", 1, "mortar pit"), ("destroyed", 3, "truck")]),
    ]
    assert release.lines[0].date_from == D(2014, 9, 2)
    assert release.lines[0].date_worked_out
    assert [remark.kind for remark in release.remarks] == ["running_total"]


def test_family_a_one_of_two_strikes() -> None:
    """One of the strikes adds to their line, and the other one without success adds nothing."""
    text = (
        "NEWS | Aug. 9, 2014\n\nFighter aircraft conducted two airstrikes near Vero Dam in Iraq.\n\n"
        "One of the airstrikes destroyed an ISIL checkpoint. The other airstrike was not successful."
    )
    assert lines(text) == [("IQ", "Vero Dam", 2, [("destroyed", 1, "checkpoint")])]


def test_family_b_prose_of_two_countries() -> None:
    """Each number of airstrikes opens a line, and the country at a paragraph's start holds for it."""
    text = (
        "In Syria, four airstrikes near Vero destroyed one ISIL fighting position and struck two "
        "tactical and one large "
        "ISIL unit. One airstrike southeast of Al-Orta damaged a crude oil collection point operated by ISIL.  "
        "Finally, in northwest Syria near Bela, a U.S. airstrike struck and destroyed a storage shed.\n"
        "In Iraq, twelve airstrikes in the vicinity of Mira destroyed a bulldozer and front-loader, while an airstrike "
        "north of Tal Sona suppressed a mortar team; another airstrike, south of Tal Sona, struck a small ISIL unit. "
        "All aircraft departed the strike areas safely. Airstrike assessments are based on initial reports."
    )
    release = parse_release(text)
    assert facts(release) == [
        (
            "SY",
            "Vero",
            4,
            [
                ("destroyed", 1, "fighting position"),
                ("struck", 2, "tactical unit"),
                ("struck", 1, "large unit"),
            ],
        ),
        ("SY", "Al-Orta", 1, [("damaged", 1, "crude oil collection point")]),
        ("SY", "Bela", 1, [("destroyed", 1, "storage shed")]),
        ("IQ", "Mira", 12, [("destroyed", 1, "bulldozer"), ("destroyed", (0, None), "front-loader")]),
        ("IQ", "Tal Sona", 1, [("suppressed", 1, "mortar team")]),
        ("IQ", "Tal Sona", 1, [("struck", 1, "small unit")]),
    ]
    assert [line.place_phrase for line in release.lines][1:4] == [
        "southeast of Al-Orta",
        "in northwest Syria near Bela",
        "in the vicinity of Mira",
    ]


def test_family_b_passive_and_more_of_the_same_strikes() -> None:
    """A passive sentence and "those airstrikes" are read, with their own place or that of the line before."""
    text = (
        "In Syria, 14 airstrikes near Vero destroyed an ISIL vehicle. Also, those airstrikes suppressed eight other "
        "fighting positions. Additionally, an ISIL barrack was damaged near Orta and a depot was damaged near Bela."
    )
    assert lines(text) == [
        ("SY", "Vero", 14, [("destroyed", 1, "vehicle"), ("suppressed", 8, "fighting position")]),
        ("SY", "Orta", None, [("damaged", 1, "barrack")]),
        ("SY", "Bela", None, [("damaged", 1, "depot")]),
    ]


def test_family_c_bullets_under_countries() -> None:
    """Bullets of every mark stand under their country, and the head gives number, title and date."""
    text = (
        "March 3: Military Airstrikes Continue Against ISIL\nMarch 03, 2015\nRelease # 20150303\n\nSyria\n"
        "* Near Tal Vero, an airstrike struck an ISIL tactical unit and destroyed an ISIL bunker, "
        "a shed and two boats.\n"
        "-Near Orta two airstrikes destroyed an ISIL VBIED\nIraq\n"
        "-- In Bela, 17 airstrikes struck three ISIL bridges.\n"
        "— Near Mira, an airstrike was conducted to help support friendly forces movement.\n"
        "• Sona, three airstrikes had inconclusive results."
    )
    release = parse_release(text)
    assert (release.number, release.published_on) == ("20150303", D(2015, 3, 3))
    assert release.title == "March 3: Military Airstrikes Continue Against ISIL"
    assert facts(release) == [
        (
            "SY",
            "Tal Vero",
            1,
            [
                ("struck", 1, "tactical unit"),
                ("destroyed", 1, "bunker"),
                ("destroyed", 1, "shed"),
                ("destroyed", 2, "boat"),
            ],
        ),
        ("SY", "Orta", 2, [("destroyed", 1, "VBIED")]),
        ("IQ", "Bela", 17, [("struck", 3, "bridge")]),
        ("IQ", "Mira", 1, []),
        ("IQ", "Sona", 3, []),
    ]
    assert [line.inconclusive for line in release.lines] == [False, False, False, False, True]
    assert {line.date_from for line in release.lines} == {None}


def test_family_c_participles() -> None:
    """A participle is an effect of its own, kept in the past tense."""
    text = (
        "- Near Vero, two airstrikes struck an ISIL tactical unit, destroying three ISIL "
        "boats and denying ISIL access."
    )
    assert lines(text) == [
        (
            None,
            "Vero",
            2,
            [("struck", 1, "tactical unit"), ("destroyed", 3, "boat"), ("denied", (0, None), "access")],
        ),
    ]


def test_family_d_glosses_and_terrain() -> None:
    """A gloss in brackets is left out, and access to terrain has no count."""
    text = (
        "SOUTHWEST ASIA — On Nov. 1, coalition forces continued to attack ISIL terrorists in Syria and Iraq. "
        "In Syria, coalition military forces conducted 10 strikes using fighter and attack aircraft.\nSyria\n"
        "*  Near Mar’vero, six strikes struck five separate ISIL tactical units and destroyed an ISIL vehicle borne "
        "improvised explosive device (VBIED) facility, cratered two ISIL-used roads, wounded an ISIL fighter, and "
        "denied ISIL access to terrain.\n"
    )
    release = parse_release(text, published_on=D(2015, 11, 2))
    assert facts(release) == [
        (
            "SY",
            "Mar’vero",
            6,
            [
                ("struck", 5, "tactical unit"),
                ("destroyed", 1, "vehicle borne improvised explosive device facility"),
                ("cratered", 2, "ISIL-used road"),
                ("wounded", 1, "fighter"),
                ("denied", (0, None), "access to terrain"),
            ],
        ),
    ]
    assert release.lines[0].date_from == D(2015, 11, 1)
    assert [(total.country, total.strikes) for total in release.coverage] == [("SY", 10)]


def test_family_e_semicolons() -> None:
    """Semicolons part the effects, and the owner on the first target only is no part of the category."""
    text = (
        "- Near Vero, four strikes engaged two ISIL tactical units; destroyed two weapon caches, a fighting position, "
        "and an ISIL-held building; damaged a trench and another tunnel; and suppressed a second tactical unit."
    )
    assert lines(text) == [
        (
            None,
            "Vero",
            4,
            [
                ("engaged", 2, "tactical unit"),
                ("destroyed", 2, "weapon cache"),
                ("destroyed", 1, "fighting position"),
                ("destroyed", 1, "ISIL-held building"),
                ("damaged", 1, "trench"),
                ("damaged", 1, "tunnel"),
                ("suppressed", 1, "tactical unit"),
            ],
        ),
    ]


FAMILY_F = """SOUTHWEST ASIA, May 9, 2017 — U.S. and coalition forces continued to attack ISIS yesterday, conducting \
nine strikes consisting of 17 engagements, officials reported today.

Strikes in Syria

In Syria, coalition military forces conducted six strikes consisting of 11 engagements against ISIS targets:

-- Near Vero, a strike destroyed two command-and-control nodes and a vehicle-bomb factory.

Strikes in Iraq

In Iraq, coalition military forces conducted three strikes consisting of six engagements against ISIS targets:

-- Near Orta, three strikes damaged four supply routes; suppressed a mortar team; and destroyed five pumpjacks.

May 6 Strikes

Additionally, 14 strikes consisting of 20 engagements were conducted in Syria and Iraq on May 6 that closed within \
the last 24 hours.

-- Near Bela, Syria, 12 strikes engaged an ISIS tactical unit.

-- Near Mira, Iraq, a strike destroyed a tunnel.

Earlier Strikes

-- On May 4 near Bela, Syria, a strike destroyed a boat.

-- Near Sona, Iraq, six May 5 strikes destroyed two barges.
"""


def test_family_f_country_totals_and_late_sections() -> None:
    """Country totals are coverage, and late sections and bullets bring their own days and countries."""
    release = parse_release(FAMILY_F)
    assert [(line.country, line.place, line.date_from) for line in release.lines] == [
        ("SY", "Vero", D(2017, 5, 8)),
        ("IQ", "Orta", D(2017, 5, 8)),
        ("SY", "Bela", D(2017, 5, 6)),
        ("IQ", "Mira", D(2017, 5, 6)),
        ("SY", "Bela", D(2017, 5, 4)),
        ("IQ", "Sona", D(2017, 5, 5)),
    ]
    assert [(c.country, c.date_from, c.strikes, c.engagements) for c in release.coverage] == [
        (None, D(2017, 5, 8), 9, 17),
        ("SY", D(2017, 5, 8), 6, 11),
        ("IQ", D(2017, 5, 8), 3, 6),
        (None, D(2017, 5, 6), 14, 20),
    ]
    assert [line.date_worked_out for line in release.lines] == [True, True, False, False, False, False]
    assert tallies(release.lines[1].tallies) == [
        ("damaged", 4, "supply route"),
        ("suppressed", 1, "mortar team"),
        ("destroyed", 5, "pumpjack"),
    ]


ARTICLE = """Coalition steps up airstrikes at Vero

The US-led coalition on Monday carried out several airstrikes in Vero, where regime forces are fighting ISIS.

“Near Vero, nine strikes destroyed 17 heavy equipment vehicles, 11 vehicles, four dump trucks, three front-end \
loaders, three VBIEDs and two tanks,” the coalition said on Tuesday.

“We are staying out of it,” the commander said on 13 December.

Nevertheless, the coalition carried out several strikes near Vero since December.

On Dec. 15, Coalition aircraft destroyed 14 ISIS tanks and other equipment captured near Vero city. Moreover, a \
coalition strike destroyed an ISIS tank on 4 February, 2017.
"""


def test_family_f_as_an_article_quotes_it() -> None:
    """An article yields the sentence that it quotes and its own two strikes, each on its day, and no more."""
    release = parse_release(ARTICLE, published_on=D(2017, 2, 7))
    assert facts(release) == [
        (
            None,
            "Vero",
            9,
            [
                ("destroyed", 17, "heavy equipment vehicle"),
                ("destroyed", 11, "vehicle"),
                ("destroyed", 4, "dump truck"),
                ("destroyed", 3, "front-end loader"),
                ("destroyed", 3, "VBIED"),
                ("destroyed", 2, "tank"),
            ],
        ),
        (None, "Vero", None, [("destroyed", 14, "tank"), ("destroyed", (0, None), "other equipment")]),
        (None, "Vero", 1, [("destroyed", 1, "tank")]),
    ]
    assert [line.date_from for line in release.lines] == [D(2017, 2, 6), D(2016, 12, 15), D(2017, 2, 4)]
    assert [line.date_worked_out for line in release.lines] == [True, False, False]
    assert release.lines[1].tallies[0].as_written == "14 ISIS tanks"
    assert sum(tally.count.minimum for tally in release.lines[0].tallies) == 40


FAMILY_G = """SOUTHWEST ASIA, Dec. 18, 2017 — Coalition forces continued to attack ISIS between Dec. 15-17, conducting \
19 strikes consisting of 26 engagements, officials reported today.

Strikes in Syria

Yesterday in Syria, coalition military forces conducted eight strikes consisting of 13 engagements against ISIS \
targets near Abu Vero. The strikes engaged eight ISIS tactical units and destroyed two ISIS vehicles two sheds.

On Dec. 16, coalition military forces conducted three strikes consisting of three engagements against ISIS targets:

-- Near Abu Vero, a strike engaged an ISIS tactical unit.

-- Near Orta, two strikes destroyed an ISIS line of communication.

Strikes in Iraq

There were no reported strikes in Iraq on Dec. 16-17.

On Dec. 15 near Bela, coalition military forces conducted two strikes against ISIS targets, destroying a cave.
"""


def test_family_g_a_paragraph_a_day() -> None:
    """A day's paragraph with a place is a line with engagements, without one a total, and none is a zero."""
    release = parse_release(FAMILY_G)
    assert [(line.country, line.place, line.date_from, line.engagements) for line in release.lines] == [
        ("SY", "Abu Vero", D(2017, 12, 17), 13),
        ("SY", "Abu Vero", D(2017, 12, 16), None),
        ("SY", "Orta", D(2017, 12, 16), None),
        ("IQ", "Bela", D(2017, 12, 15), None),
    ]
    assert tallies(release.lines[0].tallies) == [
        ("engaged", 8, "tactical unit"),
        ("destroyed", 2, "vehicle"),
        ("destroyed", 2, "shed"),
    ]
    assert [(c.country, c.date_from, c.date_to, c.strikes) for c in release.coverage] == [
        (None, D(2017, 12, 15), D(2017, 12, 17), 19),
        ("SY", D(2017, 12, 16), D(2017, 12, 16), 3),
        ("IQ", D(2017, 12, 16), D(2017, 12, 17), 0),
    ]


def test_family_h_a_week_and_days_without_strikes() -> None:
    """A week's total spans its days, and listed days without strikes are zeros of their own."""
    text = (
        "Coalition strikes continue\nSept. 5, 2018\nBetween Aug. 27-Sept. 2, coalition military forces conducted 30 "
        "strikes, consisting of 35 engagements, in Iraq and Syria\n\nStrikes in Iraq\n"
        "There were no reported strikes conducted in Iraq on Aug. 27 and 29.\n"
    )
    release = parse_release(text)
    assert [(c.country, c.date_from, c.date_to, c.strikes, c.engagements) for c in release.coverage] == [
        (None, D(2018, 8, 27), D(2018, 9, 2), 30, 35),
        ("IQ", D(2018, 8, 27), D(2018, 8, 27), 0, None),
        ("IQ", D(2018, 8, 29), D(2018, 8, 29), 0, None),
    ]


def test_family_i_country_totals_without_places() -> None:
    """A line may have no place; its long span is a month's, and compound categories stay whole."""
    text = (
        "January 15, 2019\nSOUTHWEST ASIA — Between December 30, 2018 and January 12, 2019, CJTF-OIR conducted 588 "
        "strikes consisting of 1,166 engagements in Iraq and Syria.\n"
        "In Syria, 575 strikes engaged 485 ISIS tactical units, and destroyed 105 mortar, rocket "
        "and artillery systems, "
        "50 manufacturing facilities for improvised explosive device and vehicle borne improvised explosive device, "
        "six tunnels and caves, 11 heavy and light weapon systems and eight pieces of heavy equipment."
    )
    release = parse_release(text)
    assert facts(release) == [
        (
            "SY",
            None,
            575,
            [
                ("engaged", 485, "tactical unit"),
                ("destroyed", 105, "mortar, rocket and artillery system"),
                ("destroyed", 50, "manufacturing facility"),
                ("destroyed", 6, "tunnel and cave"),
                ("destroyed", 11, "heavy and light weapon system"),
                ("destroyed", 8, "piece of heavy equipment"),
            ],
        ),
    ]
    assert (release.lines[0].date_to, release.lines[0].date_precision) == (D(2019, 1, 12), "month")
    assert release.coverage[0].engagements == 1166


def test_family_j_a_narrative_without_tallies() -> None:
    """A ministry's narrative gives no line and no count, and what looks like a claim is remarked."""
    text = (
        "Typhoons patrolled over Vero on Friday 10 April, where they used a guided bomb to strike a sniper position. "
        "The pair then destroyed two sheds west of Orta with four weapons, and checked the area for civilians."
    )
    release = parse_release(text)
    assert release.lines == ()
    assert release.coverage == ()
    assert {kind for kind, _ in kinds(text)} == {"unread", "not_counted"}


def test_boilerplate_and_definitions_give_nothing() -> None:
    """The definition of a strike, lists of nations and assessments hold numbers, but no claim; they are remarked."""
    text = (
        "A strike, as defined by the coalition, means one or more kinetic events. A single aircraft that delivers a "
        "single weapon against a lone vehicle is one strike, but so is multiple aircraft delivering dozens of weapons "
        "against a group of buildings.\nThe task force does not report the number of aircraft employed in a strike. "
        "These strikes were conducted as part of the operation to destroy ISIS in Iraq and Syria. Coalition nations "
        "which have conducted strikes in Iraq include two kingdoms. To conduct these strikes, the U.S. employed attack "
        "aircraft. Strike assessments are based on initial reports."
    )
    release = parse_release(text)
    assert (release.lines, release.coverage) == ((), ())
    assert {remark.kind for remark in release.remarks} == {"definition", "unread"}


def test_an_exact_count_is_a_pair() -> None:
    """A count is a minimum and a maximum, alike where the text is exact."""
    [line] = parse_release("Near Vero, two strikes destroyed a tank.").lines
    assert line.strikes == Count(2, 2)
    assert line.tallies[0].count == Count(1, 1)
