"""Pairs of removed and added lines: by place and wording, and only the cells that differ."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.line_pairs import changes, paired

Line = dict[str, Any]


def tally(count: int = 1, **fields: Any) -> Line:  # noqa: ANN401 - any field
    """Make a tally of a response."""
    plain = {"effect": "destroyed", "verb": "destroyed", "category": "vehicle", "family": "vehicles"}
    bounds = {"count_min": count, "count_max": count, "approximate": False, "as_written": None, "quote": None}
    return plain | bounds | fields


def line(*tallies: Line, place: str | None = "raqqa", **fields: Any) -> Line:  # noqa: ANN401 - any field
    """Make a line of a response."""
    location = None if place is None else {"slug": place, "name": place.title(), "lat": 1.0, "lon": 1.0}
    days = {"date_from": "2017-03-01", "date_to": "2017-03-01", "date_precision": "day"}
    rest = dict.fromkeys(("location_as_written", "engagements", "owner", "same_as", "quote"))
    strikes = {"country": "SY", "location": location, "strikes_min": 1, "strikes_max": 1}
    return days | strikes | rest | {"tallies": list(tallies)} | fields


def test_lines_are_paired_by_place_and_wording() -> None:
    """Of two lines at one place, each finds the one of its own wording, whatever the order."""
    tank, boat = (tally(as_written=words) for words in ("a tank", "a boat"))
    corrected_boat, corrected_tank = line(boat, strikes_min=2), line(tank, strikes_min=3)
    pairs = paired([line(tank), line(boat)], [corrected_boat, corrected_tank])
    assert [
        (pair.before["tallies"], pair.after["tallies"]) for pair in pairs if pair.before and pair.after
    ] == [
        ([boat], [boat]),
        ([tank], [tank]),
    ]


def test_line_whose_place_was_corrected_is_paired_by_its_wording() -> None:
    """A correction of the place is a change of one line, not of two."""
    words = tally(as_written="two tanks")
    ((before, after),) = paired([line(words)], [line(words, place="mosul", country="IQ")])
    assert before is not None
    assert after is not None
    assert [change.field for change in changes(before, after)] == ["country", "location"]


def test_lines_without_anything_in_common_stay_alone() -> None:
    """What was removed elsewhere is not taken for what was added."""
    gone, new = line(tally()), line(tally(), place="mosul", date_from="2017-03-02", date_to="2017-03-02")
    assert paired([gone], [new]) == [(None, new), (gone, None)]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (line(date_to="2017-03-02"), line(), ["date_from"]),
        (line(strikes_max=None), line(), ["strikes_min"]),
        (line(tally(238)), line(tally(283)), ["count_min"]),
        (line(tally()), line(tally(effect="damaged")), ["effect"]),
        (line(tally()), line(), [None]),
        (line(tally(), tally(category="tank")), line(tally(category="tank"), tally()), []),
        (line(tally(quote={"start": 1, "end": 2})), line(tally(quote={"start": 5, "end": 6})), ["quote"]),
        (line(tally(1), tally(2)), line(tally(2), tally(3)), ["count_min"]),
    ],
)
def test_only_fields_that_differ_are_changes(before: Line, after: Line, names: list[str | None]) -> None:
    """Both ends of days and counts are one field; the order of tallies is none."""
    assert [change.field for change in changes(before, after)] == names


def test_renamed_place_is_no_change() -> None:
    """A name of the vocabulary that changed between two revisions was not changed by the revision."""
    renamed = line()
    renamed["location"] = renamed["location"] | {"name": "Ar-Raqqa", "lat": 2.0}
    assert changes(line(), renamed) == []


_LINES = st.lists(
    st.builds(
        lambda place, words, strikes: line(tally(as_written=words), place=place, strikes_min=strikes),
        st.sampled_from([None, "raqqa", "mosul"]),
        st.sampled_from([None, "a tank", "a boat"]),
        st.integers(0, 2),
    ),
    max_size=8,
)


@given(_LINES, _LINES)
def test_every_line_is_in_exactly_one_pair(removed: list[Line], added: list[Line]) -> None:
    """Nothing that was removed or added is lost or shown twice."""
    pairs = paired(removed, added)
    assert [pair.after for pair in pairs if pair.after is not None] == added
    assert sorted(id(pair.before) for pair in pairs if pair.before) == sorted(map(id, removed))


def test_many_lines_of_one_place_are_paired_in_linear_time() -> None:
    """A report of 2,000 lines near one place, all of them corrected, is paired in far less than a second."""
    removed = [line(tally(number)) for number in range(2000)]
    added = [line(tally(number), strikes_min=2) for number in range(2000)]
    began = time.process_time()
    pairs = paired(removed, added)
    assert time.process_time() - began < 0.5
    assert all(pair.before is not None for pair in pairs)
