"""Logging: structlog and the standard library's loggers, one output on stderr.

Until `configure` was called nothing below CRITICAL is logged, so a server that is built in a test is silent. Commands
that serve or migrate call it; processes that they fork inherit it.
"""

import json
import logging
import os
import select
import stat
import sys
import threading
import time
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

# All modules take it from here: without the configuration below, structlog prints to stdout.
get_logger = structlog.get_logger

Level = Literal["debug", "info", "warning", "error", "critical"]

# Lines that may wait for a stderr that is not read; more are dropped and counted.
MOST_WAITING = 10_000

# Seconds for which lines are collected before they are written together.
COLLECT_SECONDS = 0.2

# Seconds that a process which ends waits for a stderr that is not read.
CLOSE_SECONDS = 1.0

# Bytes that a system writes to a pipe in one piece, so that lines of several processes do not mix; and to anything
# else, since after each write the thread takes the interpreter from a request.
_PIPE_PIECE, _PIECE = 4096, 1024 * 1024

_JSON_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z

# What uvicorn logs as well, without the id of the request.
_LOGGED_ALREADY = ("Exception in ASGI application", "Invalid HTTP request received")


class Output:
    """A file descriptor that takes log lines. None of its errors reaches who logs.

    Lines are written at once. Inside `in_background` a thread writes them, so that a server never waits for the
    process that reads its log.

    The descriptor is a duplicate of its own: whoever closes stderr gives its number back, the next file that is opened
    takes it, and a log line would be written into that one. It happened to the index of an SQLite log.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = None if descriptor is None else os.dup(descriptor)
        if self._descriptor is not None:
            # Closed with the last reference, and not at exit: whatever is logged last has its place.
            weakref.finalize(self, os.close, self._descriptor).atexit = False
        is_pipe = descriptor is not None and stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        self._piece = _PIPE_PIECE if is_pipe else _PIECE
        self._lines: deque[bytes] = deque()
        self._has_lines = threading.Event()
        self._dropped = 0
        self._is_ending = False
        self._thread: threading.Thread | None = None

    def write(self, line: bytes) -> None:
        """Write a line, or hand it to the thread."""
        if self._thread is None:
            self._write(line, waits=False)
        elif len(self._lines) < MOST_WAITING:
            self._lines.append(line)
            if not self._has_lines.is_set():
                self._has_lines.set()
        else:
            self._dropped += 1

    # What structlog calls.
    debug = info = warning = error = critical = write

    def start(self) -> None:
        """Start the thread. Not before a fork, which would leave it behind."""
        if self._descriptor is not None:
            self._is_ending = False
            self._thread = threading.Thread(target=self._run, name="log", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread once all is written; one that is blocked is left to itself."""
        if self._thread is not None:
            self._is_ending = True
            self._has_lines.set()
            self._thread.join(CLOSE_SECONDS)
            if not self._thread.is_alive():
                self._thread = None
                self._write_waiting()

    def _run(self) -> None:
        while not self._is_ending:
            self._has_lines.wait()
            if not self._is_ending:
                time.sleep(COLLECT_SECONDS)  # One write for the lines of a moment.
            self._has_lines.clear()
            self._write_waiting()
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                structlog.get_logger().warning("log lines dropped", lines=dropped)

    def _write_waiting(self) -> None:
        piece: list[bytes] = []
        length = 0
        for _ in range(len(self._lines)):
            line = self._lines.popleft()
            if length + len(line) > self._piece:
                self._write(b"".join(piece), waits=True)
                piece, length = [], 0
            piece.append(line)
            length += len(line)
        self._write(b"".join(piece), waits=True)

    def _write(self, lines: bytes, *, waits: bool) -> None:
        """Write what a piece holds, or more. Unless it `waits`, what does not go to a full pipe is dropped."""
        if self._descriptor is None:
            return
        # Closed, or its reader is gone: the server goes on.
        with suppress(OSError):
            while lines and (waits or _is_writable(self._descriptor)):
                lines = lines[os.write(self._descriptor, lines[: self._piece]) :]


_output = Output(None)
_level: int = logging.CRITICAL


def level() -> int:
    """Return the number of the least level that is logged."""
    return _level


def line_writer() -> Callable[[EventDict], None]:
    """Return what renders and writes the fields of a line, as configured now.

    It skips what structlog does before: four copies of the fields, which take longer than all the rest. Fields begin
    with their time, level and event.
    """
    (render,) = structlog.get_config()["processors"]
    output = _output
    return lambda fields: output.write(render(None, fields["level"], fields))


@contextmanager
def in_background() -> Iterator[None]:
    """Write log lines in a thread, until the block ends."""
    output = _output
    output.start()
    try:
        yield
    finally:
        output.close()


def configure(level_name: Level, form: Literal["", "console", "json"]) -> None:
    """Log to stderr from this level on; an empty form is `console` on a terminal and else `json`."""
    global _output, _level  # noqa: PLW0603 - a process has one stderr
    descriptor = _descriptor()
    is_terminal = descriptor is not None and os.isatty(descriptor)
    is_console = form == "console" or (not form and is_terminal)
    colors = is_terminal and not os.environ.get("NO_COLOR") and sys.platform != "win32"
    _output = Output(descriptor)
    _level = getattr(logging, level_name.upper())
    structlog.configure(
        processors=[partial(_render_text, _console(colors=colors)) if is_console else _render_json],
        wrapper_class=structlog.make_filtering_bound_logger(_level),
        logger_factory=lambda *_: _output,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Forwarding)]:
        root.removeHandler(handler)
    root.addHandler(_Forwarding())
    # What libraries log below a warning is about themselves.
    root.setLevel(max(logging.WARNING, _level))


def _is_writable(descriptor: int) -> bool:
    """Return whether a chunk can be written without blocking; unknown on Windows."""
    return sys.platform == "win32" or bool(select.select([], [descriptor], [], 0)[1])


def _descriptor() -> int | None:
    """Return that of stderr, or None where it is closed: its number may be another file's by now."""
    with suppress(OSError, ValueError, AttributeError):
        return sys.stderr.fileno()
    return None


class _Forwarding(logging.Handler):
    """Log through structlog what uvicorn and other libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "uvicorn.error" and str(record.msg).startswith(_LOGGED_ALREADY):
            return
        try:
            level = max(number for number in (10, 20, 30, 40, 50) if number <= max(10, record.levelno))
            fields = {"exc_info": record.exc_info} if record.exc_info else {}
            structlog.get_logger().log(level, record.getMessage(), logger=record.name, **fields)
        except Exception:  # noqa: BLE001 - as every handler does
            self.handleError(record)


def _exception(exc_info: Any) -> str | None:  # noqa: ANN401 - an exception, a tuple, True or None
    """Return the traceback."""
    if not exc_info:
        return None
    error = exc_info
    if not isinstance(error, BaseException):
        error = exc_info[1] if isinstance(exc_info, tuple) else sys.exception()
    return "".join(traceback.format_exception(error)).rstrip() if error is not None else None


def _render_json(_logger: WrappedLogger, level: str, event: EventDict) -> bytes:
    fields = event
    if "time" not in fields:
        fields = {"time": datetime.now(UTC), "level": level, "event": event.pop("event"), **event}
    if "exc_info" in fields:
        fields["exception"] = _exception(fields.pop("exc_info"))
    try:
        return orjson.dumps(fields, default=str, option=_JSON_OPTIONS)
    except TypeError:
        # A lone surrogate.
        return json.dumps(fields, default=str).encode() + b"\n"


def _console(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback, sort_keys=False, pad_event_to=0
    )


def _render_text(
    console: structlog.dev.ConsoleRenderer, logger: WrappedLogger, level: str, event: EventDict
) -> bytes:
    exception = _exception(event.pop("exc_info", None))
    fields = {
        "timestamp": event.pop("time", datetime.now(UTC)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z",
        "level": level,
        **{name: _printable(value) for name, value in event.items()},
    }
    line = str(console(logger, level, fields))
    if exception is not None:
        # Indented, so that none of it reads like a line of the log.
        line += "".join(f"\n    {_printable(row)}" for row in exception.splitlines())
    return f"{line}\n".encode(errors="backslashreplace")


def _printable(value: Any) -> Any:  # noqa: ANN401 - what a field can hold
    """Escape what would end a line or steer a terminal."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return value.encode("unicode_escape").decode("ascii")


# Of a filter that nothing passes: nobody logs at this level.
structlog.configure(
    processors=[_render_json],
    wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    logger_factory=lambda *_: _output,
)
