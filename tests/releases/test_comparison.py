"""POST /v1/parse compares its draft with the record: likely slips, and strikes that it may repeat."""

from typing import Any

from tests.api import Api
from tests.releases.test_parse import parse

RELEASE = """March 2, 2017
Release # 20170302-01

On March 1, near Raqqa, Syria, three strikes destroyed two tanks and four vehicles.
"""


def codes(parsed: Any) -> list[str]:  # noqa: ANN401 - a JSON body
    """Return the code of each warning."""
    return [each["code"] for each in parsed["warnings"]]


def test_text_that_was_posted_already_is_offered(api: Api) -> None:
    """A line of the same place, day and tallies is offered, and the number is known to be taken."""
    first = parse(api, RELEASE, publisher="cjtf-oir")
    assert (first["warnings"], first["possible_duplicates"]) == ([], [])
    stored = api.post(first["draft"])
    again = parse(api, RELEASE, publisher="OIR")

    assert [(each["code"], each["pointer"]) for each in again["warnings"]] == [("number-spelling", "/number")]
    assert again["possible_duplicates"] == [
        {
            "strike": None,
            "pointer": "/strikes/0",
            "repeats": stored["strikes"][0]["id"],
            "report": stored["id"],
            "alike": 1.0,
        }
    ]


def test_number_is_a_publisher_s(api: Api) -> None:
    """Without its publisher, a number is nobody's yet."""
    api.post(parse(api, RELEASE, publisher="cjtf-oir")["draft"])
    assert codes(parse(api, RELEASE)) == []


def test_line_after_publication_is_warned_of(api: Api) -> None:
    """A caller's day of publication before the strikes is a slip."""
    parsed = parse(
        api, "On March 5, 2017, near Raqqa, Syria, one strike destroyed a tank.", published_on="2017-03-02"
    )
    assert codes(parsed) == ["after-publication"]


def test_line_without_a_day_repeats_nothing(api: Api) -> None:
    """Where the text does not say when, nothing is compared."""
    api.post(parse(api, RELEASE, publisher="cjtf-oir")["draft"])
    assert parse(api, "Near Raqqa, Syria, one strike destroyed a tank.")["possible_duplicates"] == []


def test_day_at_the_end_of_the_calendar_is_read(api: Api) -> None:
    """A day that no report can have is compared with nothing, and breaks nothing."""
    for year in ("0001-01-01", "9999-12-31"):
        parsed = parse(api, f"On {year}, near Raqqa, Syria, one strike destroyed a tank.")
        assert parsed["possible_duplicates"] == []
