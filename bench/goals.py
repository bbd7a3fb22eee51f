"""Goals of the comparison, and the table that shows for each whether it is met."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.figures import (
    BARE,
    BY_PLACE,
    DATASETTE,
    DEEP_PAGE,
    DEFAULT,
    DUCKDB,
    EVERYTHING,
    FIRST_PAGE,
    FULL_PAGE,
    KEPT,
    NOOP,
    ONE_PLACE,
    OURS,
    PAGE,
    POST,
    POST_AT_ONCE,
    REPORT,
    SQLITE,
    TYPICAL,
    UNCHANGED,
    Figures,
    Group,
)

# The size for which some goals are given.
MILLION = 1_000_000

# Rates from which on no fraction is printed.
_MANY = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A goal: what the figures are at each size, and whether it is met; None where no size tells."""

    question: str
    goal: str
    cells: Sequence[str]
    met: bool | None


def table(figures: Figures, chosen: Container[Group]) -> Iterator[str]:
    """Yield the lines of the tables, in Markdown: the rows by size, and what has no size."""
    sizes = [f"{size:,} lines" for size in figures.sizes]
    yield from _markdown(["what", "goal", *sizes, "met"], rows(figures, chosen))
    if Group.STARTS in chosen:
        yield ""
        yield from _markdown(["what", "goal", "measured", "met"], _starts(figures))


def _markdown(head: Sequence[str], every: Iterator[Row]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in every:
        met = {True: "yes", False: "**no**", None: "-"}[row.met]
        yield f"| {' | '.join([row.question, row.goal, *row.cells, met])} |"


def refusals(figures: Figures) -> Iterator[str]:
    """Yield what failed, in a sentence each."""
    for (question, who, size), rounds in figures.rounds.items():
        if failed := sum(each.failed for each in rounds):
            yield f"{who} refused {failed:,} requests for '{question}' of {size:,} lines."


def rows(figures: Figures, chosen: Container[Group]) -> Iterator[Row]:
    """Yield the goals of the chosen groups."""
    for group, goals in _ROWS.items():
        if group in chosen:
            yield from goals(figures)
    if figures.memory:
        yield _memory(figures, 130)


def _report(figures: Figures) -> Iterator[Row]:
    yield _least(figures, REPORT, DATASETTE, 4)
    yield _least(figures, REPORT, DATASETTE, 4, DEFAULT)
    yield _least(figures, REPORT, NOOP, 0.6)
    yield _growth(figures, REPORT, 1.3)


def _pages(figures: Figures) -> Iterator[Row]:
    for question in (PAGE, FULL_PAGE):
        yield _least(figures, question, DATASETTE, 2)
        yield _least(figures, question, DATASETTE, 2, DEFAULT)
    yield _growth(figures, FULL_PAGE, 1.2)
    yield _deep(figures, 1.2)
    yield from _again(figures, PAGE)


def _counts(figures: Figures) -> Iterator[Row]:
    for question, least, most in ((BY_PLACE, 15, 0.7), (ONE_PLACE, 15, 0.7), (EVERYTHING, 50, 0.25)):
        yield _least(figures, question, DATASETTE, least)
        yield _most_time(figures, question, most)
    for question in (ONE_PLACE, EVERYTHING):
        yield _growth_of_answer(figures, question)
    yield from _again(figures, EVERYTHING)


def _posts(figures: Figures) -> Iterator[Row]:
    yield _least(figures, POST, TYPICAL, 1)
    yield _least(figures, POST, SQLITE, 0.3)
    yield _growth(figures, POST, 1.5)
    yield _scale(figures, POST_AT_ONCE, POST, 3)
    yield _least(figures, POST_AT_ONCE, TYPICAL, 5)


def _record(figures: Figures) -> Iterator[Row]:
    yield _line_bytes(figures, 1_000)
    filling = [
        f"{figures.filling[size]:,.0f}/s" if size in figures.filling else "-" for size in figures.sizes
    ]
    yield Row("lines stored through the write path, 2,000 reports a transaction", "-", filling, None)


def _again(figures: Figures, question: str) -> Iterator[Row]:
    yield _least(figures, question, BARE, 0.65, KEPT)
    yield _least(figures, question, KEPT, 1, UNCHANGED)


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
    met = _times(rates[0], rates[-1]) <= most if len(rates) > 1 else None
    return Row(question, f"<= {most:g} x the time of the fewest lines", cells, met)


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
    """Limit the memory that a worker does not share."""
    memory = [figures.memory[size] for size in figures.sizes]
    cells = [
        f"{each.private:.0f} MiB (resident {each.resident:.0f}, peak {each.peak:.0f})" for each in memory
    ]
    met = all(each.private <= most for each in memory)
    return Row("private memory of a worker after all questions", f"<= {most:g} MiB", cells, met)


def _waits(figures: Figures, less_than: float = 2) -> Iterator[Row]:
    """Limit how much longer others wait while the worst questions run."""
    waits = [figures.waits[size] for size in figures.sizes]
    cells = [
        "; ".join([f"{each.growth:.2f} x ({each.alone:.1f} ms; {each.meanwhile:.1f} ms)", *each.faults])
        for each in waits
    ]
    met = all(each.growth < less_than and not each.faults for each in waits)
    yield Row("others' p99 while the worst questions run, one worker", f"< {less_than:g} x", cells, met)


def _exports(figures: Figures, most_memory: float = 200, latest: float = 0.5) -> Iterator[Row]:
    """Limit the memory that an export of everything takes, and how late its first byte comes."""
    for form in dict.fromkeys(form for form, _ in figures.exports):
        every = [figures.exports[form, size] for size in figures.sizes]
        cells = [f"{each.first:.2f} s; {each.rate:,.0f} lines/s; {each.memory:,.0f} MiB" for each in every]
        met = all(each.first <= latest and each.memory <= most_memory for each in every)
        goal = f"first byte <= {latest:g} s, <= {most_memory:g} MiB"
        yield Row(f"export of everything as {form}, one worker", goal, cells, met)


def _imports(
    figures: Figures, lowest: float = 7_000, times: float = 3, most_memory: float = 150
) -> Iterator[Row]:
    """Limit how slow an import is, alone and against sqlite-utils on the same rows, and the memory that it takes."""
    for form in dict.fromkeys(form for form, _ in figures.imports if form != "sqlite-utils"):
        cells, met = [], True
        for size in figures.sizes:
            if (form, size) not in figures.imports:
                cells.append("not measured")
                continue
            import_, other = figures.imports[form, size], figures.imports["sqlite-utils", size].rate
            ratio = _times(import_.rate, other)
            cells.append(
                f"{import_.rate:,.0f} lines/s ({ratio:.2f} x {other:,.0f} lines/s); {import_.memory:,.0f} MiB"
            )
            met &= import_.rate >= lowest and ratio >= times and import_.memory <= most_memory
        goal = f">= {lowest:,} lines/s, {times:g} x sqlite-utils, <= {most_memory:g} MiB"
        yield Row(f"import of everything from {form}", goal, cells, met)


def _line_bytes(figures: Figures, most: float) -> Row:
    """Limit the size of the database file."""
    sizes = [figures.line_bytes[size] for size in figures.sizes]
    met = all(size <= most for size in sizes)
    return Row("bytes of the record for each line", f"<= {most:,}", [f"{size:,.0f}" for size in sizes], met)


def _first_aggregates(figures: Figures, most: float = 1.5) -> Iterator[Row]:
    """Limit the time from the start of a server to the first aggregate, at a million lines."""
    for workers, seconds in figures.aggregates.items():
        judged = [seconds[size] <= most for size in figures.sizes if size >= MILLION]
        yield Row(
            f"from process start to the first aggregate, {_workers(workers)}",
            f"1 M lines: <= {most:g} s",
            [f"{seconds[size]:.2f} s" for size in figures.sizes],
            all(judged) if judged else None,
        )


def _starts(figures: Figures, healthz: float = 1.2, over_bare: float = 0.3) -> Iterator[Row]:
    """Limit what does not depend on the size of the record."""
    for workers, seconds in figures.healthz.items():
        name = f"from process start to `/healthz` on the sample, {_workers(workers)}"
        yield Row(name, f"<= {healthz:g} s", [f"{seconds:.2f} s"], seconds <= healthz)
    helped, bare = figures.help
    cell = f"{helped - bare:.2f} s ({helped:.2f} s; {bare:.2f} s)"
    met = helped - bare <= over_bare
    yield Row("`strikeledger --help` over `python -c pass`", f"<= {over_bare:g} s", [cell], met)


def _workers(workers: int | None) -> str:
    return "default workers" if workers is None else "one worker"


def _times(rate: float, other: float) -> float:
    """Return how many times another rate this one is; where neither answered, as many."""
    return rate / other if other else float("inf" if rate else 1)


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= _MANY else f"{rate:.1f}/s"


_ROWS: Mapping[Group, Callable[[Figures], Iterator[Row]]] = {
    Group.REPORT: _report,
    Group.PAGES: _pages,
    Group.COUNTS: _counts,
    Group.POSTS: _posts,
    Group.WAITS: _waits,
    Group.RECORD: _record,
    Group.EXPORTS: _exports,
    Group.IMPORTS: _imports,
    Group.STARTS: _first_aggregates,
}
