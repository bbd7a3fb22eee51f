"""Database models: every table, one module per noun."""

from app.models.base import Base, Recorded
from app.models.key import Key, Replay
from app.models.ledger import LedgerEntry
from app.models.report import Coverage, Draft, Report, Revision
from app.models.stored_json import RevisionDocument, StrikeDocument
from app.models.strike import Strike, StrikeCategory, Tally
from app.models.vocabulary import (
    Category,
    CategoryAlias,
    CategoryVersion,
    Location,
    LocationAlias,
    LocationVersion,
    Publisher,
    PublisherAlias,
    PublisherVersion,
)
from app.models.words import STRIKE_WORDS

__all__ = [
    "STRIKE_WORDS",
    "Base",
    "Category",
    "CategoryAlias",
    "CategoryVersion",
    "Coverage",
    "Draft",
    "Key",
    "LedgerEntry",
    "Location",
    "LocationAlias",
    "LocationVersion",
    "Publisher",
    "PublisherAlias",
    "PublisherVersion",
    "Recorded",
    "Replay",
    "Report",
    "Revision",
    "RevisionDocument",
    "Strike",
    "StrikeCategory",
    "StrikeDocument",
    "Tally",
]
