"""A tiny HTTP server that misbehaves as a script orders, and remembers what it received."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Scripted:
    """One response. `cut` bytes of the body are promised and not sent; `silent` seconds pass before it."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    silent: float = 0


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes
    at: float


class Faulty:
    """A server that gives its scripted responses in turn, and the last one from then on."""

    def __init__(self, port: int, script: list[Scripted]) -> None:
        self.port = port
        self.script = script
        self.received: list[Received] = []

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def faulty(*script: Scripted) -> Iterator[Faulty]:
    """Run a server on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            state.received.append(
                Received(self.command, self.path, self.headers, self.rfile.read(length), time.monotonic())
            )
            scripted = state.script.pop(0) if len(state.script) > 1 else state.script[0]
            # As a server does that is stuck.
            released.wait(scripted.silent)
            self.send_response(scripted.status)
            headers = {"Content-Type": "application/json"} | scripted.headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(scripted.body)))
            self.end_headers()
            self.wfile.write(scripted.body[: len(scripted.body) - scripted.cut])
            self.close_connection = bool(scripted.cut)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_arguments: object) -> None:
            """Stay silent."""

    released = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Faulty(server.server_address[1], list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        released.set()
        server.shutdown()
        server.server_close()
        thread.join()
