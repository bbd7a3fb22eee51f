"""Judge what was read in a text against what is right: right, acceptable, wrong or silent.

right: the draft states what the text states. acceptable: it states nothing else, and what it leaves out lies in the
span of a remark. wrong: it states something that the text does not. silent: something is left out without a remark.
Wrong is worst. A case is a line of cases/*.jsonl: `text`, `published_on` and `right`, one outcome or a list of which
any is right. In an outcome a key that is missing is not compared, and a list of values means any of them.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app.catalogue.shipped import shipped_catalogue
from app.http.encoders import dumps
from app.parsing import parse_release
from app.releases.draft import draft_report
from tests.parsing.counting import numbers_in

Document = dict[str, Any]

# Remarks about a line as a whole; they explain its missing day, country or place, and no number in it.
ABOUT_LINES = frozenset(
    """no_date date_worked_out no_release_date no_country country_of_place country_inherited place_inherited
    unknown_place no_place""".split()
)
# What became of a number that is no field of the draft and is no day, name or the like.
REMARKED = frozenset({"unread", "not_counted", "included", "amount"})


@dataclass
class Verdict:
    """What is wrong, what is left out without a remark, and what is left out with one."""

    wrong: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    remarked: list[str] = field(default_factory=list)

    @property
    def word(self) -> str:
        """The verdict in one word."""
        if self.wrong:
            return "wrong"
        return "silent" if self.silent else "acceptable" if self.remarked else "right"

    @property
    def weight(self) -> tuple[int, int, int]:
        """How far from right it is."""
        return len(self.wrong), len(self.silent), len(self.remarked)

    def loses(self, what: str, *, remarked: bool) -> None:
        """Note what is left out."""
        (self.remarked if remarked else self.silent).append(what)


def cases(path: Path) -> list[Document]:
    """Read the cases of a file that are about a text."""
    rows = (json.loads(row) for row in path.read_text(encoding="utf-8").splitlines() if row.strip())
    return [row for row in rows if "text" in row]


def judge(case: Document) -> Verdict:
    """Read a case's text, and compare the draft with each outcome; the nearest decides."""
    published = date.fromisoformat(case["published_on"]) if case.get("published_on") else None
    text = case["text"]
    release = parse_release(text, published_on=published)
    answer = json.loads(dumps(draft_report(release, text, shipped_catalogue(), None)))
    outcomes = case["right"] if isinstance(case["right"], list) else [case["right"]]
    verdict = min(
        (_Comparison(text, answer).compare(outcome) for outcome in outcomes), key=lambda v: v.weight
    )
    free = case.get("acceptable", {}).get("free", [])
    verdict.silent += [f"no account of {words}" for words in unaccounted(text, answer, free)]
    return verdict


def unaccounted(text: str, answer: Document, free: Iterable[str]) -> Iterator[str]:
    """Yield the numbers of a text that are not listed, or are listed as remarked where no remark is."""
    exempt = [match.span() for words in free for match in re.finditer(re.escape(words), text)]
    spans = [
        (remark["start"], remark["end"]) for remark in answer["remarks"] if remark["kind"] not in ABOUT_LINES
    ]
    for start, end in numbers_in(text):
        if _inside((start, end), exempt):
            continue
        listed = [number for number in answer["numbers"] if number["start"] < end and start < number["end"]]
        if not listed or any(
            number["role"] in REMARKED and not _inside((number["start"], number["end"]), spans)
            for number in listed
        ):
            yield f"{text[start:end]!r} at {start}"


class _Comparison:
    def __init__(self, text: str, answer: Document) -> None:
        self.text = text
        self.draft: Document = answer["draft"]
        self.remarks: list[Document] = answer["remarks"]
        self.checks: list[Document] = answer["checks"]
        self.verdict = Verdict()

    def compare(self, outcome: Document) -> Verdict:
        """Compare all that the outcome has."""
        if "lines" in outcome:
            self._lines(outcome["lines"], list(self.draft["strikes"]))
        if "coverage" in outcome:
            self._coverage(outcome["coverage"])
        if "headline" in outcome:
            self._headline(outcome["headline"])
        for name in ("title", "number", "published_on"):
            if name in outcome:
                undated = name == "published_on" and any(r["kind"] == "no_release_date" for r in self.remarks)
                self._value(name, outcome[name], self.draft[name], remarked=undated)
        self._notes(outcome)
        return self.verdict

    def _notes(self, outcome: Document) -> None:
        """Compare the remarks and checks: those that must be there, and those that must not."""
        for wanted in outcome.get("remarks", []):
            if not any(self._is_remark(remark, wanted) for remark in self.remarks):
                self.verdict.silent.append(f"no remark {wanted}")
        for unwanted in outcome.get("never", []):
            if any(remark["kind"] == unwanted["remark"] for remark in self.remarks):
                self.verdict.wrong.append(f"a remark {unwanted['remark']}")
        if outcome.get("checks") == "agree":
            self.verdict.wrong += [f"a check fails: {c}" for c in self.checks if c["agrees"] is False]

    def _value(self, name: str, wanted: Any, found: Any, *, remarked: bool) -> None:  # noqa: ANN401 - JSON
        if _any_of(wanted, found):
            return
        if found is None:
            self.verdict.loses(f"{name} is null, not {wanted!r}", remarked=remarked)
        else:
            self.verdict.wrong.append(f"{name} is {found!r}, not {wanted!r}")

    def _headline(self, wanted: Any) -> None:  # noqa: ANN401 - JSON
        found = _figures(self.draft["headline"])
        choices = wanted if isinstance(wanted, list) else [wanted]
        if any(
            found == choice or (found and choice and choice.items() <= found.items()) for choice in choices
        ):
            return
        if found is None or any(
            choice and all(found.get(name) in {None, value} for name, value in choice.items())
            for choice in choices
        ):
            self.verdict.remarked.append(f"headline is {found}, not {wanted}")
        else:
            self.verdict.wrong.append(f"headline is {found}, not {wanted}")

    def _coverage(self, wanted: list[Document]) -> None:
        left = [row for row in self.draft["coverage"] if _figures(row)]
        for exact in (True, False):
            for row in list(wanted):
                same = next((found for found in left if _agrees(row, found, exact=exact)), None)
                if same:
                    left.remove(same)
                    wanted = [other for other in wanted if other is not row]
                    if not exact:
                        self.verdict.remarked.append(f"coverage lacks a part of {row}")
        # The law of numbers decides whether what is missing here is remarked.
        self.verdict.remarked += [f"no coverage {row}" for row in wanted]
        self.verdict.wrong += [f"coverage {row}" for row in left]

    def _lines(self, wanted: list[Document], found: list[Document]) -> None:
        pairs = sorted(
            (
                (_likeness(want, line), -abs(i - j), i, j)
                for i, want in enumerate(wanted)
                for j, line in enumerate(found)
            ),
            reverse=True,
        )
        rows, columns = set(range(len(wanted))), set(range(len(found)))
        for likeness, _, i, j in pairs:
            if likeness and i in rows and j in columns:
                rows.remove(i)
                columns.remove(j)
                self._line(wanted[i], found[j])
        for i in rows:
            self._lost_line(wanted[i])
        self.verdict.wrong += [f"a line {_short(found[j])}" for j in columns]

    def _lost_line(self, want: Document) -> None:
        # Whether the number of strikes is remarked is the law's matter.
        words = [t["what"] for t in want.get("tallies", []) if not t.get("optional")]
        remarked = all(self._remarked(what) for what in words)
        self.verdict.loses(f"no line {want.get('location') or want.get('place')} {words}", remarked=remarked)

    def _line(self, want: Document, line: Document) -> None:
        name = _short(line)
        span = line["quote"]["start"], line["quote"]["end"]
        about = any(
            r["kind"] in ABOUT_LINES and r["start"] < span[1] and span[0] < r["end"] for r in self.remarks
        )
        for key in ("country", "date_from", "date_to", "engagements"):
            if key in want:
                # The law accounts for the number of engagements, a remark about the line for the rest.
                remarked = about or key == "engagements"
                self._value(f"{key} of {name}", want[key], line[key], remarked=remarked)
        # A place without a slug is remarked as unknown; one that is not read at all only by a remark over its words.
        written = line["location_as_written"]
        named = about if written else self._remarked(want.get("place") or want.get("location") or "")
        if "location" in want:
            self._value(f"location of {name}", want["location"], line["location"], remarked=named)
        if "place" in want and not _names(want["place"], written):
            self._value(f"place of {name}", want["place"], written, remarked=named)
        if "strikes" in want:
            bounds = None if line["strikes_min"] is None else (line["strikes_min"], line["strikes_max"])
            self._strikes(name, want["strikes"], bounds)
        if "tallies" in want:
            self._tallies(name, want["tallies"], list(line["tallies"]))

    def _strikes(self, name: str, wanted: Any, found: tuple[int, int | None] | None) -> None:  # noqa: ANN401 - JSON
        choices = _bounds(wanted)
        if found in choices:
            return
        # Whether the number is remarked is the law's matter.
        if found is None or any(choice and _wider(found, choice) for choice in choices):
            self.verdict.remarked.append(f"strikes of {name} are {found}, not {wanted}")
        else:
            self.verdict.wrong.append(f"strikes of {name} are {found}, not {wanted}")

    def _tallies(self, name: str, wanted: list[Document], found: list[Document]) -> None:
        left = list(wanted)
        for alike in (_same_tally, _true_tally):
            for tally in list(found):
                want = next((want for want in left if alike(want, tally)), None)
                if want:
                    left.remove(want)
                    found.remove(tally)
                    self._category(want, tally)
                    if alike is _true_tally:
                        lost = (
                            f"{tally['as_written']!r} of {name} is {tally['count_min']}..{tally['count_max']}"
                        )
                        self.verdict.loses(lost, remarked=self._remarked(tally["as_written"]))
        self.verdict.wrong += [
            f"{t['effect']} {t['count_min']}..{t['count_max']} {t['as_written']!r} of {name}" for t in found
        ]
        for want in left:
            if not want.get("optional"):
                self.verdict.loses(
                    f"no {want['effect']} {want['what']} of {name}", remarked=self._remarked(want["what"])
                )

    def _category(self, want: Document, tally: Document) -> None:
        if "category" in want:
            unknown = self._remarked(tally["as_written"]) or any(
                r["kind"] == "unknown_category" for r in self.remarks
            )
            self._value(
                f"category of {tally['as_written']!r}", want["category"], tally["category"], remarked=unknown
            )

    def _remarked(self, words: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether a remark covers these words, or any of them, where they stand; a slug stands for its words."""
        choices = words if isinstance(words, list) else [words]
        places = [match.span() for choice in choices if choice for match in _spans(choice, self.text)]
        return any(
            _inside(place, [(r["start"], r["end"])])
            for place in places
            for r in self.remarks
            if r["kind"] not in ABOUT_LINES
        )

    def _is_remark(self, remark: Document, wanted: Document) -> bool:
        if "kinds" in wanted and remark["kind"] not in wanted["kinds"]:
            return False
        if not re.search(wanted.get("says", ""), f"{remark['kind']} {remark['message']}", re.IGNORECASE):
            return False
        if "over" not in wanted:
            return True
        return any(
            _inside(m.span(), [(remark["start"], remark["end"])])
            for m in re.finditer(re.escape(wanted["over"]), self.text)
        )


def _inside(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _spans(words: str, text: str) -> Iterator[re.Match[str]]:
    """Find words in a text, whatever space or hyphen stands between them; a slug holds no apostrophe."""
    letters = (r"['\u2019]?".join(map(re.escape, word)) for word in re.split(r"[\s-]+", words))
    return re.finditer(r"[\s-]+".join(letters), text, re.IGNORECASE)


def _any_of(wanted: Any, found: Any) -> bool:  # noqa: ANN401 - JSON
    return found in wanted if isinstance(wanted, list) else bool(found == wanted)


def _folded(words: str | None) -> str:
    """Fold case, accents, hyphens, apostrophes and runs of spaces."""
    letters = unicodedata.normalize("NFKD", words or "").casefold()
    kept = "".join(
        letter for letter in letters if not unicodedata.combining(letter) and letter not in "'\u2019\u2018`"
    )
    return " ".join(re.sub(r"[\W_]+", " ", kept).split())


def _names(wanted: Any, found: str | None) -> bool:  # noqa: ANN401 - JSON
    choices = wanted if isinstance(wanted, list) else [wanted]
    return any(found is None if choice is None else _folded(choice) in _folded(found) for choice in choices)


def _figures(total: Document | None) -> Document | None:
    figures = {name: (total or {}).get(name) for name in ("strikes", "engagements")}
    return figures if any(value is not None for value in figures.values()) else None


def _agrees(want: Document, found: Document, *, exact: bool) -> bool:
    return all(
        _any_of(value, found[name]) or (not exact and found[name] is None) for name, value in want.items()
    )


def _bounds(wanted: Any) -> list[tuple[int, int | None] | None]:  # noqa: ANN401 - JSON
    """Return the choices of bounds: [9, 9] is one, [[2, null], null] are two."""
    if wanted is None or (wanted and isinstance(wanted[0], int)):
        wanted = [wanted]
    return [None if choice is None else (choice[0], choice[1]) for choice in wanted]


def _wider(found: tuple[int, int | None], true: tuple[int, int | None]) -> bool:
    """Whether bounds hold the true ones, so that they state nothing that is not so."""
    return found[0] <= true[0] and (found[1] is None or (true[1] is not None and true[1] <= found[1]))


def _is_target(want: Document, tally: Document) -> bool:
    written = _folded(tally["as_written"])
    without = want.get("without", [])
    return (
        _names(want["what"], tally["as_written"])
        and _any_of(want["effect"], tally["effect"])
        and not any(_folded(words) in written for words in without)
    )


def _same_tally(want: Document, tally: Document) -> bool:
    low, high = want.get("min", tally["count_min"]), want.get("max", tally["count_max"])
    return _is_target(want, tally) and _any_of(low, tally["count_min"]) and _any_of(high, tally["count_max"])


def _true_tally(want: Document, tally: Document) -> bool:
    lows, highs = (
        [want.get(name)] if not isinstance(want.get(name), list) else want[name] for name in ("min", "max")
    )
    found = tally["count_min"], tally["count_max"]
    return _is_target(want, tally) and any(_wider(found, (low or 0, high)) for low in lows for high in highs)


def _likeness(want: Document, line: Document) -> int:
    """How much of a line is as wanted; at least 1, so that any two lines may be a pair."""
    place = all(
        _any_of(want[key], line[key]) if key == "location" else _names(want[key], line["location_as_written"])
        for key in ("location", "place")
        if key in want
    )
    named = bool(want.get("location") or want.get("place"))
    strikes = want.get("strikes") is not None and (line["strikes_min"], line["strikes_max"]) in _bounds(
        want["strikes"]
    )
    days = "date_from" in want and _any_of(want["date_from"], line["date_from"])
    country = "country" in want and _any_of(want["country"], line["country"])
    tallies = sum(any(_same_tally(t, found) for found in line["tallies"]) for t in want.get("tallies", []))
    return 1 + 4 * (place and named) + 2 * strikes + 2 * days + country + 3 * tallies


def _short(line: Document) -> str:
    place = line["location"] or line["location_as_written"]
    return f"{line['country']} {place} {line['strikes_min']}..{line['strikes_max']} {line['date_from']}"
