"""Files that nobody meant to import: refused with a reason, or read as what they say."""

import io
from contextlib import suppress

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.bulk import importing
from app.bulk.candidates import from_ndjson
from app.bulk.columns import Reading, reading_of, with_pairs
from app.bulk.importing import Author
from app.bulk.outcome import Mode, NotApplied
from app.bulk.sheet_rows import from_sheet
from app.bulk.sheets import csv_sheet, excel_sheet
from app.db.engine import Database
from app.errors import MalformedFile

HEADER = (
    "publisher,number,published_on,line,date_from,country,location,strikes_min,effect,category,count_min\n"
)

CELLS = st.one_of(
    st.sampled_from(["cjtf-oir", "1", "2017-03-02", "2017-03-01", "SY", "Raqqa", "destroyed", "tank", ""]),
    st.text(max_size=12),
)
ROWS = st.lists(st.lists(CELLS, min_size=11, max_size=11).map(",".join), max_size=6).map("\n".join)
FILES = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(str.encode),
    ROWS.map(lambda rows: (HEADER + rows).encode("utf-8", "surrogatepass")),
)


def attempt(database: Database, content: bytes, form: str) -> None:
    """Import a file and take it back. One that is refused as a whole is MalformedFile, and nothing else is raised."""
    stream = io.BytesIO(content)
    with suppress(NotApplied, MalformedFile), database.writing() as session:
        if form == "ndjson":
            candidates = from_ndjson(stream)
        else:
            read = csv_sheet if form == "csv" else excel_sheet
            candidates = from_sheet(read(stream, Reading()), Reading())
        result = importing.run(session, candidates, Author(None, "A test."), Mode.VALID)
        raise NotApplied(result)


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=60,
)
@given(content=FILES)
def test_any_file_is_read_or_refused(database: Database, form: str, content: bytes) -> None:
    """Random bytes, texts and tables: an outcome, or one clear error; never another."""
    attempt(database, content, form)


@given(st.text(max_size=200))
def test_any_mapping_is_read_or_refused(text: str) -> None:
    """A mapping file and a pair are taken, or refused as MalformedFile."""
    with suppress(MalformedFile):
        reading_of(text)
    with suppress(MalformedFile):
        with_pairs(Reading(), [text])
