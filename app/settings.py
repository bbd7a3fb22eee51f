"""The settings, read once from STRIKELEDGER_* environment variables and handed to `create_app`."""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.errors import InvalidSetting

PREFIX = "STRIKELEDGER_"

# Variables with the prefix that are no settings: which server commands read from, those of the project's tests and
# benchmarks, and those that Kubernetes sets in every container for a service with the name "strikeledger".
_NOT_SETTINGS = re.compile(
    r"STRIKELEDGER_(URL|KEY|(TEST|BENCH)_\w+|SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
_PORT_OF_A_SERVICE = re.compile(r"(tcp|udp|sctp)://")

# Similarity, of 100, from which on a variable without the prefix is a misspelt setting.
_ALMOST_A_SETTING = 90

# A name, an IPv4 address or an IPv6 address in brackets. Compose and the like make names with underscores.
HOST = r"\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253}"

MOST_PORT = 65535

# Stands for every host.
ANY_HOST = "*"


def _parts(value: object) -> object:
    """Split what a variable lists with commas."""
    if isinstance(value, str):
        return tuple(part.strip().lower() for part in value.split(",") if part.strip())
    return value


def _host(value: str) -> str:
    if value != ANY_HOST and not re.fullmatch(HOST, value):
        raise ValueError(
            "a host must be a name, an IPv4 address or an IPv6 address in brackets, without a port"
        )
    return value


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value))


def _database_url(value: str) -> str:
    """Refuse a URL that the drivers could not read, or of which they would ignore something. Never repeats it."""
    if not re.match(r"(sqlite|postgresql|postgresql\+psycopg)://", value):
        raise ValueError("a database URL must begin with sqlite:/// or postgresql://")
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("write postgresql://USER:PASSWORD@HOST:PORT/NAME or sqlite:///FILE") from None
    if "@" in (url.host or ""):
        raise ValueError("write an @ in a user or a password as %40")
    if url.port is not None and not 1 <= url.port <= MOST_PORT:
        raise ValueError(f"a port is a number from 1 to {MOST_PORT}")
    if url.get_backend_name() == "sqlite":
        if url.query:
            raise ValueError("an SQLite URL must not have options after a question mark")
        if url.host or not url.database or url.database == ":memory:":
            raise ValueError("an SQLite database must be a file: sqlite:///FILE, with three slashes")
    return value


class Settings(BaseSettings):
    """What an operator may set. A value that makes no sense stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite:///strikeledger.db",
        description="Where the record lives: an SQLite file or a PostgreSQL database.",
    )
    allowed_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_parts)
    ] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        min_length=1,
        description="The names that a request's Host may have, with any port, listed with commas; `*` takes all.",
    )
    cache_dir: str = Field(
        default="",
        description="A folder for column files, from which a server is ready to count at once; without it they are "
        "next to the SQLite file, and with PostgreSQL there are none.",
    )
    log_format: Literal["", "console", "json"] = Field(
        default="",
        description="How log lines are written to stderr; left out, `console` on a terminal and else `json`.",
    )
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        default="info", description="The least level of a log line; requests are `info`."
    )
    rate_limits: Literal["off", "on"] = Field(
        default="off",
        description="Whether requests and connections are limited by address and key.",
    )
    trusted_proxies: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_parts)
    ] = Field(
        default=(),
        description="Addresses and networks of proxies whose X-Forwarded-For is believed, listed with commas.",
    )


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment variables.

    Raises InvalidSetting for a value that is not valid, and for a variable that resembles a setting but is none: a
    misspelt one would otherwise leave its default in force, such as rate limits that are off.
    """
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for variable in sorted(environment):
        _refuse_unknown(variable, environment[variable], names)
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        # Of a list, the first part of the place is the variable, the second the number of the entry.
        name = f"{PREFIX}{str(fault['loc'][0]).upper()}"
        raise InvalidSetting(f"{name} is not valid: {fault['msg'].removeprefix('Value error, ')}") from None


def _refuse_unknown(variable: str, value: str, names: Sequence[str]) -> None:
    if variable in names or _NOT_SETTINGS.fullmatch(variable):
        return
    if variable == f"{PREFIX}PORT" and _PORT_OF_A_SERVICE.match(value):
        return
    # In capitals only: of two spellings of one setting, which one holds would be a guess.
    nearest, similarity, _ = process.extractOne(variable.upper(), names, scorer=fuzz.ratio)
    if variable.upper().startswith(PREFIX) or similarity >= _ALMOST_A_SETTING:
        raise InvalidSetting(f"unknown setting {variable}; did you mean {nearest}?")
