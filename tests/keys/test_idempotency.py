"""A write under an Idempotency-Key: done once, answered alike, however often and how much at once it is sent."""

import ast
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import APIRouter, Body, Request, Response
from sqlalchemy import func, select, update

import app.main
from app.db.engine import Database, WriteSession
from app.errors import NotFound
from app.http.encoders import dumps
from app.http.responses import MEDIA_TYPE
from app.http.sessions import Write
from app.http.strict_route import StrictRoute
from app.keys.idempotency import once
from app.keys.security import Publishing
from app.keys.service import Scope, create
from app.models import Key, Replay
from app.record.report_in import ReportIn
from app.reports import service
from app.settings import Settings
from tests.api import Api
from tests.conftest import serving
from tests.factories import make_report, make_strike, make_tally

# As many as show it; tests/faults sends a thousand.
NAMES, SENDS = 50, 5

router = APIRouter(route_class=StrictRoute)


@router.post("/try/reports")
async def try_report(
    request: Request, holder: Publishing, body: Annotated[ReportIn, Body()], write: Write
) -> Response:
    """Publish a report, and answer what no second run would answer again."""

    def work(session: WriteSession) -> Response:
        report_id = service.create(session, body, holder.id)
        if body.title == "fail":
            raise NotFound("it failed after it wrote")
        answer = {"id": report_id, "never": secrets.token_hex()}
        return Response(
            dumps(answer), 201, {"Location": f"/try/{report_id}", "ETag": f'"{report_id}"'}, MEDIA_TYPE
        )

    return await once(request, holder, write, work)


@router.post("/try/actions/{name}")
async def try_action(request: Request, holder: Publishing, name: str, write: Write) -> Response:
    """Do something that takes no body."""
    assert name
    return await once(
        request, holder, write, lambda _session: Response(secrets.token_hex(), media_type="text/plain")
    )


@contextmanager
def trying(database_url: str) -> Iterator[Api]:
    """Run the server, with the operations above, on a database."""
    server = app.main.create_app(Settings(database_url=database_url))
    server.include_router(router)
    database: Database = server.state.database
    with database.writing() as session:
        key = create(session, "tests", [Scope.PUBLISH], None)
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://localhost")
        yield Api(client, portal.call, key, database)
        portal.call(client.aclose)
    database.close()


@pytest.fixture
def trial(database_url: str) -> Iterator[Api]:
    """Run the server with operations to try, on either engine."""
    with trying(database_url) as trial:
        yield trial


def send(
    api: Api,
    name: str | None,
    body: object = None,
    *,
    path: str = "/try/reports",
    key: str | None = None,
    **headers: str,
) -> httpx.Response:
    """Post under a name. A body of text or bytes is sent as it is."""
    headers = {"Authorization": f"Bearer {key or api.key}", "Content-Type": "application/json"} | headers
    if name is not None:
        headers["Idempotency-Key"] = name
    content = body if isinstance(body, str | bytes) else json.dumps(make_report() if body is None else body)
    return api.request("POST", path, content=content, headers=headers)


def answer(response: httpx.Response) -> tuple[object, ...]:
    """Return what a replay must repeat."""
    kept = ("Location", "ETag", "Content-Type", "Content-Length")
    return response.status_code, response.content, *(response.headers.get(name) for name in kept)


def is_replay(response: httpx.Response) -> bool:
    """Say whether a response says that it is a replay."""
    return "true" in response.headers.get_list("Idempotency-Replayed")


def held(api: Api) -> int:
    """Count the reports of the record."""
    return int(api.read("/v1/reports", count="exact", limit=1)["total"])


def test_parallel_sends_make_one_record(api: Api) -> None:
    """Fifty names, each sent five times at once, make fifty records, and each of the five is answered alike."""
    names = [f"name-{number}" for number in range(NAMES) for _ in range(SENDS)]
    with ThreadPoolExecutor(2 * SENDS) as threads:
        answers = list(threads.map(lambda name: send(api, name, path="/v1/reports"), names))

    assert {response.status_code for response in answers} == {201}
    for first in range(0, len(answers), SENDS):
        of_one_name = answers[first : first + SENDS]
        assert len({answer(response) for response in of_one_name}) == 1
        assert sum(is_replay(response) for response in of_one_name) == SENDS - 1
    assert len({response.content for response in answers}) == NAMES
    assert held(api) == NAMES


def test_replay_survives_a_restart(database_url: str) -> None:
    """Another process on the same database gives the first response again, byte for byte."""
    with serving(database_url) as before:
        first = send(before, "a", path="/v1/reports")
    with serving(database_url) as after:
        again = send(after, "a", path="/v1/reports", key=before.key)

        assert (first.status_code, is_replay(first)) == (201, False)
        assert answer(again) == answer(first)
        assert is_replay(again)
        assert held(after) == 1


def test_without_a_name_each_send_is_a_write(trial: Api) -> None:
    """A write without an Idempotency-Key is done as often as it is sent, and kept nowhere."""
    assert [is_replay(send(trial, None)) for _ in range(2)] == [False, False]
    assert held(trial) == 2


def test_name_belongs_to_its_key(trial: Api, database: Database) -> None:
    """Another analyst's same name is another name."""
    with database.writing() as session:
        other = create(session, "another", [Scope.PUBLISH], None)
    mine, theirs = send(trial, "a"), send(trial, "a", key=other)

    assert (theirs.status_code, is_replay(theirs)) == (201, False)
    assert theirs.content != mine.content
    assert held(trial) == 2


@pytest.mark.parametrize(
    "wrong", [make_report(publisher="nobody"), {"publisher": 1}, "{", make_report(title="fail")]
)
def test_failed_request_leaves_its_name_free(trial: Api, wrong: object) -> None:
    """After a refusal, early or late, nothing is stored and the same name can be used for the mended request."""
    assert send(trial, "a", wrong).status_code in {400, 404, 422}
    mended = send(trial, "a")

    assert (mended.status_code, is_replay(mended)) == (201, False)
    assert held(trial) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/try/reports", make_report(title="another")),
        ("/try/reports", make_report(make_strike(make_tally(7)))),
        ("/try/actions/one", make_report()),
    ],
    ids=["another field", "another line", "another path"],
)
def test_other_request_under_the_same_name_is_refused(trial: Api, path: str, body: object) -> None:
    """A name that was used for another request is 422, says so, and does nothing."""
    send(trial, "a")
    refused = send(trial, "a", body, path=path)

    assert refused.status_code == 422
    assert held(trial) == 1


def test_reuse_is_a_problem_of_its_own(trial: Api) -> None:
    """The refusal of a reused name has its own type, and names the header as what is at fault."""
    send(trial, "a")
    problem = send(trial, "a", make_report(title="another")).json()

    assert problem["type"] == "/problems/idempotency-key-reused"
    assert [(fault["parameter"], fault["code"]) for fault in problem["errors"]] == [
        ("Idempotency-Key", "idempotency-key-reused")
    ]


def test_same_json_is_the_same_request(trial: Api) -> None:
    """Bodies are compared as canonical JSON: order of fields, white space and escapes make no difference."""
    body = make_report(make_strike(make_tally(2, as_written="two “vehicles”")), title="Ê")
    first = send(trial, "a", json.dumps(body))
    turned = json.dumps(dict(reversed(body.items())), ensure_ascii=False, indent=3)
    again = send(trial, "a", turned.encode())

    assert first.status_code == 201
    assert is_replay(again)
    assert answer(again) == answer(first)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [("", "", True), ("", "{}", False), ("{", "{", True), ("{", "[", False), ("[" * 99, "[" * 99, True)],
    ids=["none", "none and one", "no JSON", "other no JSON", "too deep"],
)
def test_body_that_is_not_read_is_compared_too(trial: Api, first: str, second: str, same: object) -> None:
    """An operation without a body is the same request with the same bytes, whatever they are."""
    path = "/try/actions/one"
    assert send(trial, "a", first, path=path).status_code == 200
    again = send(trial, "a", second, path=path)

    assert (again.status_code, is_replay(again)) == ((200, True) if same else (422, False))


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "\x7f", "a\x00", "é".encode().decode("latin-1"), "a" * 256],
    ids=["empty", "space", "inner space", "DEL", "NUL", "not ASCII", "256 characters"],
)
def test_name_that_cannot_be_one_is_malformed(trial: Api, name: str) -> None:
    """A name is 1 to 255 visible ASCII characters; any other is 400, and nothing is written."""
    headers = [
        (b"Authorization", f"Bearer {trial.key}".encode()),
        (b"Idempotency-Key", name.encode("latin-1")),
    ]
    refused = trial.request("POST", "/try/reports", json=make_report(), headers=headers)

    assert refused.status_code == 400
    assert held(trial) == 0


@pytest.mark.parametrize("name", ["a", "!~", "~" * 255], ids=["one", "the ends of the alphabet", "255"])
def test_any_visible_name_serves(trial: Api, name: str) -> None:
    """The shortest, the longest and the oddest names that may be are names."""
    assert [is_replay(send(trial, name)) for _ in range(2)] == [False, True]


def test_two_names_are_malformed(trial: Api) -> None:
    """Two Idempotency-Key headers are 400, even where they are alike."""
    headers = [("Authorization", f"Bearer {trial.key}"), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    assert trial.request("POST", "/try/reports", json=make_report(), headers=headers).status_code == 400


def test_key_is_asked_for_before_the_name(trial: Api) -> None:
    """A replay is for the key's holder: with a key that was revoked the same request is 401."""
    send(trial, "a")
    assert send(trial, "", key="sl_nonsense").status_code == 401
    assert send(trial, "a", key="sl_nonsense").status_code == 401


def test_answer_is_kept_for_a_day(trial: Api, database: Database) -> None:
    """Just within 24 hours a response can be had again; after them it is gone, and its name is free."""
    send(trial, "a")
    send(trial, "b")
    for name, age in (("a", timedelta(hours=23, minutes=59)), ("b", timedelta(hours=24))):
        with database.writing() as session:
            session.execute(
                update(Replay).where(Replay.name == name).values(created_at=datetime.now(UTC) - age)
            )
    assert [is_replay(send(trial, name)) for name in ("a", "b")] == [True, False]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Replay)) == 2


def test_replay_notes_the_use(trial: Api, database: Database) -> None:
    """A key that was used for a replay was used."""
    send(trial, "a")
    with database.writing() as session:
        session.execute(update(Key).values(last_used_at=None))
    send(trial, "a")
    with database.reading() as session:
        assert session.scalars(select(Key.last_used_at)).one() is not None


def test_every_operation_that_runs_once_says_so(trial: Api) -> None:
    """OpenAPI names the header on each operation that takes it, and on no other."""
    taking = {
        function.name
        for path in Path(app.main.__file__).parent.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.AsyncFunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "once"
    }
    saying = {
        operation["operationId"]
        for operations in trial.read("/openapi.json")["paths"].values()
        for operation in operations.values()
        if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    }
    assert saying == taking
