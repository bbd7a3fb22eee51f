"""Stored responses of writes, by API key and Idempotency-Key."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from app.db.engine import WriteSession
from app.models import Replay

# How long a response can be replayed.
LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The response of a write, with the hash of its request. `headers` is a JSON object."""

    request_hash: str
    status: int
    headers: str
    body: bytes


def find(session: WriteSession, key_id: int, name: str) -> StoredResponse | None:
    """Return the response that is stored under a name; None where none is."""
    # Expired ones go first, so that a name is free again once its response may no longer be replayed.
    session.execute(delete(Replay).where(Replay.created_at <= datetime.now(UTC) - LIFETIME))
    row = session.execute(
        select(Replay.request_hash, Replay.status, Replay.headers, Replay.body).where(
            Replay.key_id == key_id, Replay.name == name
        )
    ).one_or_none()
    return None if row is None else StoredResponse(*row)


def add(session: WriteSession, key_id: int, name: str, response: StoredResponse) -> None:
    """Store the response of a write under a name."""
    values = {"key_id": key_id, "name": name, "created_at": datetime.now(UTC)}
    session.execute(insert(Replay), values | asdict(response))
