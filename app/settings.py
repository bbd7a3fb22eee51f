"""The settings, read once from STRIKELEDGER_* environment variables and handed to `create_app`."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set. A value that makes no sense stops the start with its name."""

    model_config = SettingsConfigDict(env_prefix="STRIKELEDGER_", frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite:///strikeledger.db",
        pattern=r"^(sqlite|postgresql|postgresql\+psycopg)://",
        description="Where the record lives: an SQLite file or a PostgreSQL database.",
    )
