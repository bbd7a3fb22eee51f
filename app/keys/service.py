"""Make and check API keys.

A key is `sl_`, 43 characters of base64url (256 random bits) and 8 of checksum, so that a scanner finds a
leaked one and a mistyped one is told apart without a look-up. Only its SHA-256 is stored: a hash that is
fast cannot be turned back when what it covers cannot be guessed.
"""

import hashlib
import secrets
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, select, update

from app.db.engine import ReadSession, WriteSession
from app.errors import InsufficientScope, Unauthenticated
from app.models import Key

PREFIX = "sl_"


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

    def require(self, scope: Scope) -> None:
        """Raise InsufficientScope unless the key has this scope, or `admin`."""
        if not self.scopes & {scope.value, Scope.ADMIN.value}:
            raise InsufficientScope(scope.value)


def create(session: WriteSession, name: str, scopes: Iterable[Scope], expires_at: datetime | None) -> str:
    """Store a new key and return it: the only time that it can be seen. The caller commits."""
    secret = secrets.token_urlsafe(32)
    key = f"{PREFIX}{secret}{_checksum(secret)}"
    session.execute(
        insert(Key),
        {
            "name": name,
            "digest": _digest(key),
            "scopes": " ".join(sorted({scope.value for scope in scopes})),
            "created_at": datetime.now(UTC),
            "expires_at": expires_at,
        },
    )
    return key


def authenticate(session: ReadSession, key: str) -> KeyHolder:
    """Return the holder of a key. Raises Unauthenticated where it is wrong, expired or revoked, not saying which."""
    if _well_formed(key):
        now = datetime.now(UTC)
        row = session.execute(
            select(Key.id, Key.scopes, Key.expires_at).where(
                Key.digest == _digest(key), Key.revoked_at.is_(None)
            )
        ).one_or_none()
        if row is not None and (row.expires_at is None or row.expires_at > now):
            return KeyHolder(row.id, frozenset(row.scopes.split()))
    raise Unauthenticated("the key is not valid")


def note_use(session: WriteSession, holder: KeyHolder) -> None:
    """Keep when a key last wrote something."""
    session.execute(update(Key).where(Key.id == holder.id).values(last_used_at=datetime.now(UTC)))


def _well_formed(key: str) -> bool:
    secret, checksum = key[len(PREFIX) : -8], key[-8:]
    return key.isascii() and key.startswith(PREFIX) and checksum == _checksum(secret)


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
