"""Model of the ledger: one chained entry per accepted write."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Identity, Instant
from app.models.base import Base


class LedgerEntry(Base):
    """One accepted write. Entries are only ever added; `hash` chains each to all before it."""

    __tablename__ = "ledger"
    __table_args__ = (
        # Finds the last change of the vocabulary at once, however many reports came after it.
        Index(
            "ix_ledger_vocabulary",
            "seq",
            sqlite_where=text("report_id IS NULL"),
            postgresql_where=text("report_id IS NULL"),
        ),
        # Finds the entry that an instant means.
        Index("ix_ledger_recorded_at", "recorded_at"),
    )
    # Given by ledger/append.py, without gaps, and never by the database.
    seq: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    action: Mapped[str] = mapped_column(String(20))
    # Null for a change of the vocabulary. No foreign key: every table stands on the ledger, it on none.
    report_id: Mapped[int | None] = mapped_column(Identity)
    revision: Mapped[int | None]
    # The form of the content that is hashed: see ledger/append.py.
    content_version: Mapped[int]
    # SHA-256, in hexadecimal, of the canonical content that the write put into the record.
    content_hash: Mapped[str] = mapped_column(String(64))
    # SHA-256 over the previous entry's hash and all of the above but the version, which the content holds.
    hash: Mapped[str] = mapped_column(String(64), unique=True)
