"""Models of the vocabularies: publishers, locations and categories, with history.

A row of `publishers`, `locations` or `categories` is an identity: its slug never changes and is never
reused. Its attributes are in its versions, and its names in its aliases;
both are history, so that a response as of an older ledger number stays the same permanently.

An alias is stored folded (see `vocabulary/places.py` and `vocabulary/categories.py`) and stands for one
thing at a time, so a name in a report or a query is resolved by one exact lookup.
"""

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.models.base import NAME_LENGTH, Base, Recorded


class _Identity:
    """A thing of the vocabulary: a number inside, a slug outside."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)


class _Version(Recorded):
    """The attributes of a thing, from one ledger number to the next."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # The thing that this one was merged into: since then its names and its rows count as that one's.
    merged_into_id: Mapped[int | None]


class _Alias(Recorded):
    """A name of a thing: folded for the lookup, and as written."""

    id: Mapped[int] = mapped_column(primary_key=True)
    folded: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index]:  # noqa: N805 - the decorator makes it a class method
        """One folded name stands for one thing at a time."""
        standing = text("superseded_seq IS NULL")
        return (
            Index(
                f"ix_{cls.__tablename__}_folded",  # type: ignore[attr-defined] # each table names itself
                "folded",
                unique=True,
                sqlite_where=standing,
                postgresql_where=standing,
            ),
        )


class Publisher(_Identity, Base):
    """Who states: a coalition, a ministry, a news site. A claim is its publisher's."""

    __tablename__ = "publishers"


class PublisherVersion(_Version, Base):
    """The attributes of a publisher."""

    __tablename__ = "publisher_versions"

    thing_id: Mapped[int] = mapped_column(ForeignKey("publishers.id"), index=True)


class PublisherAlias(_Alias, Base):
    """A name of a publisher."""

    __tablename__ = "publisher_aliases"

    thing_id: Mapped[int] = mapped_column(ForeignKey("publishers.id"), index=True)


class Location(_Identity, Base):
    """A place that reports name. Releases say "near X": a region label, not a position."""

    __tablename__ = "locations"


class LocationVersion(_Version, Base):
    """The attributes of a location."""

    __tablename__ = "location_versions"

    thing_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)
    # ISO 3166-1 alpha-2.
    country: Mapped[str] = mapped_column(String(2))
    # WGS84, degrees.
    lat: Mapped[float]
    lon: Mapped[float]
    # The radius, in km, within which "near X" is to be believed.
    precision_km: Mapped[float]
    # The place's number in GeoNames, where it has one.
    geonames_id: Mapped[int | None]


class LocationAlias(_Alias, Base):
    """A spelling of a location: one of them has nine in the releases."""

    __tablename__ = "location_aliases"

    thing_id: Mapped[int] = mapped_column(ForeignKey("locations.id"), index=True)


class Category(_Identity, Base):
    """What was hit: a leaf or a branch of the taxonomy."""

    __tablename__ = "categories"


class CategoryVersion(_Version, Base):
    """The attributes of a category: its place in the tree, its family and its kind."""

    __tablename__ = "category_versions"

    thing_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
    # Null for the root of a tree.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    family: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # equipment, structure, position, unit, person or terrain: people and units are not equipment.
    kind: Mapped[str] = mapped_column(String(20))


class CategoryAlias(_Alias, Base):
    """A phrase that means a category: "vehicle-borne IED" is a VBIED, "VBIED factory" is not."""

    __tablename__ = "category_aliases"

    thing_id: Mapped[int] = mapped_column(ForeignKey("categories.id"), index=True)
