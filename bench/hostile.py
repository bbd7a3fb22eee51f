"""Questions that cost a server the most: many of each kind, so that the worst of each can be found by asking them.

They speak of the places and categories that `bench.record` makes. Each answer is kept by the server, so a question
is never asked twice in the same words: its limit changes, which changes nothing of what has to be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.load import Asked

# The greatest limit of a list and of an aggregate, and the categories with the most and the fewest tallies.
_LIST, _ROWS = 500, 10_000
COMMON, RARE = "peers-01", "peers-40"

# How often one question can be asked in other words.
_WORDINGS = 400


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the greatest limit that it can have."""

    kind: str
    path: str
    parameters: Mapping[str, str]
    limit: int

    def asked(self, number: int) -> Asked:
        """Return the request that asks it for this time, from 0."""
        limit = str(self.limit - number % _WORDINGS)
        return Asked(f"{self.path}?{urlencode({**self.parameters, 'limit': limit})}")

    def __str__(self) -> str:
        # Asked without its limit: that is what the server is asked over and over.
        return f"{self.path}?{urlencode(self.parameters, safe=',-%')}"


def _lists(kind: str, *every: Mapping[str, str]) -> list[Question]:
    return [Question(kind, "/v1/strikes", each, _LIST) for each in every]


def _counts(kind: str, *every: Mapping[str, str]) -> list[Question]:
    return [Question(kind, "/v1/aggregates", each, _ROWS) for each in every]


_EVERYWHERE = {"near": "33,42", "radius_km": "20000"}
_BOX = {"bbox": "-180,-90,180,90"}
_WIDEST = {"group_by": "day,location,category", "fill": "none"}
_MONTHS = {"group_by": "month,location,category"}


def candidates(head: int) -> Mapping[str, Sequence[Question]]:
    """Return what to try, by kind. `head` is the last number of the ledger."""
    past = str(head * 9 // 10)
    every = [
        *_lists(
            "text",
            {"q": "~~~", "sort": "-items", "count": "exact"},
            {"q": ",", "sort": "-items", "count": "exact"},
            {"q": "~~~", "sort": "-items", "count": "exact", "category": RARE},
            {"q": "near", "sort": "-items", "count": "exact"},
            {"q": "engaged units positions near location strikes", "sort": "-items", "count": "exact"},
            {"q": "near", "sort": "-items", "count": "exact", "category": RARE},
        ),
        *_counts("text", {"q": "~~~", **_WIDEST}, {"q": "near", **_WIDEST}),
        *_counts(
            "widest count",
            {**_MONTHS, "fill": "none"},
            {**_MONTHS, "fill": "none", "cumulative": "true", "sort": "-reports"},
            {**_WIDEST},
            {**_WIDEST, "cumulative": "true", "sort": "-items_max"},
            {**_WIDEST, "effect": "destroyed", "min_items": "1", "sort": "-reports"},
            {"group_by": "day,country", "fill": "zero"},
            {"group_by": "day,country", "fill": "zero", "cumulative": "true", "sort": "-reports"},
            {"group_by": "day", "fill": "zero", "date_from": "1950-01-01"},
            {"group_by": "day,location,category", "fill": "none", "top": "1000"},
        ),
        *_lists(
            "deep order",
            {"sort": "-items", "category": RARE, "count": "exact"},
            {"sort": "-items", "category": COMMON, "count": "exact"},
            {"sort": "-items", "category": RARE, "effect": "suppressed", "min_items": "3", "count": "exact"},
            {"sort": "-items", "effect": "destroyed", "count": "exact"},
            {"sort": "-strikes", "effect": "suppressed", "min_items": "100000", "count": "exact"},
            {"sort": "-date", "effect": "suppressed", "category": RARE, "min_items": "90", "count": "exact"},
            {"sort": "-items", "status": "any", "category": COMMON, "count": "exact"},
        ),
        *_lists(
            "everywhere, or long ago",
            {**_EVERYWHERE, "sort": "-items", "count": "exact", "category": COMMON},
            {**_BOX, "sort": "-strikes", "count": "exact", "effect": "suppressed"},
            {"as_of": past, "sort": "-items", "count": "exact", "category": COMMON},
            {"as_of": "2", "sort": "-items", "count": "exact"},
            {"status": "retracted", "sort": "-items", "count": "exact"},
        ),
        *_counts(
            "everywhere, or long ago",
            {**_EVERYWHERE, **_WIDEST},
            {**_BOX, **_MONTHS, "fill": "none", "status": "any"},
            {"as_of": past, **_WIDEST},
        ),
    ]
    kinds = dict.fromkeys(each.kind for each in every)
    return {kind: [each for each in every if each.kind == kind] for kind in kinds}
