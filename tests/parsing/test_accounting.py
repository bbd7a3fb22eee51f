"""The law of accounted numbers: each number of any text is a field of the draft, no count, or remarked."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.shipped import shipped_catalogue
from app.parsing import Field, ParsedRelease, Role, parse_release
from app.releases.draft import draft_report
from tests.api import Api
from tests.parsing import generated
from tests.parsing.counting import numbers_in
from tests.parsing.facts import kinds
from tests.parsing.generated import PUBLISHED, Written

DATA = Path(os.environ.get("STRIKELEDGER_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
RELEASES = sorted(DATA.glob("releases/*.txt"))

FIELDS = {Role.STRIKES, Role.ENGAGEMENTS, Role.TALLY, Role.COVERAGE, Role.HEADLINE}
REMARKED = {Role.UNREAD, Role.NOT_COUNTED, Role.INCLUDED, Role.AMOUNT}


def check_law(text: str, release: ParsedRelease) -> None:
    """Hold the listed numbers against the text, the draft's fields and the remarks."""
    numbers = release.numbers
    spans = [(number.start, number.end) for number in numbers]
    assert all(0 <= start < end <= len(text) for start, end in spans), text
    assert all(left[1] <= right[0] for left, right in pairwise(spans)), (text, spans)
    for start, end in numbers_in(text):
        holding = [span for span in spans if span[0] < end and start < span[1]]
        assert len(holding) == 1, f"{text!r}: {text[start:end]!r} at {start} is listed {len(holding)} times"
    for number in numbers:
        words = f"{text!r}: {text[number.start : number.end]!r} at {number.start} is {number.role}"
        assert (number.field is not None) == (number.role in FIELDS), words
        if number.field:
            check_field(number.field, number.count, release, words)
        if number.role in REMARKED:
            assert any(r.start <= number.start and number.end <= r.end for r in release.remarks), words


def check_field(field: Field, count: object, release: ParsedRelease, words: str) -> None:
    """Hold a number that is a field against the bounds of the value that stands there."""
    if field.total is not None:
        total = release.coverage[field.total]
        value = total.strikes if field.name == "strikes" else total.engagements
    else:
        assert field.line is not None, words
        line = release.lines[field.line]
        if field.tally is not None:
            assert line.tallies[field.tally].count == count, words
            return
        if field.name == "strikes":
            assert line.strikes == count, words
            return
        value = line.engagements
    assert value is not None, words
    assert count is not None, words
    assert value == getattr(count, "minimum", None), words


def resolve(draft: dict[str, Any], pointer: str) -> tuple[Any, Any]:
    """Return the bounds that a pointer into a draft names; a count is stored as its minimum and maximum."""
    here: Any = draft
    *path, name = pointer.removeprefix("/").split("/")
    for step in path:
        here = here[int(step)] if isinstance(here, list) else here[step]
    return (here[name],) * 2 if name in here else (here[f"{name}_min"], here[f"{name}_max"])


def check_draft(text: str, answer: dict[str, Any]) -> None:
    """Hold the numbers of a draft against the values that their pointers name."""
    for number in answer["numbers"]:
        words = f"{text[number['start'] : number['end']]!r} is {number['of']} in {text!r}"
        assert (number["of"] is not None) == (Role(number["role"]) in FIELDS), words
        if number["of"]:
            bounds = resolve(answer["draft"], number["of"])
            whole = "/strikes/" in number["of"] and not number["of"].endswith("/engagements")
            assert bounds == (number["value_min"], number["value_max"] if whole else number["value_min"]), (
                words
            )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(generated.written(), generated.noise()), min_size=1, max_size=4),
    st.sampled_from([" ", "\n", "\n\n"]),
)
def test_law_holds_for_generated_texts(parts: list[Written | str], between: str) -> None:
    """Reports of all families with noise around them, in any order, leave no number without a role."""
    text = between.join(part if isinstance(part, str) else part.text for part in parts)
    check_law(text, parse_release(text, published_on=PUBLISHED))


@settings(max_examples=100, deadline=None)
@given(generated.written(), st.data())
def test_law_holds_for_texts_cut_anywhere(report: Written, data: st.DataObject) -> None:
    """A text that begins or ends in the middle of a sentence leaves no number without a role."""
    words = report.text.split(" ")
    start = data.draw(st.integers(0, len(words) - 1))
    text = " ".join(words[start : data.draw(st.integers(start + 1, len(words)))])
    check_law(text, parse_release(text))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_law_holds_for_any_text(text: str) -> None:
    """No characters leave a number without a role."""
    check_law(text, parse_release(text))


PIECES = """near Vero Tal , . ; : - -- ( ) " % $ # In Syria Iraq one a an two 11 3-5 1,204 1 204 2016 2.5 3/4 0 XII
    half dozen several multiple dozens hundred thousand and or of least at up to more than no one strike strikes
    airstrikes engagements destroyed damaged struck was were been destroying with not huts hut ISIL tank convoy pounds
    miles p.m. Aug. August 3 4th F-16 No. Release 20160804-02 yesterday On the which including another others per cent
    killed fighters bombs sorties since total sum pair couple number""".split()  # fmt: skip
pieces = st.lists(
    st.sampled_from([*PIECES, "\n", "\n- ", "\n\n", "half a dozen", "a number of"]), max_size=50
)


@settings(max_examples=300, deadline=None)
@given(pieces)
def test_law_holds_for_any_words_of_a_release(words: list[str]) -> None:
    """No order of the words that releases use leaves a number without a role."""
    text = " ".join(words)
    check_law(text, parse_release(text, published_on=PUBLISHED))


@settings(max_examples=80, deadline=None)
@given(st.one_of(generated.written().map(lambda report: report.text), pieces.map(" ".join)))
def test_pointers_of_numbers_name_their_values(text: str) -> None:
    """Where a number of a draft has a pointer, the draft has that number there."""
    release = parse_release(text, published_on=PUBLISHED)
    check_draft(text, draft_report(release, text, shipped_catalogue(), None))


@settings(max_examples=60, deadline=None)
@given(generated.strikes(), generated.forms)
def test_numbers_of_a_clause_have_their_roles(strike: generated.Strike, form: generated.Form) -> None:
    """Of a clause with a day, the strikes and the targets are fields, and the day is a date."""
    text = f"{generated.capital(generated.clause(strike, form, generated.Spelling.DIGITS))}."
    roles = sorted(number.role for number in parse_release(text, published_on=PUBLISHED).numbers)
    assert roles == sorted([Role.DATE, Role.STRIKES, *[Role.TALLY] * len(strike.results)]), text


@pytest.mark.skipif(not RELEASES, reason="no releases: set STRIKELEDGER_TEST_DATA to their folder")
def test_law_holds_for_every_release() -> None:
    """Every real release accounts for all its numbers, and its draft has them where they point."""
    for path in RELEASES:
        text = path.read_bytes().decode("utf-8")
        release = parse_release(text)
        check_law(text, release)
        check_draft(text, draft_report(release, text, shipped_catalogue(), None))


def test_numbers_over_http_point_into_the_draft(api: Api) -> None:
    """The response lists every number in order, with pointers that resolve in its draft."""
    text = (
        "Release No. 20180804-02\n\n"
        "On Aug. 3, in Syria, coalition forces conducted five strikes consisting of nine engagements:\n"
        "- Near Vero, two strikes destroyed half a dozen huts.\n"
        "- Near Tal Orta, three strikes damaged several boats; 14 others got away.\n"
    )
    response = api.request("POST", "/v1/parse", json={"text": text})
    assert response.status_code == 200, response.text
    answer = response.json()
    check_draft(text, answer)
    listed = [
        (text[number["start"] : number["end"]], number["role"], number["of"]) for number in answer["numbers"]
    ]
    assert listed == [
        ("20180804-02", "release_number", None),
        ("3", "date", None),
        ("five", "coverage", "/coverage/0/strikes"),
        ("nine", "coverage", "/coverage/0/engagements"),
        ("two", "strikes", "/strikes/0/strikes"),
        ("half a dozen", "tally", "/strikes/0/tallies/0/count"),
        ("three", "strikes", "/strikes/1/strikes"),
        ("several", "tally", "/strikes/1/tallies/0/count"),
        ("14", "unread", None),
    ]


LISTED = {
    "Near Vero, Mali, seven strikes hit 18 huts (12 damaged, six destroyed) and a boat dock.": "a boat dock",
    "Six huts were destroyed by one strike near Vero, Mali, and a truck by another near Orta, Mali.": "a truck",
}


@pytest.mark.parametrize("text", LISTED)
def test_an_article_in_a_list_is_accounted_for_beside_tallies(text: str) -> None:
    """A target that an article counts, behind a list that was read, is remarked where no tally has it."""
    assert ("unread", LISTED[text]) in kinds(text)
