"""Group commit: writers that wait together share a transaction, and nothing else."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update

from app.db import group_commit, version
from app.db.engine import Database, WriteSession
from app.db.group_commit import GroupCommit
from app.errors import DatabaseBusy, DatabaseUnavailable, NotFound, StorageFull, UnusableDatabase
from app.ledger.append import append
from app.models import LedgerEntry

Work = Callable[[WriteSession], int]

# Seconds that a test waits for a thread.
PATIENCE = 20


def entry(session: WriteSession) -> int:
    """Add an entry to the ledger, and return its number."""
    return append(session, "published", {}, report_id=1, revision=1).seq


def entry_then(error: Exception) -> Work:
    """Return work that adds an entry, and then fails."""

    def work(session: WriteSession) -> int:
        entry(session)
        raise error

    return work


@pytest.fixture
def commits(database: Database) -> Iterator[GroupCommit]:
    """Commit in groups on the test's database, on either engine."""
    commits = GroupCommit(database)
    yield commits
    commits.close()


class Transactions:
    """The transactions of a database that ended, as its engine tells of them."""

    def __init__(self, database: Database) -> None:
        self.committed = self.rolled_back = 0
        event.listen(database.engine, "commit", self._commit)
        event.listen(database.engine, "rollback", self._roll_back)

    def _commit(self, _connection: object) -> None:
        self.committed += 1

    def _roll_back(self, _connection: object) -> None:
        self.rolled_back += 1


@contextmanager
def held_up(commits: GroupCommit) -> Iterator[None]:
    """Let all who are submitted in the block wait behind a first writer, who fails at its end: they are one group."""
    begun, go_on = threading.Event(), threading.Event()

    def work(_session: WriteSession) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)
        raise NotFound

    first = commits.submit(work)
    assert begun.wait(PATIENCE)
    yield
    go_on.set()
    assert isinstance(first.exception(PATIENCE), NotFound)


def together(commits: GroupCommit, *works: Work, alone: bool = False) -> list[Any]:
    """Run works that wait at the same time; return what came of each: its result, or its error."""
    with held_up(commits):
        futures = [commits.submit(work, alone=alone) for work in works]
    return [outcome(each) for each in futures]


def outcome(future: Future[int]) -> int | BaseException:
    """Wait for what comes of a writer."""
    return future.exception(PATIENCE) or future.result(PATIENCE)


def length(database: Database) -> int:
    """Return how many entries the ledger has, which must be numbered without a gap."""
    with database.reading() as session:
        numbers = session.scalars(select(LedgerEntry.seq).order_by(LedgerEntry.seq)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))
    return len(numbers)


def test_writers_that_wait_share_one_commit(commits: GroupCommit, database: Database) -> None:
    """Ten writers that wait at the same time are one transaction, each with the next number of the ledger."""
    ended = Transactions(database)
    assert together(commits, *[entry] * 10) == list(range(2, 12))
    assert ended.committed == 1
    assert length(database) == 11


def test_writer_that_nobody_waits_behind_has_its_own_commit(commits: GroupCommit, database: Database) -> None:
    """One after the other, each writer is a transaction."""
    ended = Transactions(database)
    assert [commits.submit(entry).result(PATIENCE) for _ in range(3)] == [2, 3, 4]
    assert ended.committed == 3


def test_failure_takes_back_nothing_of_the_others(commits: GroupCommit, database: Database) -> None:
    """Of a group the first, one between and the last fail, each with its own error; the others have no gap."""
    mine, bug = NotFound(), RuntimeError()
    found = together(
        commits, entry_then(mine), entry, entry_then(bug), entry_then(mine), entry, entry_then(bug)
    )
    assert found == [mine, 2, bug, mine, 3, bug]
    assert length(database) == 3


def test_fault_of_a_statement_stays_its_writers(commits: GroupCommit, database: Database) -> None:
    """What the engine itself refuses one writer, such as changing history, costs the others nothing."""

    def forge(session: WriteSession) -> int:
        session.execute(update(LedgerEntry).values(action="forged"))
        return 0

    before, fault, after = together(commits, entry, forge, entry)
    assert (before, after) == (2, 3)
    assert isinstance(fault, Exception)
    assert length(database) == 3


def test_nobody_hears_of_anything_before_the_commit(commits: GroupCommit, database: Database) -> None:
    """Results and refusals alike come after the common commit: they may tell of what a writer before wrote."""
    done_at_commit: list[list[bool]] = []
    with held_up(commits):
        futures = [commits.submit(work) for work in (entry, entry_then(NotFound()), entry)]
        event.listen(
            database.engine, "commit", lambda _: done_at_commit.append([each.done() for each in futures])
        )
    assert [type(outcome(each)) for each in futures] == [int, NotFound, int]
    assert done_at_commit == [[False, False, False]]


def test_writer_sees_what_those_before_it_wrote(commits: GroupCommit) -> None:
    """Within a group each writer finds the record as those before it leave it, without what failed."""

    def look(session: WriteSession) -> int:
        return int(session.execute(select(func.count()).select_from(LedgerEntry)).scalar_one())

    assert together(commits, entry, look, entry_then(NotFound()), look)[1::2] == [2, 2]


def test_full_disk_fails_the_writer_that_fills_it(commits: GroupCommit, database: Database) -> None:
    """One that the disk has no room for is told so; the others of its group are written, each once."""

    def fill(session: WriteSession) -> int:
        if database.is_sqlite:
            pages = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {pages + 20}"))
            session.execute(text("CREATE TABLE words_to_fill (data BLOB)"))
            try:
                session.execute(text("INSERT INTO words_to_fill SELECT zeroblob(1000000)"))
            finally:
                session.execute(text("PRAGMA max_page_count = 1000000"))
        session.execute(
            text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
        )
        return 0

    before, full, after = together(commits, entry, fill, entry)
    assert (before, after) == (2, 3)
    assert isinstance(full, StorageFull)
    assert length(database) == 3


def test_group_that_the_engine_gives_up_is_written_one_by_one(
    commits: GroupCommit, database: Database
) -> None:
    """Where one writer costs the whole transaction, the others run again by themselves, each once and in order."""

    def lose(session: WriteSession) -> int:
        session.held.exec_driver_sql("ROLLBACK")
        raise RuntimeError

    ended = Transactions(database)
    first, lost, last = together(commits, entry, lose, entry)
    assert (first, last) == (2, 3)
    assert isinstance(lost, RuntimeError)
    assert ended.committed == 2
    assert length(database) == 3


def test_full_disk_at_the_commit_is_tried_one_by_one(commits: GroupCommit, database: Database) -> None:
    """A group for which there is no room together is written one by one, as far as there is."""
    refusals = iter([StorageFull("the disk is full"), None, StorageFull("the disk is full"), None])

    def refuse(_connection: object) -> None:
        if (refusal := next(refusals)) is not None:
            raise refusal

    event.listen(database.engine, "commit", refuse)
    first, second, third = together(commits, entry, entry, entry)
    event.remove(database.engine, "commit", refuse)
    assert (first, third) == (2, 3)
    assert isinstance(second, StorageFull)
    assert length(database) == 3


def test_other_schema_refuses_the_group(
    commits: GroupCommit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody of a group writes to a schema that this version does not know."""
    with held_up(commits):
        futures = [commits.submit(entry) for _ in range(3)]
        monkeypatch.setattr(version, "HEAD", "9999")
    assert {type(outcome(each)) for each in futures} == {UnusableDatabase}
    assert length(database) == 1


def test_who_no_longer_waits_is_not_written(commits: GroupCommit, database: Database) -> None:
    """A writer that is cancelled before its turn writes nothing; after that it is too late to cancel."""
    with held_up(commits):
        stays, leaves = commits.submit(entry), commits.submit(entry)
        assert leaves.cancel()
    assert stays.result(PATIENCE) == 2
    assert not stays.cancel()
    assert length(database) == 2


def test_long_work_shares_with_nobody(commits: GroupCommit, database: Database) -> None:
    """Work that runs alone neither joins a group nor is joined, and keeps its place in the order."""
    ended = Transactions(database)
    with held_up(commits):
        futures = [commits.submit(entry, alone=number == 2) for number in range(5)]
    assert [outcome(each) for each in futures] == [2, 3, 4, 5, 6]
    assert ended.committed == 3


def test_group_closes_after_its_time(
    commits: GroupCommit, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a transaction has lasted its time, no further writer joins it: those in it wait no longer."""
    monkeypatch.setattr(group_commit, "GROUP_SECONDS", 0)
    ended = Transactions(database)
    assert together(commits, *[entry] * 3) == [2, 3, 4]
    assert ended.committed == 3


def test_writers_behind_another_process_are_busy_in_their_own_time(
    commits: GroupCommit, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another process holds the database, those who waited in the queue do not wait as long again for it."""
    monkeypatch.setattr(group_commit, "WAIT_SECONDS", 1)
    other = Database(database_url)
    with other.writing():
        began = time.monotonic()
        refused = [commits.submit(entry) for _ in range(4)]
        assert {type(outcome(each)) for each in refused} == {DatabaseBusy}
        assert time.monotonic() - began < 2
    assert commits.submit(entry).result(PATIENCE) == 2
    other.close()


def test_lost_connection_refuses_the_group(commits: GroupCommit, database: Database) -> None:
    """When the server ends the connection, all of the group are refused, nothing is stored, and the next is served."""
    if database.is_sqlite:
        pytest.skip("SQLite has no server")

    def end(session: WriteSession) -> int:
        return int(session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())::int")).scalar_one())

    found = together(commits, entry, end, entry)
    assert [type(each) for each in found] == [DatabaseUnavailable, DatabaseUnavailable, int]
    assert length(database) == 2
