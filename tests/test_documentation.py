"""The reference is complete and true: everything is described, and every example can be used as it stands."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.db.engine import Database
from app.keys.service import Scope, create
from tests.api import Api
from tests.conftest import serving
from tests.factories import make_report
from tests.openapi import Operation, example, examples, fields, operations, resolved, served

DOCUMENT = served()
OPERATIONS = operations(DOCUMENT)
ASKING = [each for each in OPERATIONS if each.method == "GET"]
WRITING = [each for each in OPERATIONS if each.method != "GET" and each.name not in {"parse", "check_report"}]

# A stream has no end; tests/changes reads it.
ENDLESS = {"stream_changes"}

# Parameters that mean nothing alone.
TOGETHER = {
    "near": "radius_km",
    "radius_km": "near",
    "shape": "format",
    "bom": "format",
    "top": "group_by",
    "cumulative": "group_by",
}


ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_named_on_a_page_exists(page: Path) -> None:
    """Files and folders of this repository that a page names, and files that it links to, are there."""
    text = page.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:app|bench|docs|migrations|tests)/[\w./-]+)`", text))
    modules = set(re.findall(r"`(\w+\.py)`", text))
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    missing = {path for path in paths if not (ROOT / path).exists()}
    missing |= {link for link in links if link and not (page.parent / link).exists()}
    missing |= modules - {path.name for path in (ROOT / "app").rglob("*.py")}
    assert missing == set()


def test_every_operation_is_described() -> None:
    """Every operation has a name, a summary and a description."""
    silent = [
        str(each) for each in OPERATIONS if not (each.entry.get("summary") and each.entry.get("description"))
    ]
    assert silent == []
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS)


def test_every_parameter_has_a_description_and_an_example() -> None:
    """Nobody has to guess what a parameter takes."""
    silent = [
        f"{each}: {parameter['name']}"
        for each in OPERATIONS
        for parameter in each.parameters
        if not (parameter.get("description") and examples(parameter))
    ]
    assert silent == []


def test_every_field_has_a_description_and_an_example() -> None:
    """Every field that is sent or answered, however deep, is described, with an example of its own or around it."""
    seen: set[str] = set()
    silent = [
        field.where
        for each in OPERATIONS
        for place, schema in [*each.bodies.items(), *each.answers]
        for field in fields(DOCUMENT, f"{each} {place}", schema, seen)
        if not field.schema.get("description")
        or not (examples(field.schema) or any(field.name in whole for whole in field.around))
    ]
    assert silent == []
    assert len(seen) > 30


def test_every_writing_operation_declares_its_security() -> None:
    """Who may write is told in the document, as it is told by the server."""
    open_to_all = [str(each) for each in WRITING if not each.needs_key]
    assert open_to_all == []


def test_every_refusal_is_described() -> None:
    """What an operation takes tells how it can be refused, and each of these statuses is in the document."""
    untold = []
    for each in OPERATIONS:
        sent = {parameter["name"] for parameter in each.parameters}
        may = {"default", "422"}
        may |= {"404"} if "{" in each.path else set()
        may |= {"401", "403"} if each.needs_key else set()
        may |= {"400", "415"} if each.bodies else set()
        may |= {"412", "428"} if "If-Match" in sent else set()
        may |= {"400", "409"} if "Idempotency-Key" in sent and each.method == "POST" else set()
        may |= {"406"} if "format" in sent else set()
        untold += [f"{each}: {status}" for status in sorted(may - each.entry["responses"].keys())]
    assert untold == []


def keywords(part: Any) -> Iterator[str]:  # noqa: ANN401 - a JSON value
    """Yield every name in a part of the document."""
    if isinstance(part, dict):
        yield from part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from keywords(each)


def test_bounds_are_told_in_the_words_of_json_schema() -> None:
    """No bound is told under pydantic's own name: nobody who reads the document would find it."""
    of_pydantic = {"ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length"}
    assert of_pydantic.isdisjoint(keywords(DOCUMENT))


def test_no_parameter_is_null() -> None:
    """What a URL or a header cannot say is not offered."""
    nullable = [
        f"{each}: {parameter['name']}"
        for each in OPERATIONS
        for parameter in each.parameters
        if {"type": "null"} in parameter["schema"].get("anyOf", ())
    ]
    assert nullable == []


def test_every_example_fits_its_schema() -> None:
    """No example shows a value that the schema next to it does not allow."""
    shown: list[tuple[str, Any, Any]] = []
    for each in OPERATIONS:
        shown += [
            (f"{each} {one['name']}", one["schema"], example)
            for one in each.parameters
            for example in examples(one)
            # In a path, a query or a header whatever is sent is text.
            if not isinstance(example, str) or one["schema"].get("type") == "string"
        ]
        for place, schema in [*each.bodies.items(), *each.answers]:
            shown += [
                (field.where, field.schema, example)
                for field in fields(DOCUMENT, f"{each} {place}", schema, set())
                for example in examples(field.schema)
            ]
            shown += [(f"{each} {place}", schema, one) for one in examples(resolved(DOCUMENT, schema))]
    misfits = []
    # What many operations have in common is held against its schema once.
    for where, schema, value in {json.dumps(each[1:], sort_keys=True): each for each in shown}.values():
        whole = {**schema, "components": DOCUMENT["components"]}
        misfits += [f"{where}: {error.message}" for error in jsonschema_rs.iter_errors(whole, value)]
    # The framework leaves nulls out of examples; these are never anything else.
    always_null = {f'"{name}" is a required property' for name in ("source_url", "archive_url", "next")}
    assert sorted({each for each in misfits if each.split(": ", 1)[1] not in always_null}) == []


@contextmanager
def running(sampled: Path, folder: Path) -> Iterator[Api]:
    """Run the server on the sample, for who holds a key that may do all. SQLite will do: no example depends on it."""
    path = folder / "strikeledger.db"
    shutil.copy(sampled, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        key = create(session, "the admin", [Scope.ADMIN], None)
    with serving(f"sqlite:///{path}") as api:
        api.key = key
        yield api
    database.close()


@pytest.fixture
def keyed(sqlite_sampled: Path, tmp_path: Path) -> Iterator[Api]:
    """Run the server on a record of the test's own."""
    with running(sqlite_sampled, tmp_path) as api:
        yield api


@pytest.fixture(scope="module")
def read_only(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Run the server on a record that the tests which take it only read."""
    with running(sqlite_sampled, tmp_path_factory.mktemp("read")) as api:
        yield api


def send(api: Api, each: Operation, query: dict[str, Any], **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's options
    """Send an operation's example request, with the examples of its path, and nothing that may be left out."""
    path = each.path
    for parameter in each.parameters:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(examples(parameter)[0]))
    headers = {"Authorization": f"Bearer {api.key}"} | options.pop("headers", {})
    return api.request(each.method, path, params=query or None, headers=headers, **options)


@pytest.mark.parametrize("each", [one for one in ASKING if one.name not in ENDLESS], ids=str)
def test_every_example_of_a_parameter_is_answered(read_only: Api, each: Operation) -> None:
    """Each example of each parameter, sent alone or with what it needs, is answered with what was asked."""
    asked = {one["name"]: one for one in each.parameters if one["in"] == "query"}
    plain = {name: examples(one)[0] for name, one in asked.items() if one["required"]}
    assert send(read_only, each, plain).status_code == 200
    refused = []
    for name in asked.keys() - {"cursor"}:
        for value in examples(asked[name]):
            partner = TOGETHER.get(name)
            beside = {partner: examples(asked[partner])[0]} if partner else {}
            response = send(read_only, each, plain | beside | {name: value})
            # An instant may lie before the sample was loaded: then there is nothing to show, as of then.
            early = name == "as_of" and not str(value).isdigit() and response.status_code == 404
            if response.status_code != 200 and not early:
                refused.append(f"{name}={value}: {response.text}")
    assert refused == []


@pytest.mark.parametrize("each", [one for one in ASKING if "cursor" in str(one.parameters)], ids=str)
def test_next_of_a_page_is_a_cursor(read_only: Api, each: Operation) -> None:
    """A cursor is the one parameter whose example is a likeness: what can be sent is the `next` of a page."""
    needed = {
        one["name"]: examples(one)[0] for one in each.parameters if one["required"] and one["in"] == "query"
    }
    following = send(read_only, each, {"limit": 1, **needed}).json()["next"]
    assert following is None or send(read_only, each, {"limit": 1, **needed, "cursor": following}).is_success


def before(api: Api, each: Operation) -> None:
    """Put in what an example speaks of and the sample does not hold: twelve keys, and a draft."""
    if each.name == "revoke_key":
        for number in range(12):
            api.try_posting({"name": f"desk {number}", "scopes": ["draft"]}, "/v1/keys")


def target(api: Api, each: Operation) -> Operation:
    """Return the operation on a draft where the example's report, which is published, cannot be meant."""
    if each.name != "publish_draft":
        return each
    draft = api.try_posting(make_report(number="a draft", status="draft")).json()["id"]
    return Operation(each.method, each.path.replace("{report_id}", draft), each.entry)


@pytest.mark.parametrize("each", [*WRITING, *(one for one in OPERATIONS if one.name == "parse")], ids=str)
def test_every_example_body_is_accepted(keyed: Api, each: Operation) -> None:
    """The example of every write, sent as it stands, is done, and its answer is as described."""
    before(keyed, each)
    each = target(keyed, each)
    headers = {}
    if any(parameter["name"] == "If-Match" for parameter in each.parameters):
        stands = Operation(
            "GET", each.path.rsplit("/", 1)[0] if each.method == "POST" else each.path, each.entry
        )
        headers["If-Match"] = send(keyed, stands, {}).headers["ETag"]
    for media_type, schema in (each.bodies or {"": {}}).items():
        content = None
        if schema.get("format") == "binary":
            # A workbook is no text; tests/cli/test_import.py sends some.
            continue
        if media_type:
            headers["Content-Type"] = media_type
            body = example(DOCUMENT, schema)
            content = body if isinstance(body, str) else json.dumps(body)
        response = send(keyed, each, {}, headers=headers, content=content)
        assert str(response.status_code) in each.entry["responses"], response.text
        assert response.is_success, response.text


REFUSED: dict[str, dict[str, Any]] = {
    "an unknown parameter": {"query": {"no_such_name": "1"}},
    "no key": {"headers": {"Authorization": ""}},
    "a wrong key": {"headers": {"Authorization": "Bearer sl_wrong"}},
    "no body": {"headers": {"Content-Type": "application/json"}, "content": b""},
    "another format": {"headers": {"Content-Type": "application/xml"}, "content": b"<a/>"},
    "a wrong body": {"headers": {"Content-Type": "application/json"}, "content": b'{"no_such_field": 1}'},
    "no such media type": {"headers": {"Accept": "image/gif"}},
}


@pytest.mark.parametrize("why", REFUSED)
def test_refusals_are_those_that_are_told(read_only: Api, why: str) -> None:
    """Whatever is wrong with a request, its status is one that the document gives for the operation."""
    unforeseen = []
    for each in OPERATIONS:
        if each.name in ENDLESS:
            continue
        request = dict(REFUSED[why])
        response = send(read_only, each, request.pop("query", {}), **request)
        if response.status_code >= 400 and str(response.status_code) not in each.entry["responses"]:
            unforeseen.append(f"{each}: {response.status_code}")
    assert unforeseen == []
