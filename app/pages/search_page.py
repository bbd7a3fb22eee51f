"""Search for places, categories, publishers, reports and words of reports."""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Annotated, Any

from cachetools import LRUCache, cached
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, Field

from app.catalogue import names
from app.catalogue.catalogue import CategoryEntry, LocationEntry
from app.catalogue.name_ranking import Match, best
from app.catalogue.recording import CATEGORIES, LOCATIONS, PUBLISHERS, Vocabulary
from app.catalogue.suggestions import search_index
from app.drawings import wording
from app.drawings.count_forms import Measure, count_of
from app.http.field_types import AsOfParameter
from app.pages.record import Record, Row
from app.pages.view import View, ViewQuery, url
from app.reports.queries import ReportFilter, of_number, page
from app.strikes.params import LONGEST_QUESTION, StrikeQuery
from app.strikes.search import has_common_words
from app.vocabulary import places
from app.vocabulary.identifiers import REPORT, public_id, row_number

# Results of a group.
MOST = 8

PATH = "/search"

# By vocabulary: the kind of a group, its heading, and the filter and dimension of its things.
_KINDS: Mapping[str, tuple[Vocabulary, str, str]] = {
    "place": (LOCATIONS, "Places", "location"),
    "category": (CATEGORIES, "Categories", "category"),
    "publisher": (PUBLISHERS, "Publishers", "publisher"),
}


class SearchQuery(BaseModel):
    """The parameters of the search."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=LONGEST_QUESTION)] = ""
    as_of: AsOfParameter = None


class SearchPage:
    """The results of a search, grouped by what they are."""

    def __init__(self, record: Record, query: SearchQuery) -> None:
        self.record, self.query = record, query
        self.wanted = " ".join(query.q.split())

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        shown = ViewQuery.model_construct(as_of=self.query.as_of)
        groups = [*self._vocabularies(), *self._reports()] if self.wanted else []
        # The group of the best match comes first: a name that is the text before one that only holds it.
        groups.sort(key=lambda group: group["rank"])
        return {
            "wanted": self.wanted,
            "groups": groups,
            "in_words": self._words() if self.wanted else None,
            "nearest": self._nearest() if self.wanted and not groups else [],
            "view": View(PATH, shown, self.record.seq),
        }

    def _as_of(self) -> dict[str, Any]:
        return {"as_of": str(self.query.as_of)} if self.query.as_of is not None else {}

    def _vocabularies(self) -> Iterator[dict[str, Any]]:
        for kind, (vocabulary, heading, dimension) in _KINDS.items():
            rows = _counts(self.record, dimension)
            weights = {slug: row["items_min"] for slug, row in rows.items()}
            matches = best(self.record.catalogue, vocabulary, self.wanted, weights, MOST)
            if matches:
                yield {
                    "kind": kind,
                    "heading": heading,
                    "rank": matches[0].rank,
                    "rows": [
                        self._row(kind, dimension, match, rows.get(match.entry.slug)) for match in matches
                    ],
                }

    def _row(self, kind: str, dimension: str, match: Match, row: Row | None) -> dict[str, Any]:
        entry = match.entry
        about = []
        if isinstance(entry, CategoryEntry):
            about.append(names.family(entry.family))
        if isinstance(entry, LocationEntry):
            about.append(names.country(entry.country))
        items = count_of(row, Measure.ITEMS) if row else None
        about.append(
            "no line" if items is None else f"{items.words} {'item' if items.words == '1' else 'items'}"
        )
        pages = {"place": f"/places/{entry.slug}", "category": f"/categories/{entry.slug}"}
        return {
            "value": entry.slug,
            "name": marked(entry.name, self.wanted),
            "plain": entry.name,
            "alias": match.alias,
            "about": " · ".join(about),
            "href": url("/", {dimension: entry.slug} | self._as_of()),
            "page": url(pages[kind], self._as_of()) if kind in pages else None,
        }

    def _reports(self) -> Iterator[dict[str, Any]]:
        """Yield the group of the reports that have the text as their number, or as their id."""
        # Every number has a digit, and looking for one takes longer than all names.
        has_digit = any(letter.isdigit() for letter in self.wanted)
        ids = of_number(self.record.session, self.wanted, self.record.seq) if has_digit else frozenset[int]()
        by_id = row_number(REPORT, self.wanted)
        ids |= frozenset({by_id} if by_id is not None else ())
        if not ids:
            return
        listed = page(self.record.session, ReportFilter(self.record.seq, report_ids=ids), None, MOST)
        rows = []
        for report in listed:
            if report.status == "draft":
                continue
            publisher = self.record.catalogue.publishers.by_id[report.publisher_id].name
            name = f"{publisher}, {report.number}" if report.number else publisher
            slug = public_id(REPORT, report.report_id)
            rows.append(
                {
                    "value": slug,
                    "name": name,
                    "plain": name,
                    "alias": None,
                    "about": f"{wording.day(report.published_on)} · {wording.counted(report.lines, 'line')}",
                    "href": url("/", {"report": slug} | self._as_of()),
                    "page": url(f"/reports/{slug}", self._as_of()),
                }
            )
        if rows:
            yield {"kind": "report", "heading": "Reports", "rank": 0, "rows": rows}

    def _words(self) -> dict[str, Any]:
        """Return how many lines have the words, and where they are listed; no number where counting takes long."""
        query = StrikeQuery.model_construct(q=self.wanted, as_of=self.query.as_of)
        strikes = query.resolved(self.record.catalogue, self.record.seq)
        is_common = has_common_words(self.record.session, strikes)
        about = (
            "many lines" if is_common else wording.counted(self.record.count(query).totals["lines"], "line")
        )
        return {
            "about": about,
            "href": url("/", {"q": self.wanted} | self._as_of()),
        }

    def _nearest(self) -> list[dict[str, str]]:
        """Return names that are like the text, where none holds it."""
        catalogue = self.record.catalogue
        folded = places.fold(self.wanted)
        near = [
            ("location", catalogue.locations, slug)
            for slug in search_index(catalogue, catalogue.locations).nearest(folded)
        ]
        rows = []
        for dimension, _, slug in near:
            place = catalogue.location(slug)
            if place is not None:
                rows.append(
                    {"name": place.name, "href": url(f"/places/{slug}", self._as_of()), "kind": dimension}
                )
        for slug in catalogue.similar_categories(self.wanted):
            category = catalogue.category(slug)
            if category is not None:
                href = url(f"/categories/{slug}", self._as_of())
                rows.append({"name": category.name, "href": href, "kind": "category"})
        return rows


# By the state of the record: a script asks for each letter that is typed.
@cached(LRUCache(12), key=lambda record, dimension: (record.now.hash, dimension), lock=Lock())
def _counts(record: Record, dimension: str) -> Mapping[str, Row]:
    query = StrikeQuery.model_construct(as_of=record.seq)
    rows = record.count(query, group_by=dimension).rows
    return {row[dimension]: row for row in rows if row[dimension]}


def marked(name: str, wanted: str) -> Markup:
    """Return a name with the part in bold that is the text."""
    start = name.casefold().find(wanted.casefold())
    if start < 0 or len(name.casefold()) != len(name):
        return escape(name)
    end = start + len(wanted)
    return Markup("{}<b>{}</b>{}").format(name[:start], name[start:end], name[end:])
