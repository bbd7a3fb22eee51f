"""Exports of everything by one worker: the first byte, lines a second, and the memory that the worker needs."""

import http.client
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from bench.figures import Exported, Figures
from bench.load import HOST, Asked, read
from bench.servers import free_port, ours

FORMATS = ("ndjson", "csv")

_PIECE = 64 * 1024

# Seconds that a piece may take.
_PATIENCE = 120


def measure(figures: Figures, databases: Mapping[int, Path]) -> None:
    """Download each format once, from a server of its own, which has read the columns of its aggregates before."""
    for size, database in databases.items():
        for form in FORMATS:
            with ours(database, port := free_port(), keeps_answers=False) as server:
                read(port, Asked("/v1/aggregates"))
                # From here on the kernel counts the peak anew.
                Path(f"/proc/{server.pid}/clear_refs").write_text("5", encoding="utf-8")
                idle = server.memory().resident
                first, seconds = _downloaded(port, f"/v1/export?format={form}")
                figures.exports[form, size] = Exported(first, size / seconds, server.memory().peak - idle)


def _downloaded(port: int, path: str) -> tuple[float, float]:
    """Return the seconds to the first byte of a body and to its end. Raises RuntimeError for a refusal."""
    connection = http.client.HTTPConnection(HOST, port, timeout=_PATIENCE)
    began = time.perf_counter()
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        if response.status != HTTPStatus.OK or not response.read(1):
            raise RuntimeError(f"{path} was refused")
        first = time.perf_counter() - began
        while response.read(_PIECE):
            pass
        return first, time.perf_counter() - began
    finally:
        connection.close()
