"""Fixtures: somebody who may change the vocabularies."""

import pytest

from app.db.engine import Database
from tests.api import Api
from tests.catalogue.keeper import Keeper


@pytest.fixture
def keeper(api: Api, database: Database) -> Keeper:
    """Give a client that may change the vocabularies of the test's database."""
    return Keeper(api, database)
