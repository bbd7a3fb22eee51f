"""Example report of the API reference, valid to post unchanged."""

from typing import Any

TEXT = "Near Palmyra, nine strikes destroyed 17 heavy equipment vehicles and two tanks."

TALLY: dict[str, Any] = {
    "effect": "destroyed",
    "verb": "destroyed",
    "category": "tank",
    "count": 2,
    "as_written": "two tanks",
    "quote": {"start": 69, "end": 78},
}

STRIKE: dict[str, Any] = {
    "date_from": "2017-02-06",
    "country": "SY",
    "location": "Palmyra",
    "strikes": 9,
    "quote": {"start": 0, "end": 79},
    "tallies": [
        TALLY
        | {
            "category": "heavy-equipment-vehicle",
            "count": 17,
            "as_written": "17 heavy equipment vehicles",
            "quote": {"start": 37, "end": 64},
        },
        TALLY,
    ],
}

COVERAGE: dict[str, Any] = {"country": "SY", "date_from": "2017-02-06", "strikes": 9}

REPORT: dict[str, Any] = {
    "publisher": "cjtf-oir",
    "number": "20170207-01",
    "title": "Strikes in Syria and Iraq",
    "published_on": "2017-02-07",
    "source_url": "https://example.org/release",
    "text": TEXT,
    "coverage": [COVERAGE],
    "strikes": [STRIKE],
}
