"""Anonymous shared file, inherited by worker processes as a descriptor.

It has no path, so nobody can remove or truncate it, and a worker that is started again gets it as the first one did.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any


class SharedFile:
    """A file that goes to a spawned process among the arguments of that process. Not on Windows."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def close(self) -> None:
        """Close this process's descriptor. Closed again, it could be another file's by then, so that does nothing."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __reduce__(self) -> tuple[Callable[[Any], "SharedFile"], tuple[Any]]:
        return _received, (reduction.DupFd(self.descriptor),)


def _received(duplicate: Any) -> SharedFile:  # noqa: ANN401 - the standard library does not name its type
    return SharedFile(duplicate.detach())


def create(size: int) -> SharedFile:
    """Return a new file of `size` zero bytes. Raises OSError where there is no room for them."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("strikeledger", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        with tempfile.TemporaryFile() as temporary:
            descriptor = os.dup(temporary.fileno())
    try:
        # Written, not only extended: a mapped page that finds no room at its first use would end the process.
        with open(descriptor, "wb", closefd=False) as file:
            file.write(bytes(size))
        _refuse_shrinking(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return SharedFile(descriptor)


def _refuse_shrinking(descriptor: int) -> None:
    """Let the kernel refuse to truncate the file, which would end every process that has it mapped."""
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - the module does not exist on every platform

        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
