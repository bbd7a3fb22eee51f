"""Models of stored JSON: immutable members of lines and revisions.

It repeats what their own rows hold; `verify` compares it with them.
"""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.packed import Packed
from app.models.base import Base


class StrikeDocument(Base):
    """A line as responses show it: see record/json_template.py.

    `reference` is how it names its report, for as long as that stands as it did when it brought the line.
    """

    __tablename__ = "strike_documents"

    strike_id: Mapped[int] = mapped_column(ForeignKey("strikes.id"), primary_key=True, autoincrement=False)
    template: Mapped[str] = mapped_column(Packed)
    # A copy of the line's own, so that a page of lines is read from here alone.
    report_id: Mapped[int]
    reference: Mapped[str] = mapped_column(Packed)


class RevisionDocument(Base):
    """A revision as responses show it, without its lines: see record/revision_json.py."""

    __tablename__ = "revision_documents"
    __table_args__ = (
        ForeignKeyConstraint(("report_id", "revision"), ("revisions.report_id", "revisions.revision")),
    )

    report_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    template: Mapped[str] = mapped_column(Text)
