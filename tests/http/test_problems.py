"""Errors: one shape for all, and nothing of the inside in any."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from app.db.engine import Database
from app.http import problems
from tests.api import Api
from tests.factories import make_report

LEAKS = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "SELECT ", ".py")


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/", 404, "not-found"),
        ("GET", "/v1/strikes/", 404, "not-found"),
        ("DELETE", "/v1/strikes", 405, "method-not-allowed"),
        ("FOO", "/v1/strikes", 405, "method-not-allowed"),
        ("POST", "/v1/reports", 401, "unauthenticated"),
        ("GET", "/v1/strikes?limit=x", 422, "validation-failed"),
        ("GET", "/v1/reports/r404", 404, "not-found"),
        ("GET", "/v1/locations/atlantis", 404, "not-found"),
    ],
)
def test_every_refusal_is_a_problem(api: Api, method: str, path: str, status: int, slug: str) -> None:
    """Whatever refuses, the answer is problem+json with its status, a known type and the path asked."""
    response = api.request(method, path)
    problem = problems.Problem.model_validate(response.json())

    assert (response.status_code, problem.status) == (status, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem.type == f"/problems/{slug}"
    assert problem.instance == path.partition("?")[0]
    assert not [leak for leak in LEAKS if leak in response.text]


def test_method_not_allowed_says_which_are(api: Api) -> None:
    """A 405 names the methods that the path takes."""
    assert "GET" in api.request("DELETE", "/v1/strikes").headers["Allow"]


def test_rejected_value_is_not_echoed(api: Api) -> None:
    """What was refused is not repeated: it may be hostile, huge or not even text."""
    response = api.get("/v1/strikes", location="<script>alert(1)</script>", limit="<b>")
    assert "<" not in response.text


def test_failed_commit_never_answers_201(
    api: Api, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the database refuses the commit, the client is told so, and nothing was stored."""

    def fail(_engine: object, _connection: object) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(type(database.engine.dialect), "do_commit", fail)
    response = api.try_posting(make_report())
    monkeypatch.undo()

    assert (response.status_code, response.json()["type"]) == (503, "/problems/database-unavailable")
    assert "Retry-After" in response.headers
    assert api.read("/v1/reports")["items"] == []
