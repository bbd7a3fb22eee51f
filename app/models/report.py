"""Models of reports, revisions, drafts and coverage."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Identity, Instant
from app.models.base import NAME_LENGTH, Base, Recorded


class Report(Base):
    """The identity of a report: what stays when its content is revised. Its id is never reused."""

    __tablename__ = "reports"
    __table_args__ = (
        # Null numbers are distinct on both engines: a publisher may state much without numbering it.
        UniqueConstraint("publisher_id", "number"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    publisher_id: Mapped[int] = mapped_column(ForeignKey("publishers.id"))
    # The normal form of the current revision's number (`number_key`), here because the database enforces its
    # uniqueness. As posted where an older version wrote it, until `migrate` runs; then only where the publisher has
    # two of one form.
    number: Mapped[str | None] = mapped_column(String(NAME_LENGTH))


class Revision(Base, Recorded):
    """The content of a report, from one ledger number to the next. Revision 1 is what was first published."""

    __tablename__ = "revisions"
    __table_args__ = (
        Index("ix_revisions_published_on_report_id", "published_on", "report_id"),
        Index("ix_revisions_recorded_seq", "recorded_seq"),
        # Finds what was retracted, and holds nothing else.
        Index(
            "ix_revisions_retracted",
            "report_id",
            "recorded_seq",
            sqlite_where=text("status = 'retracted'"),
            postgresql_where=text("status = 'retracted'"),
        ),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    # published, or retracted: the tombstone of a withdrawn report.
    status: Mapped[str] = mapped_column(String(20))
    # Why it was revised or retracted; null for the first revision.
    reason: Mapped[str | None] = mapped_column(Text)
    # The publisher's own number, such as 20170312-01; null where it gives none.
    number: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    title: Mapped[str | None] = mapped_column(Text)
    # The day of publication: not the day of the strikes, and not to be had from the number.
    published_on: Mapped[date] = mapped_column(Date)
    source_url: Mapped[str | None] = mapped_column(Text)
    # An archived copy of the source, as of when it was read; null where none is known.
    archive_url: Mapped[str | None] = mapped_column(Text)
    # The source's own words, to which every quote's offsets refer; null where they are not held.
    text: Mapped[str | None] = mapped_column(Text)
    # The totals that the headline claims over all countries; null where it claims none.
    headline_strikes: Mapped[int | None]
    headline_engagements: Mapped[int | None]
    # Why sums that do not agree were accepted, in the analyst's word.
    sums_note: Mapped[str | None] = mapped_column(Text)
    # The ids of its lines in their order, as a JSON list: a line that did not change keeps its id, and may
    # have moved. Null: by their position.
    line_order: Mapped[str | None] = mapped_column(Text)
    # Who wrote it: null for what came with the product.
    key_id: Mapped[int | None] = mapped_column(ForeignKey("keys.id"))


class Draft(Base):
    """A report that is not published: no part of the record, under no ledger number, for keyed analysts only."""

    __tablename__ = "drafts"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    # Rises with every change, so that no analyst overwrites another's unseen.
    version: Mapped[int]
    # The body as it can be posted, in JSON.
    body: Mapped[str] = mapped_column(Text)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("keys.id"))
    saved_at: Mapped[datetime] = mapped_column(Instant)


class Coverage(Base, Recorded):
    """A country and days that a report covers, with the totals that it claims for them.

    `strikes` 0 is an explicit "no strikes reported": a record of its own. Null is a total not given.
    """

    __tablename__ = "coverage"
    __table_args__ = (
        CheckConstraint("date_from <= date_to", name="days"),
        Index("ix_coverage_country_date_from", "country", "date_from"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    date_from: Mapped[date] = mapped_column(Date)
    date_to: Mapped[date] = mapped_column(Date)
    strikes: Mapped[int | None]
    engagements: Mapped[int | None]
