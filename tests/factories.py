"""Bodies for tests: each factory fills in all that is required, and a test says only what matters to it."""

from typing import Any

Body = dict[str, Any]


def make_tally(count: object = 1, **fields: Any) -> Body:  # noqa: ANN401 - any field of the body
    """Make a tally of destroyed vehicles; `count=None` leaves the count to the fields."""
    exact = {} if count is None else {"count": count}
    return {"effect": "destroyed", "category": "vehicle"} | exact | fields


def make_strike(*tallies: Body, **fields: Any) -> Body:  # noqa: ANN401 - any field of the body
    """Make a line: one strike near Raqqa on 1 March 2017."""
    line = {"date_from": "2017-03-01", "country": "SY", "location": "Raqqa", "strikes": 1}
    return line | {"tallies": list(tallies)} | fields


def make_report(*strikes: Body, **fields: Any) -> Body:  # noqa: ANN401 - any field of the body
    """Make a report of 2 March 2017 by the coalition."""
    return {"publisher": "cjtf-oir", "published_on": "2017-03-02", "strikes": list(strikes)} | fields
