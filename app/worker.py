"""Entry point of a worker process, started by the supervisor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.importer import import_from_string

from app.server.shared_file import SharedFile


@dataclass(frozen=True, slots=True)
class Worker:
    """Build the server in the process that receives this.

    The server is imported by its name, and only when it is built: a process that imported it while it receives this
    could not report in time that it lives, and the supervisor would end it.
    """

    counted_in: SharedFile | None

    def __call__(self) -> Any:  # noqa: ANN401 - an ASGI application
        """Return the server."""
        build: Callable[[SharedFile | None], Any] = import_from_string("app.main:from_environment")
        return build(self.counted_in)
