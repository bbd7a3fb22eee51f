"""Parsing context: inherited country and days, and the lines so far.

Which sentence changes it, and how, is decided in sections.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from app.parsing.accounting import Run
from app.parsing.country_mentions import countries_in
from app.parsing.dates import Dates
from app.parsing.hit_lists import Hits
from app.parsing.limits import MAX_CONTINUED, MAX_LINES, MAX_PHRASES, MAX_REMARKS, MAX_TALLIES, MAX_TOTALS
from app.parsing.result import ParsedCoverage, ParsedLine, ParsedTally, Remark
from app.parsing.text import tokens

# So many paragraphs after a line of prose "the strikes" still means those of that line.
MAX_GAP = 3


@dataclass(slots=True)
class Context:
    """The state of the walk through one release.

    `speaks_of_strikes` means that the last sentence did, `seen` are the days that were named last. `hits` is a heading
    whose rows may follow, `listed` the start of the last line made of such rows.

    `base` are the days of the whole release, `dates` those of the section. `mixed` means that the section speaks
    of several countries, so that a line without one only follows the line before. `open_total` is a total, and
    `line_open` a last line, to which "the strikes …" can still be added; `open_block` is the block of either,
    `open_number` the characters of the total's number of strikes. `bulleted` are the starts of lines in a list.
    `bare_block` is the block of a last line that may yet prove the total of a list; `totals_of` the countries of
    the totals in `totals_block`; `spoken_of` a place in prose, its days and its block. `tallies` counts those read,
    `phrases` the characters of their phrases and verbs; `capped` ends the walk.
    """

    text: str
    published_on: date | None
    lines: list[ParsedLine] = field(default_factory=list)
    coverage: list[ParsedCoverage] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    country: str | None = None
    mixed: bool = False
    dates: Dates | None = None
    base: Dates | None = None
    in_section: bool = False
    in_bullet: bool = False
    open_total: ParsedCoverage | None = None
    open_number: tuple[int, int] | None = None
    open_block: int = -1
    line_open: bool = False
    category: str | None = None
    speaks_of_strikes: bool = False
    seen: Dates | None = None
    hits: Hits | None = None
    listed: int = -1
    capped: bool = False
    tallies: int = 0
    phrases: int = 0
    bulleted: set[int] = field(default_factory=set)
    bare_block: int = -2
    totals_block: int = -1
    spoken_of: tuple[str, Dates, int] | None = None
    totals_of: set[str | None] = field(default_factory=set)

    @property
    def sure_country(self) -> str | None:
        """The country of the section, None where it speaks of several."""
        return None if self.mixed else self.country

    @property
    def is_head(self) -> bool:
        """Whether nothing was read yet."""
        return not self.lines and not self.coverage and not self.in_section and not self.in_bullet

    def enter(self, block: int) -> None:
        """Forget the country of a lead that gave totals of several: a list after it may be of either."""
        if len(self.totals_of) > 1 and block != self.totals_block:
            self.settle(None)
            self.totals_of.clear()

    def spread_over(self, block: int) -> None:
        """Note the country of a total."""
        if block != self.totals_block:
            self.totals_of.clear()
        self.totals_block = block
        self.totals_of.add(self.country)

    def remark(self, start: int, end: int, kind: str, message: str) -> None:
        """Note something about text[start:end]; past a limit nothing more is read."""
        if len(self.remarks) < MAX_REMARKS:
            self.remarks.append(Remark(start, end, kind, message))
        else:
            self._stop(start, f"Only the first {MAX_REMARKS} parsing remarks are listed.")

    def count(self, tallies: Iterable[ParsedTally]) -> None:
        """Add the tallies of a sentence to what was read."""
        for tally in tallies:
            self.tallies += 1
            self.phrases += len(tally.as_written) + len(tally.verb)

    def cap(self, start: int) -> None:
        """Stop at text[start] where a limit is reached: what lies beyond is unread, with a remark."""
        for rows, limit, noun in (
            (self.lines, MAX_LINES, "strike lines"),
            (self.coverage, MAX_TOTALS, "totals"),
        ):
            if len(rows) > limit:
                start = min(start, rows[limit].start)
                del rows[limit:]
                self._stop(start, f"Only the first {limit} {noun} are parsed.")
        if self.tallies >= MAX_TALLIES or self.phrases >= MAX_PHRASES:
            self._stop(start, "The text has more targets than are parsed.")

    def _stop(self, start: int, message: str) -> None:
        if not self.capped:
            self.remarks.append(Remark(start, len(self.text), "capped", message))
        self.capped = True

    def heading(self, start: int, end: int, days: list[Dates]) -> None:
        """Take country and days from a heading. Reads: "Strikes in Syria", "Aug. 2-4 Strikes", "Orta, Iraq"."""
        words = tokens(self.text, start, end, lambda: None)
        named = countries_in(words)
        if not named and not {"strike", "strikes", "airstrikes"} & {word.low for word in words}:
            return
        self.settle(named[0] if len(named) == 1 else None)
        self.totals_of.clear()
        late = not named and not days
        self.dates = days[0] if days else None if late else self.base
        self.in_section = True
        self.open_total, self.line_open = None, False

    def settle(self, country: str | None) -> None:
        """Let what follows inherit the country; None is several."""
        self.country, self.mixed = country, country is None

    def can_continue(self, block: int) -> bool:
        """Return whether "the strikes" in `block` can mean those of the last line."""
        gap = block - self.open_block
        if not self.line_open or not self.lines or len(self.lines[-1].tallies) >= MAX_CONTINUED:
            return False
        return gap <= (1 if self.in_bullet else MAX_GAP)
