"""An analyst who keeps the vocabularies: bodies for tests, and the requests that carry them."""

import json
from typing import Any

import httpx

from app.db.engine import Database
from app.keys.service import Scope, create
from tests.api import Api
from tests.factories import Body

STATES: dict[str, Body] = {
    "locations": {"name": "Hajin South", "country": "SY", "lat": 34.5, "lon": 40.5, "precision_km": 25},
    "categories": {"name": "Cable car", "parent": "vehicle", "family": "vehicles", "kind": "equipment"},
    "publishers": {"name": "Armée de l'Air"},
}
SLUGS = {"locations": "hajin-south", "categories": "cable-car", "publishers": "fr-air"}


class Keeper:
    """Sends changes of the vocabularies with a key that may make them."""

    def __init__(self, api: Api, database: Database) -> None:
        self.api = api
        with database.writing() as session:
            self._key = create(session, "keeper", [Scope.VOCABULARY], None)

    def send(self, method: str, path: str, body: object, **headers: str) -> httpx.Response:
        """Send a body and return the answer, whatever it is."""
        carried = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **headers}
        return self.api.request(method, f"/v1/{path}", content=json.dumps(body), headers=carried)

    def try_adding(self, kind: str, /, **fields: Any) -> httpx.Response:  # noqa: ANN401 - JSON - any field of the body
        """Add a thing of which all that is required is filled in."""
        return self.send("POST", kind, {"slug": SLUGS[kind], **STATES[kind], **fields})

    def try_changing(self, kind: str, slug: str, /, **fields: Any) -> httpx.Response:  # noqa: ANN401 - JSON
        """Change fields of a thing, and leave the others as they are."""
        state = self.api.read(f"/v1/{kind}/{slug}")
        for left_out in ("slug", "aliases", "synonyms"):
            state.pop(left_out, None)
        return self.send("PUT", f"{kind}/{slug}", state | fields)

    def try_merging(self, kind: str, slug: str, into: str) -> httpx.Response:
        """Merge one thing into another."""
        return self.send("POST", f"{kind}/{slug}/merge", {"into": into})

    def add(self, kind: str, slug: str, name: str, /, **fields: Any) -> Any:  # noqa: ANN401 - a JSON body
        """Add a thing that must be accepted, and return it."""
        return accepted(self.try_adding(kind, slug=slug, name=name, **fields), 201)

    def change(self, kind: str, slug: str, /, **fields: Any) -> Any:  # noqa: ANN401 - a JSON body
        """Change a thing, which must be accepted, and return it."""
        return accepted(self.try_changing(kind, slug, **fields), 200)

    def merge(self, kind: str, slug: str, into: str) -> Any:  # noqa: ANN401 - a JSON body
        """Merge a thing into another, which must be accepted, and return the other."""
        return accepted(self.try_merging(kind, slug, into), 200)


def accepted(response: httpx.Response, status: int) -> Any:  # noqa: ANN401 - a JSON body
    """Return the body of an answer that must have this status."""
    assert response.status_code == status, response.text
    return response.json()
