"""Coverage: which days reports account for, gaps, and publication lag.

A day without a report is not a day without strikes, and no total shows that.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from app.catalogue import names
from app.coverage import queries
from app.coverage.queries import CoverageFilter
from app.drawings import calendar, wording
from app.drawings.calendar import Day
from app.drawings.count_forms import Form
from app.pages.panel import Panel
from app.pages.record import Record, Row
from app.pages.reported_days import Gap, day_count, gaps, step_of, step_words, steps_of
from app.pages.taken import refuse_others
from app.pages.view import View, ViewQuery, named, url, without
from app.strikes.ordering import Sort

PATH = "/coverage"

# Strips of a year and country on one page, years and countries of it, and gaps before the link to all of them.
MOST_STRIPS, MOST_YEARS, MOST_COUNTRIES, MOST_GAPS = 12, 6, 6, 9

# The filters that the page takes: by others, it would be about something else than reports.
TAKEN = {"date_from", "date_to", "location", "country", "publisher", "as_of", "theme"}

# Two countries are "both".
_BOTH = 2


class CoveragePage:
    """The page of coverage."""

    def __init__(self, record: Record, query: ViewQuery, base: str) -> None:
        refuse_others(query, TAKEN)
        self.record, self.base = record, base
        self.query = named(query, record.catalogue)
        self.view = View(PATH, self.query, record.seq)
        self.countries, self.others = self._countries()
        self.first, self.last, self.earlier = self._days()
        # The days that are shown, of all countries.
        self.dated = self.query.model_copy(update={"date_from": self.first, "date_to": self.last})

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        record = self.record
        known = {country: self._known(country) for country in self.countries} if self.first else {}
        steps = {country: steps_of(days.values()) for country, days in known.items()}
        silences = gaps(known)
        return {
            "section": PATH,
            "view": self.view,
            "query": self.query,
            "base": self.base,
            "entries": record.latest_entries(),
            "title": self.title,
            "since": record.latest_seq - record.seq,
            "publishers": list(record.catalogue.publishers.entries()),
            "place": self._place_name,
            "choices": self._choices(),
            "others": [{"name": names.country(code), "href": self.view.url(country=code)} for code in self.others],
            "steps": [
                {"country": names.country(country), "words": step_words(of_country)}
                for country, of_country in steps.items()
            ],
            "weekdays": calendar.weekdays(),
            "years": list(self._years(known, steps)),
            "months": list(self._months(known)),
            "span": wording.days(self.first, self.last) if self.first and self.last else None,
            "span_days": (self.last - self.first).days + 1 if self.first and self.last else 0,
            "earlier": self.view.url(date_to=self.earlier.isoformat()) if self.earlier else None,
            "states": [self._states(country, days) for country, days in known.items()],
            "gaps": [self._gap(gap) for gap in silences[:MOST_GAPS]],
            "more_gaps": [self._gap(gap) for gap in silences[MOST_GAPS:]],
            "gap_count": len(silences),
            "lags": self._lags(),
            "calendar_panel": self._panel("calendar", "/v1/aggregates", group_by="country,day", limit="10000"),
            "states_panel": self._panel("states", "/v1/coverage"),
            "lags_panel": self._panel("lags", "/v1/aggregates", group_by="publisher", lag="true"),
        }  # fmt: skip

    @property
    def title(self) -> str:
        """What the page shows, in a sentence."""
        where = self._place_name or wording.listed([names.country(code) for code in self.countries])
        days = f", {wording.days(self.first, self.last)}" if self.first and self.last else ""
        return f"Days that reports account for{f', {where}' if where else ''}{days}"

    @property
    def _place_name(self) -> str | None:
        places = [self.record.catalogue.location(slug) for slug in self.query.location]
        return wording.listed([place.name for place in places if place]) or None

    def _countries(self) -> tuple[list[str], list[str]]:
        """Return the countries that are shown, most lines first, and those that there is no room for."""
        if self.query.country:
            return [self.query.country], []
        places = [self.record.catalogue.location(slug) for slug in self.query.location]
        if any(places):
            return sorted({place.country for place in places if place}), []
        rows = self.record.count(self.query, group_by="country").rows
        countries = [row["country"] for row in sorted(rows, key=lambda row: -row["lines"])]
        claimed = queries.countries(self.record.session, self._claims())
        countries += [country for country in claimed if country not in countries]
        shown = countries[:MOST_COUNTRIES]
        # In the order of their names, as a reader expects them.
        return sorted(shown, key=names.country), sorted(countries[MOST_COUNTRIES:], key=names.country)

    def _claims(self) -> CoverageFilter:
        publisher = self.record.catalogue.publisher(self.query.publisher) if self.query.publisher else None
        return CoverageFilter(
            as_of=self.record.seq,
            date_from=self.query.date_from,
            date_to=self.query.date_to,
            country=self.query.country,
            publisher_ids=self.record.catalogue.publishers.members(publisher.id) if publisher else None,
        )

    def _days(self) -> tuple[date | None, date | None, date | None]:
        """Return the first and last day that are shown, and the last day of those before that have no room."""
        ends = [
            self.record.lines(without(self.query, "location", "date_from", "date_to"), order, 1)[0]
            for order in (Sort.EARLIEST, Sort.LATEST)
        ]
        lines = [line for listed in ends for line in listed]
        first = self.query.date_from or (date.fromisoformat(lines[0]["date_from"]) if lines else None)
        last = self.query.date_to or (date.fromisoformat(lines[-1]["date_to"]) if lines else None)
        if first is None or last is None or first > last:
            return None, None, None
        years = max(1, min(MOST_YEARS, MOST_STRIPS // max(1, len(self.countries))))
        begins = date(last.year - years + 1, 1, 1) if last.year >= years else first
        return (first, last, None) if first >= begins else (begins, last, begins - timedelta(1))

    def _known(self, country: str) -> dict[date, Day]:
        """Return what is known of each day in a country."""
        around = self._rows(country, without(self.dated, "location")) if self.query.location else {}
        name = names.country(country)
        return {
            day: self._day(row, name, around.get(day)) for day, row in self._rows(country, self.dated).items()
        }

    def _rows(self, country: str, query: Any) -> Mapping[date, Row]:  # noqa: ANN401 - a StrikeQuery
        """Return the rows by day of a country: of one aggregate for all, and of one more where no line names it."""
        rows = [
            row for row in self.record.count(query, group_by="country,day").rows if row["country"] == country
        ]
        if not rows:
            alone = query.model_copy(update={"country": country})
            rows = list(self.record.count(alone, group_by="day").rows)
        return {row["period_start"]: row for row in rows}

    def _day(self, row: Row, country: str, around: Row | None) -> Day:
        day = row["period_start"]
        count = day_count(row, around)
        if count.form is Form.ZERO:
            says = "counted on the day before"
        elif count.is_known:
            lines = wording.counted(row["lines"], "line")
            says = f"{lines} of {wording.counted(row['reports'], 'report')}"
        else:
            says = count.words
        is_open = count.is_known
        return Day(
            count, f"{wording.day(day)}, {country}: {says}", self._of_day(row, day) if is_open else None
        )

    def _of_day(self, row: Row, day: date) -> str:
        given = {
            "date_from": day.isoformat(),
            "date_to": day.isoformat(),
            "location": self.query.location or None,
            "country": row.get("country") or self.query.country,
            "publisher": self.query.publisher,
            "as_of": str(self.query.as_of) if self.query.as_of is not None else None,
        }
        return url("/", given)

    def _years(
        self, known: Mapping[str, Mapping[date, Day]], steps: Mapping[str, Sequence[int]]
    ) -> Iterator[dict[str, Any]]:
        """Yield the years, the latest first, with the two halves of each country's strip."""
        if self.first is None or self.last is None:
            return
        for year in range(self.last.year, self.first.year - 1, -1):
            strips = []
            for country, days in known.items():
                name = names.country(country)
                halves = calendar.year_halves(
                    year, days, partial(step_of, steps=steps[country]), f"{name} {year}"
                )
                strips.append({"name": name, "halves": halves})
            yield {"year": year, "strips": strips}

    def _months(self, known: Mapping[str, Mapping[date, Day]]) -> Iterator[dict[str, Any]]:
        """Yield the months, the latest first, with the days of each country by what is known: the table."""
        starts = sorted({day.replace(day=1) for days in known.values() for day in days}, reverse=True)
        for start in starts:
            for country, days in known.items():
                within = [of_day for day, of_day in days.items() if day.replace(day=1) == start]
                yield self._states(country, dict(enumerate(within))) | {
                    "name": f"{start:%b} {start.year}",
                    "lines": sum(of_day.count.least for of_day in within if of_day.count.is_known),
                }

    def _states(self, country: str, days: Mapping[Any, Day]) -> dict[str, Any]:
        forms = [day.count.form for day in days.values()]
        none = forms.count(Form.NONE_REPORTED)
        silent = sum(form in {Form.NO_REPORT, Form.NOT_NAMED} for form in forms)
        reported = len(forms) - none - silent
        share = f"{100 * (reported + none) / len(forms):.0f} %" if forms else "none"
        return {
            "country": names.country(country), "reported": reported, "none": none, "silent": silent, "share": share,
        }  # fmt: skip

    def _gap(self, gap: Gap) -> dict[str, Any]:
        countries = [names.country(country) for country in gap.countries]
        if len(countries) == len(self.countries) > 1:
            countries = ["both" if len(countries) == _BOTH else "all"]
        return {
            "span": wording.days(gap.first, gap.last),
            "countries": wording.listed(countries),
            "days": gap.days,
        }

    def _lags(self) -> list[dict[str, Any]]:
        rows = self.record.count(
            self.dated if self.first else self.query, group_by="publisher", lag="true"
        ).rows
        listed = []
        for row in sorted(rows, key=lambda row: -row["lines"]):
            publisher = self.record.catalogue.publisher(row["publisher"])
            listed.append(
                row
                | {
                    "name": publisher.name if publisher else row["publisher"],
                    "href": self.view.url(publisher=row["publisher"]),
                }
            )
        return listed

    def _choices(self) -> list[dict[str, Any]]:
        every = "Both" if len(self.countries) == _BOTH else "All"
        if self.query.country or len(self.countries) > 1:
            chosen = self.query.country
            named = {code: names.country(code) for code in self.countries}
            rows = [
                {
                    "name": every if not chosen else "All",
                    "href": self.view.without("country"),
                    "is_chosen": not chosen,
                }
            ]
            return rows + [
                {"name": name, "href": self.view.url(country=code), "is_chosen": chosen == code}
                for code, name in named.items()
            ]
        return []

    def _panel(self, name: str, path: str, **how: str) -> Panel:
        """Return what a panel shows of itself. Coverage takes no place, since claims are of countries."""
        query = self.dated if path != "/v1/coverage" else without(self.dated, "location")
        return Panel(
            id=name,
            title=self.title,
            api=self.view.api(path, query, **how),
            lines=self.view.api("/v1/export", self.dated),
            base=self.base,
            seq=self.record.seq,
            hash=self.record.now.hash,
        )
