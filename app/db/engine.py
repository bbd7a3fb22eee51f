"""Database engines, one for reads and one for writes, and their sessions.

A write transaction begins as the only one: on SQLite by BEGIN IMMEDIATE, on PostgreSQL by one advisory lock.
So writers come one after another, and the ledger's numbers become visible in the order in which they were given.
Reads see one snapshot from their first statement to their last, on a connection that refuses to write, and
the engine itself stops one that takes too long.
"""

import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Integer,
    String,
    bindparam,
    column,
    event,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from app.db import postgresql, sqlite, version
from app.db.database_file import DatabaseFile
from app.db.deadline import Deadline
from app.db.driver_errors import close_if_lasting, is_lasting, translated
from app.db.statements import NumberedInsert, Prepared, Rows, Values
from app.db.wal import WriteAheadLog
from app.errors import DatabaseUnavailable

T = TypeVar("T")

# Any fixed number: the advisory lock that stands for "the one writer" on PostgreSQL.
WRITER_LOCK = 0x5354_524B

# Queries that are sent to a file at the same time.
FILE_READERS = 6

# How many times as long a short read may take in total, where it waits for a disk.
_STALLED = 10

_LIMIT = text("SELECT set_config('statement_timeout', :milliseconds, true)")
_LOCK_LIMIT = text("SELECT set_config('lock_timeout', :milliseconds, true)")
# The share of what PostgreSQL allows a statement that must be left for it to stay as it is: setting it is one more
# round trip. And the seconds after which PostgreSQL need not have taken an order to stop a statement.
_ENOUGH, _CANCEL_SECONDS = 0.9, 1.0


class ReadSession(Session):
    """A session on one snapshot of the record. The engine refuses to write through it.

    `deadline` is when the engine cancels a statement; Python code that checks it stops then as well.
    """

    deadline: Deadline = Deadline()
    # Seconds that PostgreSQL allows each statement.
    _allowed: float = math.inf

    @cached_property
    def held(self) -> Connection:
        """The one connection that the session has from its beginning to its end."""
        return self.connection()

    @cached_property
    def _file(self) -> Any:  # noqa: ANN401 - either driver's
        """SQLite's own connection, where a statement is a tenth as long on the way as by SQLAlchemy; otherwise None."""
        return self.held.connection.driver_connection if self.held.dialect.name == "sqlite" else None

    def rows(self, statement: Prepared, values: Values) -> Rows:
        """Return what a prepared statement finds, as the driver gives it."""
        sql, bound = statement.bound(self.held.dialect, values)
        if self._file is None:
            if self.deadline.at != math.inf:
                self.limit_statements()
            # What becomes of a connection that breaks is not for us to know.
            cursor = self.held.exec_driver_sql(sql, bound).cursor
            return [] if cursor is None else cursor.fetchall()
        try:
            fetched: Rows = self._file.execute(sql, bound).fetchall()
        except self._file.Error as error:
            raise self._failed(sql, error) from error
        return fetched

    def limit_statements(self) -> None:
        """Let PostgreSQL stop the next statement at the deadline. Raises QueryTimeout where that has passed.

        It limits each statement by itself, so the limit is set again once much of the time is used up.
        """
        self.deadline.check()
        left = self.deadline.left if self.deadline.processor is None else self.deadline.processor
        if left < _ENOUGH * self._allowed:
            # PostgreSQL takes 0 for no limit.
            self.held.execute(_LIMIT, {"milliseconds": str(max(1, int(left * 1000)))})
            self._allowed = left

    def _failed(self, sql: str, error: Exception) -> DBAPIError:
        """Return an error of SQLite's driver as SQLAlchemy would raise it."""
        if is_lasting(error):
            self.held.invalidate()
        return DBAPIError(sql, None, error, hide_parameters=True)


class WouldBlock(Exception):
    """The read would block the event loop for too long; run it in a thread."""


class CacheMiss(WouldBlock):
    """The read would block only this once: its result is cached."""


class InlineSnapshot:
    """A snapshot read on the event loop itself: for short file reads, which a thread would only delay."""

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def rows(self, statement: Prepared, values: Values) -> Rows:
        """Return what a prepared statement finds, as the driver gives it."""
        sql, bound = statement.bound(self._dialect, values)
        return self._connection.execute(sql, bound).fetchall()


class TransactionLost(Exception):
    """The engine ended the whole transaction because of an error in one part of it. Nothing of it is stored."""


# The highest number that a table has given.
_SEQUENCE = table("sqlite_sequence", column("name"), column("seq", Integer))
_LAST_NUMBER = Prepared(select(_SEQUENCE.c.seq).where(_SEQUENCE.c.name == bindparam("table", type_=String())))


class WriteSession(ReadSession):
    """A session inside the one write transaction. Who opened it commits; a service never does."""

    def behind_savepoint(self, work: Callable[["WriteSession"], T]) -> T:
        """Return what `work` returns. What it raises takes back all that it wrote, and nothing before.

        Raises TransactionLost from an error that took the whole transaction: SQLite ends it for a full disk or a
        damaged page, and a server takes it along when it goes.
        """
        self._order("SAVEPOINT writer")
        try:
            with translated(writes=True):
                result = work(self)
        except BaseException as error:
            try:
                self._order("ROLLBACK TO SAVEPOINT writer")
                self._order("RELEASE SAVEPOINT writer")
            except SQLAlchemyError:
                raise TransactionLost from error
            raise
        self._order("RELEASE SAVEPOINT writer")
        return result

    def put(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """Add rows, if there are any."""
        if not rows:
            return
        sql, bound = statement.bound_all(self.held.dialect, rows)
        if self._file is None:
            self.held.exec_driver_sql(sql, bound)
            return
        try:
            self._file.executemany(sql, bound)
        except self._file.Error as error:
            raise self._failed(sql, error) from error

    def numbered(self, statement: NumberedInsert, rows: Sequence[Values]) -> list[int]:
        """Add rows and return their numbers in order.

        SQLite would return it of one row at a time. For many, the numbers that come next are given to them: nobody else
        writes meanwhile, and AUTOINCREMENT counts on from the highest one.
        """
        if not rows:
            return []
        if self._file is None:
            return list(self.held.execute(statement.returning.statement, rows).scalars())
        if len(rows) > 1:
            last = self.rows(_LAST_NUMBER, {"table": statement.table})
            first = last[0][0] + 1 if last else 1
            numbers = list(range(first, first + len(rows)))
            self.put(
                statement.rows, [{"id": number, **row} for number, row in zip(numbers, rows, strict=True)]
            )
            return numbers
        sql, bound = statement.returning.bound_all(self.held.dialect, rows)
        try:
            return [self._file.execute(sql, row).fetchone()[0] for row in bound]
        except self._file.Error as error:
            raise self._failed(sql, error) from error

    def _order(self, sql: str) -> None:
        """Run a statement without values or rows."""
        if self._file is None:
            self.held.exec_driver_sql(sql)
            return
        try:
            self._file.execute(sql)
        except self._file.Error as error:
            raise self._failed(sql, error) from error


class Database:
    """The two engines of one database, and the sessions on them.

    `serves`: clients wait, so every wait for a database server has a timeout.
    `immutable` is for SQLite files on read-only media, which cannot be written while they are read.
    """

    def __init__(self, url: str, *, serves: bool = False, immutable: bool = False) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._outage = postgresql.Outage()
        if self.is_sqlite:
            path = sqlite.path_of(self.url.database)
            self._file = DatabaseFile(path)
            self._reads, self._writes = sqlite.engines(path, self._file, immutable=immutable)
            self._log = WriteAheadLog(path)
        else:
            self._reads, self._writes = postgresql.engines(
                self.url.render_as_string(hide_password=False), self._outage if serves else None
            )
        # How many queries it is worth asking at a time: a file is read on this machine's cores, and each thread has
        # memory of its own; over the network, another machine serves all our connections.
        self.at_a_time = FILE_READERS if self.is_sqlite else postgresql.CONNECTIONS
        self._glances: sqlite3.Connection | None = None
        self._glances_at: tuple[int, int] | None = None
        for engine in (self._reads, self._writes):
            event.listen(engine, "handle_error", close_if_lasting)
        self._read_sessions = sessionmaker(self._reads, class_=ReadSession, autoflush=False)
        self._write_sessions = sessionmaker(self._writes, class_=WriteSession, autoflush=False)

    @property
    def engine(self) -> Engine:
        """The engine that may write: for migrations."""
        return self._writes

    @contextmanager
    def reading(self, deadline: Deadline | None = None) -> Iterator[ReadSession]:
        """Open a session on one snapshot. Raises DatabaseBusy and DatabaseUnavailable.

        After the deadline the engine stops the statements of the session, and QueryTimeout is raised. Its processor
        time counts from when the session has a connection; on PostgreSQL it is the time that a statement may take.
        """
        self._outage.refuse()
        with translated(), self._read_sessions() as session, self._stopped_at(session, deadline):
            yield session

    @contextmanager
    def writing(self, seconds: float | None = None) -> Iterator[WriteSession]:
        """Open the write transaction: committed at the end of the block, rolled back by any error in it.

        Raises DatabaseBusy after so many seconds behind another writer (None: WAIT_SECONDS), DatabaseUnavailable, and
        UnusableDatabase where the schema is not the one of this version: a migration may have run since this process
        started.
        """
        with self._transaction(seconds) as session:
            version.refuse_other(session.held)
            yield session

    @contextmanager
    def migrating(self) -> Iterator[WriteSession]:
        """Open the same transaction on a database of any schema, or on a new one: for migrations alone."""
        self.create()
        with self._transaction() as session:
            yield session

    @property
    def engine_name(self) -> str:
        """The database engine; of SQLite, which is a library, with its version."""
        return f"sqlite {sqlite.sqlite_module().sqlite_version}" if self.is_sqlite else "postgresql"

    def warnings(self) -> list[str]:
        """Return what an operator should know of the database, a sentence each."""
        return sqlite.warnings(sqlite.path_of(self.url.database)) if self.is_sqlite else []

    def compact(self) -> None:
        """Give the room that is empty in an SQLite file back to the disk, where that is much of it and can be done now.

        PostgreSQL does so by itself.
        """
        if self.is_sqlite:
            with translated(writes=True), self._lock_across_processes(None):
                sqlite.compact(sqlite.path_of(self.url.database))

    def create(self) -> None:
        """Create the file of an SQLite database, for its owner alone, unless it exists."""
        if self.is_sqlite:
            sqlite.create(sqlite.path_of(self.url.database))

    @contextmanager
    def _transaction(self, seconds: float | None = None) -> Iterator[WriteSession]:
        self._outage.refuse()
        with translated(writes=True), self._lock_across_processes(seconds):
            with self._write_sessions.begin() as session:
                # The transaction begins here, not at the first statement: who gets the session is the writer.
                held = session.connection(execution_options={sqlite.WAIT: seconds})
                if not self.is_sqlite:
                    if seconds is not None:
                        held.execute(_LOCK_LIMIT, {"milliseconds": str(max(1, int(seconds * 1000)))})
                    held.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
                yield session
            if self.is_sqlite:
                self._log.bound()

    def glance(self, statement: str) -> tuple[Any, ...] | None:
        """Return the single row of a statement, or None, without a session and as cheaply as possible.

        On SQLite it does not block, and is for one thread; PostgreSQL is queried over the network.
        Raises DatabaseUnavailable.
        """
        if not self.is_sqlite:
            self._outage.refuse()
            with translated(), self._reads.connect() as connection:
                first = connection.exec_driver_sql(statement).first()
                return None if first is None else tuple(first)
        try:
            row: tuple[Any, ...] | None = self._inline_connection().execute(statement).fetchone()
        except sqlite.sqlite_module().Error as error:
            raise DatabaseUnavailable("the database file cannot be read now") from error
        return row

    @contextmanager
    def at_once(self, seconds: float) -> Iterator[InlineSnapshot]:
        """Open a snapshot that does not block, for one thread; the engine stops what uses more processor time.

        Raises WouldBlock where that is so, where the file cannot be read now, and always on PostgreSQL, which is
        reached over a network.
        """
        if not self.is_sqlite:
            raise WouldBlock
        try:
            connection = self._inline_connection()
            connection.execute("BEGIN")
            try:
                deadline = Deadline.after(_STALLED * seconds, seconds)
                deadline.begin()
                with sqlite.driver_stopped_at(connection, deadline):
                    yield InlineSnapshot(connection, self._reads.dialect)
            finally:
                connection.execute("ROLLBACK")
        except sqlite.sqlite_module().Error as error:
            raise WouldBlock from error

    def _inline_connection(self) -> sqlite3.Connection:
        if self._glances is not None and self._glances_at != self._file.identity():
            self.close()
            self._glances = None
        if self._glances is None:
            self._file.refuse_unsound()
            self._glances_at = self._file.identity()
            self._glances = sqlite.connect(sqlite.path_of(self.url.database), timeout=0)
            sqlite.refuse_writes(self._glances)
        return self._glances

    def close(self) -> None:
        """Close every connection."""
        if self._glances is not None:
            self._glances.close()
        self._reads.dispose()
        self._writes.dispose()

    @contextmanager
    def _stopped_at(self, session: ReadSession, deadline: Deadline | None) -> Iterator[None]:
        if deadline is None:
            yield
            return
        session.deadline = deadline
        connection = session.held
        deadline.begin()
        if self.is_sqlite:
            with sqlite.stopped_at(connection, deadline):
                yield
            return
        session.limit_statements()
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a connection that is used is open
        with deadline.cancelling(partial(driver.cancel_safe, timeout=_CANCEL_SECONDS)):
            yield

    def _lock_across_processes(self, seconds: float | None) -> AbstractContextManager[object]:
        if self.is_sqlite and sqlite.sqlite_module().sqlite_version_info < sqlite.FIRST_SOUND_SQLITE:
            return sqlite.file_lock(sqlite.path_of(self.url.database), seconds)
        return nullcontext()
