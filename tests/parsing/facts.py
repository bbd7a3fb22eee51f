"""A parsed release as plain values, short enough to write down in a test."""

from datetime import date

from app.parsing import Count, ParsedRelease, ParsedTally, parse_release

Number = int | tuple[int, int | None] | None
Tally = tuple[str, Number, str]
Line = tuple[str | None, str | None, Number, list[Tally]]


def plain(count: Count | None) -> Number:
    """Write an exact count as one number, any other as its minimum and maximum."""
    if count is None:
        return None
    return count.minimum if count.minimum == count.maximum else (count.minimum, count.maximum)


def lines(text: str, published_on: date | None = None) -> list[Line]:
    """List country, place, strikes and tallies of each line."""
    return facts(parse_release(text, published_on=published_on))


def facts(release: ParsedRelease) -> list[Line]:
    """List country, place, strikes and tallies of each line."""
    return [(line.country, line.place, plain(line.strikes), tallies(line.tallies)) for line in release.lines]


def tallies(found: tuple[ParsedTally, ...]) -> list[Tally]:
    """List verb, count and category of each tally."""
    return [(tally.verb, plain(tally.count), tally.category) for tally in found]


def targets(words: str) -> list[Tally]:
    """Read what one strike near Vero did. Reads: "destroyed two boats and a barge"."""
    [line] = parse_release(f"- Near Vero, one strike {words}").lines
    return tallies(line.tallies)


def kinds(text: str, published_on: date | None = None) -> list[tuple[str, str]]:
    """List the kind and the words of each remark."""
    release = parse_release(text, published_on=published_on)
    return [(remark.kind, text[remark.start : remark.end]) for remark in release.remarks]
