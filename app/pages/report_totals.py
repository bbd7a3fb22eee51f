"""Totals of a report's lines, and its claimed totals, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.catalogue import names
from app.drawings import wording
from app.drawings.count_forms import Count, Form
from app.pages.line_table import items_of

Document = Mapping[str, Any]

# Claims of coverage that a page lists.
_MOST_CLAIMS = 20


@dataclass(frozen=True, slots=True)
class Totals:
    """What lines add up to, as `/v1/aggregates` counts them."""

    items: Count
    strikes: Count
    engagements: Count
    lines: int
    # Counts without an upper bound, and lines without a full number of strikes.
    open_items: int
    open_strikes: int
    by_country: Sequence[tuple[str, int]]

    @classmethod
    def of(cls, lines: Sequence[Document]) -> "Totals":
        """Add lines up."""
        tallies = [tally for line in lines for tally in line["tallies"]]
        engagements = [line["engagements"] for line in lines if line["engagements"] is not None]
        return cls(
            items=items_of(tallies),
            strikes=_strikes(lines),
            engagements=_number(sum(engagements)) if engagements else Count(Form.NOT_GIVEN),
            lines=len(lines),
            open_items=sum(tally["count_max"] is None for tally in tallies),
            open_strikes=sum(line["strikes_max"] is None for line in lines),
            by_country=Counter(line["country"] for line in lines).most_common(),
        )

    @property
    def figures(self) -> Sequence[tuple[str, Count]]:
        """The totals by name."""
        return (
            ("Items", self.items),
            ("Strikes", self.strikes),
            ("Lines", _number(self.lines)),
            ("Engagements", self.engagements),
        )

    @property
    def countries(self) -> str:
        """How many lines are in each country."""
        if len(self.by_country) == 1:
            return f"all in {names.country(self.by_country[0][0])}"
        return ", ".join(f"{lines:,} in {names.country(code)}" for code, lines in self.by_country)


def _number(value: int) -> Count:
    return Count(Form.NUMBER if value else Form.ZERO, value, value)


def _strikes(lines: Sequence[Document]) -> Count:
    given = [line for line in lines if line["strikes_min"] is not None]
    if lines and not given:
        return Count(Form.NOT_GIVEN)
    least = sum(line["strikes_min"] for line in given)
    if any(line["strikes_max"] is None for line in lines):
        return Count(Form.AT_LEAST, least)
    most = sum(line["strikes_max"] for line in given)
    return Count(Form.BETWEEN, least, most) if most > least else _number(least)


def left_open(report: Document) -> list[str]:
    """Return what a report does not give, in sentences: number, title, days, numbers of strikes."""
    lines = report["strikes"]
    without = [f"a {name}" for name in ("number", "title") if not report[name]]
    sentences = [f"Without {wording.listed(without, 'or')}."] if without else []
    vague = [line for line in lines if line["date_precision"] == "unknown"]
    if vague:
        spans = {(line["date_from"], line["date_to"]) for line in vague}
        under = f"under {wording.days(*spans.pop())}" if len(spans) == 1 else "under several"
        sentences.append(
            f"It does not say on which day its strikes were, so they stand {under}."
            if len(vague) == len(lines)
            else f"Of {len(vague):,} of its {len(lines):,} lines it does not give the day, so they stand {under}."
        )
    sentences += [
        f"Of {wording.counted(coarse, 'line')} it gives the {precision} and not the day."
        for precision in ("week", "month")
        if (coarse := sum(line["date_precision"] == precision for line in lines))
    ]
    uncounted = sum(line["strikes_min"] is None for line in lines)
    if uncounted:
        whose = (
            "any line"
            if uncounted == len(lines)
            else f"{uncounted:,} of its {wording.counted(len(lines), 'line')}"
        )
        sentences.append(f"It gives no number of strikes for {whose}.")
    return sentences


def usual_days(lines: Sequence[Document]) -> tuple[str, str] | None:
    """Return the days that most lines have, which need not be repeated for each."""
    spans = Counter((line["date_from"], line["date_to"]) for line in lines)
    return spans.most_common(1)[0][0] if spans else None


@dataclass(frozen=True, slots=True)
class Sum:
    """A claimed total against what it should add up from."""

    about: str
    sentence: str
    agrees: bool


def sums(report: Document) -> list[Sum]:
    """Return the totals that a report claims against its lines, or those of its countries."""
    return [Sum(_about(check), _sentence(check), check["agrees"]) for check in report["checks"]]


def _about(check: Document) -> str:
    return f"{place_and_days(check)}{'' if check['measure'] == 'strikes' else ', engagements'}"


def place_and_days(claim: Document) -> str:
    """Return what a claim is about: Syria, 21 Nov 2015."""
    where = "All countries" if claim["country"] is None else names.country(claim["country"])
    return (
        where
        if claim["date_from"] is None
        else f"{where}, {wording.days(claim['date_from'], claim['date_to'])}"
    )


def _sentence(check: Document) -> str:
    least, most = check["lines_min"], check["lines_max"]
    form = Form.AT_LEAST if most is None else Form.BETWEEN if most > least else Form.NUMBER
    bounds = Count(form, least, most or 0).words.replace("≥", "at least")
    whose = "its lines" if check["against"] == "lines" else "its totals of countries"
    there = "" if check["country"] is None else " there"
    unit = check["measure"] if check["claimed"] != 1 else check["measure"].removesuffix("s")
    return (
        f"The release gives {check['claimed']:,} {unit}; {whose}{there} add up to {bounds}. "
        f"{'Agrees' if check['agrees'] else 'Does not agree'}."
    )


def unclaimed(report: Document) -> list[str]:
    """Return the countries and days that a report speaks for without a total that its lines can be held against."""
    checked = {(check["country"], check["date_from"], check["date_to"]) for check in report["checks"]}
    rest = []
    for claim in report["coverage"]:
        if (claim["country"], claim["date_from"], claim["date_to"]) not in checked:
            strikes = claim["strikes"]
            given = (
                "no total given"
                if strikes is None
                else wording.counted(strikes, "strike")
                if strikes
                else "no strikes"
            )
            rest.append(f"{place_and_days(claim)}: {given}")
    if len(rest) > _MOST_CLAIMS:
        rest[_MOST_CLAIMS:] = [f"and {len(rest) - _MOST_CLAIMS:,} more"]
    return rest


def sums_that_changed(before: Document, after: Document) -> Iterator[str]:
    """Yield which sums agree since a revision, and which no longer do."""
    agreed = {_about(check): check["agrees"] for check in before["checks"] if check["against"] == "lines"}
    for check in after["checks"]:
        about = _about(check)
        if check["against"] != "lines" or agreed.get(about) == check["agrees"]:
            continue
        if check["agrees"]:
            yield f"The sum of {about} agrees since this revision."
        elif about in agreed:
            yield f"The sum of {about} no longer agrees."


def long_day(day: str) -> str:
    """Return a day in full: 23 November 2015."""
    when = date.fromisoformat(day)
    return f"{when.day} {when:%B} {when.year}"
