"""Validity check of API keys for rate limits, not for authorization."""

from anyio import to_thread

from app.db.engine import Database
from app.errors import StrikeledgerError
from app.keys.service import authenticate


class ValidKeys:
    """Ask the database. While it cannot be reached, no key is known."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, key: str) -> bool:
        """Return whether `key` is valid now."""
        return await to_thread.run_sync(self._is_valid, key)

    def _is_valid(self, key: str) -> bool:
        try:
            with self._database.reading() as session:
                authenticate(session, key)
        except StrikeledgerError:
            return False
        return True
