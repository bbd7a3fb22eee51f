"""Who may do what: every operation of the served document with every kind of key, against one table.

The operations come from /openapi.json of the running server. One that is missing here fails the test, so
nobody adds an operation without saying who may use it. What a key may do to a thing that is there (a draft
key to a published report) is tested beside that thing; here nothing is there, and only the door is tried.
"""

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from app.db.engine import Database
from app.keys.service import PREFIX, Scope, create
from app.models import Key
from tests.api import Api

# A method and a path, its parameters without their names.
Operation = tuple[str, str]

# Who may, beside admins, who may do all.
SCOPES: dict[Operation, set[Scope]] = {
    # What it takes to write is decided by what is written: a draft, or a part of the record.
    ("POST", "/v1/reports"): {Scope.DRAFT, Scope.PUBLISH},
    ("PUT", "/v1/reports/{}"): {Scope.DRAFT, Scope.PUBLISH},
    ("POST", "/v1/reports/{}/publication"): {Scope.PUBLISH},
    ("POST", "/v1/reports/{}/retraction"): {Scope.PUBLISH},
    ("POST", "/v1/locations"): {Scope.VOCABULARY},
    ("PUT", "/v1/locations/{}"): {Scope.VOCABULARY},
    ("POST", "/v1/locations/{}/merge"): {Scope.VOCABULARY},
    ("POST", "/v1/categories"): {Scope.VOCABULARY},
    ("PUT", "/v1/categories/{}"): {Scope.VOCABULARY},
    ("POST", "/v1/categories/{}/merge"): {Scope.VOCABULARY},
    ("POST", "/v1/publishers"): {Scope.VOCABULARY},
    ("PUT", "/v1/publishers/{}"): {Scope.VOCABULARY},
    ("POST", "/v1/publishers/{}/merge"): {Scope.VOCABULARY},
    ("POST", "/v1/imports"): {Scope.IMPORT},
    ("GET", "/v1/keys"): set(),
    # Any key may see what it is.
    ("GET", "/v1/key"): set(Scope),
    ("POST", "/v1/keys"): set(),
    ("DELETE", "/v1/keys/{}"): set(),
}

# What anybody may ask, without a key.
OPEN: set[Operation] = {
    ("GET", "/v1/strikes"),
    ("GET", "/v1/strikes/{}"),
    ("GET", "/v1/aggregates"),
    ("GET", "/v1/aggregates/changes"),
    ("GET", "/v1/reports"),
    ("GET", "/v1/reports/{}"),
    ("GET", "/v1/reports/{}/revisions"),
    ("GET", "/v1/reports/{}/revisions/{}"),
    ("GET", "/v1/reports/{}/revisions/{}/diff"),
    ("POST", "/v1/parse"),
    ("POST", "/v1/check"),
    ("GET", "/v1/locations"),
    ("GET", "/v1/locations/{}"),
    ("GET", "/v1/categories"),
    ("GET", "/v1/categories/{}"),
    ("GET", "/v1/effects"),
    ("GET", "/v1/publishers"),
    ("GET", "/v1/publishers/{}"),
    ("GET", "/v1/coverage"),
    ("GET", "/v1/changes"),
    ("GET", "/v1/changes/stream"),
    ("GET", "/v1/changes.atom"),
    ("GET", "/v1/ledger"),
    ("GET", "/v1/export"),
    ("GET", "/v1/imports/template"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/version"),
}

# Answers without an end: asked with a parameter that is refused behind the door.
ENDLESS = {("GET", "/v1/changes/stream")}

Making = Callable[[Database], str | None]


def of_scope(scope: Scope) -> Making:
    """Return what makes a key with one scope."""

    def make(database: Database) -> str:
        with database.writing() as session:
            return create(session, "somebody", [scope], None)

    return make


def expired(database: Database) -> str:
    """Make a key that may do all, and has ended."""
    with database.writing() as session:
        return create(session, "somebody", [Scope.ADMIN], datetime.now(UTC) - timedelta(seconds=1))


def revoked(database: Database) -> str:
    """Make a key that may do all, and revoke it."""
    key = of_scope(Scope.ADMIN)(database)
    with database.writing() as session:
        session.execute(update(Key).values(revoked_at=datetime.now(UTC)))
    return key or ""


def unknown(_database: Database) -> str:
    """Return a key in its right form, with its right checksum, that nobody was given."""
    secret = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
    return f"{PREFIX}{secret}{zlib.crc32(secret.encode()):08x}"


NO_KEY: Making = lambda _database: None  # noqa: E731 - a row of the table below
REFUSED: dict[str, Making] = {
    "malformed": lambda _database: "sl_nonsense",
    "unknown": unknown,
    "expired": expired,
    "revoked": revoked,
}


def operations(api: Api) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """Yield the operations of the served document, each with its description."""
    for path, described in api.read("/openapi.json")["paths"].items():
        for method, operation in described.items():
            yield (method.upper(), re.sub(r"\{[^}]*\}", "{}", path)), operation


def needs_key(operation: dict[str, Any]) -> bool:
    """Say whether an operation declares that it takes a key, and not also that it does without."""
    return bool(operation.get("security")) and {} not in operation["security"]


def takes_key(operation: dict[str, Any]) -> bool:
    """Say whether an operation declares that it looks at a key, if there is one."""
    return bool(operation.get("security"))


def knock(api: Api, operation: Operation, key: str | None) -> httpx.Response:
    """Ask for an operation on nothing that is there, with an empty body."""
    method, path = operation
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return api.request(
        method,
        path.replace("{}", "nothing"),
        headers=headers,
        json=None if method in {"GET", "DELETE"} else {},
        params={"nothing": "1"} if operation in ENDLESS else None,
    )


def test_every_operation_stands_in_the_table(api: Api) -> None:
    """The document holds the table's operations and no other, and declares a key for those that need one."""
    found = {name: needs_key(operation) for name, operation in operations(api)}
    wanted = dict.fromkeys(SCOPES, True) | dict.fromkeys(OPEN, False)
    assert found == wanted


@pytest.mark.parametrize("make", [NO_KEY, *REFUSED.values()], ids=["no key", *REFUSED])
def test_without_a_valid_key_all_that_needs_one_is_unauthenticated(
    api: Api, database: Database, make: Making
) -> None:
    """No key, and one that is malformed, unknown, expired or revoked, is 401 wherever a key is needed."""
    key = make(database)
    answers = {
        name: knock(api, name, key).status_code for name, operation in operations(api) if needs_key(operation)
    }
    assert answers == dict.fromkeys(answers, 401)
    assert answers


@pytest.mark.parametrize("make", [NO_KEY, *REFUSED.values()], ids=["no key", *REFUSED])
def test_what_is_open_asks_for_no_key(api: Api, database: Database, make: Making) -> None:
    """What anybody may read is read without a key. A wrong one is 401 only where a right one would show more."""
    key = make(database)
    wrong = {}
    for name, operation in operations(api):
        refused = key is not None and takes_key(operation)
        if not needs_key(operation):
            status = knock(api, name, key).status_code
            if (status == 401) != refused or status == 403 or status >= 500:
                wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_opens_what_the_table_says(api: Api, database: Database, scope: Scope) -> None:
    """A key with one scope gets past the door of what the table says, and is 403 at every other one."""
    key = of_scope(scope)(database)
    wrong = {}
    for name, operation in operations(api):
        may = not needs_key(operation) or scope is Scope.ADMIN or scope in SCOPES[name]
        status = knock(api, name, key).status_code
        # Behind the door something is there, is not there, or is refused for what it is: never a failure.
        if (status in {401, 403}) == may or status >= 500 or (not may and status != 403):
            wrong[name] = status
    assert wrong == {}
