"""Models of API keys, stored as hashes, and of replayable responses."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Identity, Instant
from app.models.base import NAME_LENGTH, Base


class Key(Base):
    """An API key. The key itself is shown once, when it is created, and stored nowhere."""

    __tablename__ = "keys"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # SHA-256 of the key, in hexadecimal. A key holds 256 random bits, so no slow hash is needed.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    # Space-separated, sorted.
    scopes: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(Instant)
    # Null: never.
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class Replay(Base):
    """The response to a write with an Idempotency-Key, stored for replay.

    Stored in the transaction of the write itself, so that neither exists without the other.
    """

    __tablename__ = "replays"

    # A name belongs to the key that used it: another analyst's is another.
    key_id: Mapped[int] = mapped_column(ForeignKey("keys.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    # SHA-256 of method, path and canonical body: the same name with another request is refused.
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    # The headers that belong to the response, as a JSON object.
    headers: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
