"""A line break means nothing inside a sentence; bullets, headings, rows and blank lines begin blocks."""

import itertools
import random
import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.parsing import parse_release
from app.parsing.layout import lay_out
from app.parsing.pipeline import go_on
from app.parsing.preamble import stands_alone
from tests.parsing.facts import facts, lines
from tests.parsing.test_laws import Strike, render, strikes

HEADS = [
    "",
    "March 9, 2018\nRelease No. 20180309 - 02\n\n",
    "Coalition Strikes Continue Against ISIS in Syria and Iraq\n\nMarch 9, 2018\n\n",
    "March 3: Military Airstrikes Continue Against ISIL\nMarch 09, 2018\nRelease # 20180309\n\n",
    (
        "FOR IMMEDIATE RELEASE\nORTA, March 9, 2018 — On March 8, coalition military forces conducted 11 strikes "
        "against ISIL targets in Syria and Iraq.\n\n"
    ),
]
STYLES = ["prose", "star", "dash", "participle", "semicolon", "totals", "day"]
MARKS = {"*", "-", "--", "—"}


def reading(text: str) -> list[Any]:
    """List all that is read in a text, without its places in the text."""
    release = parse_release(text)
    days = [(line.date_from, line.date_to) for line in release.lines]
    totals = [
        (total.country, total.date_from, total.strikes, total.engagements) for total in release.coverage
    ]
    kinds = sorted(remark.kind for remark in release.remarks)
    return [facts(release), days, totals, kinds, release.title, release.number, release.published_on]


def broken(text: str, share: float, chance: random.Random) -> str:
    """Put line breaks between words, but not around the marks of bullets and dashes."""
    words = text.split(" ")
    made = [words[0]]
    for before, word in itertools.pairwise(words):
        last = before.rpartition("\n")[2]
        free = last and last not in MARKS and word not in MARKS
        made.append(("\n" if free and chance.random() < share else " ") + word)
    return "".join(made)


@settings(max_examples=80, deadline=None)
@given(
    strikes(),
    st.sampled_from(STYLES),
    st.sampled_from(HEADS),
    st.sampled_from([0.1, 0.3, 1]),
    st.randoms(use_true_random=False),
)
def test_line_breaks_change_nothing(
    report: list[Strike], style: str, head: str, share: float, chance: random.Random
) -> None:
    """Line breaks anywhere between the words of a release change nothing in its reading."""
    text = head + render(report, style)
    narrow = broken(text, share, chance)
    assert reading(narrow) == reading(text), narrow


@settings(max_examples=60, deadline=None)
@given(
    strikes(),
    st.sampled_from(STYLES),
    st.sampled_from(HEADS),
    st.integers(18, 80),
    st.sampled_from(["", "> ", ">> "]),
    st.sampled_from(["", "  ", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_wrapped_mail_is_read_as_the_release(  # noqa: PLR0917 - each is a habit of mail clients
    report: list[Strike], style: str, head: str, width: int, quoting: str, margin: str, line_break: str
) -> None:
    """A mail client's width, margin, marks of quoting and line breaks change nothing in the reading."""
    text = head + render(report, style)
    wrapped = [
        quoting + (margin if index else "") + part
        for line in text.split("\n")
        for index, part in enumerate(textwrap.wrap(line, width, break_long_words=False) or [""])
    ]
    mail = line_break.join(wrapped)
    assert reading(mail) == reading(text), mail


@pytest.mark.parametrize(
    "text",
    [
        "Syria\n* Near Vero, two strikes destroyed\n15 huts, a boat and\n3 sheds.",
        "Syria\n* Near Vero, two strikes destroyed 15 huts,\n  a boat\n  and 3 sheds.",
        "Two strikes near Vero,\nSyria,\ndestroyed 15 huts, a boat and 3 sheds.",
        "In\nSyria, two strikes near Vero destroyed 15\nhuts, a boat and 3\nsheds.",
        "Forces of the U.S.\nNavy said: In Syria, two strikes near Vero destroyed 15 huts, a boat and 3 sheds.",
        "1. Near Vero, Syria, two strikes destroyed\n15 huts, a boat and\n3 sheds.\n2. There is more to come.",
    ],
)
def test_a_line_may_begin_with_a_number_or_a_country(text: str) -> None:
    """A number or a country at a line's start continues the sentence before it."""
    assert lines(text) == [
        ("SY", "Vero", 2, [("destroyed", 15, "hut"), ("destroyed", 1, "boat"), ("destroyed", 3, "shed")]),
    ]


def test_a_word_may_be_broken_behind_its_hyphen() -> None:
    """The halves of a broken word are one word, and "mortar- and" is none."""
    text = "Near Vero, two strikes destroyed four vehicle-\nborne bombs and a front-\n  end loader."
    [(*_, tallies)] = lines(text)
    assert tallies == [("destroyed", 4, "vehicle-borne bomb"), ("destroyed", 1, "front-end loader")]


def test_bullets_headings_and_numbered_rows_begin_blocks() -> None:
    """Each bullet, heading and numbered row is read for itself, with or without an end mark."""
    text = (
        "Iraq\n- Near Vero, a strike destroyed a hut\n- Near Orta, a strike destroyed a shed\nSyria\n"
        "1. Near Mira, a strike destroyed a boat\n2. Near Bela, a strike destroyed two huts"
    )
    assert [(country, place) for country, place, *_ in lines(text)] == [
        ("IQ", "Vero"),
        ("IQ", "Orta"),
        ("SY", "Mira"),
        ("SY", "Bela"),
    ]


def test_rows_and_labelled_lines_are_blocks() -> None:
    """Rows of a table and lines that begin with a label are kept apart, and a wrapped one is whole."""
    text = (
        "Hits of the day:\nIn the vicinity of Vero: 2\nTanks, 1 Radar.\nIn the vicinity of Orta: 1 Radar.\n"
        "tanks - 12 (+3),\nboats - 4 (+0),\nhuts\t2\t(+1)\nsheds\t3\t(+1)"
    )
    laid_out = lay_out(text, stands_alone, go_on)
    assert [laid_out.text[block.start : block.end] for block in laid_out.blocks] == [
        "Hits of the day:",
        "In the vicinity of Vero: 2 Tanks, 1 Radar.",
        "In the vicinity of Orta: 1 Radar.",
        "tanks - 12 (+3),",
        "boats - 4 (+0),",
        "huts\t2\t(+1)",
        "sheds\t3\t(+1)",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ORTA BAY\n— On May 3, a jet flew.", 1),
        ("Most of them\n- 12 in all - were in Iraq.", 1),
        ("Near Vero, two strikes destroyed\n\n12 huts.", 1),
        ("Near Vero,\n\n12 strikes destroyed a hut.", 1),
        ("Two strikes destroyed a hut.\n\nThe other one did not.", 2),
        ("Targets:\n- 12 huts - 3 of them large -\n- a shed", 3),
    ],
)
def test_dashes_and_blank_lines_inside_a_sentence(text: str, count: int) -> None:
    """A dash at a line's start and a blank line begin a block only where no sentence is open."""
    assert len(lay_out(text, stands_alone, go_on).blocks) == count
