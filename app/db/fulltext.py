"""Full-text index on both engines, over words tokenized by the application.

SQLite keeps them in an FTS5 table, PostgreSQL as a `tsvector` with a GIN index. Words hold letters and digits
alone (see vocabulary/tokenize.py), so nothing in them can be taken for an operator or a quote.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, Text, bindparam, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

# Pairs that are fetched from the index at once.
BATCH = 10_000


class Words(TypeDecorator[Sequence[str]]):
    """A column of words, write-only: what an engine stores of them cannot be read back."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Hand FTS5 a text, and PostgreSQL an array."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Text()))

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - by engine
        """Join the words by what FTS5's tokenizer parts them at again."""
        return list(value or ()) if dialect.name != "sqlite" else " ".join(value or ())

    def bind_expression(self, bindvalue: BindParameter[Sequence[str]]) -> ColumnElement[Sequence[str]]:
        """Return what the engine stores."""
        return _Stored(bindvalue)


def indexed_words(connection: Connection, table: str) -> Iterator[tuple[int, str]]:
    """Yield every pair of a row's number and a word by which the full-text index of a table finds it, each once."""
    pairs = (
        f"SELECT doc, term FROM {_index(connection, table)}"  # noqa: S608 - a name of ours
        if connection.dialect.name == "sqlite"
        else f"SELECT rowid, unnest(tsvector_to_array(words)) FROM {table}"  # noqa: S608 - as above
    )
    for row, word in connection.execute(text(pairs), execution_options={"yield_per": BATCH}):  # noqa: UP028 - typed
        yield row, word


def indexed_rows(connection: Connection, table: str) -> set[int]:
    """Return the ids of the rows in the full-text index of a table; SQLite's has none without a word."""
    rows = (
        f"SELECT DISTINCT doc FROM {_index(connection, table)}"  # noqa: S608 - a name of ours
        if connection.dialect.name == "sqlite"
        else f"SELECT rowid FROM {table}"  # noqa: S608 - as above
    )
    return set(connection.execute(text(rows)).scalars())


def _index(connection: Connection, table: str) -> str:
    """Let FTS5 show its index as a virtual table. It is not data, but a reader may not create it."""
    is_reader = connection.exec_driver_sql("PRAGMA query_only").scalar()
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_index USING fts5vocab('main', '{table}', 'instance')"
    )
    connection.exec_driver_sql(f"PRAGMA query_only = {is_reader}")
    return f"temp.{table}_index"


class _Stored(FunctionElement[Sequence[str]]):
    name = "kept_words"
    inherit_cache = True


class _AllOf(TypeDecorator[Sequence[str]]):
    """Words, all of which must occur, as the engine's own query."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        """Quote every word, so that none is an operator: `AND` and `NOT` are words."""
        if dialect.name == "sqlite":
            return " ".join(f'"{word}"' for word in value or ())
        return " & ".join(f"'{word}'" for word in value or ())


class _ContainsAll(FunctionElement[bool]):
    # Of no type: a boolean would be compared with 1 on SQLite, and FTS5 supports only a bare MATCH.
    name = "holds_all_words"
    inherit_cache = True


def contains_all(column: ColumnElement[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column of Words holds all of these `words`; at least one must be given."""
    return _ContainsAll(column, bindparam("words", tuple(words), _AllOf()))


@compiles(_Stored, "sqlite")
def _stored_on_sqlite(element: _Stored, compiler: SQLCompiler, **kw: object) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_Stored, "postgresql")
def _stored_on_postgresql(element: _Stored, compiler: SQLCompiler, **kw: object) -> str:
    # Not to_tsvector: its parser would cut words its own way, and its dictionaries drop some.
    return f"array_to_tsvector({compiler.process(element.clauses, **kw)})"


@compiles(_ContainsAll, "sqlite")
def _contains_all_on_sqlite(element: _ContainsAll, compiler: SQLCompiler, **kw: object) -> str:
    column, words = element.clauses
    # An FTS5 table without separate columns is matched by its name.
    table = compiler.preparer.quote(column.table.name)
    return f"{table} MATCH {compiler.process(words, **kw)}"


@compiles(_ContainsAll, "postgresql")
def _contains_all_on_postgresql(element: _ContainsAll, compiler: SQLCompiler, **kw: object) -> str:
    column, words = element.clauses
    return f"{compiler.process(column, **kw)} @@ CAST({compiler.process(words, **kw)} AS tsquery)"
