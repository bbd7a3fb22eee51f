"""Speak HTTP to the server in this process, in sentences a test can be read by."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from app.db.engine import Database


class Api:
    """The server as a client sees it. Writes carry a key that may publish, unless another is given."""

    def __init__(
        self, client: httpx.AsyncClient, call: Callable[..., Any], key: str, database: Database
    ) -> None:
        self._client = client
        # The server's own connections.
        self.database = database
        self._call = call
        self.key = key

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's options
        """Send a request and return its answer, whatever it is."""
        response: httpx.Response = self._call(lambda: self._client.request(method, path, **options))
        return response

    def get(self, path: str, **parameters: Any) -> httpx.Response:  # noqa: ANN401 - anything a query can hold
        """Ask, with query parameters."""
        return self.request("GET", path, params=parameters or None)

    def read(self, path: str, **parameters: Any) -> Any:  # noqa: ANN401 - a JSON body
        """Ask, and return the body of a response that must be 200."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def try_posting(self, body: object, path: str = "/v1/reports", key: str | None = None) -> httpx.Response:
        """Post JSON (in ASCII, so that any string can be sent) and return the response, whatever it is."""
        headers = {"Authorization": f"Bearer {key or self.key}", "Content-Type": "application/json"}
        return self.request("POST", path, content=json.dumps(body), headers=headers)

    def post(self, body: object) -> Any:  # noqa: ANN401 - a JSON body
        """Post a report that must be stored, and return it."""
        response = self.try_posting(body)
        assert response.status_code == 201, response.text
        return response.json()


def get_scope(path: str, query: bytes = b"", **members: Any) -> dict[str, Any]:  # noqa: ANN401 - of a scope
    """Return the ASGI scope of a GET, for a test that plays the server itself."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        **members,
    }
