"""A client that a public generator makes from the OpenAPI document can call the API.

The generator has an environment of its own (requirements-generator.in has the reason), which `make test` sets up in
.venv/generator; STRIKELEDGER_TEST_GENERATOR names the Python of another one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.client.conftest import Served
from tests.factories import make_report, make_strike, make_tally

PYTHON = Path(os.environ.get("STRIKELEDGER_TEST_GENERATOR") or Path(sys.prefix, "generator", "bin", "python"))

# Operations without a module of their own: the generator knows no plain-text bodies.
NOT_GENERATED = {"parse", "import_reports"}

# Run with the generated package importable, in the generator's environment.
_CALLS = """
import json, sys
from generated import AuthenticatedClient, models
from generated.api.aggregates import aggregate
from generated.api.reports import create_report, get_report
from generated.api.strikes import list_strikes

url, key, body = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=key)
first = list_strikes.sync(client=client, location=["Palmyra"], limit=20, as_of="535")
rest = list_strikes.sync(client=client, location=["Palmyra"], limit=20, as_of="535", cursor=first.next_)
counts = aggregate.sync(client=client, location=["Palmyra"], group_by="effect", as_of="535")
stored = create_report.sync(client=client, body=models.ReportPost.from_dict(json.loads(body)), idempotency_key="g")
again = create_report.sync(client=client, body=models.ReportPost.from_dict(json.loads(body)), idempotency_key="g")
read = get_report.sync(client=client, report_id=stored.id)
refusal = list_strikes.sync(client=client, location=["Atlantis"])
print(json.dumps({
    "strikes": len(first.items) + len(rest.items),
    "place": first.items[0].location.name,
    "items": counts.totals.items_min,
    "sum": sum(row.items_min for row in counts.rows),
    "same": stored.id == again.id == read.id,
    "count": read.strikes[0].tallies[0].count_min,
    "refusal": [type(refusal).__name__, refusal.status, refusal.errors[0].parameter],
}))
"""


@pytest.fixture(scope="module")
def generated(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the generated package, or skip."""
    if not PYTHON.exists():
        pytest.skip("no client generator: `make .venv/generator/ready` sets one up")
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_bytes(httpx.get(f"{served.url}/openapi.json").content)
    # Formatting what nobody reads takes most of the time.
    (folder / "config.yml").write_text("post_hooks: []\n")
    command = [
        str(PYTHON.with_name("openapi-python-client")),
        "generate",
        "--path",
        "openapi.json",
        "--meta",
        "none",
    ]
    options = ["--output-path", "generated", "--config", "config.yml"]
    subprocess.run([*command, *options], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


def test_every_operation_is_generated(generated: Path) -> None:
    """The generator understands the document: every operation but the known ones gets its module."""
    document = json.loads((generated / "openapi.json").read_text())
    operations = {
        operation["operationId"] for methods in document["paths"].values() for operation in methods.values()
    }
    modules = {path.stem for path in generated.glob("generated/api/*/*.py")} - {"__init__"}
    assert operations - NOT_GENERATED <= modules


def test_generated_client_calls_the_api(generated: Path, served: Served) -> None:
    """It pages, counts, publishes once under an Idempotency-Key, reads back, and gets a refusal as a typed problem."""
    body = make_report(make_strike(make_tally(2), country="DJ", location=None), number="generated")
    process = subprocess.run(
        [str(PYTHON), "-c", _CALLS, served.url, served.key, json.dumps(body)],
        cwd=generated,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    expected = httpx.get(f"{served.url}/v1/aggregates?location=Palmyra&as_of=535").json()["totals"][
        "items_min"
    ]
    assert json.loads(process.stdout) == {
        "strikes": 24,
        "place": "Palmyra",
        "items": expected,
        "sum": expected,
        "same": True,
        "count": 2,
        "refusal": ["Problem", 422, "location"],
    }
