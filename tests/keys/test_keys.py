"""Keys: who may write, and that a key can be had from nowhere but its holder."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.db.engine import Database
from app.keys.service import Scope, create
from app.models import Key, Revision
from tests.api import Api
from tests.factories import make_report


def key_for(database: Database, *scopes: Scope, expires_at: datetime | None = None) -> str:
    """Make a key with these scopes."""
    with database.writing() as session:
        return create(session, "somebody", scopes, expires_at)


@pytest.mark.parametrize("scope", Scope)
def test_only_publish_and_admin_may_publish(api: Api, database: Database, scope: Scope) -> None:
    """A key without the scope `publish`, or `admin`, is 403, and nothing is stored."""
    response = api.try_posting(make_report(), key=key_for(database, scope))
    allowed = scope in {Scope.PUBLISH, Scope.ADMIN}

    assert response.status_code == (201 if allowed else 403)
    assert len(api.read("/v1/reports")["items"]) == allowed


def test_no_key_is_unauthenticated(api: Api) -> None:
    """A write without a key is 401 and says how to send one, whatever its body is."""
    for body in (make_report(), {"nonsense": 1}):
        response = api.request("POST", "/v1/reports", json=body)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:-1],
        lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"),
        lambda key: key.swapcase(),
        lambda _key: "sl_",
        lambda _key: "' OR '1'='1",
        lambda _key: "sl_" + "a" * 51,
        lambda key: key + " ",
        lambda key: key + "\t",
        lambda key: key + "\xa0",
        lambda key: " " + key,
        lambda key: key + "\0",
        lambda key: key + "\xe9",
        lambda key: f'"{key}"',
        lambda key: f"{key}, {key}",
    ],
    ids=[
        "shortened",
        "changed",
        "other case",
        "only a prefix",
        "SQL",
        "of the right length",
        "space after",
        "tab after",
        "no-break space after",
        "space before",
        "NUL",
        "not ASCII",
        "quoted",
        "twice",
    ],
)
def test_wrong_key_is_unauthenticated(api: Api, change: object) -> None:
    """A key that is not exactly right is 401, and the response does not say what was wrong with it."""
    bearer = f"Bearer {change(api.key)}"  # type: ignore[operator] # a case of the table
    headers = [(b"Authorization", bearer.encode("latin-1"))]
    response = api.request("POST", "/v1/reports", json=make_report(), headers=headers)

    assert response.status_code == 401
    assert response.json()["detail"] == "the key is unknown, revoked or expired"


@pytest.mark.parametrize(
    "headers",
    [
        lambda key: [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")],
        lambda key: [("Authorization", f"Bearer {key}"), ("Authorization", "Bearer sl_other")],
        lambda key: [("Authorization", f"Bearer {key}"), ("X-API-Key", "sl_other")],
        lambda key: [("X-API-Key", key)],
        lambda key: [("Authorization", f"Basic {key}")],
        lambda key: [("Authorization", key)],
        lambda _key: [("Authorization", "")],
        lambda _key: [("Authorization", "Bearer")],
    ],
    ids=["twice", "two", "two headers", "elsewhere", "Basic", "no scheme", "empty", "no key"],
)
def test_key_is_sent_in_one_way(api: Api, headers: object) -> None:
    """A right key that comes with another one, or in any other way than as Bearer, is 401."""
    sent = headers(api.key)  # type: ignore[operator] # a case of the table
    response = api.request("POST", "/v1/reports", json=make_report(), headers=sent)

    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert api.key not in response.text


def test_scheme_is_written_in_any_case(api: Api) -> None:
    """The name of the scheme has no case; the key has."""
    headers = {"Authorization": f"bEARER {api.key}"}
    assert api.request("POST", "/v1/reports", json=make_report(), headers=headers).status_code == 201


def test_expired_key_is_unauthenticated(api: Api, database: Database) -> None:
    """A key ends when it expires."""
    ended = datetime.now(UTC) - timedelta(seconds=1)
    assert (
        api.try_posting(make_report(), key=key_for(database, Scope.ADMIN, expires_at=ended)).status_code
        == 401
    )


def test_revoked_key_is_unauthenticated(api: Api, database: Database) -> None:
    """A revoked key is refused at its next request."""
    with database.writing() as session:
        session.execute(update(Key).values(revoked_at=datetime.now(UTC)))
    assert api.try_posting(make_report()).status_code == 401


def test_only_a_hash_is_stored(api: Api, database: Database) -> None:
    """No column of the keys' table holds a key, or the part of it that is secret."""
    with database.reading() as session:
        stored = " ".join(str(value) for row in session.execute(select(Key.__table__)) for value in row)
    assert api.key not in stored
    assert api.key[3:20] not in stored


def test_use_is_noted(api: Api, database: Database) -> None:
    """A key that wrote something shows when."""
    api.post(make_report())
    with database.reading() as session:
        assert session.scalars(select(Key.last_used_at)).one() is not None


def test_report_says_which_key_wrote_it(api: Api, database: Database) -> None:
    """Who wrote a revision is kept, for those who run the database."""
    api.post(make_report())
    with database.reading() as session:
        assert session.scalars(select(Revision.key_id)).one() is not None
