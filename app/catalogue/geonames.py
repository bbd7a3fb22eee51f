"""Reader of GeoNames files: plain, gzipped or zipped.

The format: https://download.geonames.org/export/dump/readme.txt, "The main 'geoname' table".
"""

import gzip
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from app.errors import Fault, InvalidInput
from app.vocabulary.countries import COUNTRIES
from app.vocabulary.gazetteers import PRECISION_KM
from app.vocabulary.gazetteers.spellings import aliases, base_slug, is_name, with_unique_slugs
from app.vocabulary.places import Place

COLUMNS = 19

# Places of one file: more would fill the memory of every server process. The largest country has fewer towns.
MOST_PLACES = 100_000

# Bytes of a row; the longest of GeoNames has 12,000.
_LONGEST_ROW = 100_000

# Faults that are collected before reading ends.
_MOST_FAULTS = 100

_LARGEST_ID = 2**31 - 1

# The radius by feature: see `vocabulary/places.py`. Points of provinces and long features lie far from their edges.
_OF_CLASS = {
    "P": PRECISION_KM,
    "S": PRECISION_KM,
    "A": 50,
    "H": 50,
    "L": 50,
    "R": 50,
    "T": 50,
    "U": 50,
    "V": 50,
}
_OF_PROVINCE, _PROVINCES = 75, frozenset({"ADM1", "ADM1H"})

# Whole countries and continents, near which nothing is.
_TOO_WIDE = frozenset({"CONT", "PCL", "PCLD", "PCLF", "PCLH", "PCLI", "PCLIX", "PCLS", "TERR", "ZN"})


@dataclass(frozen=True, slots=True)
class Dump:
    """The places of a file in its order, and how many rows were skipped by the reason why."""

    places: list[Place] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


def read(path: Path) -> Dump:
    """Read a file whole.

    Raises InvalidInput with the first faults of its rows, OSError where it cannot be opened.
    """
    dump, faults, numbers = Dump(), list[Fault](), dict[int, int]()
    try:
        with _opened(path) as file:
            for number, row in enumerate(iter(lambda: file.readline(_LONGEST_ROW), b""), 1):
                try:
                    _read_row(row, number, dump, numbers)
                except ValueError as error:
                    faults.append(
                        Fault("parameter", f"row {number}", "invalid-row", f"row {number}: {error}")
                    )
                if len(faults) == _MOST_FAULTS:
                    break
                if len(dump.places) > MOST_PLACES:
                    raise _unreadable(
                        f"{path} has more than {MOST_PLACES:,} places; cut it to those you need"
                    )
    except (zipfile.BadZipFile, gzip.BadGzipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise _unreadable(f"{path} cannot be unpacked: {error}") from None
    if faults:
        raise InvalidInput(faults)
    if not numbers:
        raise _unreadable(f"{path} holds no rows")
    slugs = with_unique_slugs(dump.places, ())
    return replace(dump, places=[replace(place, slug=slugs[place.geonames_id]) for place in dump.places])


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(file) as unpacked:
                yield unpacked  # type: ignore[misc] # it has all that is used of a BinaryIO
        elif start == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive:
                names = [name for name in archive.namelist() if name.lower() != "readme.txt"]
                if len(names) != 1:
                    raise _unreadable(f"{path} must hold one file next to readme.txt, and holds {len(names)}")
                with archive.open(names[0]) as unpacked:
                    yield unpacked  # type: ignore[misc] # it has all that is used of a BinaryIO
        else:
            yield file


def _unreadable(detail: str) -> InvalidInput:
    return InvalidInput([Fault("parameter", "file", "invalid-file", detail)])


def _read_row(row: bytes, number: int, dump: Dump, numbers: dict[int, int]) -> None:
    """Add a row to the dump. Raises ValueError with a sentence where it is not of the format."""
    if len(row) == _LONGEST_ROW:
        raise ValueError("is too long")
    try:
        columns = row.decode("utf-8").rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    if len(columns) != COLUMNS:
        raise ValueError(f"has {len(columns)} columns, not the {COLUMNS} of GeoNames separated by tabs")
    geonames_id = _integer(columns[0], "geonameid", 1, _LARGEST_ID)
    if geonames_id in numbers:
        raise ValueError(f"repeats the geonameid of row {numbers[geonames_id]}")
    numbers[geonames_id] = number
    lat = _degrees(columns[4], "latitude", 90)
    lon = _degrees(columns[5], "longitude", 180)
    _integer(columns[14] or "0", "population", 0, 10**11)
    feature, country, name = columns[6], columns[8], " ".join(columns[1].split())
    if feature and feature not in _OF_CLASS:
        raise ValueError(f"the feature class must be one of {', '.join(sorted(_OF_CLASS))}, or empty")
    if country and country not in COUNTRIES:
        raise ValueError("the country code must be one of ISO 3166-1 alpha-2, or empty")
    if not name:
        raise ValueError("the name is empty")
    if reason := _reason_to_skip(columns, name):
        dump.skipped[reason] += 1
    else:
        dump.places.append(_place(columns, geonames_id, name, (lat, lon)))


def _reason_to_skip(columns: list[str], name: str) -> str | None:
    if not columns[8]:
        return "without a country"
    if not columns[6] or columns[7] in _TOO_WIDE:
        return "whole countries, or of no feature class"
    return None if is_name(name, columns[8]) else "with a name in several or foreign scripts"


def _place(columns: list[str], geonames_id: int, name: str, point: tuple[float, float]) -> Place:
    others = aliases(name, (columns[2], *sorted(columns[3].split(","))), columns[8])
    return Place(
        slug=base_slug(name, others, geonames_id),
        name=name,
        country=columns[8],
        lat=point[0],
        lon=point[1],
        precision_km=_OF_PROVINCE if columns[7] in _PROVINCES else _OF_CLASS[columns[6]],
        geonames_id=geonames_id,
        aliases=others,
    )


def _integer(written: str, column: str, least: int, most: int) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(most))):
        raise ValueError(f"the {column} must be an integer")
    if not least <= (value := int(written)) <= most:
        raise ValueError(f"the {column} must be between {least} and {most}")
    return value


def _degrees(written: str, column: str, most: int) -> float:
    """Return degrees to a hundredth, as the places that ship have them."""
    digits = written.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or abs(value := float(written)) > most:
        raise ValueError(f"the {column} must be degrees between -{most} and {most}")
    return round(value, 2) + 0.0
