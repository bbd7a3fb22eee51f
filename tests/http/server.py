"""Run the real server in a process of its own, and speak to it byte by byte."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.server.timeouts import Patience
from tests.cli.test_commands import PATIENCE, environment

# What `strikeledger serve` runs, with a patience that a test can wait out, and few open files.
_SERVE = """
import resource, sys
from app.server.protocol import StrictProtocol
from app.server.timeouts import Patience
from app.releases import parsers
if {parsing}:
    parsers.MOST_SECONDS = {parsing}
if {open_files}:
    resource.setrlimit(resource.RLIMIT_NOFILE, ({open_files}, {open_files}))
StrictProtocol.patience = {patience!r}
sys.argv = ["strikeledger", "serve", "--port", "0", "--workers", "{workers}"]
from app.cli.main import main
main()
"""


AS_RUN = Patience()


@dataclass(frozen=True)
class Answer:
    """What came back on a connection until the server closed it, or fell silent."""

    raw: bytes
    closed: bool

    @property
    def status(self) -> int:
        """The status of the first response; 0 where there was none."""
        found = re.match(rb"HTTP/1\.1 ([0-9]{3}) ", self.raw)
        return int(found[1]) if found else 0

    @property
    def head(self) -> str:
        """The headers of the first response, in lower case."""
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").lower()

    @property
    def body(self) -> bytes:
        """What follows the first headers."""
        return self.raw.partition(b"\r\n\r\n")[2]


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    process: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self, wait: float = 5.0) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=wait)

    def say(self, *pieces: bytes, wait: float = 5.0, pause: float = 0.0) -> Answer:
        """Send pieces of a request, and read until the server closes or the response is whole."""
        with self.connect(wait) as connection:
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError:
                    # It closed already; what it said can still be read.
                    break
                time.sleep(pause)  # As a slow client does.
            return listen(connection)

    def children(self) -> set[int]:
        """Return the process ids of its workers that live now; none where it serves by itself."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=False,
        )
        return {int(line.split()[0]) for line in listed.stdout.splitlines() if "defunct" not in line}

    def memory(self) -> int:
        """Return the bytes of memory that the process holds."""
        status = Path(f"/proc/{self.process}/status").read_text()
        found = re.search(r"VmRSS:\s+([0-9]+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


def listen(connection: socket.socket) -> Answer:
    """Read until the server closes, or one answer with a Content-Length is whole, or nothing comes."""
    raw = b""
    while True:
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            return Answer(raw, closed=False)
        except OSError:
            return Answer(raw, closed=True)
        if not piece:
            return Answer(raw, closed=True)
        raw += piece
        head, end, body = raw.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: ([0-9]+)", head)
        if end and length and len(body) >= int(length[1]) and b"connection: close" not in head:
            return Answer(raw, closed=False)


@contextmanager
def running(
    folder: Path,
    *,
    patience: Patience = AS_RUN,
    workers: int = 1,
    open_files: int = 0,
    parsing: float = 0,
    **variables: Any,  # noqa: ANN401 - settings
) -> Iterator[Server]:
    """Run the server on a database of its own in `folder`.

    `parsing` are the seconds that a text may take; 0: as in production.
    """
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _SERVE.format(patience=patience, workers=workers, open_files=open_files, parsing=parsing),
        ],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        port = re.search(r"http://127\.0\.0\.1:([0-9]+)", said)
        assert port is not None, said
        server = Server(int(port[1]), process.pid)
        # The first response waits for the cold start.
        assert server.say(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n", wait=PATIENCE).status == 200
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
        assert process.wait(20) in {0, -signal.SIGTERM}
