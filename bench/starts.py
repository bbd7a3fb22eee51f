"""Seconds from the start of a process to what it was started for: a first response, or its end."""

import time
from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from statistics import median

from bench.figures import Figures
from bench.load import PATIENCE, Asked, ask
from bench.servers import CLI, command, free_port, python, starting

ROUNDS = 5

# Seconds between two tries to connect to a server that starts.
POLL = 0.005

# None stands for the default.
WORKERS = (1, None)

AGGREGATE = "/v1/aggregates?group_by=location"


def measure(figures: Figures, databases: Mapping[int, Path], sample: Path) -> None:
    """Start servers and commands in turns, on databases by size and on the sample, which is loaded into a new file.

    Bytecode and column files are written before: both are made once for an installation and a record.
    """
    python("-m", "compileall", "-q", "app")
    command(sample, "sample")
    for database in (sample, *databases.values()):
        _first(database, AGGREGATE, None)
    rounds: defaultdict[object, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for workers in WORKERS:
            rounds[workers].append(_first(sample, "/healthz", workers))
            for size, database in databases.items():
                rounds[workers, size].append(_first(database, AGGREGATE, workers))
        rounds["help"].append(_seconds(*CLI, "--help"))
        rounds["bare"].append(_seconds("-c", "pass"))
    for workers in WORKERS:
        figures.healthz[workers] = median(rounds[workers])
        figures.aggregates[workers] = {size: median(rounds[workers, size]) for size in databases}
    figures.help = median(rounds["help"]), median(rounds["bare"])


def _first(database: Path, path: str, workers: int | None) -> float:
    """Return the seconds from the start of a server until it has answered this path with 200."""
    port = free_port()
    began = time.perf_counter()
    with starting(database, port, workers):
        while time.perf_counter() - began < PATIENCE:
            try:
                if ask(port, Asked(path))[0] == HTTPStatus.OK:
                    return time.perf_counter() - began
            except OSError:
                # It does not listen yet.
                pass
            time.sleep(POLL)
    raise RuntimeError("a server did not start")


def _seconds(*arguments: str) -> float:
    """Return the seconds that Python runs with these arguments."""
    began = time.perf_counter()
    python(*arguments)
    return time.perf_counter() - began
