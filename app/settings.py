"""The settings, read once from STRIKELEDGER_* environment variables and handed to `create_app`."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# A name, an IPv4 address or an IPv6 address in brackets. Compose and the like make names with underscores.
HOST = r"\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253}"

# Stands for every host.
ANY_HOST = "*"


def _parts(value: object) -> object:
    """Split what a variable lists with commas."""
    if isinstance(value, str):
        return tuple(part.strip().lower() for part in value.split(",") if part.strip())
    return value


def _host(value: str) -> str:
    if value != ANY_HOST and not re.fullmatch(HOST, value):
        raise ValueError("a host is a name, an IPv4 address or an IPv6 address in brackets, without a port")
    return value


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value))


class Settings(BaseSettings):
    """What an operator may set. A value that makes no sense stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="STRIKELEDGER_", frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///strikeledger.db",
        pattern=r"^(sqlite|postgresql|postgresql\+psycopg)://",
        description="Where the record lives: an SQLite file or a PostgreSQL database.",
    )
    allowed_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host)], ...], NoDecode, BeforeValidator(_parts)
    ] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        min_length=1,
        description="The names that a request's Host may have, with any port, listed with commas; `*` takes all.",
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
