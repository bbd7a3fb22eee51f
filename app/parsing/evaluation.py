"""Evaluation of the parser: precision and recall on labelled releases.

A line is matched when country, place and number of strikes agree. A tally is right when, within such a line,
verb, category and count agree. An `optional` label counts neither as matched nor as missed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

from app.parsing import ParsedLine, ParsedTally, parse_release

_CODES = {"Syria": "SY", "Iraq": "IQ", "Libya": "LY", "Yemen": "YE", "Somalia": "SO", "Afghanistan": "AF"}


class LabelledTally(TypedDict, total=False):
    """A tally as a labeller wrote it; see the README of the labelled data."""

    effect: str
    category: str
    count: int | None
    count_min: int
    also_accept_count: list[int | None]
    optional: bool


class LabelledLine(TypedDict, total=False):
    """A line as a labeller wrote it."""

    country: str
    location: str | None
    location_phrase: str
    strikes: int | None
    strikes_date: str
    tallies: list[LabelledTally]


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one release, or their sum, and what went wrong in words."""

    name: str
    lines: int
    lines_found: int
    tallies: int
    tallies_found: int
    tallies_read: int
    faults: tuple[str, ...] = ()

    @property
    def line_recall(self) -> float:
        """The share of labelled lines that were matched."""
        return self.lines_found / self.lines if self.lines else 1.0

    @property
    def precision(self) -> float:
        """The share of tallies read that are right."""
        return self.tallies_found / self.tallies_read if self.tallies_read else 1.0

    @property
    def recall(self) -> float:
        """The share of labelled tallies that were read."""
        return self.tallies_found / self.tallies if self.tallies else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of each release and of all."""

    releases: tuple[Score, ...]
    total: Score


def score(directory: Path) -> Scores:
    """Parse every labelled release of `directory` and compare. Raises OSError where a file is missing."""
    scores = []
    for path in sorted((directory / "labels").glob("*.json")):
        label = json.loads(path.read_text(encoding="utf-8"))
        text = (directory / "releases" / f"{path.stem}.txt").read_text(encoding="utf-8")
        published = date.fromisoformat(label["release_date"]) if label.get("release_date") else None
        scores.append(
            score_release(path.stem, parse_release(text, published_on=published).lines, label["entries"])
        )
    total = Score(
        "total",
        sum(one.lines for one in scores),
        sum(one.lines_found for one in scores),
        sum(one.tallies for one in scores),
        sum(one.tallies_found for one in scores),
        sum(one.tallies_read for one in scores),
    )
    return Scores(tuple(scores), total)


def score_release(name: str, lines: Sequence[ParsedLine], entries: Sequence[LabelledLine]) -> Score:
    """Compare the lines of one release with its labels; each line is matched with one label, in order."""
    left = list(lines)
    matched = tallies = right = read = 0
    faults: list[str] = []
    for entry in entries:
        line = next((line for line in left if _same_line(line, entry)), None)
        required = sum(not tally.get("optional") for tally in entry["tallies"])
        tallies += required
        if line is None:
            faults.append(f"missed: {entry.get('country')} {entry.get('location')} {entry.get('strikes')}")
            continue
        left.remove(line)
        matched += 1
        hits, extra, wrong = _compare(line.tallies, entry["tallies"])
        right, read = right + hits, read + hits + extra
        faults += [f"{entry.get('location')}: {fault}" for fault in wrong]
    for line in left:
        read += len(line.tallies)
        faults.append(f"extra: {line.country} {line.place} {line.strikes}")
    return Score(name, len(entries), matched, tallies, right, read, tuple(faults))


def _same_line(line: ParsedLine, entry: LabelledLine) -> bool:
    given = line.strikes
    exact = given.minimum if given and given.minimum == given.maximum else None
    country = entry.get("country")
    day = entry.get("strikes_date")
    return (
        _folded(line.place) == _folded(entry.get("location"))
        and exact == entry.get("strikes")
        and line.country == (_CODES.get(country, country) if country else None)
        and (day is None or (line.date_from is not None and line.date_from.isoformat() == day))
    )


def _compare(tallies: Iterable[ParsedTally], labels: Iterable[LabelledTally]) -> tuple[int, int, list[str]]:
    """Count right and surplus tallies of a line; an optional label takes its tally out of the reckoning."""
    left = list(tallies)
    hits = 0
    faults = []
    for label in sorted(labels, key=lambda label: bool(label.get("optional"))):
        tally = next((tally for tally in left if _same_tally(tally, label)), None)
        if tally:
            left.remove(tally)
            hits += not label.get("optional")
        elif not label.get("optional"):
            faults.append(f"missed: {label['effect']} {label.get('count')} {label['category']}")
    faults += [f"extra: {tally.verb} {tally.count} {tally.category}" for tally in left]
    return hits, len(left), faults


def _same_tally(tally: ParsedTally, label: LabelledTally) -> bool:
    if tally.verb != label["effect"] or _folded(tally.category) != _folded(label["category"]):
        return False
    count = tally.count
    exact = count.minimum if count.minimum == count.maximum else None
    if "count_min" in label:
        return count.minimum == label["count_min"] and count.maximum is None
    return exact == label.get("count") or exact in label.get("also_accept_count", [])


def _folded(name: str | None) -> str | None:
    return " ".join(name.replace("\u2019", "'").split()).lower() if name else None


def report(scores: Scores) -> list[str]:
    """Lay out the figures as lines of text, one for each release, the faults, and the total last."""
    rows = [f"{'release':<34} {'lines':>9} {'tallies':>9} {'precision':>9} {'recall':>7} {'F1':>7}"]
    for one in (*scores.releases, scores.total):
        rows.append(
            f"{one.name:<34} {one.lines_found:>4}/{one.lines:<4} {one.tallies_found:>4}/{one.tallies:<4} "
            f"{one.precision:>9.4f} {one.recall:>7.4f} {one.f1:>7.4f}",
        )
        rows += [f"    {fault}" for fault in one.faults]
    rows.append(f"line recall {scores.total.line_recall:.4f}, tally F1 {scores.total.f1:.4f}")
    return rows
