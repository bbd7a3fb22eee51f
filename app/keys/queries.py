"""Queries for API keys, without their hashes."""

from collections.abc import Sequence

from sqlalchemy import func, select

from app.db.engine import ReadSession
from app.db.types import AnyRow, AnySelect
from app.models import Key


def page(session: ReadSession, after: int, limit: int | None) -> Sequence[AnyRow]:
    """Return the keys with ids above `after`, the oldest first; all of them where `limit` is None."""
    return session.execute(_shown().where(Key.id > after).order_by(Key.id).limit(limit)).all()


def one(session: ReadSession, key_id: int) -> AnyRow:
    """Return a key that is there."""
    return session.execute(_shown().where(Key.id == key_id)).one()


def count(session: ReadSession) -> int:
    """Count all keys, revoked ones too."""
    return session.execute(select(func.count()).select_from(Key)).scalar_one()


def _shown() -> AnySelect:
    return select(
        Key.id, Key.name, Key.scopes, Key.created_at, Key.expires_at, Key.last_used_at, Key.revoked_at
    )
