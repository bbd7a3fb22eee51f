"""The supervisor of forked workers: real processes that serve nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cli.test_commands import PATIENCE, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")

# Two workers that write a line with their process id, and then do what `{work}` does.
_SUPERVISE = """
import os, sys, time
from app.cli import supervisor
from app.errors import StrikeledgerError
supervisor.BEAT, supervisor.MOST_MISSED = 0.05, 20
def serve():
    os.write(1, f"{{os.getpid()}}\\n".encode())
    {work}
try:
    supervisor.supervise(2, serve)
except StrikeledgerError as error:
    sys.exit(str(error))
"""


@contextmanager
def supervised(work: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a supervisor, and end it with all its workers."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SUPERVISE.format(work=work)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def begun(process: "subprocess.Popen[str]") -> int:
    """Return the process id of the next worker that began."""
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_stop_ends_all_workers(stop: signal.Signals) -> None:
    """A signal to stop ends the workers, then the supervisor, without an error."""
    with supervised("time.sleep(600)") as process:
        workers = {begun(process), begun(process)}
        process.send_signal(stop)
        assert process.wait(PATIENCE) == 0
        assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
def test_worker_that_ends_or_hangs_is_replaced(end: signal.Signals) -> None:
    """In the place of a worker that was killed, or that does not run any more, begins another one."""
    with supervised("time.sleep(600)") as process:
        first, second = begun(process), begun(process)
        os.kill(first, end)
        assert begun(process) not in {first, second}
        assert not Path(f"/proc/{first}").exists()
        assert Path(f"/proc/{second}").exists()


def test_worker_that_is_busy_is_not_replaced() -> None:
    """A worker whose interpreter runs without a pause still gives heartbeats."""
    with supervised("while True: pass") as process:
        begun(process), begun(process)
        time.sleep(2)  # Twice as long as a worker may be without a heartbeat.
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_worker_that_cannot_start_ends_the_supervisor() -> None:
    """Where a worker reports that it cannot start, all end with an error; another one could not start either."""
    with supervised("sys.exit(3)") as process:
        assert process.stderr is not None
        assert "a worker could not start" in process.stderr.read()
        assert process.wait(PATIENCE) == 1
