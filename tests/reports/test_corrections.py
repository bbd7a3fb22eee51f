"""Corrections: revisions with a reason, ids that stay, diffs, retractions, and no update lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.reports.schemas import ReportOut, RevisionDiff, RevisionList
from tests.api import Api
from tests.factories import Body, make_report, make_strike, make_tally


def put(api: Api, report: Any, body: Body, **headers: str) -> Any:  # noqa: ANN401 - JSON in, a response out
    """Put a report again under the tag that it has now, unless another is given."""
    path = f"/v1/reports/{report['id']}"
    tags = headers or {"If-Match": api.get(path).headers["ETag"]}
    return api.request("PUT", path, json=body, headers={"Authorization": f"Bearer {api.key}", **tags})


def retract(api: Api, report: Any, reason: str = "It was withdrawn.") -> Any:  # noqa: ANN401 - JSON in, a response out
    """Retract a report as it stands."""
    path = f"/v1/reports/{report['id']}"
    headers = {"Authorization": f"Bearer {api.key}", "If-Match": api.get(path).headers["ETag"]}
    return api.request("POST", f"{path}/retraction", json={"reason": reason}, headers=headers)


RAQQA = make_strike(make_tally(3), strikes=1)
MOSUL = make_strike(make_tally(1), strikes=2, location="Mosul", country="IQ")
CORRECTED = make_strike(make_tally(4), strikes=1)


def test_correction_is_a_new_revision(api: Api) -> None:
    """A correction takes the next ledger number, keeps the id, and shows its reason; the old one reads as before."""
    first = api.post(make_report(RAQQA, MOSUL))
    second = put(api, first, make_report(CORRECTED, MOSUL) | {"reason": "A miscount."}).json()
    ReportOut.model_validate(second)

    assert (second["id"], second["revision"], second["reason"]) == (first["id"], 2, "A miscount.")
    assert second["seq"] == first["seq"] + 1
    written = ("warnings", "possible_duplicates")
    assert api.read(f"/v1/reports/{first['id']}/revisions/1") == {
        name: value for name, value in first.items() if name not in written
    }
    assert api.read(f"/v1/reports/{first['id']}", as_of=first["seq"])["strikes"] == first["strikes"]


def test_line_that_did_not_change_keeps_its_id(api: Api) -> None:
    """Of two lines that swap places, one of them corrected, the other keeps its id, and the order is the new one."""
    first = api.post(make_report(RAQQA, MOSUL))
    second = put(api, first, make_report(MOSUL, CORRECTED) | {"reason": "A miscount."}).json()
    raqqa, mosul = first["strikes"]

    assert second["strikes"][0]["id"] == mosul["id"]
    assert second["strikes"][1]["id"] not in {raqqa["id"], mosul["id"]}
    assert [line["id"] for line in api.read("/v1/strikes")["items"]].count(raqqa["id"]) == 0
    assert api.read(f"/v1/strikes/{raqqa['id']}")["report"]["revision"] == 1


def test_line_is_shown_as_of_a_number_for_ever(api: Api) -> None:
    """A line as of a number names the revision that held it then, also once later ones have put it aside."""
    first = api.post(make_report(RAQQA, MOSUL))
    line = first["strikes"][1]
    second = put(api, first, make_report(CORRECTED, MOSUL) | {"reason": "A miscount."}).json()
    as_of_first = api.get(f"/v1/strikes/{line['id']}", as_of=first["seq"]).content
    put(api, second, make_report(CORRECTED) | {"reason": "Not theirs."})

    assert api.get(f"/v1/strikes/{line['id']}", as_of=first["seq"]).content == as_of_first
    assert api.read(f"/v1/strikes/{line['id']}", as_of=first["seq"])["report"]["revision"] == 1
    assert api.read(f"/v1/strikes/{line['id']}")["report"]["revision"] == 2


def test_equal_lines_are_told_apart_by_their_number(api: Api) -> None:
    """Of two equal lines one can go: one id stays."""
    first = api.post(make_report(RAQQA, RAQQA))
    second = put(api, first, make_report(RAQQA) | {"reason": "Told twice."}).json()

    assert [line["id"] for line in second["strikes"]] == [first["strikes"][0]["id"]]


def test_totals_follow_a_correction_and_the_past_stays(api: Api) -> None:
    """A correction changes today's totals and no answer as of an earlier number."""
    first = api.post(make_report(RAQQA))
    before = api.get("/v1/aggregates", group_by="location,month", as_of=first["seq"]).content
    put(api, first, make_report(CORRECTED) | {"reason": "A miscount."})

    assert api.read("/v1/aggregates")["totals"]["items_min"] == 4
    assert api.get("/v1/aggregates", group_by="location,month", as_of=first["seq"]).content == before


def test_history_lists_every_revision(api: Api) -> None:
    """The revisions of a report are listed with their reasons, the first one first."""
    report = api.post(make_report(RAQQA))
    put(api, report, make_report(CORRECTED) | {"reason": "A miscount."})
    retract(api, report)
    listed = RevisionList.model_validate(api.read(f"/v1/reports/{report['id']}/revisions"))

    assert [(each.revision, each.status, each.reason) for each in listed.items] == [
        (1, "published", None),
        (2, "published", "A miscount."),
        (3, "retracted", "It was withdrawn."),
    ]


def test_diff_says_what_changed(api: Api) -> None:
    """A diff names the fields and lines that changed, in words too; the first one is against nothing."""
    report = api.post(make_report(RAQQA, MOSUL, title="Strikes"))
    put(api, report, make_report(CORRECTED, MOSUL, title="More strikes") | {"reason": "A miscount."})
    diff = RevisionDiff.model_validate(api.read(f"/v1/reports/{report['id']}/revisions/2/diff"))

    assert [change.field for change in diff.fields] == ["title"]
    assert (len(diff.strikes_removed), len(diff.strikes_added), diff.strikes_kept) == (1, 1, 1)
    assert any("destroyed 4 vehicle" in sentence for sentence in diff.summary)
    assert api.read(f"/v1/reports/{report['id']}/revisions/1/diff")["strikes_kept"] == 0


def test_retracted_report_leaves_a_tombstone(api: Api) -> None:
    """A retracted report still answers, with its reason, and counts nowhere; its lines can still be read."""
    report = api.post(make_report(RAQQA))
    answer = retract(api, report)

    assert (answer.status_code, answer.json()["status"]) == (200, "retracted")
    tombstone = api.read(f"/v1/reports/{report['id']}")
    assert (tombstone["reason"], tombstone["strikes"]) == ("It was withdrawn.", [])
    assert api.read("/v1/strikes")["items"] == []
    assert api.read("/v1/aggregates")["totals"]["lines"] == 0
    assert api.read(f"/v1/strikes/{report['strikes'][0]['id']}")["strikes_min"] == 1
    assert [each["status"] for each in api.read("/v1/reports")["items"]] == ["retracted"]


def test_tombstone_does_not_change(api: Api) -> None:
    """What is retracted is neither corrected nor retracted again."""
    report = api.post(make_report(RAQQA))
    retract(api, report)

    assert put(api, report, make_report() | {"reason": "Back."}).status_code == 409
    assert retract(api, report).status_code == 409


def test_number_of_a_report_can_be_corrected(api: Api) -> None:
    """A number may be corrected, to one that no other report of the publisher has."""
    first = api.post(make_report(number="1"))
    api.post(make_report(number="2"))

    assert put(api, first, make_report(number="3") | {"reason": "A typo."}).json()["number"] == "3"
    assert put(api, first, make_report(number="2") | {"reason": "A typo."}).status_code == 409
    assert api.try_posting(make_report(number="1")).status_code == 201


def test_report_stays_with_its_publisher(api: Api) -> None:
    """A correction cannot turn one publisher's claim into another's."""
    report = api.post(make_report())
    response = put(api, report, make_report(publisher="centcom") | {"reason": "Not theirs."})

    assert response.json()["errors"][0]["pointer"] == "/publisher"


def test_correction_needs_a_reason(api: Api) -> None:
    """What was published changes only with a reason."""
    response = put(api, api.post(make_report()), make_report())
    assert [error["pointer"] for error in response.json()["errors"]] == ["/reason"]


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"r1.1-0000000000000000"', 200),
        ('"other", "r1.1-x"', 200),
        ("*", 200),
        ('"r1.2-0000000000000000"', 412),
        ('"r11.1-0000000000000000"', 412),
        ('W/"r1.1-0000000000000000"', 412),
        ("nonsense", 412),
    ],
)
def test_write_needs_the_tag_of_the_revision_that_stands(api: Api, tag: str, status: int) -> None:
    """Any strong tag of the standing revision will do, and no other."""
    report = api.post(make_report())
    body = make_report() | {"reason": "Because."}

    assert put(api, report, body, **{"If-Match": tag}).status_code == status


def test_tag_without_its_quotes_is_told_apart(api: Api) -> None:
    """Who leaves out the quotes of a tag that stands is told of them, and not to read the report again."""
    report = api.post(make_report())
    tag = api.request("GET", f"/v1/reports/{report['id']}").headers["ETag"].strip('"')
    response = put(api, report, make_report() | {"reason": "Because."}, **{"If-Match": tag})

    assert response.status_code == 412
    assert "double quotes" in response.json()["detail"]


def test_write_without_a_tag_is_refused(api: Api) -> None:
    """A write on a report that does not say which state was seen is 428."""
    report = api.post(make_report())
    response = put(api, report, make_report() | {"reason": "Because."}, **{"X-Nothing": "x"})

    assert (response.status_code, response.json()["type"]) == (428, "/problems/precondition-required")


def test_refusals_come_in_their_order(api: Api) -> None:
    """The key is judged before the report, the report before its state, its state before the body."""
    report = api.post(make_report())
    path, nonsense = f"/v1/reports/{report['id']}", {"nonsense": True}
    key = {"Authorization": f"Bearer {api.key}"}
    stale = key | {"If-Match": '"r1.7-x"'}

    assert api.request("PUT", "/v1/reports/r404", json=nonsense).status_code == 401
    assert api.request("PUT", "/v1/reports/r404", json=nonsense, headers=key).status_code == 404
    assert api.request("PUT", path, json=nonsense, headers=key).status_code == 428
    assert api.request("PUT", path, json=nonsense, headers=stale).status_code == 412
    fresh = key | {"If-Match": api.get(path).headers["ETag"]}
    assert api.request("PUT", path, json=nonsense, headers=fresh).status_code == 422


def test_no_update_is_lost(api: Api) -> None:
    """Clients that each add one strike, reading again when they are late, end at exactly their number."""
    report = api.post(make_report(make_strike(strikes=0)))
    path = f"/v1/reports/{report['id']}"

    def add_one(_client: int) -> None:
        while True:
            seen = api.get(path)
            count = seen.json()["strikes"][0]["strikes_min"]
            body = make_report(make_strike(strikes=count + 1)) | {"reason": "One more."}
            headers = {"Authorization": f"Bearer {api.key}", "If-Match": seen.headers["ETag"]}
            answer = api.request("PUT", path, json=body, headers=headers)
            if answer.status_code == 200:
                return
            assert answer.status_code == 412, answer.text

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(add_one, range(20)))

    assert api.read(path)["strikes"][0]["strikes_min"] == 20
    assert api.read(path)["revision"] == 21
