"""`q`: words of the source, whole and folded, on both engines alike; nothing that it holds is an operator."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db.engine import Database
from app.reports.resolve import LONGEST_QUOTE
from app.vocabulary.tokenize import words
from tests.api import Api
from tests.factories import make_report, make_strike, make_tally

TEXT = "Near Tádmur, one strike engaged 2 tactical units and destroyed a tank. Nothing else (100% sure) happened."
SENTENCE = {"start": 0, "end": 70}

# What is asked, and the lines of the record below that hold it.
WORDS = {
    "tank": [1],
    "TANK": [1],
    "tank strike": [1],
    "strike, tank!": [1],
    "tadmur": [1],
    "TÁDMUR": [1],
    "northeast": [1],
    "obliterated": [2],
    "isil held": [2],
    "held bunker isil": [2],
    "bunker tank": [],
    "tan": [],
    "happened": [],
    "2": [1],
    "near": [1, 2],
    "not": [2],
    "and": [1, 2],
    "AND": [1, 2],
    "tank AND strike": [1],
    "tank OR bunker": [],
    "tank NOT strike": [],
    "NEAR(tank strike, 1)": [],
    "tan*": [],
    "^near": [1, 2],
    "words:near": [],
    '"near': [1, 2],
    "near'": [1, 2],
    "a_b": [2],
    "what\\ever": [2],
    "100% tank": [],
    "' OR 1=1--": [],
    "'; DROP TABLE strikes; --": [],
    "near & tank | bunker": [],
    "near & !tank": [1],
    "near <-> tank:*": [1],
}


@pytest.fixture
def stored(api: Api) -> Api:
    """Give a record of one line with a sentence, and one with wordings alone."""
    quoted = make_strike(make_tally(1), strikes=1, quote=SENTENCE, location_as_written="northeast of Tádmur")
    worded = make_strike(
        make_tally(1, verb="obliterated", as_written="one NOT so small ISIL-held bunker"),
        make_tally(1, as_written="near * AND ^ or : \"what\" 'ever' a_b %"),
        strikes=2,
    )
    api.post(make_report(quoted, worded, text=TEXT))
    return api


def found(api: Api, q: str, **filters: object) -> list[int]:
    """Return the lines that hold these words, by their number of strikes."""
    return sorted(line["strikes_min"] for line in api.read("/v1/strikes", q=q, **filters)["items"])


def test_words_are_found_whole_and_folded(stored: Api) -> None:
    """All words must occur in a line, in any order; operators and quotes of any language are only text."""
    assert {q: found(stored, q) for q in WORDS} == WORDS
    for q, expected in WORDS.items():
        assert stored.read("/v1/aggregates", q=q)["totals"]["lines"] == len(expected), q


def test_words_stand_with_other_filters(stored: Api) -> None:
    """Words narrow what other filters leave, in every order of lines."""
    assert found(stored, "near", category="vehicle") == [1, 2]
    assert found(stored, "near", min_items=2) == [2]
    for sort in ("date", "-strikes", "-items"):
        assert found(stored, "near", sort=sort) == [1, 2]


def test_line_is_found_as_it_stood(stored: Api) -> None:
    """A line that was corrected is found by its old words as of an older number, and by the new ones since."""
    path = "/v1/reports/r1"
    seq = stored.read(path)["seq"]
    headers = {"Authorization": f"Bearer {stored.key}", "If-Match": stored.get(path).headers["ETag"]}
    corrected = make_report(make_strike(make_tally(1, as_written="a lorry"), strikes=5), text=TEXT)
    response = stored.request("PUT", path, json=corrected | {"reason": "Read again."}, headers=headers)
    assert response.status_code == 200, response.text

    assert found(stored, "tank") == []
    assert found(stored, "lorry") == [5]
    assert found(stored, "tank", as_of=seq) == [1]
    assert found(stored, "lorry", as_of=seq) == []


def test_draft_is_found_once_it_is_published(api: Api) -> None:
    """The words of a draft are those of the record from its publication on."""
    body = make_report(make_strike(make_tally(1, as_written="a lorry"), strikes=5))
    draft = api.try_posting(body | {"status": "draft"}).json()
    assert found(api, "lorry") == []
    path = f"/v1/reports/{draft['id']}"
    headers = {"Authorization": f"Bearer {api.key}"}
    headers["If-Match"] = api.request("GET", path, headers=headers).headers["ETag"]
    assert api.request("POST", f"{path}/publication", headers=headers).status_code == 200

    assert found(api, "lorry") == [5]


def test_any_wording_is_found_by_its_words(api: Api) -> None:
    """Whatever a tally's wording holds, each of its words finds the line, and all of them together."""
    number = iter(range(1, 1_000))

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
    def is_found(wording: str) -> None:
        if not wording.strip():
            return
        strikes = next(number)
        api.post(make_report(make_strike(make_tally(1, as_written=wording), strikes=strikes)))
        every = words(wording)
        for q in [*every, " ".join(reversed(every))] if every else []:
            assert strikes in found(api, q, limit=500)

    is_found()


def test_longest_line_that_a_report_can_hold_is_stored(api: Api) -> None:
    """A line of more words than an engine can index is stored, and found by its first ones."""
    body = " ".join(f"w{number:x}" for number in range(30_000))
    line = make_strike(
        *(
            make_tally(1, as_written=" ".join(f"x{tally}y{word:x}" for word in range(200)))
            for tally in range(500)
        ),
        quote={"start": 0, "end": LONGEST_QUOTE},
    )
    api.post(make_report(line, text=body))

    assert found(api, "w0 w1") == [1]


def test_words_are_history_too(stored: Api, database: Database) -> None:
    """The database itself refuses to change or remove the words of a line."""
    assert found(stored, "tank") == [1]
    for change in ("DELETE FROM strike_words", "UPDATE strike_words SET words = NULL"):
        with pytest.raises(Exception, match=r"only added to|not support"), database.writing() as session:
            session.execute(text(change))
    assert found(stored, "tank") == [1]
