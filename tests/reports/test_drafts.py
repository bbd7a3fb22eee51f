"""Drafts: seen by keyed analysts only, outside the record, and published through the one door."""

from datetime import datetime, tzinfo
from typing import Any, Self

import pytest

from app.db.engine import Database
from app.keys.service import Scope
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally
from tests.keys.test_keys import key_for


@pytest.fixture
def drafter(database: Database) -> str:
    """Give a key that may write drafts and nothing else."""
    return key_for(database, Scope.DRAFT)


def save(api: Api, key: str, body: Body) -> Any:  # noqa: ANN401 - a JSON body
    """Save a draft."""
    response = api.try_posting(body | {"status": "draft"}, key=key)
    assert response.status_code == 201, response.text
    return response.json()


def ask(api: Api, path: str, key: str, method: str = "GET", **options: Any) -> Any:  # noqa: ANN401 - a response
    """Ask with a key, and with the tag that the report has now where something is written."""
    headers = {"Authorization": f"Bearer {key}"}
    if method != "GET":
        report = "/".join(path.split("/")[:4])
        headers["If-Match"] = api.request("GET", report, headers=headers).headers.get("ETag", "")
    return api.request(method, path, headers=headers, **options)


def test_draft_is_seen_by_analysts_only(api: Api, drafter: str) -> None:
    """A draft is there for a key that may write drafts, and for nobody else."""
    draft = save(api, drafter, make_report(make_strike(make_tally(3))))
    path = f"/v1/reports/{draft['id']}"

    assert (draft["status"], draft["seq"], draft["revision"]) == ("draft", None, 0)
    assert draft["strikes"][0]["id"] is None
    assert ask(api, path, drafter).json() == draft
    assert ask(api, path, drafter).headers["Cache-Control"] == "no-store"
    assert api.get(path).status_code == 404
    assert api.get(path).json()["detail"] == api.get("/v1/reports/r404").json()["detail"]


def test_draft_is_no_part_of_the_record(api: Api, drafter: str) -> None:
    """A draft takes no ledger number and is in no list, total or feed."""
    before = api.read("/v1/ledger")
    save(api, drafter, make_report(make_strike(make_tally(3))))

    assert api.read("/v1/ledger") == before
    assert api.read("/v1/reports")["items"] == []
    assert api.read("/v1/strikes")["items"] == []
    assert api.read("/v1/aggregates")["totals"]["lines"] == 0


def test_drafts_are_listed_for_analysts(api: Api, drafter: str) -> None:
    """`status=draft` lists drafts, the newest first, to a key that may write them."""
    ids = [save(api, drafter, make_report())["id"] for _ in range(3)]
    listed = ask(api, "/v1/reports?status=draft&limit=2", drafter).json()
    rest = ask(api, f"/v1/reports?status=draft&limit=2&cursor={listed['next']}", drafter).json()

    assert [each["id"] for each in listed["items"] + rest["items"]] == ids[::-1]
    assert api.get("/v1/reports?status=draft").status_code == 401


def test_listed_draft_is_a_summary(api: Api, drafter: str) -> None:
    """A draft is listed with the fields that a report is listed with, whatever it holds."""
    save(api, drafter, make_report(make_strike(), headline={"strikes": 1}, sums_note="Counted apart."))
    api.post(make_report())

    (draft,) = ask(api, "/v1/reports?status=draft", drafter).json()["items"]
    (report,) = api.read("/v1/reports")["items"]
    assert draft.keys() == report.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [("publisher", "cjtf-oir"), ("published_from", "2017-01-01"), ("as_of", "1"), ("count", "exact")],
)
def test_filters_of_the_record_do_not_go_with_drafts(api: Api, drafter: str, name: str, value: str) -> None:
    """What drafts are not filtered by is refused, not ignored."""
    response = ask(api, f"/v1/reports?status=draft&{name}={value}", drafter)

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["parameter"], error["code"]) == (name, "not-with-drafts")


def test_draft_outlives_what_it_names(api: Api, database: Database, drafter: str) -> None:
    """A draft whose names and repeated strike are gone since is still shown, and publishing it says what is gone."""
    repeated = api.post(make_report(make_strike(), publisher="centcom"))
    strike_id = repeated["strikes"][0]["id"]
    line = make_strike(make_tally(category="MRAP"), location="Tadmur", same_as=strike_id)
    draft = save(api, drafter, make_report(line))
    keeper = key_for(database, Scope.VOCABULARY)
    palmyra = api.read("/v1/locations/palmyra")
    state = {name: palmyra[name] for name in ("name", "country", "lat", "lon", "precision_km", "geonames_id")}
    assert ask(api, "/v1/locations/palmyra", keeper, "PUT", json=state | {"aliases": []}).is_success
    assert ask(
        api, f"/v1/reports/{repeated['id']}/retraction", api.key, "POST", json={"reason": "No."}
    ).is_success

    path = f"/v1/reports/{draft['id']}"
    assert ask(api, path, drafter).json()["strikes"] == draft["strikes"]
    assert len(ask(api, "/v1/reports?status=draft", drafter).json()["items"]) == 1
    refused = ask(api, f"{path}/publication", api.key, "POST")
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown-strike"]


def test_publication_makes_a_draft_public(api: Api, drafter: str) -> None:
    """A published draft takes the next ledger number under the id that it had."""
    draft = save(api, drafter, make_report(make_strike(make_tally(3)), number="7"))
    path = f"/v1/reports/{draft['id']}/publication"
    before = api.read("/v1/ledger")["seq"]

    assert ask(api, path, drafter, "POST").status_code == 403
    published = ask(api, path, api.key, "POST").json()
    assert (published["id"], published["status"], published["revision"]) == (draft["id"], "published", 1)
    assert published["seq"] == before + 1
    assert api.read("/v1/aggregates")["totals"]["items_min"] == 3
    assert ask(api, path, api.key, "POST").status_code == 409


def test_draft_can_be_saved_anew(api: Api, drafter: str) -> None:
    """A draft changes without a reason, under the tag of what was seen."""
    draft = save(api, drafter, make_report(title="One"))
    path = f"/v1/reports/{draft['id']}"
    stale = api.request("GET", path, headers={"Authorization": f"Bearer {drafter}"}).headers["ETag"]

    assert ask(api, path, drafter, "PUT", json=make_report(title="Two")).json()["title"] == "Two"
    headers = {"Authorization": f"Bearer {drafter}", "If-Match": stale}
    assert api.request("PUT", path, json=make_report(title="Three"), headers=headers).status_code == 412


def test_draft_key_publishes_nothing(api: Api, drafter: str) -> None:
    """A key that may only write drafts neither publishes nor corrects nor retracts."""
    report = api.post(make_report())
    path = f"/v1/reports/{report['id']}"

    assert api.try_posting(make_report(), key=drafter).status_code == 403
    assert ask(api, path, drafter, "PUT", json=make_report() | {"reason": "No."}).status_code == 403
    assert ask(api, f"{path}/retraction", drafter, "POST", json={"reason": "No."}).status_code == 403


def test_draft_does_not_hold_its_number(api: Api, drafter: str) -> None:
    """A draft does not keep another from publishing its number; then it cannot be published itself."""
    draft = save(api, drafter, make_report(number="7"))
    api.post(make_report(number="7"))
    refused = ask(api, f"/v1/reports/{draft['id']}/publication", api.key, "POST")

    assert refused.status_code == 409
    assert ask(api, f"/v1/reports/{draft['id']}", drafter).json()["status"] == "draft"


def test_draft_is_held_to_the_same_rules(api: Api, drafter: str) -> None:
    """A draft that could not be published is refused like a report."""
    body = make_report(make_strike(location="Atlantis")) | {"status": "draft"}
    assert api.try_posting(body, key=drafter).status_code == 422


def test_draft_is_not_retracted(api: Api, drafter: str) -> None:
    """What was never part of the record cannot be withdrawn from it."""
    draft = save(api, drafter, make_report())
    path = f"/v1/reports/{draft['id']}/retraction"
    assert ask(api, path, api.key, "POST", json={"reason": "No."}).status_code == 409


def test_drafts_are_read_without_rules_that_depend_on_now(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the clock is set back, a draft of what is tomorrow now is shown as it was saved, and not published."""
    draft = save(api, api.key, make_report(make_strike(make_tally(2))))
    path = f"/v1/reports/{draft['id']}"
    key = {"Authorization": f"Bearer {api.key}"}
    shown = api.request("GET", path, headers=key)
    monkeypatch.setattr("app.record.report_types.datetime", EarlierClock)

    assert api.request("GET", path, headers=key).content == shown.content
    listed = api.request("GET", "/v1/reports?status=draft", headers=key)
    assert [item["id"] for item in listed.json()["items"]] == [draft["id"]]
    refused = api.request("POST", f"{path}/publication", headers=key | {"If-Match": shown.headers["ETag"]})
    assert refused.status_code == 422
    assert {error["code"] for error in refused.json()["errors"]} == {"impossible-date"}
    assert api.request("GET", path, headers=key).content == shown.content


class EarlierClock(datetime):
    """A clock that was set back by decades."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return a day of 1990."""
        return cls(1990, 1, 1, tzinfo=tz)
