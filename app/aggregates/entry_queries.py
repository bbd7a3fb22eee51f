"""Queries for ledger entries by number, with the reasons of their revisions."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, and_, bindparam, select

from app.db.engine import ReadSession
from app.db.statements import Prepared
from app.models import LedgerEntry, Revision
from app.vocabulary.identifiers import REPORT, public_id

# Numbers that one statement names.
_AT_ONCE = 500

_ENTRY, _REVISION = LedgerEntry.__table__.columns, Revision.__table__.columns
_BY_NUMBER = Prepared(
    select(_ENTRY.seq, _ENTRY.action, _ENTRY.report_id, _REVISION.reason)
    .join_from(
        LedgerEntry,
        Revision,
        and_(_REVISION.report_id == _ENTRY.report_id, _REVISION.revision == _ENTRY.revision),
        isouter=True,
    )
    .where(_ENTRY.seq.in_(bindparam("seqs", expanding=True)))
)
_OF_VOCABULARY = Prepared(
    select(_ENTRY.seq)
    .where(
        _ENTRY.report_id.is_(None),
        _ENTRY.seq > bindparam("after", type_=BigInteger()),
        _ENTRY.seq <= bindparam("last", type_=BigInteger()),
    )
    .order_by(_ENTRY.seq)
)


def entries(session: ReadSession, seqs: Iterable[int]) -> dict[int, dict[str, object]]:
    """Return entries as `ChangeEntry` describes them, by number."""
    numbers = sorted(set(seqs))
    by_number = {}
    for start in range(0, len(numbers), _AT_ONCE):
        for seq, action, report_id, reason in session.rows(
            _BY_NUMBER, {"seqs": numbers[start : start + _AT_ONCE]}
        ):
            report = None if report_id is None else public_id(REPORT, report_id)
            by_number[seq] = {"seq": seq, "action": action, "report": report, "reason": reason}
    return by_number


def of_vocabulary(session: ReadSession, after: int, last: int) -> list[int]:
    """Return the numbers of the entries of the vocabulary after one number and up to another."""
    return [seq for (seq,) in session.rows(_OF_VOCABULARY, {"after": after, "last": last})]
