"""Laws of change: what may be done to a text without changing what it says, and what joining two clauses means."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.parsing import parse_release
from tests.parsing import generated
from tests.parsing.generated import (
    ACTIVE,
    LISTS,
    PASSIVES,
    PROSE,
    PUBLISHED,
    Form,
    Spelling,
    Strike,
    Written,
    capital,
    clause,
    lines_of,
    read,
    totals_of,
    truth,
    write,
)


def same(text: str, expected: Sequence[object], found: Sequence[object]) -> None:
    """Compare lines or totals in any order; a failure shows the text."""
    assert Counter(found) == Counter(expected), f"\n{text}\nread: {list(found)}\ntrue: {list(expected)}"


def unchanged(before: str, after: str) -> None:
    """Compare the lines and totals of a text with those of a changed one."""
    first = parse_release(before, published_on=PUBLISHED)
    second = parse_release(after, published_on=PUBLISHED)
    same(after, lines_of(first), lines_of(second))
    same(after, totals_of(first), totals_of(second))


@settings(max_examples=200, deadline=None)
@given(generated.written())
def test_report_of_any_family_is_read_as_written(report: Written) -> None:
    """Every family gives its lines, and its totals by country and day."""
    release = parse_release(report.text, published_on=PUBLISHED)
    same(report.text, report.lines, lines_of(release))
    if report.totals:
        same(report.text, report.totals, totals_of(release))


@pytest.mark.parametrize("joined", ["{}, and {}.", "{} and {}.", "{}, while {}.", "{}; {}.", "{}. {}."])
@settings(max_examples=50, deadline=None)
@given(generated.reports(2, 2), generated.forms, generated.forms, generated.spellings)
def test_joined_clauses_give_the_union_of_their_lines(
    joined: str, report: list[Strike], first: Form, second: Form, spelling: Spelling
) -> None:
    """Two clauses keep their own day, country and place, whatever joins them."""
    # Where targets stand on both sides of a plain "and" nobody could tell whose the second ones are.
    assume(joined != "{} and {}." or second is not Form.PASSIVE_FIRST)
    clauses = [capital(clause(report[0], first, spelling)), clause(report[1], second, spelling)]
    text = joined.format(clauses[0], capital(clauses[1]) if joined == "{}. {}." else clauses[1])
    same(text, truth(report), read(text))


@settings(max_examples=80, deadline=None)
@given(generated.reports(2), st.data())
def test_order_of_sentences_does_not_matter(report: list[Strike], data: st.DataObject) -> None:
    """Sentences that have a day, country and place of their own mean the same in any order."""
    sentences = [f"{capital(clause(strike, data.draw(generated.forms)))}." for strike in report]
    text = " ".join(data.draw(st.permutations(sentences)))
    same(text, truth(report), read(text))


@settings(max_examples=120, deadline=None)
@given(generated.reports(), st.data())
def test_digits_for_words_change_nothing(report: list[Strike], data: st.DataObject) -> None:
    """A number is the same in words, in digits and in digits that are grouped."""
    family = data.draw(st.sampled_from([*PROSE, *LISTS]))
    forms = [data.draw(generated.forms) for _ in report]
    words, *others = [
        write(report, family, forms, spelling).text
        for spelling in (Spelling.WORDS, Spelling.DIGITS, Spelling.GROUPED)
    ]
    for digits in others:
        unchanged(words, digits)


@settings(max_examples=120, deadline=None)
@given(generated.strikes(), st.sampled_from(ACTIVE), st.sampled_from(PASSIVES), generated.spellings)
def test_active_for_passive_changes_nothing(
    strike: Strike, active: Form, passive: Form, spelling: Spelling
) -> None:
    """The strikes that destroyed, and what was destroyed in them, are the same line."""
    first, second = [f"{capital(clause(strike, form, spelling))}." for form in (active, passive)]
    same(second, truth([strike]), read(second))
    unchanged(first, second)


@pytest.mark.parametrize("kind", sorted(generated.NOISE))
@settings(max_examples=25, deadline=None)
@given(generated.written(), st.data())
def test_noise_changes_nothing(kind: str, report: Written, data: st.DataObject) -> None:
    """A sentence that reports no result adds no tally and no total, and changes no line, wherever it stands."""
    sentence = data.draw(generated.noise(kind))
    place = data.draw(st.integers(0, len(report.units)))
    units = [*report.units[:place], sentence, *report.units[place:]]
    unchanged(report.text, report.between.join(units))


@pytest.mark.parametrize("kind", sorted(generated.NOISE))
@settings(max_examples=15, deadline=None)
@given(generated.written(LISTS), st.data())
def test_noise_behind_a_bullet_changes_nothing(kind: str, report: Written, data: st.DataObject) -> None:
    """A sentence that reports no result and stands in the bullet of a strike leaves it as it is."""
    place = data.draw(st.integers(0, len(report.units) - 1))
    units = list(report.units)
    units[place] = f"{units[place]} {data.draw(generated.noise(kind))}"
    unchanged(report.text, report.between.join(units))


@pytest.mark.parametrize("joined", ["{}; {}.", "{}, while {}.", "{}, and {}.", "{}, but {}."])
@pytest.mark.parametrize("order", ["behind", "before"])
@settings(max_examples=50, deadline=None)
@given(generated.strikes(), generated.forms, generated.noise())
def test_noise_in_the_same_sentence_changes_nothing(
    order: str, joined: str, strike: Strike, form: Form, sentence: str
) -> None:
    """A clause that reports no result and is joined to one of strikes leaves it as it is."""
    noise = sentence[0].lower() + sentence[1:].removesuffix(".")
    clauses = [clause(strike, form), noise]
    if order == "before":
        clauses.reverse()
    text = capital(joined.format(*clauses))
    release = parse_release(text, published_on=PUBLISHED)
    same(text, truth([strike]), [*lines_of(release), *totals_of(release)])


@settings(max_examples=40, deadline=None)
@given(generated.noise(), generated.noise())
def test_noise_alone_is_no_report(first: str, second: str) -> None:
    """Sentences that tell of no result give neither lines nor totals."""
    release = parse_release(f"{first} {second}", published_on=PUBLISHED)
    same(f"{first} {second}", [], [*lines_of(release), *totals_of(release)])


@pytest.mark.parametrize("families", [PROSE, LISTS], ids=["prose", "lists"])
@pytest.mark.parametrize("line_break", ["\n", "\n  ", "\r\n"], ids=["plain", "indented", "windows"])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_line_break_between_words_changes_nothing(
    line_break: str, families: Sequence[generated.Family], data: st.DataObject
) -> None:
    """A text that is wrapped anywhere, once or at every word, is read as before."""
    report = data.draw(generated.written(families))
    spaces = [
        index
        for index, letter in enumerate(report.text)
        # The mark of a bullet is no word.
        if letter == " " and report.text[index - 1] not in "-\n"
    ]
    breaks = set(
        data.draw(st.one_of(st.lists(st.sampled_from(spaces), min_size=1, max_size=6), st.just(spaces)))
    )
    text = "".join(line_break if index in breaks else letter for index, letter in enumerate(report.text))
    unchanged(report.text, text)
