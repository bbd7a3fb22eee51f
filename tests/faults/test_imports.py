"""Kill imports: each leaves all of its file or nothing, and no process."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.deployment import figure
from tests.faults.imports import REPORTS, outcomes_of_kills, rerun

KILLS = figure("KILLS", 2)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """Killed at any moment, an import leaves all or nothing; the next one completes it, the third changes nothing."""
    left = list(outcomes_of_kills(tmp_path, KILLS))
    tell(f"{KILLS} kills: {left.count(0)} left nothing, {left.count(REPORTS)} all")
    assert set(left) <= {0, REPORTS}
    again, third = rerun(tmp_path)
    assert again == {"created": REPORTS, "revised": 0, "unchanged": 0, "rejected": 0}
    assert third == {"created": 0, "revised": 0, "unchanged": REPORTS, "rejected": 0}
