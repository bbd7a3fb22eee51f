"""Create, issue, revoke and authenticate API keys.

A key is `sl_`, 43 characters of base64url (256 random bits) and 8 of checksum, so that a scanner finds a
leaked one and recognises it as a key. Only its SHA-256 is stored: a hash that is fast cannot be turned back when
what it covers cannot be guessed.
"""

import hashlib
import secrets
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, insert, literal, or_, select, update

from app.db.engine import WriteSession
from app.db.statements import Prepared, Snapshot
from app.db.types import Instant
from app.errors import InsufficientScope, NotFound, Unauthenticated
from app.models import Key
from app.vocabulary.identifiers import KEY, row_number

PREFIX = "sl_"

_NOT_VALID = "the key is unknown, revoked or expired"


class Scope(StrEnum):
    """What a key may do. `admin` may do all."""

    DRAFT = "draft"
    PUBLISH = "publish"
    VOCABULARY = "vocabulary"
    IMPORT = "import"
    ADMIN = "admin"


class KeyHolder(NamedTuple):
    """Who a valid key belongs to."""

    id: int
    scopes: frozenset[str]
    name: str

    def may(self, *scopes: Scope) -> bool:
        """Return whether the key has one of these scopes, or `admin`."""
        return bool(self.scopes & {Scope.ADMIN.value, *(scope.value for scope in scopes)})

    def require(self, *scopes: Scope) -> None:
        """Raise InsufficientScope, with the first of these scopes, unless the key has one of them, or `admin`."""
        if not self.may(*scopes):
            raise InsufficientScope(scopes[0].value)


class Issued(NamedTuple):
    """A key that was just made: its row, and what opens."""

    id: int
    key: str


def create(session: WriteSession, name: str, scopes: Iterable[Scope], expires_at: datetime | None) -> str:
    """Store a new key and return it: the only time that it can be seen. The caller commits."""
    return issue(session, name, scopes, expires_at).key


def issue(session: WriteSession, name: str, scopes: Iterable[Scope], expires_at: datetime | None) -> Issued:
    """Store a new key and return it with its row's id. The caller commits."""
    secret = secrets.token_urlsafe(32)
    key = f"{PREFIX}{secret}{_checksum(secret)}"
    key_id = session.execute(
        insert(Key).returning(Key.id),
        {
            "name": name,
            "digest": _digest(key),
            "scopes": " ".join(sorted({scope.value for scope in scopes})),
            "created_at": datetime.now(UTC),
            "expires_at": expires_at,
        },
    ).scalar_one()
    return Issued(key_id, key)


def revoke(session: WriteSession, identifier: str) -> None:
    """End a key for good; one that was revoked before keeps its time. The caller commits.

    Raises NotFound where no key has this public id.
    """
    row = session.execute(
        update(Key)
        .where(Key.id == (row_number(KEY, identifier) or 0))
        .values(revoked_at=func.coalesce(Key.revoked_at, literal(datetime.now(UTC), Instant())))
        .returning(Key.id)
    ).one_or_none()
    if row is None:
        raise NotFound("no key has this id")


def authenticate(session: Snapshot, key: str) -> KeyHolder:
    """Return the holder of a key. Raises Unauthenticated where it is wrong, expired or revoked, not saying which."""
    # Looked up even where its checksum is wrong: response times must not reveal what was wrong.
    rows = session.rows(_VALID, {"digest": _digest(key), "now": datetime.now(UTC)})
    if not rows:
        raise Unauthenticated(_NOT_VALID)
    ((key_id, scopes, name),) = rows
    return KeyHolder(key_id, frozenset(scopes.split()), name)


def note_use(session: WriteSession, holder: KeyHolder) -> None:
    """Keep when a key last wrote something. Every write calls it, at its beginning.

    Raises Unauthenticated where the key was revoked or expired since the request was let in: it may have waited for
    seconds behind other writers, and nothing is written with a key that is not valid any more.
    """
    if not session.rows(_USED, {"key_id": holder.id, "now": datetime.now(UTC)}):
        raise Unauthenticated(_NOT_VALID)


_NOW = bindparam("now", type_=Instant())
_IS_VALID = and_(Key.revoked_at.is_(None), or_(Key.expires_at.is_(None), Key.expires_at > _NOW))
_VALID = Prepared(
    select(Key.id, Key.scopes, Key.name).where(
        Key.digest == bindparam("digest", type_=Key.digest.type), _IS_VALID
    )
)
_USED = Prepared(
    update(Key)
    .where(Key.id == bindparam("key_id", type_=Key.id.type), _IS_VALID)
    .values(last_used_at=_NOW)
    .returning(Key.id)
)


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
