"""Subject of a page: one place or category, counted, drawn and listed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.drawings import effect_styles, series, timeline, wording
from app.drawings.count_forms import Count, Form, Measure, count_of
from app.drawings.lying import lying
from app.drawings.svg import Drawing
from app.pages import line_table
from app.pages.chart_periods import address, by_period
from app.pages.figures import figures, legend
from app.pages.panel import Panel, cited
from app.pages.record import Record, Row
from app.pages.taken import refuse_others
from app.pages.view import View, ViewQuery, named, parameters, unit_for, url, without
from app.strikes.ordering import Sort
from app.strikes.params import StrikeQuery
from app.strikes.sentence import MEASURES, plain, sentence
from app.vocabulary.periods import PeriodUnit

# Pixels of a drawing on a desk and on a phone.
WIDE, NARROW, TALL = 1360, 358, 222

# The filters of what a report is about, apart from where and when: without them it is known whether there was a report.
OF_CONTENT = ("category", "family", "effect", "owner", "min_items", "q")

# Parameters of the explore page that a page of one thing has no use for.
_ELSEWHERE = ("split", "each", "open", "vs", "cumulative")


class Subject:
    """A place or category. `fixed` is the filter that the page itself is; its parameters cannot set it."""

    def __init__(  # noqa: PLR0913 - where it is, what it is, and how it is counted
        self, record: Record, query: ViewQuery, base: str, *, path: str, name: str, fixed: Mapping[str, Any]
    ) -> None:
        refuse_others(query, set(ViewQuery.model_fields) - {*_ELSEWHERE, *fixed})
        self.record, self.name, self.base, self.fixed = record, name, base, fixed
        self.query = named(query, record.catalogue)
        self.view = View(path, self.query, record.seq)
        # What is counted: the parameters, and the subject itself.
        self.counted = self.query.model_copy(update=dict(fixed))
        self.measure = query.measure
        self.totals = record.count(self.counted).totals
        by_publication = self.view.is_by_publication
        self.title = plain(
            sentence(self.counted, self.measure, record.catalogue, self.whole, by_publication=by_publication)
        )

    def count(self, query: StrikeQuery | None = None, **how: Any) -> Sequence[Row]:  # noqa: ANN401 - as Record.count
        """Return the groups of the subject, or of another query."""
        return self.record.count(query or self.counted, **how).rows

    @property
    def whole(self) -> tuple[date, date] | None:
        """The first and last day of the months that lines match in, whatever days are chosen."""
        undated = without(self.counted, "date_from", "date_to")
        rows = self.count(undated, group_by="month", fill="none")
        return (rows[0]["period_start"], rows[-1]["period_end"]) if rows else None

    @property
    def range(self) -> tuple[date, date] | None:
        """The first and last day that a chart shows; None without lines and days."""
        whole = self.whole
        first = self.query.date_from or (whole and whole[0])
        last = self.query.date_to or (whole and whole[1])
        return (first, last) if first and last and first <= last else None

    def context(self) -> dict[str, Any]:
        """Return what the pages of places and of categories have alike."""
        view, record = self.view, self.record
        listed, following = record.lines(
            self.counted,
            self.query.sort,
            line_table.MOST,
            None if self.query.after is None else line_table.position(self.query.after, self.query.sort),
        )
        # What an earlier view changed to since is compared from its number on.
        numbers = {} if self.query.as_of is None else {"from_seq": str(self.record.seq)}
        changed = url("/changes", parameters(without(self.counted, "as_of")) | numbers)
        return {
            "section": "/",
            "view": view,
            "query": self.query,
            "base": self.base,
            "title": self.title,
            "name": self.name,
            "explore": self.elsewhere("/"),
            "narrowed": self.narrowing(),
            "publishers": list(record.catalogue.publishers.entries()),
            "changed": changed,
            "feed": url("/v1/changes.atom", parameters(without(self.counted, "as_of"))),
            "entries": record.latest_entries(),
            "figures": figures(
                self.totals, view, self.measure,
                of_lines=wording.days(*days) if (days := self.days) else "none",
                of_reports=f"of {wording.counted(len(self.count(group_by='publisher')), 'publisher')}",
            ),
            "totals": self.totals,
            "measure": self.measure,
            "measure_name": MEASURES[self.measure],
            "legend": legend(
                self.count(without(self.counted, "effect"), group_by="effect"), view, self.measure
            ),
            "lines_table": line_table.table(
                listed, self.counted, record, caption=f"Lines of reports, {line_table.ORDERS[self.query.sort][1]}",
                view=view, opened=self.query.row, base=self.base,
            ),
            "next": view.url(after=line_table.written(following)) if following else None,
            "orders": line_table.orders(view),
            "order_words": line_table.ORDERS[self.query.sort][1],
            "lines_panel": self.panel("lines", view.api("/v1/strikes", self.counted, sort=self.query.sort.value)),
        }  # fmt: skip

    def narrowing(self) -> list[str]:
        """Return the filters that are set besides the subject, in words."""
        given = parameters(self.query)
        return [
            f"{name.replace('_', ' ')} {', '.join(value) if isinstance(value, list) else value}"
            for name, value in given.items()
            if name != "as_of"
        ]

    def elsewhere(self, path: str, **changes: Any) -> str:  # noqa: ANN401 - as View.elsewhere
        """Return the address of a page of the same lines: with the filters, and the subject as one of them."""
        return self.view.elsewhere(path, **(dict(self.fixed) | changes))

    def panel(self, name: str, request: str, embed: str | None = None, **drawn: Any) -> Panel:  # noqa: ANN401 - as url
        """Return what a panel shows of itself; `drawn` are the parameters that draw it in the API."""
        return Panel(
            id=name,
            title=self.title,
            api=request,
            lines=self.view.api("/v1/export", self.counted),
            base=self.base,
            seq=self.record.seq,
            hash=self.record.now.hash,
            embed=self.view.drawn(f"/embed/{embed}", as_of=str(self.record.seq), **self.fixed)
            if embed
            else None,
            drawn=drawn or None,
            figure=cited(self.totals, self.measure),
        )

    @property
    def days(self) -> tuple[str, str] | None:
        """The first day of the first line, and the last day of the last one."""
        first, _ = self.record.lines(self.counted, Sort.EARLIEST, 1)
        last, _ = self.record.lines(self.counted, Sort.LATEST, 1)
        return (first[0]["date_from"], last[0]["date_to"]) if first and last else None

    def stacked(self, dimension: str) -> list[dict[str, Any]]:
        """Return the values of a dimension, the highest count first, each with a bar that is stacked of effects."""
        parts: dict[str, list[timeline.Part]] = {}
        if self.measure is Measure.ITEMS:
            rows = [row for row in self.count(group_by=f"{dimension},effect") if row["effect"]]
            for row in sorted(rows, key=lambda row: effect_styles.ORDER[row["effect"]]):
                part = timeline.Part(effect_styles.fill(row["effect"]), row["items_min"])
                parts.setdefault(row[dimension], []).append(part)
        counts = [(row, count_of(row, self.measure)) for row in self.count(group_by=dimension)]
        counts.sort(key=lambda pair: (-pair[1].least, pair[0][dimension] or "~"))
        most = max((count.highest for row, count in counts if row[dimension]), default=0)
        return [
            {
                "slug": row[dimension],
                "count": count,
                "bar": lying(count, parts.get(row[dimension], ()), most),
                "lines": row["lines"],
            }
            for row, count in counts
        ]

    def periods(self, unit: PeriodUnit) -> list[tuple[Row, Count, str]]:
        """Return the periods of a chart: row, count, and what is read of it."""
        span = self.range
        if span is None:
            return []
        rows = by_period(self.record, self.view, self.counted, span, unit)
        counts = [count_of(row, self.measure) for row in rows]
        if not any(count.form is Form.NO_REPORT for count in counts):
            return [
                (row, count, series.title(row, unit, count, self.measure))
                for row, count in zip(rows, counts, strict=True)
            ]
        unnarrowed = without(self.counted, *(name for name in OF_CONTENT if name not in self.fixed))
        named_in, around = (
            {row["period"]: row for row in by_period(self.record, self.view, query, span, unit)}
            for query in (unnarrowed, self.around(self.counted))
        )
        made = []
        for row, plain_count in zip(rows, counts, strict=True):
            others = around[row["period"]]
            count = _state(plain_count, named_in[row["period"]], others)
            made.append((row, count, self._read(row, unit, count, others)))
        return made

    def around(self, query: StrikeQuery) -> StrikeQuery:
        """Return the filters of all reports that could have named the subject."""
        return without(query, *OF_CONTENT)

    def _read(self, row: Row, unit: PeriodUnit, count: Count, around: Row) -> str:
        if count.form is not Form.NOT_NAMED or not around["reports"]:
            return series.title(row, unit, count, self.measure)
        reports = wording.counted(around["reports"], "report of it is", "reports of it are")
        name = timeline.period_name(unit, row["period_start"])
        return f"{name[:1].upper()}{name[1:]}: {reports} in the record; none names {self.name}"

    def bars(self, unit: PeriodUnit) -> list[timeline.Bar]:
        """Return the bars of the subject by period, items stacked by effect."""
        parts = {}
        if self.measure is Measure.ITEMS:
            how = {"group_by": f"effect,{unit.value}", "fill": "none"} | self.view.period_by
            rows = self.record.count(self.counted, **how).rows
            parts = series.by_effect(rows, self.measure)
        return [
            timeline.Bar(
                start=row["period_start"],
                end=row["period_end"],
                count=count,
                parts=parts.get(row["period"], ()) if count.is_known else (),
                title=title,
                href=address(self.view, row),
                reports=row["reports"],
            )
            for row, count, title in self.periods(unit)
        ]

    @property
    def unit(self) -> PeriodUnit:
        """The unit of time of a chart: the one that is chosen, or the one that fits the days."""
        span = self.range
        return self.query.unit or (unit_for(*span) if span else PeriodUnit.MONTH)

    def timeline(self, unit: PeriodUnit) -> tuple[Drawing, Drawing]:
        """Return the subject by period, for a desk and for a phone."""
        bars, noun = self.bars(unit), self.measure.value
        wide, narrow = (timeline.timeline(bars, unit, width, TALL + 46, noun) for width in (WIDE, NARROW))
        return wide, narrow


def _state(count: Count, named: Row, around: Row) -> Count:
    """Return the count of a period. A silence about the subject alone is apart from that of all reports."""
    if count.form is not Form.NO_REPORT:
        return count
    if named["lines"]:
        # It is named, with nothing that the filters let through.
        return Count(Form.ZERO)
    return Count(Form.NOT_NAMED) if around["state"] == "reported" else count
