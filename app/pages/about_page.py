"""Page about the data: what is counted, sources, citing, licences."""

from collections.abc import Mapping
from typing import Any

from app.catalogue import names
from app.changes.queries import after
from app.drawings import wording
from app.drawings.count_forms import Measure, count_of
from app.drawings.known_forms import EXAMPLES
from app.http.formats import MEDIA_TYPES, Format
from app.pages.record import Record
from app.pages.view import View, ViewQuery
from app.strikes.ordering import Sort
from app.strikes.params import StrikeQuery
from app.strikes.sentence import MEASURES

# Formats of an export, with their names for people.
FORMATS: Mapping[Format, str] = {
    Format.CSV: "CSV",
    Format.NDJSON: "NDJSON",
    Format.GEOJSON: "GeoJSON",
    Format.PARQUET: "Parquet",
    Format.XLSX: "Excel",
    Format.SQLITE: "SQLite",
    Format.BUNDLE: "ZIP bundle to deposit",
}

_EVERYTHING = StrikeQuery.model_construct()


class AboutPage:
    """The page about the data."""

    def __init__(self, record: Record, base: str) -> None:
        self.record, self.base = record, base

    def context(self) -> dict[str, Any]:
        """Return all that the template shows."""
        record = self.record
        totals = record.count(_EVERYTHING).totals
        sources = record.count(_EVERYTHING, group_by="publisher").rows
        span = self._span()
        return {
            "section": "/about-the-data",
            "base": self.base,
            "view": View("/", ViewQuery.model_construct(), record.seq),
            "query": ViewQuery.model_construct(),
            "entries": record.latest_entries(),
            "totals": totals,
            "items": count_of(totals, Measure.ITEMS),
            "span": wording.days(*span) if span else None,
            "forms": EXAMPLES,
            "formats": [(str(format_), name) for format_, name in FORMATS.items()],
            "sources": [
                {"slug": row["publisher"], "name": self._publisher(row["publisher"]), "row": row}
                for row in sorted(sources, key=lambda row: -row["lines"])
            ],
            "hash": record.now.hash,
            "dataset": self.dataset(span),
        }

    def dataset(self, span: tuple[str, str] | None) -> dict[str, Any]:
        """Return the record as a Dataset of schema.org."""
        record, base = self.record, self.base
        export = f"{base}/v1/export?as_of={record.seq}"
        described: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": "strikeledger: what coalitions report that their airstrikes did",
            "description": "Claims of publishers of airstrike reports, line by line: places, days, numbers of strikes, "
            "and what they destroyed, damaged or engaged, each count with its minimum and maximum. Counted as "
            "published, not verified.",
            "url": f"{base}/about-the-data",
            "version": str(record.seq),
            "identifier": f"sha256:{record.now.hash}",
            "license": f"{base}/about-the-data#licences",
            "isAccessibleForFree": True,
            "keywords": ["airstrikes", "armed conflict", "event data", "open data"],
            "variableMeasured": [MEASURES[measure] for measure in Measure],
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": name,
                    "encodingFormat": MEDIA_TYPES[format_],
                    "contentUrl": f"{export}&format={format_}",
                }
                for format_, name in FORMATS.items()
            ],
            "creator": [
                {"@type": "Organization", "name": self._publisher(row["publisher"])}
                for row in record.count(_EVERYTHING, group_by="publisher").rows
            ],
        }
        modified = after(record.session, record.seq - 1, 1)
        if modified:
            described["dateModified"] = f"{modified[0].recorded_at:%Y-%m-%dT%H:%M:%SZ}"
        if span:
            described["temporalCoverage"] = "/".join(span)
        places = self._spatial()
        if places:
            described["spatialCoverage"] = places
        return described

    def _span(self) -> tuple[str, str] | None:
        first, _ = self.record.lines(_EVERYTHING, Sort.EARLIEST, 1)
        last, _ = self.record.lines(_EVERYTHING, Sort.LATEST, 1)
        return (first[0]["date_from"], last[0]["date_to"]) if first and last else None

    def _spatial(self) -> list[dict[str, Any]]:
        """Return the countries that lines are of, and the box around the places that they name."""
        rows = self.record.count(_EVERYTHING, group_by="country").rows
        countries: list[dict[str, Any]] = [
            {"@type": "Country", "name": names.country(row["country"]), "identifier": row["country"]}
            for row in rows
        ]
        named = self.record.count(_EVERYTHING, group_by="location").rows
        points = [
            place
            for row in named
            if row["location"] and (place := self.record.catalogue.location(row["location"]))
        ]
        if points:
            south, north = min(place.lat for place in points), max(place.lat for place in points)
            west, east = min(place.lon for place in points), max(place.lon for place in points)
            shape = {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}
            countries.append({"@type": "Place", "geo": shape})
        return countries

    def _publisher(self, slug: str) -> str:
        publisher = self.record.catalogue.publisher(slug)
        return publisher.name if publisher else slug
