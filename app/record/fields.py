"""Fields of reports, lines and tallies, in the order of JSON.

Rows, hashed content, stored JSON, responses, exports, tables and comparisons of revisions are made by these lists. The
models and the schemas of requests and responses declare the same names with their types: tests/record holds them
against this file. A new field needs its line here, its column with a migration, and its place in those schemas.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from app.http.flat_tables import Kind

# Columns by name. Values of fields by name.
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field, under the name that it has in JSON, in the hashed content and in tables."""

    name: str
    kind: Kind
    # The attribute of the posted object that gives its value; None: by its name. See `is_plain`.
    taken: str | None = None
    # Its columns in the database; none: the one of its name.
    columns: tuple[str, ...] = ()
    # Whether its value is stored, hashed and shown as it is posted. Else the code that resolves it has its own words.
    is_plain: bool = True
    # Whether it was added after the first release. A later field that has its default is left out of the hashed
    # content, so that every earlier entry still verifies, and of stored JSON, which is never rewritten for it.
    is_later: bool = False
    default: object = None


@dataclass(frozen=True, slots=True)
class ReportField(Field):
    """A field of a report, with the places that show it."""

    # In lists of reports.
    in_summary: bool = False
    # With each line of the report.
    in_reference: bool = False
    # In the tombstone that a retraction leaves.
    in_tombstone: bool = True
    # In the comparison of two revisions.
    is_compared: bool = True


REPORT: Sequence[ReportField] = (
    ReportField("number", Kind.TEXT, in_summary=True, in_reference=True),
    ReportField("title", Kind.TEXT, in_summary=True),
    ReportField("published_on", Kind.DAY, in_summary=True, in_reference=True),
    ReportField("source_url", Kind.TEXT, in_summary=True, in_reference=True),
    ReportField("archive_url", Kind.TEXT, in_summary=True, is_later=True),
    ReportField("text", Kind.TEXT),
    ReportField("sums_note", Kind.TEXT, in_tombstone=False, is_compared=False),
)

# A country and days that a report covers, with the totals that it claims for them.
COVERAGE: Sequence[Field] = (
    Field("country", Kind.TEXT),
    Field("date_from", Kind.DAY),
    Field("date_to", Kind.DAY, taken="last_day"),
    Field("strikes", Kind.INTEGER),
    Field("engagements", Kind.INTEGER),
)

LINE: Sequence[Field] = (
    Field("date_from", Kind.DAY),
    Field("date_to", Kind.DAY, taken="last_day"),
    Field("date_precision", Kind.TEXT),
    Field("country", Kind.TEXT),
    Field("location", Kind.RECORD, columns=("location_id",), is_plain=False),
    Field("location_as_written", Kind.TEXT, is_plain=False),
    Field("strikes_min", Kind.INTEGER, taken="least"),
    Field("strikes_max", Kind.INTEGER, taken="most"),
    Field("engagements", Kind.INTEGER),
    Field("owner", Kind.TEXT),
    Field("same_as", Kind.TEXT, columns=("same_as_id",), is_plain=False),
    Field("quote", Kind.TEXT, columns=("quote", "quote_start", "quote_end"), is_plain=False),
)

TALLY: Sequence[Field] = (
    Field("effect", Kind.TEXT, taken="effect.value"),
    Field("verb", Kind.TEXT),
    Field("category", Kind.TEXT, columns=("category_id",), is_plain=False),
    Field("count_min", Kind.INTEGER, taken="least"),
    Field("count_max", Kind.INTEGER, taken="most"),
    Field("approximate", Kind.BOOLEAN, is_later=True, default=False),
    Field("as_written", Kind.TEXT),
    Field("quote", Kind.RECORD, columns=("quote_start", "quote_end"), is_plain=False),
)


def names(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the names of fields."""
    return tuple(field.name for field in fields)


def columns(fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the names of all columns of fields."""
    return tuple(column for field in fields for column in field.columns or (field.name,))


def plain(fields: Sequence[Field]) -> Sequence[Field]:
    """Return the fields that are stored, hashed and shown as they are posted."""
    return [field for field in fields if field.is_plain]


def taken(fields: Sequence[Field]) -> Callable[[object], Row]:
    """Return a function that reads the plain fields of a posted object, as a row and as hashed content have them."""
    own = plain(fields)
    named, values = names(own), attrgetter(*(field.taken or field.name for field in own))
    return lambda posted: dict(zip(named, values(posted), strict=True))


def stored(fields: Sequence[Field]) -> Callable[[object], Row]:
    """Return a function that reads the plain fields of a row whose columns are attributes."""
    named = names(plain(fields))
    values = attrgetter(*named)
    return lambda row: dict(zip(named, values(row), strict=True))


def hashed(fields: Sequence[Field], read: Callable[[Any], Row]) -> Callable[[Any], Row]:
    """Return a function that reads values as the hashed content has them: without later fields that have their default.

    `read` reads them as they are: see `taken` and `stored`.
    """
    later = [(field.name, field.default) for field in fields if field.is_later]

    def content(source: object) -> Row:
        values = read(source)
        for name, default in later:
            if values[name] == default:
                del values[name]
        return values

    return content if later else read
