"""Writing through the client: reports from draft to tombstone, conflicts, imports."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from app.client import Client, Conflict, PreconditionFailed, PreconditionRequired, Unauthorized, Unprocessable
from tests.client.conftest import Served
from tests.client.faulty import Scripted, faulty
from tests.factories import Body, make_report, make_strike, make_tally


def new_report(count: int = 1, **fields: Any) -> Body:  # noqa: ANN401 - any field of the body
    """Make a report with a number that no other has, in a country that no other test counts."""
    line = make_strike(make_tally(count), country="YE", location=None)
    return make_report(line, **({"number": uuid.uuid4().hex} | fields))


def test_report_is_created_once(client: Client) -> None:
    """A report is returned as stored; the same number again is a Conflict that names it."""
    body = new_report()
    stored = client.create_report(body)
    assert stored.strikes[0].tallies[0].count_min == 1
    assert client.report(stored.id).etag == stored.etag
    with pytest.raises(Conflict) as caught:
        client.create_report(body)
    assert caught.value.existing == f"/v1/reports/{stored.id}"


def test_same_idempotency_key_writes_once(client: Client) -> None:
    """A write repeated under the same key, as by a process that was killed, gives the first report."""
    body, key = new_report(), uuid.uuid4().hex
    first = client.create_report(body, idempotency_key=key)
    assert client.create_report(body, idempotency_key=key) == first


def test_revision_reads_the_etag(client: Client) -> None:
    """A correction without an ETag reads it; the revision is returned with the new one."""
    body = new_report()
    stored = client.create_report(body)
    body["strikes"][0]["tallies"][0]["count"] = 2
    revised = client.revise_report(stored.id, body, "A vehicle was left out.")
    assert (revised.revision, revised.reason) == (2, "A vehicle was left out.")
    assert revised.strikes[0].tallies[0].count_min == 2
    assert client.diff(stored.id, 2).reason == "A vehicle was left out."
    assert client.revision(stored.id, 1).strikes == stored.strikes
    assert revised.etag == client.report(stored.id).etag != stored.etag


def test_lost_update_is_a_conflict(client: Client) -> None:
    """A correction made from an earlier revision is refused, and changes nothing."""
    body = new_report()
    stored = client.create_report(body)
    client.revise_report(stored.id, body | {"title": "first"}, "A title.")
    with pytest.raises(Conflict) as caught:
        client.revise_report(stored.id, body | {"title": "second"}, "Another title.", etag=stored.etag)
    assert type(caught.value) is PreconditionFailed
    assert client.report(stored.id).title == "first"


def test_draft_is_revised_published_and_retracted(client: Client) -> None:
    """A draft is listed to its key, needs no reason, takes a number when published, and none counts when retracted."""
    body = new_report(status="draft")
    draft = client.create_report(body)
    assert draft.seq is None
    assert draft.id in {report.id for report in client.reports(status="draft")}
    del body["status"]
    client.revise_report(draft.id, body | {"title": "better"})
    published = client.publish_report(draft.id)
    assert (published.status, published.title) == ("published", "better")
    with pytest.raises(Conflict):
        client.publish_report(draft.id)
    tombstone = client.retract_report(draft.id, "It was a mistake.", etag=published.etag)
    assert (tombstone.status, tombstone.reason, tombstone.strikes) == ("retracted", "It was a mistake.", [])


def test_write_without_a_key_is_unauthorized(served: Served) -> None:
    """A client without a key may read and not write."""
    with Client(served.url) as client:
        with pytest.raises(Unauthorized):
            client.create_report(new_report())
        with pytest.raises(Unauthorized):
            client.with_options(key="sl_wrong").create_report(new_report())


def test_faults_of_a_body_have_pointers(client: Client) -> None:
    """Every fault of a body is listed with its place."""
    body = new_report(publisher="nobody")
    with pytest.raises(Unprocessable, match="/publisher") as caught:
        client.create_report(body)
    assert caught.value.errors[0]["pointer"] == "/publisher"


def test_numbers_that_json_lacks_are_refused(client: Client) -> None:
    """NaN is refused before anything is sent."""
    with pytest.raises(ValueError, match="JSON"):
        client.create_report(new_report() | {"title": float("nan")})


def test_missing_etag_of_a_response_is_told(served: Served) -> None:
    """Where a proxy removes ETags, the write is refused by the server and not sent blindly."""
    with faulty(Scripted(body=b"{}"), Scripted(428)) as server, Client(server.url, served.key) as client:
        with pytest.raises(PreconditionRequired):
            client.retract_report("r1", "x")
        assert "If-Match" not in server.received[1].headers


RESULT = b'{"created": 1, "revised": 0, "unchanged": 0, "rejected": 0, "problems": []}'


def test_import_sends_the_file(tmp_path: Path) -> None:
    """A file is sent in the format of its suffix, bytes in that of their first character, with a key for retries."""
    (tmp_path / "reports.csv").write_bytes(b"publisher,number\n")
    with faulty(Scripted(body=RESULT)) as server, Client(server.url, "sl_x") as client:
        assert client.import_reports(tmp_path / "reports.csv", dry_run=True).created == 1
        client.import_reports(b'\xef\xbb\xbf {"publisher": "x"}\n', mode="valid")
        client.import_reports(b"publisher,number\n", idempotency_key="mine")
        sent = [
            (request.path, request.headers["Content-Type"], request.headers["Idempotency-Key"])
            for request in server.received
        ]
        assert [request[:2] for request in sent] == [
            ("/v1/imports?dry_run=true", "text/csv"),
            ("/v1/imports?mode=valid", "application/x-ndjson"),
            ("/v1/imports", "text/csv"),
        ]
        assert sent[2][2] == "mine"
        assert len({key for *_, key in sent}) == 3
        assert server.received[0].body == b"publisher,number\n"
        with pytest.raises(ValueError, match="not parquet"):
            client.import_reports(tmp_path / "reports.csv", format="parquet")  # type: ignore[arg-type] # what types forbid
