"""What was measured, and the table of it: each goal, the figures at each size, and whether it is met."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.load import Answered

# Who answers. OURS works every question out, KEPT may give an answer again, UNCHANGED answers 304.
OURS, KEPT, UNCHANGED = "strikeledger", "strikeledger, asked again", "strikeledger, 304"
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

# The size for which some goals are given.
MILLION = 1_000_000

# Answers a second of which no fraction is told.
_MANY = 100


@dataclass(slots=True)
class Figures:
    """All rounds of all measurements. Ratios are of medians, within this one run."""

    sizes: Sequence[int]
    rounds: dict[tuple[str, str, int], list[Answered]] = field(default_factory=lambda: defaultdict(list))
    # By size: seconds from the server's start until an aggregate was answered; MiB that it holds now, and at most.
    loading: dict[int, float] = field(default_factory=dict)
    memory: dict[int, tuple[float, float]] = field(default_factory=dict)
    # By size: lines stored a second through the one door, in batches, before anything was measured.
    filling: dict[int, float] = field(default_factory=dict)

    def rate(self, question: str, who: str, size: int) -> float:
        """Return the answers a second."""
        return median(each.rate for each in self.rounds[question, who, size])

    def bytes(self, question: str, who: str, size: int) -> float:
        """Return the bytes of an answer, with its headers."""
        return median(each.size for each in self.rounds[question, who, size])


@dataclass(frozen=True, slots=True)
class Row:
    """A goal: what the figures are at each size, and whether it is met; None where no size tells."""

    question: str
    goal: str
    cells: Sequence[str]
    met: bool | None


def table(figures: Figures) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    sizes = [f"{size:,} lines" for size in figures.sizes]
    yield f"| {' | '.join(['question', 'goal', *sizes, 'met'])} |"
    yield f"|{'---|' * (len(sizes) + 3)}"
    for row in rows(figures):
        met = {True: "yes", False: "**no**", None: "-"}[row.met]
        yield f"| {' | '.join([row.question, row.goal, *row.cells, met])} |"


def refusals(figures: Figures) -> Iterator[str]:
    """Yield what failed, in a sentence each."""
    for (question, who, size), rounds in figures.rounds.items():
        if failed := sum(each.failed for each in rounds):
            yield f"{who} refused {failed:,} requests for '{question}' of {size:,} lines."


def rows(figures: Figures) -> Iterator[Row]:
    """Yield every goal."""
    yield _least(figures, REPORT, DATASETTE, 4)
    yield _least(figures, REPORT, NOOP, 0.6)
    yield _growth(figures, REPORT, 1.3)
    yield _least(figures, PAGE, DATASETTE, 6)
    yield _growth(figures, FULL_PAGE, 1.3)
    yield _deep(figures, 1.2)
    yield _least(figures, BY_PLACE, DATASETTE, 15)
    yield _most_time(figures, BY_PLACE, 0.3)
    for question, least in ((ONE_PLACE, 15), (EVERYTHING, 50)):
        yield _least(figures, question, DATASETTE, least)
        yield _most_time(figures, question, 0.25)
        yield _growth_of_answer(figures, question)
    for question in (PAGE, EVERYTHING):
        yield _least(figures, question, BARE, 0.65, KEPT)
        yield _least(figures, question, KEPT, 1, UNCHANGED)
    yield _least(figures, POST, TYPICAL, 6)
    yield _least(figures, POST, SQLITE, 0.3)
    yield _growth(figures, POST, 1.5)
    yield _least(figures, POST_AT_ONCE, TYPICAL, 5)
    yield _scale(figures, POST_AT_ONCE, POST, 3)
    yield _memory(figures, 300)
    loading = [f"{figures.loading[size]:.1f} s" for size in figures.sizes]
    yield Row("from the start of the server to the first aggregate", "-", loading, None)
    filling = [
        f"{figures.filling[size]:,.0f}/s" if size in figures.filling else "-" for size in figures.sizes
    ]
    yield Row("lines written through the one door, 2,000 reports a transaction", "-", filling, None)


def _least(figures: Figures, question: str, who: str, least: float, us: str = OURS) -> Row:
    """Ask for so many times the answers of another."""
    ratios, cells = [], []
    for size in figures.sizes:
        our, their = figures.rate(question, us, size), figures.rate(question, who, size)
        ratios.append(_times(our, their))
        cells.append(f"{ratios[-1]:.2f} x ({_rate(our)}; {_rate(their)})")
    name = question if us == OURS else f"{question}: {us.removeprefix(f'{OURS}, ')}"
    return Row(name, f">= {least:g} x {who}", cells, all(each >= least for each in ratios))


def _scale(figures: Figures, question: str, other: str, least: float) -> Row:
    """Ask for so many times the answers that the product gives to another question."""
    ratios, cells = [], []
    for size in figures.sizes:
        rate, its = figures.rate(question, OURS, size), figures.rate(other, OURS, size)
        ratios.append(_times(rate, its))
        cells.append(f"{ratios[-1]:.2f} x ({_rate(rate)}; {_rate(its)})")
    return Row(question, f">= {least:g} x {other} on one", cells, all(each >= least for each in ratios))


def _most_time(figures: Figures, question: str, most: float) -> Row:
    """Ask for such a part of DuckDB's time, of a million lines."""
    ratios = [
        _times(figures.rate(question, DUCKDB, size), figures.rate(question, OURS, size))
        for size in figures.sizes
    ]
    cells = [
        f"{ratio:.2f} x ({_rate(figures.rate(question, OURS, size))}; {_rate(figures.rate(question, DUCKDB, size))})"
        for ratio, size in zip(ratios, figures.sizes, strict=True)
    ]
    judged = [ratio for ratio, size in zip(ratios, figures.sizes, strict=True) if size >= MILLION]
    goal = f"1 M lines: <= {most:g} x the time of {DUCKDB}"
    return Row(question, goal, cells, all(each <= most for each in judged) if judged else None)


def _growth(figures: Figures, question: str, most: float) -> Row:
    """Ask that an answer takes at most so many times as long as with the fewest lines."""
    rates = [figures.rate(question, OURS, size) for size in figures.sizes]
    cells = [f"{_times(rates[0], rate):.2f} x ({_rate(rate)})" for rate in rates]
    return Row(question, f"<= {most:g} x the time of the fewest", cells, _times(rates[0], rates[-1]) <= most)


def _growth_of_answer(figures: Figures, question: str) -> Row:
    """Ask that the time grows no more than the answer."""
    first = figures.sizes[0]
    cells, met = [], []
    for size in figures.sizes:
        time = _times(figures.rate(question, OURS, first), figures.rate(question, OURS, size))
        answer = figures.bytes(question, OURS, size) / figures.bytes(question, OURS, first)
        cells.append(f"time {time:.2f} x, answer {answer:.2f} x")
        met.append(time <= answer)
    return Row(question, "time grows no more than the answer", cells, met[-1] if len(met) > 1 else None)


def _deep(figures: Figures, most: float) -> Row:
    """Ask that a page far down is as fast as the first."""
    ratios, cells = [], []
    for size in figures.sizes:
        first, deep = figures.rate(FIRST_PAGE, OURS, size), figures.rate(DEEP_PAGE, OURS, size)
        ratios.append(_times(first, deep))
        cells.append(f"{ratios[-1]:.2f} x ({_rate(deep)}; {_rate(first)})")
    goal = f"<= {most:g} x the time of page 1"
    return Row("page 1,000 by cursor", goal, cells, all(each <= most for each in ratios))


def _memory(figures: Figures, most: float) -> Row:
    cells = [
        f"{now:.0f} MiB (peak {peak:.0f})" for now, peak in (figures.memory[size] for size in figures.sizes)
    ]
    met = figures.memory[figures.sizes[-1]][1] <= most
    return Row("memory of the worker after all questions", f"<= {most:g} MiB", cells, met)


def _times(rate: float, other: float) -> float:
    """Return how many times another rate this one is; where neither answered, as many."""
    return rate / other if other else float("inf" if rate else 1)


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= _MANY else f"{rate:.1f}/s"
