"""Lines of reports as pages list them: the proof behind every figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from app.catalogue import names
from app.drawings import wording
from app.drawings.count_forms import Count, Form
from app.pages.record import Record
from app.pages.templating import render
from app.pages.view import View, refused
from app.strikes.ordering import READERS, Position, Sort
from app.strikes.params import StrikeQuery

Line = Mapping[str, Any]

# Lines on a page of them.
MOST = 20

ORDERS = {
    Sort.LATEST: ("Newest", "newest first"),
    Sort.EARLIEST: ("Oldest", "oldest first"),
    Sort.MOST_ITEMS: ("Most items", "most items first"),
    Sort.MOST_STRIKES: ("Most strikes", "most strikes first"),
}


def orders(view: View) -> list[dict[str, Any]]:
    """Return the orders of lines, with the address of each; that of the page's usual order is without it."""
    usual = type(view.query).model_fields["sort"].default
    return [
        {
            "name": name,
            "href": view.url(sort=None if order is usual else order.value),
            "is_chosen": order is view.query.sort,
        }
        for order, (name, _) in ORDERS.items()
    ]


@dataclass(frozen=True, slots=True)
class Matching:
    """Which tallies of a line a question counts: those of the effects and categories that it names."""

    effects: frozenset[str]
    categories: frozenset[str] | None

    @classmethod
    def of(cls, query: StrikeQuery, record: Record) -> "Matching":
        """Return what a question counts."""
        ids = query.resolved(record.catalogue, record.seq).category_ids
        by_id = record.catalogue.categories.by_id
        slugs = None if ids is None else frozenset(by_id[number].slug for number in ids)
        return cls(frozenset(str(effect) for effect in query.effect), slugs)

    def counts(self, tally: Mapping[str, Any]) -> bool:
        """Return whether a tally is counted."""
        if self.effects and tally["effect"] not in self.effects:
            return False
        return self.categories is None or tally["category"] in self.categories

    def items(self, line: Line) -> Count:
        """Return the items of the tallies of a line that are counted."""
        return items_of([tally for tally in line["tallies"] if self.counts(tally)])


def items_of(tallies: Sequence[Mapping[str, Any]]) -> Count:
    """Return what tallies add up to."""
    least = sum(tally["count_min"] for tally in tallies)
    if any(tally["count_max"] is None for tally in tallies):
        return Count(Form.AT_LEAST, least)
    most = sum(tally["count_max"] for tally in tallies)
    return Count(Form.BETWEEN if most > least else Form.NUMBER if least else Form.ZERO, least, most)


def strikes_of(line: Line) -> Count:
    """Return the strikes of a line."""
    least, most = line["strikes_min"], line["strikes_max"]
    if least is None:
        return Count(Form.NOT_GIVEN)
    if most is None:
        return Count(Form.AT_LEAST, least)
    return Count(Form.BETWEEN if most > least else Form.NUMBER if least else Form.ZERO, least, most)


def table(  # noqa: PLR0913 - lines, the question, and how they open
    listed: Sequence[Line],
    query: StrikeQuery,
    record: Record,
    *,
    caption: str,
    view: View | None = None,
    opened: str | None = None,
    base: str = "",
) -> Markup:
    """Return the table of lines. With a view each line opens in place, on `opened` it is open."""
    matching = Matching.of(query, record)
    rows = []
    for line in listed:
        is_open = line["id"] == opened
        rows.append(
            {
                "line": line,
                "days": wording.days(line["date_from"], line["date_to"]),
                "place": line["location"]["name"] if line["location"] else None,
                "strikes": strikes_of(line),
                "count": matching.items(line),
                "tallies": [
                    {**tally, "words": tally_words(tally, record), "is_counted": matching.counts(tally)}
                    for tally in line["tallies"]
                ],
                "publisher": publisher_name(line["report"]["publisher"], record),
                "href": view.url(row=None if is_open else line["id"]) if view else None,
                "is_open": is_open,
                "quote": marked_quote(line) if is_open else None,
                "citation": citation(line, record, base) if is_open else None,
                "country": names.country(line["country"]),
            }
        )
    return render("lines.html", rows=rows, caption=caption)


def tally_words(tally: Mapping[str, Any], record: Record) -> str:
    """Return a tally as a fact: 17 × heavy equipment vehicle."""
    category = record.catalogue.category(tally["category"]) if tally["category"] else None
    name = category.name if category else "not yet in a category"
    name = name[:1].lower() + name[1:] if name[1:2].islower() else name
    least, most = tally["count_min"], tally["count_max"]
    about = "about " if tally["approximate"] else ""
    if most is None:
        return (
            f"{about}{f'at least {least:,}' if least else 'a number not given'} × {name}" if least else name
        )
    return f"{about}{least:,} × {name}" if least == most else f"{about}{least:,}–{most:,} × {name}"


def publisher_name(slug: str, record: Record) -> str:
    """Return the name of a publisher."""
    publisher = record.catalogue.publisher(slug)
    return publisher.name if publisher else slug


def marked_quote(line: Line) -> Markup | None:
    """Return the sentence of a line with its numbers marked by their effect; None where the record holds no text.

    A tally without a place in the text has no mark: words that only look like its own prove nothing.
    """
    quote, start = line["quote"], line["quote_start"]
    if quote is None:
        return None
    marks = [
        (span["start"] - start, span["end"] - start, tally["effect"])
        for tally in line["tallies"]
        if (span := tally["quote"]) and start <= span["start"] < span["end"] <= start + len(quote)
    ]
    return marked(quote, marks)


def marked(text: str, marks: Sequence[tuple[int, int, str]]) -> Markup:
    """Return a text with marks of the effects that parts of it state; offsets are in code points."""
    pieces, at = [], 0
    for start, end, effect in sorted(marks):
        if start < at:
            continue
        pieces += [
            escape(text[at:start]),
            Markup('<mark class="m-{}" title="{}">{}</mark>').format(effect, effect, text[start:end]),
        ]
        at = end
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


def citation(line: Line, record: Record, base: str) -> str:
    """Return the citation of a line, in the words of docs/citing.md."""
    report = line["report"]
    number = f", {report['number']}" if report["number"] else ""
    strikes = strikes_of(line)
    what = (
        f"{strikes.words.replace('≥', 'At least')} {'strike' if strikes.words == '1' else 'strikes'}"
        if strikes.is_known
        else "Strikes"
    )
    place = f" near {line['location']['name']}" if line["location"] else ""
    return (
        f"{publisher_name(report['publisher'], record)}{number}, {wording.day(report['published_on'])}. "
        f"{what}{place}, {wording.days(line['date_from'], line['date_to'])}. strikeledger ledger {record.seq}, "
        f"sha256 {record.now.hash}. {base}/v1/strikes/{line['id']}?as_of={record.seq}"
    )


def written(position: Position) -> str:
    """Write the last line of a page for an address."""
    return ",".join("" if part is None else str(part) for part in position)


def position(given: str, sort: Sort) -> Position:
    """Read the last line of the page before out of an address. Raises InvalidInput."""
    try:
        return tuple(
            read(int(part) if part.isdigit() else part or None)
            for read, part in zip(READERS[sort], given.split(","), strict=True)
        )
    except (TypeError, ValueError):
        raise refused("after", "is damaged; begin with the first page") from None
