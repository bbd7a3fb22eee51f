"""Settings from the environment: what is misspelt or not valid stops the start, and lists are read as people write."""

import pytest

from app.errors import InvalidSetting
from app.settings import read_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALLOWED_HOSTS", "a b"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "localhost,localhost:80"),
        ("ALLOWED_HOSTS", "https://ledger.example"),
        ("RATE_LIMITS", "yes"),
        ("RATE_LIMITS", "ON"),
        ("RATE_LIMITS", ""),
        ("TRUSTED_PROXIES", "proxy"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://desk:secret@localhost/x"),
        ("DATABASE_URL", "postgresql://desk:secret@localhost:port/x"),
        ("DATABASE_URL", "postgresql://desk:secret@localhost:65536/x"),
        ("DATABASE_URL", "postgresql://desk:in@secret@localhost/x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite://strikeledger.db"),
        ("DATABASE_URL", "sqlite:///strikeledger.db?mode=ro"),
    ],
)
def test_value_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """No setting falls back to something open: the start fails with the variable's name, and no password."""
    monkeypatch.setenv(f"STRIKELEDGER_{variable}", value)
    with pytest.raises(InvalidSetting, match=f"STRIKELEDGER_{variable} is not valid") as refusal:
        read_settings()
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("variable", "value", "meant"),
    [
        ("STRIKELEDGER_RATE_LIMIT", "on", "RATE_LIMITS"),
        ("STRIKELEDGER_ALLOWED_HOST", "ledger.example", "ALLOWED_HOSTS"),
        ("STRIKELEDGER_DATABASE", "sqlite:///x.db", "DATABASE_URL"),
        ("STRIKELEGDER_RATE_LIMITS", "on", "RATE_LIMITS"),
        ("strikeledger_rate_limits", "on", "RATE_LIMITS"),
        ("STRIKELEDGER_PORT", "8000", ""),
        ("STRIKELEDGER_COUNTED_IN", "counters", ""),
    ],
)
def test_misspelt_setting_is_refused_with_the_nearest(variable: str, value: str, meant: str) -> None:
    """A variable that looks like a setting and is none stops the start, and the setting that may be meant is named."""
    with pytest.raises(InvalidSetting, match=f"{variable}; did you mean STRIKELEDGER_{meant}"):
        read_settings({variable: value})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STRIKELEDGER_SERVICE_HOST", "10.0.0.1"),
        ("STRIKELEDGER_SERVICE_PORT_HTTP", "8000"),
        ("STRIKELEDGER_PORT", "tcp://10.0.0.1:8000"),
        ("STRIKELEDGER_PORT_8000_TCP_ADDR", "10.0.0.1"),
        ("STRIKELEDGER_TEST_KILLS", "20"),
        ("RATE_LIMIT", "on"),
    ],
)
def test_variables_of_others_are_let_be(variable: str, value: str) -> None:
    """What Kubernetes sets for a service of this name, what our tests read, and what is not ours stops nothing."""
    assert read_settings({variable: value}).rate_limits == "off"


def test_lists_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries stand between commas, with or without spaces, in any case."""
    monkeypatch.setenv("STRIKELEDGER_ALLOWED_HOSTS", "Ledger.example, [::1],")
    monkeypatch.setenv("STRIKELEDGER_TRUSTED_PROXIES", "10.0.0.1, 172.16.0.0/12")
    settings = read_settings()

    assert settings.allowed_hosts == ("ledger.example", "[::1]")
    assert settings.trusted_proxies == ("10.0.0.1/32", "172.16.0.0/12")
