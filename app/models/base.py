"""Base classes of the models: constraint names and history columns."""

from typing import ClassVar

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

# The longest wording of a name, a slug or a reference in the record, in characters.
NAME_LENGTH = 200


class Base(DeclarativeBase):
    """The root of all tables. Constraints are named, so that both engines can drop them by name."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Recorded:
    """A row that a ledger entry recorded, and a later one may have superseded.

    The row is part of the record from `recorded_seq` on, until `superseded_seq` (null: to this day).
    Nothing else about it ever changes, so the record as of any number can be read at any time.
    """

    @declared_attr
    def recorded_seq(cls) -> Mapped[int]:  # noqa: N805 - the decorator makes it a class method
        """Name the entry that put this row in."""
        return mapped_column(ForeignKey("ledger.seq"))

    @declared_attr
    def superseded_seq(cls) -> Mapped[int | None]:  # noqa: N805 - as above
        """Name the entry that put this row aside; null while it stands."""
        return mapped_column(ForeignKey("ledger.seq"))
