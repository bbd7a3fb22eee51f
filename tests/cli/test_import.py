"""`strikeledger import`: files and folders from a terminal."""

import csv
import json
import re
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_commands import COMMAND, ROOT, environment, run
from tests.client.conftest import Served
from tests.factories import make_report, make_strike

GUIDE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
TABLE = re.findall(r"```csv\n(.*?)```", GUIDE, re.DOTALL)[0]

RELEASE = """March 2, 2017

SYRIA
On March 1, near Raqqa, three strikes destroyed two ISIS tanks and a glorbulator.
"""


def records(folder: Path) -> int:
    """Return how many entries of reports the ledger of a folder's database holds."""
    with closing(sqlite3.connect(folder / "strikeledger.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM ledger WHERE report_id IS NOT NULL").fetchone()
    return int(count)


def test_the_guide_is_true(tmp_path: Path) -> None:
    """The commands of docs/importing.md print what it shows, on the file that it shows."""
    (tmp_path / "strikes.csv").write_text(TABLE)
    (console,) = [
        block for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL) if "$ strikeledger" in block
    ]
    for command, printed in re.findall(r"\$ strikeledger (.*)\n((?:[^$].*\n)*)", console):
        done = run(tmp_path, *command.split())
        assert (done.stdout, done.returncode) == (printed, 0), done.stderr


def test_rejected_rows_are_mended_and_sent_again(tmp_path: Path) -> None:
    """`--mode valid` writes the valid reports, and the others into a file that can be imported once it is mended."""
    (tmp_path / "strikes.csv").write_text(TABLE.replace("Mosul", "Mosullll"))
    refused = run(tmp_path, "import", "strikes.csv")
    assert (refused.returncode, records(tmp_path)) == (1, 0)
    assert "Nothing was imported." in refused.stdout
    done = run(tmp_path, "import", "strikes.csv", "--mode", "valid", "--rejects", "rejects.csv")
    assert (done.returncode, records(tmp_path)) == (1, 1)
    (row,) = csv.DictReader((tmp_path / "rejects.csv").read_text().splitlines())
    assert (row["_row"], row["location"]) == ("4", "Mosullll")
    assert "mosul" in row["_problem"]
    mended = (tmp_path / "rejects.csv").read_text().replace("Mosullll", "Mosul")
    (tmp_path / "rejects.csv").write_text(mended)
    assert run(tmp_path, "import", "rejects.csv").returncode == 0
    assert records(tmp_path) == 2


def test_files_of_one_command_are_one_transaction(tmp_path: Path) -> None:
    """A second file that is refused takes back the first."""
    (tmp_path / "good.csv").write_text(TABLE)
    (tmp_path / "bad.csv").write_text(TABLE.replace("Mosul", "Mosullll").replace("2017030", "2018030"))
    done = run(tmp_path, "import", "good.csv", "bad.csv", "--json")
    assert (done.returncode, records(tmp_path)) == (1, 0)
    assert [(outcome["file"], outcome["created"]) for outcome in json.loads(done.stdout)] == [
        ("good.csv", 0),
        ("bad.csv", 0),
    ]


def test_a_mapping_file_is_shown_before_anything_is_written(tmp_path: Path) -> None:
    """A foreign table is read by a TOML file; what each of its columns becomes goes to stderr."""
    (tmp_path / "strikes.csv").write_text(TABLE.replace("location", "Ort").replace(",", ";"))
    (tmp_path / "map.toml").write_text('[columns]\nOrt = "location"\n')
    done = run(tmp_path, "import", "strikes.csv", "--mapping", "map.toml", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "Ort -> location\n")
    (tmp_path / "map.toml").write_text('[columns]\nOrt = "lokation"\n')
    wrong = run(tmp_path, "import", "strikes.csv", "--mapping", "map.toml")
    assert "did you mean 'location'?" in wrong.stderr


def test_a_folder_of_releases_becomes_drafts_to_review(tmp_path: Path) -> None:
    """Each text is a draft with what was not understood; nothing is published, and nothing drafted twice."""
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "2017-03-02.txt").write_text(RELEASE)
    done = run(tmp_path, "import", "releases", "--parse", "--publisher", "cjtf-oir", "--json")
    (review,) = json.loads(done.stdout)
    assert (review["outcome"], review["strikes"]) == ("saved", 1)
    assert any("glorbulator" in place["detail"] and place["line"] == 4 for place in review["to_review"])
    assert records(tmp_path) == 0
    again = run(tmp_path, "import", "releases", "--parse", "--publisher", "cjtf-oir")
    assert "releases/2017-03-02.txt: known" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.csv"], "no such file"),
        (["."], "is a folder; --parse reads folders of releases"),
        (["strikes.dat"], "shows no format"),
        (["strikes.csv", "--mode", "some"], "give all or valid"),
        (["strikes.csv", "--rejects", "r.csv"], "needs --mode valid"),
        (["strikes.csv", "--dates", "ymd"], "give dmy, mdy or iso"),
    ],
)
def test_what_is_no_import_is_a_usage_error(tmp_path: Path, arguments: list[str], reason: str) -> None:
    """A file that is not there, a folder, an unknown option value: exit code 2, and nothing is made."""
    (tmp_path / "strikes.dat").write_text(TABLE)
    done = run(tmp_path, "import", *arguments)
    assert done.returncode == 2
    assert reason in done.stderr


def workbook(path: Path, rows: list[list[object]], extra: str = "", cells: str = "") -> None:
    """Write a workbook of one sheet by hand: text inline, numbers as they are."""

    def cell(value: object) -> str:
        if value is None:
            return "<c/>"
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
            '<sheet name="Strikes" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{body}{cells}</sheetData>{extra}</worksheet>',
        )


def cells_of(table: str) -> list[list[object]]:
    """Return the rows of a CSV table, with numbers as numbers."""
    return [
        [int(cell) if cell.isdigit() else cell or None for cell in row]
        for row in csv.reader(table.splitlines())
    ]


def test_a_workbook_is_the_same_as_its_table(tmp_path: Path) -> None:
    """An Excel sheet with numbers as numbers gives what its CSV gives."""
    workbook(tmp_path / "strikes.xlsx", cells_of(TABLE))
    (tmp_path / "strikes.csv").write_text(TABLE)
    done = run(tmp_path, "import", "strikes.xlsx")
    assert done.stdout == "strikes.xlsx: 2 created, 0 revised, 0 unchanged, 0 rejected\n", done.stderr
    assert "2 unchanged" in run(tmp_path, "import", "strikes.csv").stdout


@pytest.mark.parametrize(
    ("extra", "cells", "reason"),
    [
        ('<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>', "", "split merged cells"),
        ("", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "spans more than"),
        ("<!--" + " " * (201 * 1024 * 1024) + "-->", "", "unpacks to more than 200 MiB"),
    ],
)
def test_a_hostile_workbook_is_refused(tmp_path: Path, extra: str, cells: str, reason: str) -> None:
    """Merged cells, a cell at the far corner, a zip bomb: refused before any of it is in memory."""
    workbook(tmp_path / "strikes.xlsx", cells_of(TABLE), extra, cells)
    done = run(tmp_path, "import", "strikes.xlsx")
    assert done.returncode == 1
    assert reason in done.stderr


def test_a_line_without_an_end_is_refused_as_it_comes(tmp_path: Path) -> None:
    """Standard input is copied to disk to be read twice; a line of gigabytes is refused after some megabytes."""
    endless = f"yes publisher | tr -d '\\n' | {COMMAND[0]} -c '{COMMAND[2]}' import - --format csv"
    done = subprocess.run(
        ["/bin/sh", "-c", endless],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("strikeledger: a line is longer than")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """A CSV file under the name of a workbook is one clear error."""
    (tmp_path / "strikes.xlsx").write_text(TABLE)
    done = run(tmp_path, "import", "strikes.xlsx")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no .xlsx workbook" in done.stderr


def test_a_server_imports_several_files(served: Served, command: Command, tmp_path: Path) -> None:
    """By `--url`, each file is an import of its own; after a refused one, none is sent."""
    for name, location in (("one", "Mosul"), ("two", "Mosullll"), ("three", "Mosul")):
        table = TABLE.replace("Mosul", location).replace("201703", f"{name}-201703")
        (tmp_path / f"{name}.csv").write_text(table)
    files = [str(tmp_path / f"{name}.csv") for name in ("one", "two", "three")]
    done = command("import", *files, "--json", "--url", served.url, "--key", served.key)
    assert done.code == 1
    outcomes = json.loads(done.text)
    assert [(Path(outcome["file"]).stem, outcome["created"]) for outcome in outcomes] == [
        ("one", 2),
        ("two", 0),
    ]
    assert f"{files[2]}: not sent" in done.err
    assert outcomes[1]["problems"][0]["rows"][0]["suggestion"].split(" or ")[0] == "mosul"


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_server_names_rejected_rows(served: Served, command: Command, tmp_path: Path, form: str) -> None:
    """By `--url`, `--rejects` writes the same file as without it, and what is mended is imported."""
    if form == "csv":
        content = TABLE.replace("Mosul", "Mosullll").replace("201703", "R-201703")
    else:
        reports = [
            make_report(make_strike(location=place), number=f"R-{place}") for place in ("Raqqa", "Mosullll")
        ]
        content = "".join(
            json.dumps(report) + "\n" for report in [*reports, make_report(number="R-9", strikes=1)]
        )
    file = tmp_path / f"strikes.{form}"
    file.write_text(content)
    local, remote = tmp_path / f"local.{form}", tmp_path / f"remote.{form}"
    arguments = ("import", str(file), "--mode", "valid", "--rejects")
    assert run(tmp_path, *arguments, str(local)).returncode == 1
    done = command(*arguments, str(remote), "--url", served.url, "--key", served.key)
    assert (done.code, remote.read_text()) == (1, local.read_text())
    assert "_problem" in remote.read_text()
    assert "rejects" not in done.text
    remote.write_text(remote.read_text().replace("Mosullll", "Mosul"))
    mended = command("import", str(remote), "--mode", "valid", "--url", served.url, "--key", served.key)
    assert "1 created" in mended.text
