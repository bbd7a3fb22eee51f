"""Models of strike lines, tallies and their categories."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Identity
from app.models.base import NAME_LENGTH, Base, Recorded

# Lines that reach more days beyond their first have an index of their own, by which those of them that reach into
# a window are matched. All others that do begin so many days before it at most.
LONG_DAYS = 7

# Conditions on every line: its days overlap, it is current, it repeats no other.
COVERED = ("date_to", "recorded_seq", "superseded_seq", "same_as_id", "event_id")


class Strike(Base, Recorded):
    """One line of a report: a place, a day or days, and how many strikes.

    Publishers define a strike as one or more kinetic events in roughly the same place that produce a
    single, sometimes cumulative, effect. A line may stand for several of them, and its tallies belong to
    all of them together. (Date, place) is not unique: genuine repeats on one day occur.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        CheckConstraint("date_from <= date_to", name="days"),
        CheckConstraint("strikes_min >= 0 AND strikes_max >= strikes_min", name="counts"),
        # Most pages use these two covering indexes: they have every column of the conditions, so no line is read for
        # them.
        Index("ix_strikes_by_date", "date_from", "id", *COVERED, "location_id", "country"),
        Index("ix_strikes_by_place", "location_id", "date_from", "id", *COVERED),
        Index("ix_strikes_strikes_min_date_from_id", "strikes_min", "date_from", "id"),
        Index("ix_strikes_items_min_date_from_id", "items_min", "date_from", "id"),
        # Finds the few lines that last long: see LONG_DAYS.
        Index(
            "ix_strikes_long",
            "date_to",
            "date_from",
            sqlite_where=text("date_to > date(date_from, '+7 days')"),
            postgresql_where=text("date_to > date_from + 7"),
        ),
        # Finds the few lines whose target was not the enemy's.
        Index(
            "ix_strikes_owner",
            "owner",
            sqlite_where=text("owner IS NOT NULL"),
            postgresql_where=text("owner IS NOT NULL"),
        ),
        Index("ix_strikes_recorded_seq", "recorded_seq"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    # The line's place in its report, from 0.
    position: Mapped[int]
    date_from: Mapped[date] = mapped_column(Date)
    date_to: Mapped[date] = mapped_column(Date)
    # day, week, month or unknown: how exactly the source gives the dates.
    date_precision: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2))
    # Null where the source gives only a country, or a place that the vocabulary does not hold.
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    location_as_written: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    # Null minimum: the source gives no number of strikes. Null maximum: it sets no upper bound.
    strikes_min: Mapped[int | None]
    strikes_max: Mapped[int | None]
    # Null where the source gives none, as all do before 2017. Never derived from strikes.
    engagements: Mapped[int | None]
    # What its tallies' minima add up to, so that lines can be read in this order.
    items_min: Mapped[int] = mapped_column(server_default=text("0"))
    # Whose the target was, where it was not the enemy's ("inoperable Coalition equipment").
    owner: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    # The line of another report that this one repeats, according to its analyst; null: this line is the first.
    same_as_id: Mapped[int | None] = mapped_column(Identity)
    # The line that first reported the same event: all lines that share it are counted once. Null: this one.
    event_id: Mapped[int | None] = mapped_column(Identity, index=True)
    # Code points of the report's text, from and up to; null without a text.
    quote_start: Mapped[int | None]
    quote_end: Mapped[int | None]
    # The sentence itself, stored here so that a page of strikes need not read whole texts.
    quote: Mapped[str | None] = mapped_column(Text)


class Tally(Base):
    """How many of what a line's strikes destroyed, damaged, engaged… It lives and dies with its line."""

    __tablename__ = "tallies"
    __table_args__ = (
        CheckConstraint("count_min >= 0 AND count_max >= count_min", name="counts"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    strike_id: Mapped[int] = mapped_column(ForeignKey("strikes.id"), index=True)
    # The tally's place in its line, from 0.
    position: Mapped[int]
    effect: Mapped[str] = mapped_column(String(20))
    # The verb as written: "struck" gave way to "engaged" in 2016, which is a change of style.
    verb: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    # Null where no category matches the wording, which is stored as written and awaits review.
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    # What the words prove, and the most that they allow; null where they set no upper bound.
    count_min: Mapped[int]
    count_max: Mapped[int | None]
    # Whether the source gives an estimate ("approximately 40"), which proves no bound.
    approximate: Mapped[bool] = mapped_column(server_default=false())
    as_written: Mapped[str | None] = mapped_column(Text)
    quote_start: Mapped[int | None]
    quote_end: Mapped[int | None]


# The place of lines without one, where a place is part of a key.
NO_PLACE = 0


class StrikeCategory(Base):
    """Index of lines by category, place and day: one row for each category among a line's tallies.

    An index of the engine covers one table alone, and a page of one place, some days and one category needs both the
    line and its tallies. Derived: `verify` compares it with the tallies, `rebuild` writes it again.
    """

    __tablename__ = "strike_categories"
    __table_args__ = ({"sqlite_with_rowid": False},)

    category_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    location_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    date_from: Mapped[date] = mapped_column(Date, primary_key=True)
    strike_id: Mapped[int] = mapped_column(Identity, ForeignKey("strikes.id"), primary_key=True)
