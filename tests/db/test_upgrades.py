"""Records that earlier versions made open in this one: nothing of them changes, and all of it still verifies.

tests/db/dumps holds one record for each earlier schema and engine, as that version wrote it: see tests/db/dump.py.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from app.vocabulary.publishers import PUBLISHERS
from tests.api import Api
from tests.cli.test_commands import run
from tests.conftest import ENGINES, ScratchDatabase, serving
from tests.db.dump import FOLDER

SCHEMAS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.sqlite.gz")})


@pytest.fixture(params=[(schema, engine) for schema in SCHEMAS for engine in ENGINES], ids="-".join)
def dumped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """Restore a record of an earlier schema; give its address, and what was known of it when it was dumped."""
    schema, engine = request.param
    content = gzip.decompress((FOLDER / f"{schema}.{engine}.gz").read_bytes())
    known = json.loads(gzip.decompress((FOLDER / f"{schema}.{engine}.json.gz").read_bytes()))
    if engine == "sqlite":
        path = tmp_path / "record.db"
        path.write_bytes(content)
        yield f"sqlite:///{path}", known
        return
    with ScratchDatabase(request.getfixturevalue("postgresql_url"), None) as url:
        # What begins with a backslash is meant for psql.
        lines = [line for line in content.decode().splitlines() if not line.startswith("\\")]
        target = create_engine(url, isolation_level="AUTOCOMMIT")
        with target.connect() as connection:
            connection.exec_driver_sql("\n".join(lines).replace("%", "%%"))
        target.dispose()
        yield url, known


def holds(after: Any, before: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a response has all that it had: later versions may add members to objects, and nothing else."""
    if isinstance(before, dict):
        return before.keys() <= after.keys() and all(
            holds(after[name], value) for name, value in before.items()
        )
    if isinstance(before, list):
        return len(after) == len(before) and all(map(holds, after, before))
    return bool(after == before)


def members(text: str) -> list[Any]:
    """Return the objects of NDJSON, or the rows of CSV: both may get members, and in another order."""
    if text.startswith("{"):
        return [json.loads(line) for line in text.splitlines()]
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row | {"tallies": json.loads(row["tallies"])} if "tallies" in row else row for row in rows]


def test_record_of_an_earlier_schema_verifies_and_answers_as_before(
    dumped: tuple[str, Any], tmp_path: Path
) -> None:
    """After `migrate` every entry verifies, and every response as of the last number of then is what it was."""
    url, known = dumped
    before: dict[str, Any] = {
        address: members(response) if isinstance(response, str) else response
        for address, response in known["responses"].items()
    }
    assert run(tmp_path, "migrate", STRIKELEDGER_DATABASE_URL=url).returncode == 0
    then = before.pop("/v1/ledger")
    verified = run(
        tmp_path, "verify", "--head", f"{then['seq']}:{then['hash']}", STRIKELEDGER_DATABASE_URL=url
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr

    with serving(url) as api:
        responses = {address: _response(api, address) for address in before}
    # What `migrate` itself adds is the last entry, and shows only where no number is requested.
    for address, response in responses.items():
        if "as_of=" not in address and "items" in response:
            response["seq"] = then["seq"]
    del responses["/v1/changes?limit=500"]["items"][then["seq"] :]
    assert [address for address in before if not holds(responses[address], before[address])] == []


def test_record_of_an_earlier_schema_goes_on(dumped: tuple[str, Any], tmp_path: Path) -> None:
    """After `migrate` a retry is replayed, a draft of then can be published, and the whole record verifies."""
    url, known = dumped
    assert run(tmp_path, "migrate", STRIKELEDGER_DATABASE_URL=url).returncode == 0
    with serving(url) as api:
        key = {"Authorization": f"Bearer {known['key']}"}
        draft = api.request("GET", known["paths"]["draft"], headers=key)
        assert draft.json()["status"] == "draft"
        published = api.request(
            "POST",
            f"{known['paths']['draft']}/publication",
            headers=key | {"If-Match": draft.headers["ETag"]},
        )
        assert published.json()["status"] == "published", published.text
    verified = run(tmp_path, "verify", STRIKELEDGER_DATABASE_URL=url)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_record_of_an_earlier_schema_gets_what_ships_now(dumped: tuple[str, Any], tmp_path: Path) -> None:
    """`migrate` adds what is missing and takes back what was named wrongly as one entry, or none if all is right."""
    url, known = dumped
    assert run(tmp_path, "migrate", STRIKELEDGER_DATABASE_URL=url).returncode == 0
    with serving(url) as api:
        seq = api.read("/v1/ledger")["seq"]
        assert seq - known["responses"]["/v1/ledger"]["seq"] in {0, 1}
        assert {publisher.slug for publisher in PUBLISHERS} <= {
            item["slug"] for item in api.read("/v1/publishers", limit=500)["items"]
        }
        assert api.read("/v1/categories/drone-boat")["slug"] == "unmanned-surface-vessel"
        assert api.read("/v1/categories/hideout")["slug"] == "hideout"
        assert api.read("/v1/categories/oil-still")["parent"] == "oil-infrastructure"
        assert api.request("GET", "/v1/categories/convoy").status_code == HTTPStatus.NOT_FOUND
    assert run(tmp_path, "migrate", STRIKELEDGER_DATABASE_URL=url).returncode == 0
    with serving(url) as api:
        assert api.read("/v1/ledger")["seq"] == seq


def _response(api: Api, address: str) -> Any:  # noqa: ANN401 - JSON or text
    response = api.request("GET", address)
    assert response.status_code == 200, (address, response.text)
    is_json = response.headers["Content-Type"].startswith("application/json")
    return response.json() if is_json else members(response.text)
