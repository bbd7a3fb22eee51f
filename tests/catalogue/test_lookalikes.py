"""Look-alikes over HTTP: names that mislead are refused, and publishers that share a number are not merged."""

import pytest

from app.catalogue.ledger_entries import rebuilt_vocabularies
from app.db.engine import Database
from app.ledger.verify import Sources, verify
from app.reports import service, staging
from app.reports.derived import write_missing
from app.reports.ledger_check import stored_contents
from app.reports.line_index import index_faults
from tests.api import Api
from tests.catalogue.keeper import Keeper
from tests.factories import make_report
from tests.reports.test_corrections import put

KINDS = ("locations", "categories", "publishers")
ALIASES = {"locations": "aliases", "categories": "synonyms", "publishers": "aliases"}
SPELLINGS = (
    "20170302\u201301",
    "\uff12\uff10\uff11\uff17\uff10\uff13\uff10\uff12-\uff10\uff11",
    "2017 0302-01",
)


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_mislead_are_refused(keeper: Keeper, kind: str) -> None:
    """Letters of two scripts and characters that show nothing are refused in names and in aliases."""
    for name, code in (("Kh\u0430n", "mixed-scripts"), ("Khan\u3164", "invisible-character")):
        for fields in ({"name": name}, {ALIASES[kind]: [name]}):
            response = keeper.try_adding(kind, **fields)
            assert (response.status_code, response.json()["errors"][0]["code"]) == (422, code)
    for name in ("Kh\u202ean", "Kh\u200ban"):
        assert keeper.try_adding(kind, name=name).status_code == 422


def test_names_that_look_like_another_are_refused_with_it(keeper: Keeper) -> None:
    """A name that looks like one of another place, whatever its letters, is a conflict that names the place."""
    for name in ("RAQQA", "R\u00e1qqa", "\u041d\u0430\u043c\u0430", "R\u0251qqa"):
        response = keeper.try_adding("locations", name=name)
        assert (response.status_code, response.json()["type"]) == (409, "/problems/conflict")
        assert response.json()["existing"] in {"/v1/locations/raqqa", "/v1/locations/hama"}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_number_in_another_spelling_is_the_same(api: Api, spelling: str) -> None:
    """A number is refused, found and corrected in any spelling, and shown as it was posted."""
    first = api.post(make_report(number="20170302-01"))
    response = api.try_posting(make_report(number=spelling))
    assert (response.status_code, response.json()["existing"]) == (409, f"/v1/reports/{first['id']}")
    assert [each["number"] for each in api.read("/v1/reports", number=spelling)["items"]] == ["20170302-01"]

    corrected = put(api, first, make_report(number=spelling, reason="As printed.")).json()
    assert corrected["number"] == " ".join(spelling.split())
    assert api.try_posting(make_report(number="20170302-01")).status_code == 409
    before = api.read("/v1/reports", number="20170302-01", as_of=first["seq"], count="exact")
    assert ([each["revision"] for each in before["items"]], before["total"]) == ([1], 1)


def test_publishers_that_share_a_number_are_not_merged(keeper: Keeper) -> None:
    """A merge that would leave a publisher two reports of one number is a conflict that names both reports."""
    own = keeper.api.post(make_report(number="A-1", publisher="ara-news"))
    other = keeper.api.post(make_report(number="a\u20131", publisher="centcom"))
    response = keeper.try_merging("publishers", "ara-news", "centcom")

    assert (response.status_code, response.json()["type"]) == (409, "/problems/conflict")
    assert response.json()["existing"] == f"/v1/reports/{other['id']}"
    assert all(f"/v1/reports/{each['id']}" in response.json()["detail"] for each in (own, other))
    put(keeper.api, own, make_report(number="A-2", publisher="ara-news", reason="Two of one number."))
    keeper.merge("publishers", "ara-news", "centcom")


def test_numbers_of_an_older_record_stay(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports that an older version gave one number twice are read, corrected and verified; others get their key."""
    with monkeypatch.context() as older:
        for module in (service, staging):
            older.setattr(module, "number_key", lambda number: number)
        first = api.post(make_report(number="OIR\u20137"))
        second = api.post(make_report(number="OIR-7"))
        third = api.post(make_report(number="No. 8"))
    with database.writing() as session:
        assert write_missing(session) == 2
    with database.writing() as session:
        assert write_missing(session) == 0

    assert api.try_posting(make_report(number="no.8")).json()["existing"] == f"/v1/reports/{third['id']}"
    for report in (first, second):
        corrected = put(api, report, make_report(number=report["number"], title="New", reason="A title."))
        assert (corrected.status_code, corrected.json()["number"]) == (200, report["number"])
        found = api.read("/v1/reports", number=report["number"])["items"]
        assert report["id"] in [each["id"] for each in found]
    with database.reading() as session:
        assert verify(session, Sources(stored_contents, rebuilt_vocabularies, index_faults)).fault is None
