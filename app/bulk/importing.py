"""Import reports through the reports' service: publish new ones, revise known ones.

A dry run does all of it and takes it back, so it has the same outcome as the import itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from pydantic import ValidationError
from sqlalchemy import select

from app.bulk.candidates import Body, Candidate, Problem, StagedCandidate, of_line
from app.bulk.known_reports import Known, known_by_number, known_equal, shown
from app.bulk.merging import changed
from app.bulk.outcome import Mode, Outcome, Rejected
from app.catalogue.catalogue import catalogue_at
from app.db.engine import WriteSession
from app.errors import Conflict, Fault, InvalidInput
from app.http.validation import validated
from app.ledger.head import head
from app.models import Report, Revision
from app.record.report_in import ReportIn
from app.reports import service
from app.reports.service import Correction
from app.reports.staging import FirstRevision, first_revision, stage
from app.vocabulary.identifiers import REPORT, STRIKE, public_id, row_number
from app.vocabulary.lookalikes import number_key

# Reports that are written by one set of statements.
REPORTS_AT_A_TIME = 100


class Author(NamedTuple):
    """Whose key imports, None for the product's own command, and the reason that revisions get."""

    key_id: int | None
    reason: str


def run(
    session: WriteSession,
    candidates: Iterable[Candidate | StagedCandidate],
    author: Author,
    mode: Mode,
    reject: Callable[[Rejected], None] = lambda _: None,
) -> Outcome:
    """Import reports in the caller's transaction and return the outcome; `reject` is called with each rejected one.

    A report that the record holds, by publisher and number, is revised where it differs, and else unchanged. One
    without a number is unchanged where an equal one stands. A sheet changes only what it has columns for. The caller
    commits, unless the outcome is refused.
    """
    importing = _Import(session, author, mode, reject)
    waiting = [candidate for candidate in importing.publish(candidates) if not importing.add(candidate)]
    # A line may repeat a strike that comes later in the file.
    while waiting:
        left = [candidate for candidate in waiting if not importing.add(candidate)]
        if len(left) == len(waiting):
            for candidate in left:
                importing.add(candidate, is_last=True)
            break
        waiting = left
    importing.flush()
    return importing.outcome


class _Import:
    """One run of an import. New reports are gathered, and written by few statements."""

    def __init__(
        self, session: WriteSession, author: Author, mode: Mode, reject: Callable[[Rejected], None]
    ) -> None:
        self._session, self._author, self._reject = session, author, reject
        # What is imported changes no vocabulary.
        self._now = head(session)
        self._catalogue = catalogue_at(session, self._now)
        self.outcome = Outcome(mode)
        self._new: list[tuple[Candidate | StagedCandidate, FirstRevision]] = []
        self._new_keys: set[tuple[int, str]] = set()
        # The id in the record of each strike, and of the first one of each event, by the ids that the file has.
        self._strikes: dict[str, str] = {}
        self._events: dict[str, str] = {}

    def publish(self, candidates: Iterable[Candidate | StagedCandidate]) -> Iterator[Candidate]:
        """Import new reports that are staged already, and yield the others."""
        for candidate in candidates:
            if isinstance(candidate, Candidate):
                yield candidate
            elif candidate.first is not None and self._is_new(candidate.first):
                self._gather(candidate, candidate.first)
            else:
                yield of_line(candidate.line)

    def add(self, candidate: Candidate, *, is_last: bool = False) -> bool:
        """Import a report, or reject it. Return False where it must wait for a strike that comes later in the file.

        With `is_last`, nothing comes later.
        """
        if candidate.problems:
            self._rejected(candidate, candidate.problems)
            return True
        try:
            return self._add(candidate, is_last=is_last)
        except InvalidInput as error:
            self._rejected(candidate, [candidate.problem(fault) for fault in error.faults])
        except Conflict as error:
            number, _ = candidate.rows[0]
            value = candidate.body.get("number")
            shown = value if isinstance(value, str) else None
            self._rejected(candidate, [Problem(number, "number", shown, "conflict", str(error))])
        return True

    def flush(self) -> None:
        """Write the reports that were gathered."""
        if not self._new:
            return
        written = service.create_all(self._session, [first for _, first in self._new])
        for (_, strikes), (candidate, _) in zip(written, self._new, strict=True):
            self._note_strikes(candidate, [public_id(STRIKE, strike_id) for strike_id in strikes])
        self._new.clear()
        self._new_keys.clear()

    def _add(self, candidate: Candidate, *, is_last: bool) -> bool:
        if candidate.status == "retracted":
            self._retract(candidate)
            return True
        if not self._name_strikes(candidate, is_last=is_last):
            return False
        report = _validated(candidate.body)
        known = self._known(candidate, report)
        if known is not None:
            self._revise(candidate, report, known)
            return True
        first = first_revision(stage(self._session, report, now=self._now), self._author.key_id)
        self._gather(candidate, first)
        return True

    def _is_new(self, first: FirstRevision) -> bool:
        """Whether a numbered report can be written as it was staged: under this vocabulary, and as the first one."""
        if first.key_id != self._author.key_id or first.vocabulary != self._now.vocabulary_hash:
            return False
        return self._numbered(first.publisher_id, first.columns["number"]) is None

    def _gather(self, candidate: Candidate | StagedCandidate, first: FirstRevision) -> None:
        """Have a new report written with the next ones."""
        if first.number is not None:
            self._new_keys.add((first.publisher_id, first.number))
        self._new.append((candidate, first))
        self.outcome.created += 1
        if len(self._new) >= REPORTS_AT_A_TIME:
            self.flush()

    def _name_strikes(self, candidate: Candidate, *, is_last: bool) -> bool:
        """Give each `same_as` the id that the strike has in the record; return False where it has none yet.

        A file without ids means those of the record. Those of an export are of the record that it was made from: only
        where that is this one do they name strikes that are not in the file.
        """
        if not candidate.ids:
            return True
        strikes = candidate.body.get("strikes")
        named = {
            index: strike
            for index, strike in enumerate(strikes if isinstance(strikes, list) else [])
            if isinstance(strike, dict) and isinstance(strike.get("same_as"), str)
        }
        if not named:
            return True
        self.flush()
        ids = {
            index: self._strikes.get(strike["same_as"]) or self._events.get(candidate.events.get(index, ""))
            for index, strike in named.items()
        }
        if None in ids.values() and not is_last:
            return False
        is_own = None in ids.values() and self._is_of_this_record(candidate)
        for index, strike in named.items():
            if ids[index] is not None:
                strike["same_as"] = ids[index]
            elif not is_own:
                fault = Fault(
                    "pointer", f"/strikes/{index}/same_as", "unknown-strike", "names no strike of the file"
                )
                raise InvalidInput([fault])
        return True

    def _is_of_this_record(self, candidate: Candidate) -> bool:
        """Whether the ids of a file are those of this record: the report of that id has the same number."""
        report_id = row_number(REPORT, candidate.report_id or "")
        number = candidate.body.get("number")
        if report_id is None or not isinstance(number, str):
            return False
        own = self._session.execute(select(Report.number).where(Report.id == report_id)).scalar_one_or_none()
        return own == number_key(number)

    def _known(self, candidate: Candidate, report: ReportIn) -> Known | None:
        """Return the report of the record that has the same publisher and number, or without one is the same."""
        publisher = self._catalogue.publisher(report.publisher)
        if publisher is None:
            return None
        if report.number is not None:
            return self._numbered(publisher.id, report.number)
        self.flush()
        publisher_ids = sorted(self._catalogue.publishers.members(publisher.id))
        return known_equal(self._session, report, candidate.columns, publisher_ids, self._catalogue)

    def _numbered(self, publisher_id: int, number: str) -> Known | None:
        publisher_ids = sorted(self._catalogue.publishers.members(publisher_id))
        key = number_key(number)
        if (publisher_id, key) in self._new_keys:
            self.flush()
        return known_by_number(self._session, publisher_ids, number)

    def _revise(self, candidate: Candidate, report: ReportIn, known: Known) -> None:
        """Record a report that the record holds as its next revision, where it differs."""
        if candidate.revision is not None and candidate.revision < known.revision:
            # What the file holds may be history here.
            seq = self._session.execute(
                select(Revision.recorded_seq).where(
                    Revision.report_id == known.report_id, Revision.revision == candidate.revision
                )
            ).scalar_one()
            earlier = self._shown(known.report_id, seq)
            if changed(self._session, report, earlier, candidate.columns) is None:
                self._unchanged(candidate, earlier)
                return
        document = self._shown(known.report_id, head(self._session).seq)
        # A retracted report does not change, which the service refuses.
        is_retracted = known.status == "retracted"
        merged = report if is_retracted else changed(self._session, report, document, candidate.columns)
        if merged is None:
            self._unchanged(candidate, document)
            return
        correction = Correction(known.revision, candidate.reason or self._author.reason, self._author.key_id)
        service.revise(self._session, known.report_id, merged, correction)
        self.outcome.revised += 1
        if candidate.ids:
            after = self._shown(known.report_id, head(self._session).seq)
            self._note_strikes(candidate, [strike["id"] for strike in after["strikes"]])

    def _unchanged(self, candidate: Candidate, document: Body) -> None:
        self.outcome.unchanged += 1
        if candidate.ids:
            self._note_strikes(candidate, [strike["id"] for strike in document["strikes"]])

    def _retract(self, candidate: Candidate) -> None:
        """Retract a report that an export shows as retracted."""
        body = {name: candidate.body.get(name) for name in ("publisher", "number", "published_on")}
        report = _validated(body)
        known = self._known(candidate, report) if report.number is not None else None
        if known is None:
            fault = Fault("pointer", "/number", "unknown-report", "retracted, and not in the record")
            raise InvalidInput([fault])
        if known.status == "retracted":
            self.outcome.unchanged += 1
            return
        reason = candidate.reason or self._author.reason
        service.retract(
            self._session, known.report_id, Correction(known.revision, reason, self._author.key_id)
        )
        self.outcome.revised += 1

    def _shown(self, report_id: int, as_of: int) -> Body:
        return shown(self._session, report_id, as_of, self._catalogue)

    def _note_strikes(self, candidate: Candidate | StagedCandidate, strikes: Sequence[str]) -> None:
        """Note the ids that strikes of a file have in the record."""
        for index, identifier in candidate.ids.items():
            if index < len(strikes):
                self._strikes[identifier] = strikes[index]
                if index in candidate.events:
                    self._events.setdefault(candidate.events[index], strikes[index])

    def _rejected(self, candidate: Candidate, problems: Sequence[Problem]) -> None:
        self.outcome.reject(problems)
        self._reject(Rejected(candidate, problems))


def _validated(body: Body) -> ReportIn:
    """Return a body as its model. Raises InvalidInput with every fault."""
    try:
        # At once, which is quicker than piece by piece, as `validated` does to find all faults.
        return ReportIn.model_validate(body)
    except ValidationError:
        return validated(ReportIn, body)
