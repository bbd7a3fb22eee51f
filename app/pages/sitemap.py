"""Sitemap: the pages of places, categories and reports, for search engines.

A file holds 50,000 addresses at most; where there are more, `/sitemap.xml` lists files. Reports are in files of
ranges of ids, so that a new report changes one file alone.
"""

from collections.abc import Iterable, Iterator

from markupsafe import escape

from app.pages.record import Record
from app.reports.queries import highest_id, published_ids
from app.strikes.params import StrikeQuery
from app.vocabulary.identifiers import REPORT, public_id

# Addresses of a file, at most.
MOST = 50_000

_PAGES = ("/", "/places", "/categories", "/publishers", "/coverage", "/about-the-data", "/docs")
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(record: Record, base: str, number: int | None = None) -> str | None:
    """Return the sitemap as XML, or its file of a number from 1 on; None where there is no such file."""
    named = [*_PAGES, *_of_names(record)]
    newest = highest_id(record.session)
    if number is None:
        if len(named) + newest <= MOST:
            return _urls(base, [*named, *_of_reports(record, 0, MOST)])
        files = -(-len(named) // MOST) + -(-newest // MOST)
        return _index(base, files)
    of_names = -(-len(named) // MOST)
    if not 1 <= number <= of_names + -(-newest // MOST):
        return None
    if number <= of_names:
        return _urls(base, named[(number - 1) * MOST : number * MOST])
    first = (number - of_names - 1) * MOST
    return _urls(base, _of_reports(record, first, first + MOST))


def _of_names(record: Record) -> Iterator[str]:
    for dimension, path in (("location", "places"), ("category", "categories")):
        for row in record.count(StrikeQuery.model_construct(), group_by=dimension).rows:
            if row[dimension]:
                yield f"/{path}/{row[dimension]}"


def _of_reports(record: Record, first: int, last: int) -> Iterator[str]:
    """Yield the pages of the reports whose ids are beyond `first`, up to `last`."""
    for report_id in published_ids(record.session, record.seq, first, MOST):
        if report_id > last:
            return
        yield f"/reports/{public_id(REPORT, report_id)}"


def _urls(base: str, paths: Iterable[str]) -> str:
    rows = "".join(f"<url><loc>{escape(base + path)}</loc></url>\n" for path in paths)
    return _document("urlset", rows)


def _index(base: str, files: int) -> str:
    rows = "".join(
        f"<sitemap><loc>{escape(f'{base}/sitemap-{number}.xml')}</loc></sitemap>\n"
        for number in range(1, files + 1)
    )
    return _document("sitemapindex", rows)


def _document(name: str, rows: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{_NAMESPACE}">\n{rows}</{name}>\n'
