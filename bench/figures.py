"""Results of the comparison, and the names of what is measured and of who is measured."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from bench.load import Answered

# Who responds. OURS is one worker that works every question out, DEFAULT as many workers as `serve` starts by itself;
# KEPT may respond from its cache, UNCHANGED responds 304.
OURS, KEPT, UNCHANGED = "strikeledger", "strikeledger, asked again", "strikeledger, 304"
DEFAULT = "strikeledger, default workers"
DATASETTE, TYPICAL, BARE, NOOP = "Datasette", "typical ORM app", "bare ASGI", "FastAPI no-op"
DUCKDB, SQLITE = "DuckDB in memory", "bare sqlite3"

REPORT, PAGE, FULL_PAGE = "one report", "page of 50, filtered", "full page of 50, filtered"
FIRST_PAGE, DEEP_PAGE = "page 1", "page far down"
BY_PLACE, ONE_PLACE, EVERYTHING = (
    "by location, one year",
    "month x category, one place",
    "month x category, all",
)
POST, POST_AT_ONCE = "POST", "POST on 16 connections"


class Group(StrEnum):
    """Rows that can be measured without the others."""

    REPORT = "report"
    PAGES = "pages"
    COUNTS = "counts"
    POSTS = "posts"
    WAITS = "waits"
    RECORD = "record"
    STARTS = "starts"
    EXPORTS = "exports"
    IMPORTS = "imports"


GROUP_OF = {
    REPORT: Group.REPORT,
    PAGE: Group.PAGES,
    FULL_PAGE: Group.PAGES,
    FIRST_PAGE: Group.PAGES,
    DEEP_PAGE: Group.PAGES,
    BY_PLACE: Group.COUNTS,
    ONE_PLACE: Group.COUNTS,
    EVERYTHING: Group.COUNTS,
    POST: Group.POSTS,
    POST_AT_ONCE: Group.POSTS,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of a process: those that no other process shares, all that it holds, and the most that it ever held."""

    private: float
    resident: float
    peak: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Others' p99 in milliseconds, alone and while the worst questions run; what else than 200 they got."""

    alone: float
    meanwhile: float
    faults: Sequence[str]

    @property
    def growth(self) -> float:
        """How many times as long the p99 is meanwhile."""
        return self.meanwhile / self.alone


@dataclass(frozen=True, slots=True)
class Exported:
    """An export: seconds to its first byte, lines a second, and MiB of the worker at most beyond those when idle."""

    first: float
    rate: float
    memory: float


@dataclass(frozen=True, slots=True)
class Imported:
    """An import: lines a second, and MiB of the command at most beyond those of an import of nothing."""

    rate: float
    memory: float


@dataclass(slots=True)
class Figures:
    """All rounds of all measurements. Ratios are of medians, within this one run."""

    sizes: Sequence[int]
    rounds: dict[tuple[str, str, int], list[Answered]] = field(default_factory=lambda: defaultdict(list))
    # By size: the memory of the worker that held most, after all questions; empty if some were not asked.
    memory: dict[int, Memory] = field(default_factory=dict)
    # By size: lines a second that were written through the write path, in batches, if the record was made in this run.
    filling: dict[int, float] = field(default_factory=dict)
    # By size: bytes of the database file for each line.
    line_bytes: dict[int, float] = field(default_factory=dict)
    waits: dict[int, Waits] = field(default_factory=dict)
    # By format and size.
    exports: dict[tuple[str, int], Exported] = field(default_factory=dict)
    imports: dict[tuple[str, int], Imported] = field(default_factory=dict)
    # Seconds from the start of a server to its first response, by the number of workers (None is the default):
    # of /healthz on the sample, and of an aggregate by size.
    healthz: dict[int | None, float] = field(default_factory=dict)
    aggregates: dict[int | None, dict[int, float]] = field(default_factory=dict)
    # Seconds of `strikeledger --help`, and of `python -c pass`.
    help: tuple[float, float] = (0, 0)

    def rate(self, question: str, who: str, size: int) -> float:
        """Return the answers a second."""
        return median(each.rate for each in self.rounds[question, who, size])

    def bytes(self, question: str, who: str, size: int) -> float:
        """Return the bytes of an answer, with its headers."""
        return median(each.size for each in self.rounds[question, who, size])
