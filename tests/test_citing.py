"""docs/citing.md tells the truth: its citations can be looked up, and say what the record says."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

PAGE = (Path(__file__).parents[1] / "docs" / "citing.md").read_text(encoding="utf-8")
CITATIONS = re.findall(r"^> (.*) `(http\S+)`$", PAGE, re.MULTILINE)
COMMANDS = re.findall(r"^curl '(\S+)'", PAGE, re.MULTILINE)


def path_of(url: str) -> str:
    """Return what is asked of the server."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def citation(of: str) -> tuple[str, str]:
    """Return the text and the path of the one citation of a kind of thing."""
    ((text, url),) = [each for each in CITATIONS if urlsplit(each[1]).path.startswith(of)]
    return text, path_of(url)


def test_every_citation_is_whole() -> None:
    """Each names the ledger's number, a hash and the day on which it was read."""
    assert len(CITATIONS) == 3
    for text, _ in CITATIONS:
        assert re.search(r"strikeledger ledger 535, sha256 [0-9a-f]{8}…, retrieved \d{4}-\d\d-\d\d\.$", text)


def test_steps_lead_to_number_and_hash(sampled: Api) -> None:
    """The two requests of the page give the number and the hash of the same entry of the sample."""
    head, entries = (sampled.read(path_of(url)) for url in COMMANDS)
    (entry,) = entries["items"]
    assert head["seq"] == entry["seq"] == 535
    assert head["hash"] == entry["hash"]


def test_cited_strike_says_so(sampled: Api) -> None:
    """The strike cited is the publisher's, of that number and day, near that place."""
    text, path = citation("/v1/strikes")
    strike = sampled.read(path)
    report = strike["report"]
    publisher = sampled.read(f"/v1/publishers/{report['publisher']}")["name"]

    assert text.startswith(f"{publisher}, {report['number']}, {written(report['published_on'])}. ")
    assert f"One strike near {strike['location']['name']}." in text
    assert (strike["strikes_min"], strike["strikes_max"]) == (1, 1)


def test_cited_revision_says_so(sampled: Api) -> None:
    """The revision cited is that of the report of that publisher, number and day."""
    text, path = citation("/v1/reports")
    report = sampled.read(path)
    publisher = sampled.read(f"/v1/publishers/{report['publisher']}")["name"]

    expected = (
        f"{publisher}, {report['number']}, {written(report['published_on'])}, revision {report['revision']}."
    )
    assert text.startswith(expected)


def test_cited_count_says_so(sampled: Api) -> None:
    """The count cited is exact in the record: both bounds are one, and no tally was left open."""
    text, path = citation("/v1/aggregates")
    totals = sampled.read(path)["totals"]
    assert f" {totals['items_min']} items destroyed near Palmyra." in text
    assert totals["items_max"] == totals["items_min"]
    assert totals["open_ended"] == 0


@pytest.mark.parametrize("path", [path_of(url) for _, url in CITATIONS])
def test_cited_answer_stays(sampled: Api, path: str) -> None:
    """After a later report of the same place and days, a citation is answered with the same bytes."""
    before = sampled.get(path).content
    line = make_strike(make_tally(7), location="Palmyra", date_from="2017-02-01")
    sampled.post(make_report(line, number="later"))
    assert sampled.get(path).content == before


def test_citation_of_another_record_is_refused(sampled: Api) -> None:
    """A number that this ledger did not reach is no answer of it."""
    assert sampled.get("/v1/strikes/s499?as_of=536").status_code == 422


def written(day: str) -> str:
    """Write a day as a citation does: 10 February 2015."""
    year, month, number = day.split("-")
    months = "January February March April May June July August September October November December".split()
    return f"{int(number)} {months[int(month) - 1]} {year}"
