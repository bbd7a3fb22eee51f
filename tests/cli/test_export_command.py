"""`export` and `bundle` on the command line: the API's filters and bytes, whole files or none, and their exit codes."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.bulk.params import ExportQuery
from tests.cli.test_commands import COMMAND, PATIENCE, environment, run
from tests.conftest import serving


@pytest.fixture
def filled(sqlite_sampled: Path, tmp_path: Path) -> Path:
    """Return a folder whose database holds the sample."""
    (tmp_path / "strikeledger.db").write_bytes(sqlite_sampled.read_bytes())
    return tmp_path


@pytest.fixture
def variables(database_url: str) -> dict[str, str]:
    """Return the settings of a database on either engine."""
    return {"STRIKELEDGER_DATABASE_URL": database_url}


def test_files_are_the_bytes_of_the_api(filled: Path) -> None:
    """Every format, chosen by the file's ending or by name, is what the API sends for the same filters."""
    with serving(f"sqlite:///{filled / 'strikeledger.db'}") as api:
        for name, options, parameters in (
            ("a.csv", ("--bom",), {"format": "csv", "bom": "true"}),
            ("b.ndjson", ("--revisions", "all"), {"format": "ndjson", "revisions": "all"}),
            ("c.geojson", (), {"format": "geojson"}),
            ("d.db", (), {"format": "sqlite"}),
            ("e.zip", (), {"format": "bundle"}),
            ("f.out", ("--format", "xlsx", "--shape", "long"), {"format": "xlsx", "shape": "long"}),
        ):
            filters = ("--location", "palmyra", "--location", "Raqqa", "--date-from", "2015-01-01")
            result = run(filled, "export", name, *options, *filters)
            assert (result.returncode, result.stderr) == (0, ""), result.stderr
            asked = {"location": ["palmyra", "Raqqa"], "date_from": "2015-01-01", **parameters}
            content = api.get("/v1/export", **asked).content
            assert (filled / name).read_bytes() == content, name
            assert f"Wrote {name}: {parameters['format']}, {len(content):,} bytes" in result.stdout
    assert [path.name for path in filled.glob("*.part")] == []


def test_export_goes_to_stdout(variables: dict[str, str], tmp_path: Path) -> None:
    """Without a file, or with -, the data alone are on stdout, on either engine."""
    header = run(tmp_path, "export", "--format", "csv", "--shape", "long", **variables)
    assert header.returncode == 0
    assert header.stdout.startswith("id,report_id,publisher")
    assert run(tmp_path, "export", "-", **variables).stdout == ""


def test_bundle_names_its_ledger_number(filled: Path) -> None:
    """`bundle` writes the ZIP file, and with --json prints what it is of."""
    result = run(filled, "bundle", "out.zip", "--country", "SY", "--json")
    assert (result.returncode, result.stderr) == (0, "")
    written = json.loads(result.stdout)
    assert written["bytes"] == (filled / "out.zip").stat().st_size
    readme = zipfile.ZipFile(filled / "out.zip").read("README.md").decode()
    assert f"strikeledger verify --head {written['seq']}:{written['hash']}" in readme
    verified = run(filled, "verify", "--head", f"{written['seq']}:{written['hash']}")
    assert verified.returncode == 0


def test_every_parameter_of_the_api_is_an_option(tmp_path: Path) -> None:
    """The help of both commands names each filter, as the API calls it."""
    for command, without in (("export", set()), ("bundle", {"format", "shape", "bom", "revisions"})):
        shown = run(tmp_path, command, "--help")
        assert shown.returncode == 0
        for name in ExportQuery.model_fields:
            assert (f"--{name.replace('_', '-')} " in shown.stdout) == (name not in without), name


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("export", "--location", "Palmyraa"), 2, "palmyra"),
        (("export", "--date-from", "yesterday"), 2, "--date-from"),
        (("export", "--as-of", "999999"), 2, "the ledger stands at"),
        (("export", "--lcation", "x"), 2, "--lcation"),
        (("export", "--format", "xls"), 2, "is not one of"),
        (("export", "--format", "json"), 2, "is not one of"),
        (("export", "x.csv", "--revisions", "all"), 2, "format=ndjson"),
        (("export", "--json"), 2, "name a file"),
        (("export", "nowhere/x.csv"), 1, "No such file"),
        (("bundle",), 2, "file"),
    ],
)
def test_what_is_wrong_has_its_exit_code(
    filled: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    """A wrong option or value is a matter of usage, a file that cannot be written is refused; stdout stays empty."""
    result = run(filled, *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert why in result.stderr


def test_database_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    """Without a database nothing is written, and none is made."""
    result = run(tmp_path, "export", "x.csv")
    assert (result.returncode, list(tmp_path.iterdir())) == (3, [])


def test_file_stays_as_it_was_where_an_export_fails(filled: Path) -> None:
    """An export that is refused leaves an older file of the name alone; one that succeeds replaces it."""
    (filled / "x.csv").write_text("before")
    assert run(filled, "export", "x.csv", "--country", "XX").returncode == 2
    assert (filled / "x.csv").read_text() == "before"
    assert run(filled, "export", "x.csv").returncode == 0
    assert (filled / "x.csv").read_text().startswith("id,")
    (filled / "plain").touch()
    assert (filled / "x.csv").stat().st_mode == (filled / "plain").stat().st_mode


def test_reader_that_leaves_ends_the_export_quietly(filled: Path) -> None:
    """`export | head` ends without a word."""
    process = subprocess.Popen(
        [*COMMAND, "export"],
        cwd=filled,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("{")
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(PATIENCE) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="devices of Linux")
def test_device_is_written_to_and_not_replaced(filled: Path) -> None:
    """What is no file is written to as it is."""
    assert run(filled, "export", "/dev/null", "--format", "csv").returncode == 0
    assert Path("/dev/null").is_char_device()
