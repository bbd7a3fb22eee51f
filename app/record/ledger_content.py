"""The canonical content of a report: what the ledger's hash covers.

It names things as the API does, by slugs and public ids, and holds nothing of how they are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalogue.catalogue import CategoryEntry, LocationEntry, PublisherEntry
from app.record import fields
from app.record.report_in import ReportIn, SpanIn, StrikeIn, TallyIn
from app.vocabulary.identifiers import KEY, STRIKE, public_id

# Content by the kind of thing.
_REPORT, _COVERAGE, _LINE, _TALLY = (
    fields.hashed(group, fields.taken(group))
    for group in (fields.REPORT, fields.COVERAGE, fields.LINE, fields.TALLY)
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A report with its names resolved: `locations` by line, `categories` by line and tally.

    `publisher_ids` are those of the publisher and of all that was merged into it.
    `repeated` holds, for a line that repeats a strike of another report, that strike's id and its event.
    """

    report: ReportIn
    publisher: PublisherEntry
    publisher_ids: frozenset[int]
    locations: Sequence[LocationEntry | None]
    categories: Sequence[Sequence[CategoryEntry | None]]
    repeated: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who published or corrected a report, and why it was corrected.

    `key_id` None is the product itself, loading its sample; `reason` None is a first revision. `publisher` is
    the slug under which the report was first published, where that one was merged since.
    """

    key_id: int | None
    reason: str | None = None
    publisher: str | None = None


def report_content(resolved: Resolved, events: Mapping[int, int], by: Authorship) -> Mapping[str, Any]:
    """Return the content of a revision, ready to be hashed.

    `events` has, by line, the line that first reported the same event, for those that repeat an earlier one.
    """
    report = resolved.report
    return {
        "status": "published",
        "key": key_name(by.key_id),
        "reason": by.reason,
        "publisher": by.publisher or resolved.publisher.slug,
        **_REPORT(report),
        "headline": headline(report),
        "coverage": [_COVERAGE(coverage) for coverage in report.coverage],
        "strikes": [
            _strike(strike, location, categories) | {"event": event_name(events.get(index))}
            for index, (strike, location, categories) in enumerate(
                zip(report.strikes, resolved.locations, resolved.categories, strict=True)
            )
        ],
    }


def key_name(key_id: int | None) -> str | None:
    """Return the name of a key in a content; None for the product itself."""
    return None if key_id is None else public_id(KEY, key_id)


def event_name(event_id: int | None) -> str | None:
    """Return the name of an event in a content: the line that first reported it; None where that is the line itself."""
    return None if event_id is None else public_id(STRIKE, event_id)


def _strike(
    strike: StrikeIn, location: LocationEntry | None, categories: Sequence[CategoryEntry | None]
) -> dict[str, Any]:
    return {
        **_LINE(strike),
        "location": location.slug if location else None,
        "location_as_written": wording(strike, location),
        "same_as": strike.same_as,
        "quote": _span(strike.quote),
        "tallies": [
            _tally(tally, category) for tally, category in zip(strike.tallies, categories, strict=True)
        ],
    }


def headline(report: ReportIn) -> dict[str, int | None] | None:
    """Return the totals over all countries, or None where neither is claimed."""
    claimed = report.headline
    if claimed is None or (claimed.strikes is None and claimed.engagements is None):
        return None
    return {"strikes": claimed.strikes, "engagements": claimed.engagements}


def wording(strike: StrikeIn, location: LocationEntry | None) -> str | None:
    """Return the place as written: as given, or the name that was sent where it is not just our own slug."""
    if strike.location_as_written is None and location is not None and strike.location != location.slug:
        return strike.location
    return strike.location_as_written


def settled(resolved: Resolved) -> ReportIn:
    """Return the report with each name as its slug: aliases can move to another thing, a slug is permanent."""
    report = resolved.report
    lines = [
        strike.model_copy(
            update={
                "location": location.slug if location else None,
                "location_as_written": wording(strike, location),
                "tallies": [
                    tally.model_copy(update={"category": category.slug if category else None})
                    for tally, category in zip(strike.tallies, categories, strict=True)
                ],
            }
        )
        for strike, location, categories in zip(
            report.strikes, resolved.locations, resolved.categories, strict=True
        )
    ]
    return report.model_copy(update={"publisher": resolved.publisher.slug, "strikes": lines})


def _tally(tally: TallyIn, category: CategoryEntry | None) -> dict[str, Any]:
    return {
        **_TALLY(tally),
        "category": category.slug if category else None,
        "quote": _span(tally.quote),
    }


def _span(span: SpanIn | None) -> dict[str, int] | None:
    return None if span is None else {"start": span.start, "end": span.end}
