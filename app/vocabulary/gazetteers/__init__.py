"""Gazetteers of further countries, cut from GeoNames, to be loaded by operators.

README.md lists the columns, the countries, the source and its licence.
"""

import csv
import gzip
import io
from functools import cache
from importlib.resources import files

from app.vocabulary.places import Place

# A populated place of GeoNames is a town whose position is sure; see `vocabulary/places.py`.
PRECISION_KM = 25

COLUMNS = ("geonames_id", "slug", "name", "lat", "lon", "aliases")

_SUFFIX = ".csv.gz"


@cache
def countries() -> tuple[str, ...]:
    """Return the ISO 3166-1 alpha-2 codes of the countries that have a gazetteer, in alphabetical order."""
    names = (file.name for file in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load(country: str) -> tuple[Place, ...]:
    """Return the places of a country, by GeoNames number.

    Raises FileNotFoundError where the country has no gazetteer.
    """
    with (
        files(__name__).joinpath(f"{country}{_SUFFIX}").open("rb") as packed,
        gzip.open(packed) as file,
        io.TextIOWrapper(file, encoding="utf-8", newline="") as text,
    ):
        return tuple(
            Place(
                slug=row["slug"],
                name=row["name"],
                country=country,
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                precision_km=PRECISION_KM,
                geonames_id=int(row["geonames_id"]),
                aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
            )
            for row in csv.DictReader(text)
        )
