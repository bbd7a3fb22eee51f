"""Deployments to be killed, and the figures of each test, shown at the end of the run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ENGINES
from tests.faults.deployment import Deployment, deployed

FIGURES = "figures"


@pytest.fixture(scope="session")
def waits_for_the_disk() -> bool:
    """Let PostgreSQL run as an operator runs it: how long it keeps others waiting belongs to what is tried."""
    return True


@pytest.fixture(params=ENGINES)
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """Give a server of one process on a database of its own, on either engine; the test starts it."""
    with deployed(request, request.param, tmp_path) as deployment:
        yield deployment


@pytest.fixture(params=ENGINES, scope="module")
def two_workers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Run a server of two workers, on either engine, for all tests of a module: a start takes seconds."""
    with deployed(request, request.param, tmp_path_factory.mktemp("workers"), workers=2) as deployment:
        deployment.start()
        yield deployment


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Keep a line of figures for the end of the run."""
    return lambda figures: record_property(FIGURES, figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the figures of every test, also of those that ran in other processes."""
    reports = [
        each
        for found in terminalreporter.stats.values()
        for each in found
        if hasattr(each, "user_properties")
    ]
    lines = [
        f"{report.head_line}: {figures} ({report.duration:.0f} s)"
        for report in reports
        for name, figures in report.user_properties
        if name == FIGURES and report.when == "call"
    ]
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(lines)))
