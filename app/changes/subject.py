"""Subject of a feed: its filters in words and as a digest."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from app.catalogue.catalogue import Catalogue
from app.catalogue.resolve import Resolver
from app.strikes.filter import Status
from app.strikes.params import StrikeCriteria

# Values of one filter that are named in a title.
MOST_NAMED = 3

# Bytes of the digest that distinguishes feeds.
_DIGEST = 16


class Subject(NamedTuple):
    """What a feed is about, in words, and a digest of its filters."""

    words: str
    digest: str


def subject(query: StrikeCriteria, catalogue: Catalogue) -> Subject:
    """Return the subject of a feed whose filters are known to be valid.

    The digest does not depend on the order of the parameters.
    """
    named = repr(query.given).encode()
    return Subject(", ".join(_words(query, catalogue)), blake2b(named, digest_size=_DIGEST).hexdigest())


def _words(query: StrikeCriteria, catalogue: Catalogue) -> Iterator[str]:
    names = Resolver(catalogue, "parameter")
    places = (names.location(name, "location") for name in query.location)
    categories = (names.category(name, "category") for name in query.category)
    for values in (
        [place.name for place in places if place],
        [category.name for category in categories if category],
        query.effect,
        query.owner,
        [f"dates by {precision}" for precision in query.date_precision],
    ):
        yield from values[:MOST_NAMED]
        if len(values) > MOST_NAMED:
            yield f"{len(values) - MOST_NAMED} more"
    publisher = names.publisher(query.publisher, "publisher") if query.publisher else None
    days = [str(day or "") for day in (query.date_from, query.date_to)]
    others = (
        (query.family, query.family),
        (query.country, query.country),
        (query.near, query.near and f"within {query.radius_km} km of {query.near.lat},{query.near.lon}"),
        (query.bbox, f"box {query.bbox}"),
        (query.date_from or query.date_to, "/".join(days)),
        (query.min_items, f"at least {query.min_items} items"),
        (query.q, f'"{query.q}"'),
        (publisher, publisher and publisher.name),
        (query.report, f"report {query.report}"),
    )
    yield from (words for value, words in others if value is not None and words)
    if query.status is not Status.PUBLISHED:
        yield {Status.RETRACTED: "retracted", Status.ANY: "retracted or not"}[query.status]
    if query.duplicates:
        yield f"{query.duplicates} duplicates"
