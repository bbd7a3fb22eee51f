"""The settings of the transport: what makes no sense stops the start, and lists are read as people write them."""

import pytest

from app.cli.database import configured
from app.errors import UnusableDatabase


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALLOWED_HOSTS", "a b"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "localhost,localhost:80"),
        ("ALLOWED_HOSTS", "https://ledger.example"),
        ("RATE_LIMITS", "yes"),
        ("RATE_LIMITS", ""),
        ("TRUSTED_PROXIES", "proxy"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ],
)
def test_value_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """No setting falls back to something open: the start fails with the variable's name."""
    monkeypatch.setenv(f"STRIKELEDGER_{variable}", value)
    with pytest.raises(UnusableDatabase, match=f"STRIKELEDGER_{variable} makes no sense"):
        configured()


def test_lists_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries stand between commas, with or without spaces, in any case."""
    monkeypatch.setenv("STRIKELEDGER_ALLOWED_HOSTS", "Ledger.example, [::1],")
    monkeypatch.setenv("STRIKELEDGER_TRUSTED_PROXIES", "10.0.0.1, 172.16.0.0/12")
    settings = configured()

    assert settings.allowed_hosts == ("ledger.example", "[::1]")
    assert settings.trusted_proxies == ("10.0.0.1/32", "172.16.0.0/12")
