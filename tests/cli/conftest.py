"""Fixtures: the command line in this process, on a sample, and a real server on the same."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli.main import main
from tests.client.conftest import Served, serving_sample


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Its output as text."""
        return self.out.decode()


Command = Callable[..., Ended]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Run a command in this process: a start of its own would take a second."""
    on_hangup = signal.getsignal(signal.SIGHUP)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["strikeledger", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        # What commands set for a process of their own.
        signal.signal(signal.SIGHUP, on_hangup)
        gc.enable()
        out, err = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int | None)
        assert b"Traceback" not in err
        return Ended(ended.value.code or 0, out, err.decode())

    return run


@pytest.fixture
def on_sample(sqlite_sampled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands use the sample; they only read."""
    monkeypatch.setenv("STRIKELEDGER_DATABASE_URL", f"sqlite:///{sqlite_sampled}")


@pytest.fixture(scope="module")
def served(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server on the sample."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("served")) as served:
        yield served
