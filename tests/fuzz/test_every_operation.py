"""Whatever the OpenAPI document allows is done, whatever it forbids is refused, and every response is as it says."""

from collections.abc import Callable

import pytest

from tests.faults.deployment import figure
from tests.fuzz.campaign import CHECKS, LEFT_OUT, Access, Boundaries, run
from tests.openapi import operations, served

FEW = 10
EXAMPLES = figure("EXAMPLES", FEW)
# Failures that are shown of a campaign.
SHOWN = 20

SEEDS = range(1, figure("SEEDS", 1) + 1)


def boundaries(engine: str) -> Boundaries:
    """Return the boundaries to try: in short some, and on one engine, since it is the same document on both."""
    if EXAMPLES > FEW:
        return Boundaries.ALL
    return Boundaries.SIMPLE if engine == "sqlite" else Boundaries.NONE


@pytest.mark.parametrize("seed", SEEDS)
def test_the_document_is_true(access: Access, seed: int, tell: Callable[[str], None]) -> None:
    """Asked anything of any operation, the server never fails, and does and answers what its document says."""
    findings = run(access, seed, EXAMPLES, boundaries(access.engine))

    tell(str(findings))
    assert not findings.failures, "\n\n".join(findings.failures[:SHOWN])
    assert findings.requests.keys() == {
        str(each) for each in operations(served()) if each.name not in LEFT_OUT
    }
    assert findings.checks.keys() == CHECKS
    undone = [name for name in findings.requests if not findings.done[name]]
    assert not undone or EXAMPLES == FEW, undone
