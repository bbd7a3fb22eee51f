"""Output files that appear under their name when they are whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_beside(path: Path, *, replaces: bool, is_private: bool = False) -> Iterator[Path]:
    """Yield the path of an empty file next to one; at the end it is on the disk under the name itself.

    `replaces`: a file of that name gives way; else FileExistsError is raised. `is_private`: only its owner can read it.
    What is no file, such as a pipe, is written to as it is. Nothing is left after an error.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        yield path
        return
    if path.exists() and not replaces:
        raise FileExistsError(f"{path} exists")
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        if not is_private:
            part.chmod(0o666 & ~_umask())
        yield part
        _sync(part)
        if replaces:
            part.replace(path)
        else:
            _link(part, path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _link(part: Path, path: Path) -> None:
    """Give a file a name that no other has, without a moment in which one could be replaced."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # A file system without hard links.
        part.rename(path)


def _sync(path: Path) -> None:
    """Wait until a file or a folder is on the disk. A folder cannot be opened on every system."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
