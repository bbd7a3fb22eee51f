"""Parameters and response of `POST /v1/imports`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.bulk.columns import DateOrder
from app.bulk.outcome import ROWS_SHOWN, Mode
from app.record.report_types import Phrase


class ImportQuery(BaseModel):
    """How a file is read, and what becomes of it."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[
        bool, Field(description="Do all of it, answer the same, and take it back.", examples=[True])
    ] = False
    mode: Annotated[
        Mode,
        Field(
            description="`all`: where a report is rejected, nothing is written. `valid`: the others are written.",
            examples=["valid"],
        ),
    ] = Mode.ALL
    rejects: Annotated[
        bool,
        Field(
            description="List every row of the rejected reports in `rejects`, unless the import is refused.",
            examples=[True],
        ),
    ] = False
    reason: Annotated[
        Phrase, Field(description="The reason of each revision.", examples=["Counts of 2017 corrected."])
    ] = "Imported."
    map: Annotated[
        list[str],
        Field(max_length=200, description="`theirs=ours`: a foreign column.", examples=[["Ort=location"]]),
    ] = []
    ignore_column: Annotated[
        list[str],
        Field(max_length=200, description="A column that is not imported.", examples=[["Comment"]]),
    ] = []
    dates: Annotated[
        DateOrder,
        Field(
            description="How a sheet writes dates that are not ISO 8601: day first, or month first.",
            examples=["dmy"],
        ),
    ] = "iso"
    decimal_comma: Annotated[
        bool,
        Field(
            description="Whether a sheet writes 1.200,0 for 1200; else a number is plain digits.",
            examples=[True],
        ),
    ] = False
    sheet: Annotated[
        str | None,
        Field(description="The sheet of a workbook that has several.", examples=["Strikes"]),
    ] = None


class ProblemRow(BaseModel):
    """A row with a problem."""

    row: int = Field(description="Its number in the file, from 1: for CSV, its first line.", examples=[12])
    value: str | None = Field(description="The value as typed; null: there is none.", examples=["Palmyr"])
    detail: str = Field(description="What is wrong.", examples=["no location is known by this name"])
    suggestion: str | None = Field(description="The nearest right value.", examples=["palmyra"])


class ProblemGroup(BaseModel):
    """Problems of one kind in one column."""

    code: str = Field(description="A stable name for the kind.", examples=["unknown-location"])
    column: str = Field(
        description="The column as the file calls it, of NDJSON the member; empty: the row.",
        examples=["location"],
    )
    count: int = Field(description="How many there are.", examples=[1])
    rows: list[ProblemRow] = Field(
        description=f"The first {ROWS_SHOWN}.",
        examples=[[{"row": 12, "value": "Palmyr", "detail": "no location", "suggestion": "palmyra"}]],
    )


class RejectedRow(BaseModel):
    """A row of a rejected report."""

    row: int = Field(description="Its number in the file, as in `problems`.", examples=[12])
    problem: str = Field(
        description="What is wrong with it, or which other row of its report is.",
        examples=["location: no location is known by this name"],
    )


class ImportOut(BaseModel):
    """What became of the reports of a file; after a dry run, what would become of them."""

    created: int = Field(description="New reports.", examples=[3])
    revised: int = Field(description="Known reports that got a new revision.", examples=[1])
    unchanged: int = Field(description="Known reports that the file holds as they are.", examples=[0])
    rejected: int = Field(
        description="Reports that were not written. In mode `all` one is enough for nothing to be written, and "
        "the other figures are 0.",
        examples=[0],
    )
    problems: list[ProblemGroup] = Field(
        description="Why reports were rejected, by kind and column.", examples=[[]]
    )
    rejects: list[RejectedRow] = Field(
        [], description="With `rejects=true` alone: all rows of rejected reports.", examples=[[]]
    )
