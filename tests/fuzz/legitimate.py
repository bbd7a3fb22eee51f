"""Which refusals of well-formed requests are right: no JSON Schema says what they go by.

The refused data fits the schema, so the check calls it valid. Each code stands here with what it goes by; a refusal
that names any other code is a failure, as are all other statuses but 404 and 409, which speak of what is there.
"""

from collections.abc import Mapping
from typing import Any

from schemathesis import Case, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

from app.server.edge import LONGEST_URL

# A request of any operation.
AnyCase = Case[Any]

_REASONS = {
    "what the record knows": (
        "unknown-category unknown-country unknown-family unknown-location unknown-publisher unknown-strike bad-id "
        "other-publisher beyond-head idempotency-key-reused not-a-slug same-thing other-kind circle"
    ),
    "which list a cursor came from": "bad-cursor",
    "the calendar and the clock": "no-such-day no-such-instant impossible-date in-the-past",
    "whether parameters or fields agree with each other": (
        "days-reversed box-reversed mixed-bounds no-minimum bounds-reversed no-count no-category empty-span "
        "quote-outside-text no-groups no-period ranked-periods unknown-sort two-periods repeated-dimension "
        "format-not-offered shape-not-offered bom-not-offered revisions-not-offered "
        "not-with-drafts not-drawn numbers-reversed missing:near missing:radius_km missing:/reason"
    ),
    "how many rows an answer would have": "too-many-rows",
    "degrees within a text": "degrees-bounds",
    # To a schema 3.0 is an integer. Here it is a slip: nobody counts like that.
    "how a whole number is written": "int-type integer",
    "classes of Unicode, and lengths after normalising": (
        "control-character no-letter no-word too-long unstorable-text web-address invisible-character mixed-scripts"
    ),
    "how much several parts of a body are together": "too-many-tallies quotes-too-long too-many-values",
}
_CODES = {code for codes in _REASONS.values() for code in codes.split()}


def is_legitimate(failure: Failure, case: AnyCase, response: Response) -> bool:
    """Say whether a failure is a refusal of valid data for a reason that stands here."""
    if not isinstance(failure, RejectedPositiveData):
        return False
    match response.status_code:
        case 412:
            # Which state of a report stands is in the record; the schema can only say what a tag looks like.
            return "If-Match" in case.headers
        case 414:
            # Each parameter has a greatest length, all of them together have another.
            return len(response.request.path_url) > LONGEST_URL
        case 422:
            return all(_is_beyond_schemas(error, case) for error in response.json()["errors"])
        case _:
            return False


def _is_beyond_schemas(error: Mapping[str, str], case: AnyCase) -> bool:
    where = error.get("parameter", error.get("pointer"))
    # Nobody who only asks has written what a pointer points into.
    is_sent = "parameter" in error or case.method != "GET"
    return is_sent and not _CODES.isdisjoint({error["code"], f"{error['code']}:{where}"})
