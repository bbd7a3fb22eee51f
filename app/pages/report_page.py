"""Page of a report: text, lines, sums and history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from app.catalogue import names
from app.db.types import AnyRow
from app.drawings import effect_styles, wording
from app.ledger.head import head
from app.pages.line_table import publisher_name, strikes_of, tally_words
from app.pages.record import Record
from app.pages.release_text import release
from app.pages.report_totals import Totals, left_open, long_day, place_and_days, sums, unclaimed, usual_days
from app.pages.revision_changes import Document, changes_of
from app.pages.view import View, ViewQuery, url
from app.reports import queries
from app.reports.render import report_document
from app.vocabulary.identifiers import REPORT, public_id

_TIMES = {1: "once", 2: "twice"}


@dataclass(frozen=True, slots=True)
class Shown:
    """Which revision of a report a page shows: one of all that were recorded up to the page's number."""

    revisions: Sequence[AnyRow]
    row: AnyRow

    @property
    def is_last(self) -> bool:
        """Whether no later one was recorded up to then."""
        return bool(self.row.revision == self.revisions[-1].revision)


class ReportPage:
    """The page of a report."""

    def __init__(self, record: Record, shown: Shown, base: str, *, pinned: bool) -> None:
        self.record, self.shown, self.base, self.pinned = record, shown, base, pinned
        self.id = public_id(REPORT, shown.row.report_id)
        # As the API shows both: the report as of now with the names of now, a revision with those of its time.
        self.report = self._document(shown.row, is_current=shown.is_last)
        self.before = (
            None if shown.row.revision == 1 else self._document(shown.revisions[shown.row.revision - 2])
        )
        self.is_retracted = self.report["status"] == "retracted"
        # A tombstone has no lines: what was retracted is what the revision before it holds.
        self.held = self.before if self.is_retracted and self.before else self.report
        self.publisher = publisher_name(self.report["publisher"], record)
        named = ", ".join(filter(None, [self.publisher, self.report["number"]]))
        self.day = long_day(self.report["published_on"])
        self.title = self.report["title"] or f"{named}, {self.day}"
        self.byline = f"{named}, {self.day}." if self.report["title"] else None

    def _document(self, row: AnyRow, *, is_current: bool = False) -> Document:
        now = self.record.now if is_current else head(self.record.session, row.recorded_seq)
        document = report_document(self.record.session, row.report_id, now)
        assert document is not None  # noqa: S101 - its revision was read
        return document

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        record, report, held, row = self.record, self.report, self.held, self.shown.row
        changed = None if self.before is None else changes_of(self.before, report, record)
        # The revision whose lines are shown: for a tombstone the one before it.
        lines_seq = record.seq if held is report and self.shown.is_last else held["seq"]
        spans = queries.quoted(record.session, row.report_id, lines_seq)
        new = changed.lines if changed and self.before and self.before["text"] else frozenset()
        path = f"/reports/{self.id}"
        as_of = {"as_of": str(record.seq)}
        return {
            "report": report,
            "held": held,
            "shown": self.shown,
            "title": self.title,
            "byline": self.byline,
            "publisher": self.publisher,
            "is_retracted": self.is_retracted,
            "is_pinned": self.pinned,
            "left_open": left_open(held),
            "revised": self._revised(),
            "totals": Totals.of(held["strikes"]),
            "text": release(held["text"], held["strikes"], spans, new) if held["text"] else None,
            "effects": sorted(
                {tally["effect"] for line in held["strikes"] for tally in line["tallies"]},
                key=effect_styles.ORDER.__getitem__,
            ),
            "lines": self._lines(),
            "changed": changed,
            "history": self._history(path),
            "sums": sums(held),
            "unclaimed": unclaimed(held),
            "citation": self._citation(),
            "description": self._description(),
            "canonical": f"{self.base}{path}" + ("" if self.shown.is_last else f"?revision={row.revision}"),
            "linked_data": self._linked_data(path),
            "api": url(f"/v1/reports/{self.id}", as_of)
            if self.shown.is_last
            else f"/v1/reports/{self.id}/revisions/{row.revision}",
            "api_lines": url("/v1/strikes", {"report": self.id, "as_of": str(lines_seq), "sort": "date"}),
            "export": url("/v1/export", {"report": self.id, "as_of": str(lines_seq)}),
            "view": View(path, ViewQuery(as_of=record.seq if self.pinned else None), record.seq),
            "query": {"as_of": record.seq if self.pinned else None},
            # A page that never changes cannot list the latest entries.
            "entries": () if self.pinned else record.latest_entries(),
        }

    def around(self) -> dict[str, object]:
        """Return what head and foot of the page show."""
        when = "fixed" if self.pinned else "now"
        return {"ledger": {"seq": self.record.seq, "hash": self.record.now.hash, "when": when}}

    def _revised(self) -> dict[str, str] | None:
        """Return how often the report was revised up to what is shown, when last, and why."""
        last = self.shown.row
        revisions = [row for row in self.shown.revisions[1 : last.revision] if row.status == "published"]
        if not revisions:
            return None
        times = _TIMES.get(len(revisions), f"{len(revisions)} times")
        when = wording.day(revisions[-1].recorded_at.date())
        last_on = f"{'last ' * (len(revisions) > 1)}on {when}"
        return {
            "sentence": f"Revised {times} since it was recorded, {last_on}",
            "reason": revisions[-1].reason,
        }

    def _lines(self) -> list[dict[str, Any]]:
        usual = usual_days(self.held["strikes"])
        return [
            {
                "line": line,
                "days": None
                if (line["date_from"], line["date_to"]) == usual
                else wording.days(line["date_from"], line["date_to"]),
                "country": names.country(line["country"]),
                "strikes": strikes_of(line),
                "tallies": [
                    tally if tally["as_written"] else tally | {"words": tally_words(tally, self.record)}
                    for tally in line["tallies"]
                ],
            }
            for line in self.held["strikes"]
        ]

    def _history(self, path: str) -> list[dict[str, Any]]:
        """Return the revisions, the last one first, with the address of each as of the page's number."""
        seq = self.record.seq
        return [
            {
                "revision": row.revision,
                "seq": row.recorded_seq,
                "when": f"{wording.day(row.recorded_at.date())}, {row.recorded_at:%H:%M} UTC",
                "reason": row.reason,
                "is_retraction": row.status == "retracted",
                "is_shown": row.revision == self.shown.row.revision,
                "href": url(path, {"revision": str(row.revision), "as_of": str(seq)}),
            }
            for row in reversed(self.shown.revisions)
        ]

    def _citation(self) -> str:
        named = ", ".join(filter(None, [self.publisher, self.report["number"], self.day]))
        revision = self.shown.row.revision
        return (
            f"{named}, revision {revision}. strikeledger ledger {self.record.seq}, sha256 {self.record.now.hash}. "
            f"{self.base}/v1/reports/{self.id}/revisions/{revision}"
        )

    def _description(self) -> str:
        totals = Totals.of(self.held["strikes"])
        claims = ", ".join(place_and_days(claim) for claim in self.held["coverage"][:4])
        about = f" {claims}." if claims else ""
        return (
            f"Report of {self.publisher}, published on {self.day}.{about} {wording.counted(totals.lines, 'line')}, "
            f"{totals.items.words} items, as the publisher claims them."
        )

    def _linked_data(self, path: str) -> Markup:
        """Return the report in the words of schema.org, as JSON that no text can close."""
        report = self.report
        members = {
            "@context": "https://schema.org",
            "@type": "Report",
            "@id": f"{self.base}{path}",
            "url": f"{self.base}{path}",
            "name": self.title,
            "reportNumber": report["number"],
            "datePublished": report["published_on"],
            "dateModified": report["recorded_at"],
            "version": report["revision"],
            "publisher": {"@type": "Organization", "name": self.publisher},
            "isBasedOn": report["source_url"],
            "archivedAt": report["archive_url"],
            "creativeWorkStatus": report["status"],
        }
        given = orjson.dumps({name: value for name, value in members.items() if value is not None}).decode()
        for sign in "<>&":
            given = given.replace(sign, f"\\u{ord(sign):04x}")
        return Markup(given)  # noqa: S704 - no sign of markup is left
