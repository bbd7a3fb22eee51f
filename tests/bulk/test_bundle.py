"""The bundle: one ZIP file of one ledger number, the same bytes each time, valid for those who read data packages."""

import csv
import hashlib
import importlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests import record
from tests.api import Api
from tests.bulk.test_export import retract
from tests.factories import make_report, make_strike

yaml: Any = importlib.import_module("yaml")
parquet: Any = importlib.import_module("pyarrow.parquet")
frictionless: Any = importlib.import_module("frictionless")

FILES = [
    "data/strikes.csv",
    "data/tallies.csv",
    "data/strikes.parquet",
    "data/reports.ndjson",
    "data/vocabulary.ndjson",
    "README.md",
    "CITATION.cff",
    "datapackage.json",
    "SHA256SUMS",
]


def bundled(api: Api, **parameters: object) -> bytes:
    """Download a bundle."""
    answer = api.get("/v1/export", format="bundle", **parameters)
    assert answer.status_code == 200, answer.text
    return answer.content


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by name."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("question", [{}, {"country": "SY", "location": "Raqqa"}], ids=str)
def test_files_are_those_of_the_export(api: Api, question: dict[str, str]) -> None:
    """Each data file has the bytes of its own export, and their sums are listed."""
    record.fill(api.database)
    given = unpacked(bundled(api, **question))
    assert list(given) == FILES
    for name, parameters in {
        "data/strikes.csv": {"format": "csv"},
        "data/tallies.csv": {"format": "csv", "shape": "long"},
        "data/strikes.parquet": {"format": "parquet"},
        "data/reports.ndjson": {"format": "ndjson"},
    }.items():
        assert given[name] == api.get("/v1/export", **parameters, **question).content, name
    sums = dict(line.split("  ")[::-1] for line in given["SHA256SUMS"].decode().splitlines())
    assert sums == {name: hashlib.sha256(given[name]).hexdigest() for name in FILES[:-1]}


def test_bundle_is_a_valid_data_package(sampled: Api, tmp_path: Path) -> None:
    """Frictionless reads every row of the tables by the types of their columns, and finds sizes and hashes right."""
    zipfile.ZipFile(io.BytesIO(bundled(sampled))).extractall(tmp_path)
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "note"])
    rows = {task.name: task.stats["rows"] for task in report.tasks if "rows" in task.stats}
    totals = sampled.read("/v1/aggregates")["totals"]
    assert rows["strikes"] == totals["lines"]
    assert {task.name for task in report.tasks} == {
        "strikes",
        "tallies",
        "strikes-parquet",
        "reports",
        "vocabulary",
    }


def test_damaged_bundle_is_found(sampled: Api, tmp_path: Path) -> None:
    """A changed cell is a fault for Frictionless."""
    zipfile.ZipFile(io.BytesIO(bundled(sampled))).extractall(tmp_path)
    table = tmp_path / "data" / "strikes.csv"
    table.write_text(table.read_text().replace("2017-02-06", "2017-02-30"))
    assert not frictionless.Package(str(tmp_path / "datapackage.json")).validate().valid


def test_same_record_and_number_give_the_same_bytes(api: Api) -> None:
    """A bundle as of a number stays the same, also after writes, and in whichever form the number is given."""
    record.fill(api.database, reports=10)
    seq = api.read("/v1/ledger")["seq"]
    first = bundled(api)
    api.post(make_report(make_strike()))
    assert bundled(api, as_of=seq) == first
    assert bundled(api) != first


def test_readme_says_what_is_in_it_and_how_to_prove_it(api: Api) -> None:
    """README and citation name the ledger number, its hash, the filter, and the sources with their counts."""
    api.post(make_report(make_strike(), make_strike(country="IQ", location="Mosul")))
    api.post(make_report(make_strike(), publisher="centcom", published_on="2017-04-01"))
    ledger = api.read("/v1/ledger")
    given = unpacked(bundled(api, country="SY", bbox="30,30,45,40"))
    readme, citation = given["README.md"].decode(), yaml.safe_load(given["CITATION.cff"])
    assert "`country=SY`, `bbox=30,30,45,40`" in readme
    assert f"strikeledger verify --head {ledger['seq']}:{ledger['hash']}" in readme
    assert re.search(r"\(`centcom`\) \| 1 \| 1 \| 2017-04-01 to 2017-04-01 \|", readme)
    assert re.search(r"\(`cjtf-oir`\) \| 1 \| 1 \| 2017-03-02 to 2017-03-02 \|", readme)
    assert f"OUT.zip --country SY --bbox 30,30,45,40 --as-of {ledger['seq']}`" in readme
    assert "{" not in readme
    assert citation["identifiers"][0]["value"] == f"sha256:{ledger['hash']}"
    assert (citation["cff-version"], citation["type"], citation["version"]) == (
        "1.2.0",
        "dataset",
        f"ledger {ledger['seq']}",
    )
    assert str(citation["date-released"]) == ledger["recorded_at"][:10]
    package = json.loads(given["datapackage.json"])
    assert package["ledger"] == {"seq": ledger["seq"], "hash": ledger["hash"]}
    assert package["filter"] == {"country": ["SY"], "bbox": ["30,30,45,40"]}


def test_bundle_of_little_is_whole(api: Api) -> None:
    """Where nothing matches, there are headers and no rows; withdrawn reports come where asked for."""
    gone = api.post(make_report(make_strike()))
    retract(api, gone)
    given = unpacked(bundled(api))
    assert list(csv.reader(io.StringIO(given["data/strikes.csv"].decode())))[1:] == []
    assert parquet.read_table(io.BytesIO(given["data/strikes.parquet"])).num_rows == 0
    given = unpacked(bundled(api, status="retracted"))
    assert len(list(csv.reader(io.StringIO(given["data/strikes.csv"].decode())))) == 2
    assert "only reports that were withdrawn" in given["README.md"].decode()
