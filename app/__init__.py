"""strikeledger: an airstrike report database with a REST API."""

__version__ = "0.1.0"
