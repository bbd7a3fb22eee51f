"""The Python client: synchronous and asynchronous, built on httpx alone.

    from app.client import Client

    with Client("http://127.0.0.1:8000") as client:
        for strike in client.strikes(location="Palmyra"):
            print(strike.date_from, strike.report.publisher, strike.strikes_min)

The guide is docs/client.md.
"""

from app.client.aggregates import Aggregates
from app.client.clients import AsyncClient, Client
from app.client.exceptions import (
    AnotherRecord,
    ApiError,
    BadRequest,
    Conflict,
    ConnectionFailed,
    Forbidden,
    NotAcceptable,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    PreconditionRequired,
    RequestTimeout,
    ServerError,
    ServiceUnavailable,
    StatusError,
    TooManyRequests,
    Unauthorized,
    UnexpectedResponse,
    Unprocessable,
    UnsupportedMediaType,
)
from app.client.mirror import Mirror
from app.client.operations import Export
from app.client.records import (
    AggregateRow,
    Change,
    ImportResult,
    LedgerHead,
    Location,
    Reading,
    Record,
    Report,
    ReportSummary,
    Strike,
    Tally,
)
from app.client.walks import AsyncWalk, Page, Walk

__all__ = [
    "AggregateRow",
    "Aggregates",
    "AnotherRecord",
    "ApiError",
    "AsyncClient",
    "AsyncWalk",
    "BadRequest",
    "Change",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "Export",
    "Forbidden",
    "ImportResult",
    "LedgerHead",
    "Location",
    "Mirror",
    "NotAcceptable",
    "NotFound",
    "Page",
    "PayloadTooLarge",
    "PreconditionFailed",
    "PreconditionRequired",
    "Reading",
    "Record",
    "Report",
    "ReportSummary",
    "RequestTimeout",
    "ServerError",
    "ServiceUnavailable",
    "StatusError",
    "Strike",
    "Tally",
    "TooManyRequests",
    "Unauthorized",
    "UnexpectedResponse",
    "Unprocessable",
    "UnsupportedMediaType",
    "Walk",
]
