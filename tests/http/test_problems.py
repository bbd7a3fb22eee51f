"""Errors: one shape for all, and nothing of the inside in any."""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from app.db.engine import Database
from app.http import problems, validation
from tests.api import Api
from tests.factories import make_report

LEAKS = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "SELECT ", ".py")


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/nothing", 404, "not-found"),
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
    """Whatever refuses, the response is problem+json with its status, a known type and the path asked."""
    response = api.request(method, path)
    problem = problems.Problem.model_validate(response.json())

    assert (response.status_code, problem.status) == (status, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem.type == f"/problems/{slug}"
    assert problem.instance == path.partition("?")[0]
    assert not [leak for leak in LEAKS if leak in response.text]


def test_query_that_is_not_utf8_is_malformed(api: Api) -> None:
    """Bytes that are no UTF-8 are refused, not replaced."""
    assert api.request("GET", "/v1/strikes?location=%ff%fe").status_code == 400


@pytest.mark.parametrize("path", ["/v1/strikes/s1", "/v1/reports/r1", "/v1/ledger", "/healthz", "/version"])
def test_unknown_parameter_is_refused_everywhere(api: Api, path: str) -> None:
    """No operation ignores a parameter that it does not know."""
    response = api.get(path, as_off="1")
    assert [error["parameter"] for error in response.json()["errors"]] == ["as_off"]


def test_unknown_parameter_of_a_write_is_refused(api: Api) -> None:
    """A write with a parameter that it does not know stores nothing."""
    response = api.try_posting(make_report(), path="/v1/reports?dry_run=true")

    assert response.status_code == 422
    assert api.read("/v1/reports")["items"] == []


def test_faults_of_one_answer_are_limited(api: Api) -> None:
    """A body with thousands of faults is answered with the first of them."""
    response = api.try_posting(make_report() | {f"field{number}": 1 for number in range(5_000)})
    assert len(response.json()["errors"]) == validation.MOST_FAULTS


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
