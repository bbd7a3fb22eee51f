"""Outcome of an import: counts of reports, and problems by kind."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from app.bulk.candidates import Candidate, Problem

# Rows of a problem that an outcome names, and kinds of problems that it holds.
ROWS_SHOWN = 20
MOST_KINDS = 200


class Mode(StrEnum):
    """What becomes of a file with problems: nothing is written, or what is valid."""

    ALL = "all"
    VALID = "valid"


@dataclass(slots=True)
class Problems:
    """Problems of one code in one column: how many, and the first rows."""

    code: str
    column: str
    count: int = 0
    rows: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """How many reports were created, revised, left unchanged and rejected, and why."""

    mode: Mode
    created: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: dict[tuple[str, str], Problems] = field(default_factory=dict)
    # Problems of kinds beyond MOST_KINDS, which are not listed.
    unlisted: int = 0

    @property
    def is_refused(self) -> bool:
        """Whether nothing is written, since something is not valid."""
        return self.rejected > 0 and self.mode is Mode.ALL

    def reject(self, problems: Iterable[Problem]) -> None:
        """Count a report as rejected for its problems."""
        self.rejected += 1
        for problem in problems:
            kind = (problem.code, problem.column)
            if kind not in self.problems and len(self.problems) >= MOST_KINDS:
                self.unlisted += 1
                continue
            group = self.problems.setdefault(kind, Problems(*kind))
            group.count += 1
            if len(group.rows) < ROWS_SHOWN:
                group.rows.append(problem)

    def document(self, *, is_refused: bool = False) -> dict[str, Any]:
        """Return the outcome as `ImportOut` describes it.

        What is refused as a whole, by itself or with `is_refused`, creates and revises nothing.
        """
        written = 0 if is_refused or self.is_refused else 1
        return {
            "created": self.created * written,
            "revised": self.revised * written,
            "unchanged": self.unchanged * written,
            "rejected": self.rejected,
            "problems": [
                {
                    "code": group.code,
                    "column": group.column,
                    "count": group.count,
                    "rows": [
                        {
                            "row": problem.row,
                            "value": problem.value,
                            "detail": problem.detail,
                            "suggestion": problem.suggestion,
                        }
                        for problem in group.rows
                    ],
                }
                for group in self.problems.values()
            ],
        }


class Rejected(NamedTuple):
    """A report that was rejected, with its problems."""

    candidate: Candidate
    problems: Sequence[Problem]

    def rows(self) -> Iterator[tuple[int, str, object]]:
        """Yield the number of each row, what is wrong with it, and what the file holds there.

        Of a row without a problem, that is which other row of its report has one.
        """
        other = f"row {self.problems[0].row} of the same report is rejected"
        for number, content in self.candidate.rows:
            own = [problem for problem in self.problems if problem.row == number]
            texts = [
                f"{problem.column}: {problem.detail}" if problem.column else problem.detail for problem in own
            ]
            yield number, "; ".join(texts) or other, content


class NotApplied(Exception):
    """The outcome of an import whose writes are to be rolled back."""

    def __init__(self, outcome: Outcome, rejected: list[dict[str, object]] | None = None) -> None:
        super().__init__()
        self.outcome = outcome
        # The rows that were rejected, where they are listed.
        self.rejected = rejected
