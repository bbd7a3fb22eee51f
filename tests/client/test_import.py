"""Importing the client is light: nothing of the server comes with it."""

import inspect
import subprocess
import sys

from app.client import AsyncClient, Client
from tests.cli.test_commands import environment

# What the server, or a data frame, would bring.
_HEAVY = ("fastapi", "starlette", "sqlalchemy", "pydantic", "polars", "pandas", "pyarrow", "numpy", "typer")

_IMPORT = """
import sys, time
import httpx
started = time.perf_counter()
import app.client
print(time.perf_counter() - started)
print(*sorted(name for name in sys.modules if name == "app" or name.startswith("app.")))
print(*sorted(name.partition(".")[0] for name in sys.modules))
"""


def test_client_is_imported_alone() -> None:
    """The import brings httpx and the client's own modules, no other of the application, and takes little time."""
    output = subprocess.run(
        [sys.executable, "-c", _IMPORT],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    seconds, own, packages = output.splitlines()
    assert {name.split(".")[1] for name in own.split() if name != "app"} == {"client"}
    assert not set(packages.split()) & set(_HEAVY)
    # Beyond httpx itself, on a machine that does much else.
    assert float(seconds) < 1


def test_both_clients_have_the_same_methods() -> None:
    """Whatever one client can do, the other can, with the same parameters and documentation."""

    def methods(client: type) -> dict[str, tuple[str, str | None]]:
        return {
            name: (str(list(inspect.signature(method).parameters.values())), method.__doc__)
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_") and not name.endswith("close")
        }

    assert methods(Client) == methods(AsyncClient)
    assert all(documentation for _, documentation in methods(Client).values())
    assert "as_of" in methods(Client)["strike"][0]
