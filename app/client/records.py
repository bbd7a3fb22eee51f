"""Typed objects of responses: dictionaries whose fields are attributes too.

A field that is null is None; one that was not sent is missing: `"engagements" in strike` is False, and its
attribute raises AttributeError. Fields that this version does not know are there like all others.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class Record(dict[str, Any]):
    """A JSON object. `record.name` is `record["name"]`."""

    # The types of fields that hold an object, or a list of them.
    nested: ClassVar[Mapping[str, type["Record"]]] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a JSON value
        try:
            value = self[name]
        except KeyError:
            raise AttributeError(f"this {type(self).__name__} has no {name!r}: it was not sent") from None
        kind = self.nested.get(name, Record)
        if isinstance(value, dict) and not isinstance(value, Record):
            value = self[name] = kind(value)
        elif isinstance(value, list) and any(type(item) is dict for item in value):
            value = self[name] = [kind(item) if type(item) is dict else item for item in value]
        return value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"


class Span(Record):
    """Characters of a text: code points from `start` up to `end`."""

    start: int
    end: int


class ReportReference(Record):
    """The report that a strike is a line of."""

    id: str
    publisher: str
    number: str | None
    published_on: str
    source_url: str | None
    revision: int


class LocationReference(Record):
    """The place of a strike."""

    slug: str
    name: str
    lat: float
    lon: float
    precision_km: float


class Tally(Record):
    """How many of what."""

    nested: ClassVar = {"quote": Span}
    effect: str
    verb: str | None
    category: str | None
    family: str | None
    count_min: int
    count_max: int | None
    approximate: bool
    as_written: str | None
    quote: Span | None


class Strike(Record):
    """One line of a report."""

    nested: ClassVar = {"report": ReportReference, "location": LocationReference, "tallies": Tally}
    id: str
    report: ReportReference
    date_from: str
    date_to: str
    date_precision: str
    country: str
    location: LocationReference | None
    location_as_written: str | None
    strikes_min: int | None
    strikes_max: int | None
    engagements: int | None
    owner: str | None
    same_as: str | None
    quote: str | None
    tallies: list[Tally]


class ReportSummary(Record):
    """A report without its text and lines, as lists show it."""

    id: str
    publisher: str
    number: str | None
    title: str | None
    published_on: str
    source_url: str | None
    archive_url: str | None
    status: str
    reason: str | None
    revision: int
    seq: int | None
    recorded_at: str


class Report(ReportSummary):
    """A report as stored. `etag` is for the next write on it."""

    nested: ClassVar = {"strikes": Strike}
    etag: str | None = None
    text: str | None
    headline: Record | None
    sums_note: str | None
    coverage: list[Record]
    strikes: list[Strike]
    checks: list[Record]
    # With writes and drafts alone.
    warnings: list[Record]
    possible_duplicates: list[Record]


class Reading(Record):
    """A release as it was read: a draft, and what was not understood."""

    draft: Record
    remarks: list[Record]
    numbers: list[Record]
    checks: list[Record]


class Change(Record):
    """One entry of the ledger."""

    seq: int
    recorded_at: str
    action: str
    report: str | None
    revision: int | None
    hash: str


class LedgerHead(Record):
    """The last entry of the ledger."""

    seq: int
    hash: str | None
    recorded_at: str | None


class Location(Record):
    """A place of the gazetteer."""

    slug: str
    name: str
    country: str
    lat: float
    lon: float
    precision_km: float
    aliases: list[str]


class ImportResult(Record):
    """What an import did, or in a dry run would do."""

    created: int
    revised: int
    unchanged: int
    rejected: int
    problems: list[Record]


class AggregateRow(Record):
    """One group, or the totals: the dimensions of the query and the measures."""

    reports: int
    lines: int
    strikes_min: int | None
    strikes_max: int | None
    engagements: int | None
    items_min: int
    items_max: int
    open_ended: int
