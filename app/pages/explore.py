"""Explore page: figures, timeline, map, lists and lines of a question."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.drawings import record_strip, series, timeline, wording
from app.drawings.count_forms import Count, Measure, count_of
from app.drawings.svg import Drawing
from app.pages import line_table
from app.pages.chart_periods import address, by_period
from app.pages.facets import Facets
from app.pages.figures import figures, legend
from app.pages.panel import Panel, cited
from app.pages.preview import is_available
from app.pages.record import Counted, Record, Row
from app.pages.second_series import SecondSeries
from app.pages.small_charts import small_charts
from app.pages.view import View, ViewQuery, named, parameters, unit_for, url, without
from app.strikes.params import StrikeQuery
from app.strikes.sentence import MEASURES, Phrase, plain, sentence
from app.vocabulary.periods import PeriodUnit

# Pixels of the timeline on a desk and on a phone.
WIDE, NARROW, TALL = 1360, 358, 222
MAP_WIDE = 660

# Filters without which an empty page counts again, at most.
MOST_WAYS = 4


class Explore:
    """The page of a question."""

    def __init__(self, record: Record, path: str, query: ViewQuery, base: str) -> None:
        self.record = record
        self.query = named(query, record.catalogue)
        self.view = View(path, self.query, record.seq)
        self.measure = query.measure
        self.base = base
        self.totals = record.count(self.query).totals
        by_month = record.count(self._undated(), group_by="month", fill="none").rows
        # The first and last day of the months that lines match in, whatever days are chosen.
        self.whole = (by_month[0]["period_start"], by_month[-1]["period_end"]) if by_month else None
        self.phrases = self._sentence(self.query)
        self.title = plain(self.phrases)
        self.facets = Facets(record, self.query, self.view)
        self.second = SecondSeries(record, self.query, self.view, self.whole) if self.query.vs else None

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        query, record, view = self.query, self.record, self.view
        unit = self.unit
        listed, following = record.lines(
            query,
            query.sort,
            line_table.MOST,
            None if query.after is None else line_table.position(query.after, query.sort),
        )
        return {
            "view": view,
            "query": query,
            "base": self.base,
            "preview": self.view.drawn("/preview.png") if is_available() else None,
            "phrases": self.phrases,
            "title": self.title,
            "description": self._description(),
            "feed": url("/v1/changes.atom", parameters(without(query, "as_of"))),
            "changed": url("/changes", parameters(without(query, "as_of")) | self._compared()),
            "figures": self._figures(),
            "totals": self.totals,
            "announced": f"{self.title}: {wording.counted(self.totals['lines'], 'line')}, {self._items.words} items",
            "ways": self._ways() if not self.totals["lines"] else (),
            "versus": self.second.context(self.totals) if self.second else None,
            "measure": self.measure,
            "measure_name": MEASURES[self.measure],
            "period_words": wording.PERIODS[unit],
            "legend": legend(
                record.count(without(query, "effect"), group_by="effect").rows, view, self.measure
            ),
            "publishers": list(record.catalogue.publishers.entries()),
            "years": self._years(),
            "entries": record.latest_entries(),
            **self._timeline(unit),
            **self.facets.context(self.panel, MAP_WIDE, NARROW),
            "multiples": small_charts(record, view, self.range, unit, self.panel) if self.whole else None,
            "lines_table": line_table.table(
                listed, query, record, caption=f"Lines of reports, {line_table.ORDERS[query.sort][1]}", view=view,
                opened=query.row, base=self.base,
            ),
            "next": view.url(after=line_table.written(following)) if following else None,
            "orders": line_table.orders(view),
            "order_words": line_table.ORDERS[query.sort][1],
        }  # fmt: skip

    def panel(self, name: str, request: str, embed: str | None = None, **drawn: Any) -> Panel:  # noqa: ANN401 - as url
        """Return what a panel shows of itself; `drawn` are the parameters that draw it in the API."""
        return Panel(
            id=name,
            title=self.title,
            api=request,
            lines=self.view.api("/v1/export"),
            base=self.base,
            seq=self.record.seq,
            hash=self.record.now.hash,
            embed=self.view.drawn(f"/embed/{embed}", as_of=str(self.record.seq)) if embed else None,
            drawn=drawn or None,
            figure=cited(self.totals, self.measure),
        )

    def _compared(self) -> dict[str, str]:
        """Return the number from which on the changes of an earlier view are."""
        return {} if self.query.as_of is None else {"from_seq": str(self.record.seq)}

    def _sentence(self, query: ViewQuery) -> list[Phrase]:
        by_publication = self.view.is_by_publication
        return sentence(query, self.measure, self.record.catalogue, self.whole, by_publication=by_publication)

    def picture(self, width: int, height: int) -> Drawing:
        """Return the timeline alone, for the preview of a link."""
        return timeline.timeline(self.bars(), self.unit, width, height, self.measure.value)

    @property
    def source(self) -> str:
        """The line that names the source below a picture."""
        lines = wording.counted(self.totals["lines"], "line")
        reports = wording.counted(self.totals["reports"], "report")
        return f"{lines} of {reports}, as publishers claim them · strikeledger ledger {self.record.seq}"

    @property
    def unit(self) -> PeriodUnit:
        """The unit of time of the chart: the one that is chosen, or the one that fits the days."""
        return self.query.unit or unit_for(*self.range)

    @property
    def range(self) -> tuple[date, date]:
        """The first and last day that the chart shows."""
        first, last = self.whole or (date(2014, 1, 1), date(2014, 12, 31))
        first, last = self.query.date_from or first, self.query.date_to or last
        return (first, last) if first <= last else (first, first)

    def _undated(self) -> StrikeQuery:
        return without(self.query, "date_from", "date_to")

    @property
    def _items(self) -> Count:
        return count_of(self.totals, Measure.ITEMS)

    def _description(self) -> str:
        return (
            f"{self._items.words} items in {wording.counted(self.totals['lines'], 'line')} of "
            f"{wording.counted(self.totals['reports'], 'report')}, as publishers claim them. Ledger {self.record.seq}."
        )

    def _figures(self) -> list[dict[str, Any]]:
        publishers = self.record.count(self.query, group_by="publisher").rows
        repeats = self._repeats()
        if repeats is None:
            repeated = "those that repeat another included"
        else:
            repeated = f"{repeats:,} more repeat another" if repeats else "none repeats another"
        return figures(
            self.totals,
            self.view,
            self.measure,
            of_lines=repeated,
            of_reports=f"of {wording.counted(len(publishers), 'publisher')}",
        )

    def _repeats(self) -> int | None:
        """Return how many lines repeat another one and are not counted; None where they are."""
        if self.query.resolved(self.record.catalogue, self.record.seq).repeats:
            return None
        every = self.query.model_copy(update={"duplicates": "include"})
        return int(self.record.count(every).totals["lines"]) - int(self.totals["lines"])

    def _years(self) -> list[dict[str, str]]:
        if self.whole is None:
            return []
        first, last = self.whole[0].year, self.whole[1].year
        years = range(last, max(first, last - 29) - 1, -1)
        return [
            {"name": str(year), "href": self.view.url(date_from=f"{year}-01-01", date_to=f"{year}-12-31")}
            for year in years
        ]

    def _rows(self, unit: PeriodUnit) -> Sequence[Row]:
        """Return the counts by period of the days that the chart shows."""
        return by_period(self.record, self.view, self.query, self.range if self.whole else None, unit)

    def bars(self, parts: Mapping[str, Sequence[timeline.Part]] | None = None) -> list[timeline.Bar]:
        """Return the bars of the timeline, stacked by effect if nothing else is given; each leads to its period."""
        if parts is None:
            parts = self._split(self.unit)[0]
        rows = self._rows(self.unit)
        return series.bars(rows, self.unit, self.measure, parts, lambda row: address(self.view, row))

    def _timeline(self, unit: PeriodUnit) -> dict[str, Any]:
        query, view = self.query, self.view
        parts, notes, split = self._split(unit)
        rows, bars = self._rows(unit), self.bars(parts)
        second = self.second.counts(unit, len(rows), [row["period"] for row in rows]) if self.second else ()
        is_running = query.cumulative == "true"
        drawn = [
            timeline.timeline(bars, unit, width, TALL, self.measure.value, series.notes(notes), second)
            for width in (WIDE, NARROW)
        ]
        return {
            "timeline": drawn[0],
            "timeline_narrow": drawn[1],
            **self._strip(),
            "periods": list(zip(bars, rows, strict=True)),
            "split": split,
            "stacked": "running total" if is_running else f"stacked by {query.split}" if parts else "",
            "timeline_panel": self.panel(
                "timeline",
                view.api("/v1/aggregates", query, group_by=unit.value, **view.how),
                "timeline",
                measure=self.measure.value,
                **({"group_by": f"{unit.value},effect"} if parts and query.split == "effect" else {}),
            ),
        }

    def _strip(self) -> dict[str, Any]:
        """Return the strip of the whole record, and its first and last day."""
        unit = PeriodUnit.MONTH
        if self.whole and unit_for(*self.whole) in {PeriodUnit.QUARTER, PeriodUnit.YEAR}:
            unit = unit_for(*self.whole)
        rows = self.record.count(self._undated(), group_by=unit.value).rows
        bars = series.bars(rows, unit, self.measure)
        window = series.window(self.query.date_from, self.query.date_to, rows)
        return {
            "strip": record_strip.strip(bars, window, WIDE),
            "strip_narrow": record_strip.strip(bars, window, NARROW),
            "strip_days": (rows[0]["period_start"], rows[-1]["period_end"]) if rows else None,
        }

    def _split(
        self, unit: PeriodUnit
    ) -> tuple[dict[str, list[timeline.Part]], Sequence[Mapping[str, Any]], Sequence[tuple[str, str]]]:
        """Return the parts of the bars, the changes of wording, and the names of what they are split by.

        Only what adds up is stacked: by effect and family items alone, reports by their publisher.
        """
        query = self.query
        if query.split == "none" or query.cumulative == "true":
            return {}, (), ()
        adds_up = self.measure is not Measure.REPORTS or query.split == "publisher"
        if query.split in {"effect", "family"}:
            adds_up = self.measure is Measure.ITEMS
        counted: Counted = self.record.count(
            query, group_by=f"{query.split},{unit.value}", fill="none", **self.view.period_by
        )
        if not adds_up:
            return {}, counted.notes, ()
        if query.split == "effect":
            return series.by_effect(counted.rows, self.measure), counted.notes, ()
        totals = self.record.count(query, group_by=query.split).rows
        ranked = sorted(totals, key=lambda row: -count_of(row, self.measure).least)
        order = [row[query.split] for row in ranked]
        shown = [
            (f"f-split{place}", self.facets.name_of(query.split, value))
            for place, value in enumerate(order[: series.MOST_SPLIT])
        ]
        if len(order) > series.MOST_SPLIT:
            shown.append((f"f-split{series.MOST_SPLIT}", "all others"))
        return series.by_name(counted.rows, query.split, self.measure, order), (), shown

    def _ways(self) -> list[dict[str, Any]]:
        """Return the filters without which something would match, with how many lines that is."""
        ways = []
        given = [
            name
            for name in parameters(self.query)
            if name not in {"as_of", "duplicates", "status", "radius_km"}
        ]
        for name in given[:MOST_WAYS]:
            left_out = (name, "radius_km") if name == "near" else (name,)
            lines_left = self.record.count(without(self.query, *left_out)).totals["lines"]
            if lines_left:
                value = parameters(self.query, [name])[name]
                words_of = ", ".join(value) if isinstance(value, list) else value
                ways.append(
                    {"words": f"{name} {words_of}", "lines": lines_left, "href": self.view.without(*left_out)}
                )
        return ways
