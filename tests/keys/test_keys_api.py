"""/v1/keys: an admin makes, lists and revokes keys, and a key can be read nowhere but in the one answer."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url, select, update

from app.db.engine import Database
from app.keys.service import Scope, create, issue, revoke
from app.models import Base, Key, LedgerEntry
from tests.api import Api
from tests.conftest import serving
from tests.factories import make_report

SHOWN = {"id", "name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"}


@pytest.fixture
def admin(api: Api, database: Database) -> Api:
    """Give the server to who holds a key with the scope admin."""
    with database.writing() as session:
        api.key = create(session, "the admin", [Scope.ADMIN], None)
    return api


def ask(api: Api, method: str = "GET", path: str = "/v1/keys", **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's options
    """Send a request with the admin's key."""
    headers = {"Authorization": f"Bearer {api.key}"} | options.pop("headers", {})
    return api.request(method, path, headers=headers, **options)


def make(api: Api, **fields: object) -> Any:  # noqa: ANN401 - a JSON body
    """Make a key that must be made, and return the response's body."""
    response = ask(api, "POST", json={"name": "desk", "scopes": ["publish"]} | fields)
    assert response.status_code == 201, response.text
    return response.json()


def test_key_that_was_made_opens(admin: Api) -> None:
    """A made key is shown with what it may do, and does it."""
    made = make(admin, scopes=["publish", "draft"], expires_at="2099-01-31T12:00:00+02:00")

    assert made.keys() == SHOWN | {"key"}
    assert re.fullmatch(r"k[1-9][0-9]*", made["id"])
    assert re.fullmatch(r"sl_[\w-]{43}[0-9a-f]{8}", made["key"])
    assert (made["name"], made["scopes"]) == ("desk", ["draft", "publish"])
    assert made["expires_at"] == "2099-01-31T10:00:00.000000Z"
    assert (made["last_used_at"], made["revoked_at"]) == (None, None)
    assert admin.try_posting(make_report(), key=made["key"]).status_code == 201


def test_list_shows_all_but_the_key(admin: Api) -> None:
    """The list holds what was answered when a key was made, without the key, and since when it is used."""
    made = make(admin)
    key = made.pop("key")
    admin.try_posting(make_report(), key=key)
    listed = ask(admin)
    *_, item = listed.json()["items"]

    assert item.keys() == SHOWN
    assert item["last_used_at"] > made["created_at"]
    assert item | {"last_used_at": None} == made
    assert key not in listed.text
    assert key[3:20] not in listed.text


def test_no_cache_keeps_keys(admin: Api) -> None:
    """Neither a made key nor the list may be stored on the way, and the list's ETag is not the ledger's."""
    made = ask(admin, "POST", json={"name": "desk", "scopes": ["publish"]})
    before, _, after = ask(admin), make(admin), ask(admin)

    assert [answer.headers["Cache-Control"] for answer in (made, before, after)] == ["no-store"] * 3
    assert "ETag" not in made.headers
    assert before.json()["seq"] == after.json()["seq"]
    assert before.headers["ETag"] != after.headers["ETag"]


def test_list_is_paged(admin: Api) -> None:
    """Pages of two hold every key once, the oldest first, and name the next page."""
    made = [make(admin)["id"] for _ in range(3)]
    items, path, pages = [], "/v1/keys?limit=2&count=exact", 0
    while path:
        page = ask(admin, path=path)
        items += page.json()["items"]
        assert page.json()["total"] == 5
        link = page.headers.get("Link", "")
        assert bool(link) == bool(page.json()["next"])
        path, pages = link.partition(">")[0][1:], pages + 1

    assert pages == 3
    assert [item["id"] for item in items][-3:] == made
    assert len({item["id"] for item in items}) == len(items) == 5


def test_cursor_of_another_list_is_refused(admin: Api) -> None:
    """A cursor that was not made for this list is 422."""
    assert ask(admin, params={"cursor": "AAAA"}).status_code == 422


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"scopes": []}, "/scopes", "too-short"),
        ({"scopes": ["publsh"]}, "/scopes/0", "enum"),
        ({"scopes": "publish"}, "/scopes", "list-type"),
        ({"name": " "}, "/name", "blank"),
        ({"name": "\x1b[31m"}, "/name", "control-character"),
        ({"name": "a" * 201}, "/name", "string-too-long"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at", "in-the-past"),
        ({"expires_at": "2099-01-01T00:00:00"}, "/expires_at", "instant-format"),
        ({"expires_at": "2099-01-01"}, "/expires_at", "instant-format"),
        ({"expires_at": 4_000_000_000}, "/expires_at", "instant-format"),
        ({"expires_at": "2099-02-30T00:00:00Z"}, "/expires_at", "no-such-instant"),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, "/expires_at", "no-such-instant"),
        ({"id": "k1"}, "/id", "unknown-name"),
        ({"created_at": "2099-01-01T00:00:00Z"}, "/created_at", "unknown-name"),
        ({"revoked_at": None}, "/revoked_at", "unknown-name"),
        ({"key": "sl_mine"}, "/key", "unknown-name"),
    ],
)
def test_wrong_field_is_refused(admin: Api, fields: dict[str, object], pointer: str, code: str) -> None:
    """What a key cannot be is 422 and names the field; what the server alone decides cannot be written."""
    refused = ask(admin, "POST", json={"name": "desk", "scopes": ["publish"]} | fields)

    assert refused.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [(pointer, code)]
    assert len(ask(admin).json()["items"]) == 2


def test_revoked_key_opens_nothing_and_stays_listed(admin: Api) -> None:
    """From the response on a revoked key is 401; revoking it again is 204 and keeps the first time."""
    made = make(admin)
    path = f"/v1/keys/{made['id']}"
    first = ask(admin, "DELETE", path)
    listed = ask(admin).json()["items"][-1]
    second = ask(admin, "DELETE", path)

    assert (first.status_code, second.status_code, first.content) == (204, 204, b"")
    assert admin.try_posting(make_report(), key=made["key"]).status_code == 401
    assert listed["revoked_at"] is not None
    assert ask(admin).json()["items"][-1] == listed


def test_revoking_is_answered_again(admin: Api) -> None:
    """Under an Idempotency-Key the empty answer of a revocation can be had again."""
    path = f"/v1/keys/{make(admin)['id']}"
    answers = [ask(admin, "DELETE", path, headers={"Idempotency-Key": "a"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key_id", ["k999", "999", "k0", "k01", "r1", "k" + "9" * 30, "%00"])
def test_unknown_key_is_not_found(admin: Api, key_id: str) -> None:
    """An id that names no key is 404."""
    assert ask(admin, "DELETE", f"/v1/keys/{key_id}").status_code == 404


def test_admin_may_revoke_the_own_key(admin: Api) -> None:
    """A key can end itself: whoever finds that it leaked need not look for another one first."""
    own = ask(admin).json()["items"][-1]["id"]
    assert ask(admin, "DELETE", f"/v1/keys/{own}").status_code == 204
    assert ask(admin).status_code == 401


def test_revocation_holds_in_every_worker(database_url: str) -> None:
    """A key that one server revokes is refused by another on the same database, at its next request."""
    with serving(database_url) as one, serving(database_url) as other:
        database = Database(database_url)
        with database.writing() as session:
            one.key = create(session, "the admin", [Scope.ADMIN], None)
        database.close()
        made = make(one)
        assert other.try_posting(make_report(), key=made["key"]).status_code == 201
        ask(one, "DELETE", f"/v1/keys/{made['id']}")
        assert other.try_posting(make_report(), key=made["key"]).status_code == 401


def test_write_that_waited_is_refused_by_then(admin: Api, database: Database) -> None:
    """A write that waits behind the one that revokes its key is refused: nothing is stored with a revoked key."""
    made = make(admin)
    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            sent = threads.submit(admin.try_posting, make_report(), key=made["key"])
            # Time to be let in and to wait; if it were too short, the key would be refused at the door.
            time.sleep(0.5)  # As said above.
            assert not sent.done()
            revoke(session, made["id"])
        assert sent.result().status_code == 401
    assert admin.read("/v1/reports")["items"] == []


def test_writes_that_waited_are_refused_once_their_key_expired(admin: Api, database: Database) -> None:
    """Writes of every kind that wait behind another one until their key expires are refused, and store nothing."""
    with database.writing() as session:
        soon = issue(session, "soon", [Scope.ADMIN], datetime.now(UTC) + timedelta(days=1))
    place = {
        "slug": "hajin-south",
        "name": "Hajin South",
        "country": "SY",
        "lat": 34.5,
        "lon": 40.5,
        "precision_km": 25,
    }
    writes: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", "/v1/reports", make_report(), {}),
        ("POST", "/v1/reports", make_report(), {"Idempotency-Key": "a"}),
        ("POST", "/v1/locations", place, {}),
        ("POST", "/v1/keys", {"name": "n", "scopes": ["draft"]}, {}),
        ("DELETE", "/v1/keys/k1", None, {}),
    ]
    before = ask(admin).json()["items"], admin.read("/v1/ledger")["seq"]

    def send(write: tuple[str, str, Any, dict[str, str]]) -> int:
        method, path, body, headers = write
        headers = headers | {"Authorization": f"Bearer {soon.key}"}
        return admin.request(method, path, json=body, headers=headers).status_code

    with ThreadPoolExecutor(len(writes)) as threads:
        with database.writing() as session:
            sent = [threads.submit(send, write) for write in writes]
            # Time to be let in and to wait; if it were too short, all would be refused at the door.
            time.sleep(0.5)  # As said above.
            assert [each.result() for each in sent if each.done()] == []
            past = datetime.now(UTC) - timedelta(seconds=1)
            session.execute(update(Key).where(Key.id == soon.id).values(expires_at=past))
        assert [each.result() for each in sent] == [401] * len(writes)
    items, seq = ask(admin).json()["items"], admin.read("/v1/ledger")["seq"]
    assert [each["revoked_at"] for each in items] == [each["revoked_at"] for each in before[0]]
    assert seq == before[1]


def test_keys_leave_the_ledger_alone(admin: Api, database: Database) -> None:
    """Making and revoking keys is not part of the record."""
    with database.reading() as session:
        before = session.scalars(select(LedgerEntry.seq)).all()
    ask(admin, "DELETE", f"/v1/keys/{make(admin)['id']}")
    with database.reading() as session:
        assert session.scalars(select(LedgerEntry.seq)).all() == before


def test_key_stands_nowhere_in_the_database(admin: Api, database: Database, database_url: str) -> None:
    """A key, made under an Idempotency-Key and used, is in no column of any table, nor in SQLite's files."""
    body = {"name": "desk", "scopes": ["publish"]}
    key = ask(admin, "POST", json=body, headers={"Idempotency-Key": "a"}).json()["key"]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "a"}
    assert admin.request("POST", "/v1/reports", json=make_report(), headers=headers).status_code == 201
    with database.reading() as session:
        stored = b"\n".join(
            value if isinstance(value, bytes) else str(value).encode()
            for table in Base.metadata.tables.values()
            for row in session.execute(select(table))
            for value in row
        )
    if database.is_sqlite:
        files = list(Path(str(make_url(database_url).database)).parent.glob("strikeledger.db*"))
        assert any(path.name.endswith("-wal") for path in files)
        stored += b"".join(path.read_bytes() for path in files)

    assert b"desk" in stored
    for part in (key, key[3:46], key[3:20], key[20:46]):
        assert part.encode() not in stored


def test_key_shows_itself(api: Api) -> None:
    """Any valid key is shown its holder's name and scopes, never itself; without one it is 401."""
    response = ask(api, path="/v1/key")
    assert response.status_code == 200
    assert response.json().keys() == SHOWN
    assert response.json()["scopes"] == ["publish"]
    assert api.key not in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert api.get("/v1/key").status_code == 401
