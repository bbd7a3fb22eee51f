"""Full text on both engines: words go in and are asked for as words, and no engine ever parses text.

SQLite keeps them in an FTS5 table, PostgreSQL as a `tsvector` with a GIN index. Words hold letters and digits
alone (see vocabulary/words.py), so nothing in them can be taken for an operator or a quote.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class Words(TypeDecorator[Sequence[str]]):
    """A column of words, for storing them. What an engine keeps of them cannot be read back."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Hand FTS5 a text, and PostgreSQL an array."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Text()))

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - by engine
        """Join the words by what FTS5's tokenizer parts them at again."""
        return list(value or ()) if dialect.name != "sqlite" else " ".join(value or ())

    def bind_expression(self, bindvalue: BindParameter[Sequence[str]]) -> ColumnElement[Sequence[str]]:
        """Make what the engine keeps."""
        return _Kept(bindvalue)


class _Kept(FunctionElement[Sequence[str]]):
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


class _HoldsAll(FunctionElement[bool]):
    # Of no type: what is boolean would be compared with 1 on SQLite, and FTS5 answers nothing but a bare MATCH.
    name = "holds_all_words"
    inherit_cache = True


def holds_all(column: ColumnElement[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column of Words holds all of these `words`; at least one must be given."""
    return _HoldsAll(column, bindparam("words", tuple(words), _AllOf()))


@compiles(_Kept, "sqlite")
def _kept_on_sqlite(element: _Kept, compiler: SQLCompiler, **kw: object) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_Kept, "postgresql")
def _kept_on_postgresql(element: _Kept, compiler: SQLCompiler, **kw: object) -> str:
    # Not to_tsvector: its parser would cut words its own way, and its dictionaries drop some.
    return f"array_to_tsvector({compiler.process(element.clauses, **kw)})"


@compiles(_HoldsAll, "sqlite")
def _holds_all_on_sqlite(element: _HoldsAll, compiler: SQLCompiler, **kw: object) -> str:
    column, words = element.clauses
    # FTS5 that keeps no columns apart is asked by the table's name.
    table = compiler.preparer.quote(column.table.name)
    return f"{table} MATCH {compiler.process(words, **kw)}"


@compiles(_HoldsAll, "postgresql")
def _holds_all_on_postgresql(element: _HoldsAll, compiler: SQLCompiler, **kw: object) -> str:
    column, words = element.clauses
    return f"{compiler.process(column, **kw)} @@ CAST({compiler.process(words, **kw)} AS tsquery)"
