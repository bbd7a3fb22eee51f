"""API keys: who may write what. Only a hash of each is stored."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Identity, Instant
from app.models.base import NAME_LENGTH, Base


class Key(Base):
    """An API key. The key itself is shown once, when it is made, and kept nowhere."""

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
