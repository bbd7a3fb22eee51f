"""Options of commands that are parameters of the API.

They are read from query_options.json, which is made from the OpenAPI document: to import the models themselves takes
longer than `--help` may. `python -m tests.cli.test_query_options` writes it anew, and a test compares the two.
"""

import inspect
import json
from collections.abc import Callable, Container
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

# importlib.resources would load twenty modules more.
_FILE = Path(__file__).with_name("query_options.json")


def takes(
    operation: str, *, without: Container[str] = (), **helps: str
) -> Callable[[Callable[..., None]], Any]:
    """Return a decorator that gives a command the parameters of a GET operation in place of its `**query`.

    The command receives all of them, None where an option is not given. `helps` are texts of options that mean
    something else on a command line; `without` are parameters that are no options.
    """
    described = json.loads(_FILE.read_bytes())[operation]
    options = [
        _option(parameter | {"help": helps.get(parameter["name"], parameter["help"])})
        for parameter in described
        if parameter["name"] not in without
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            parameter
            for parameter in inspect.signature(command).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        signature = inspect.Signature([*own, *options])
        command.__signature__ = signature  # type: ignore[attr-defined] # inspect reads it
        command.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
        return command

    return decorate


def given(query: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters that were given."""
    return {name: value for name, value in query.items() if value is not None and value != []}


def spelled(name: str) -> str:
    """Return a parameter as an option."""
    return f"--{name.replace('_', '-')}"


def _option(described: dict[str, Any]) -> inspect.Parameter:
    name, choices = described["name"], described.get("choices", [])
    if described.get("is_flag"):
        flag = typer.Option(spelled(name), help=described["help"])
        return inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[bool | None, flag]
        )
    repeatable = described.get("repeatable", False)
    # Typer has no list of choices: those are refused by the API, and completed here.
    kind: Any = list[str] if repeatable else Literal[tuple(choices)] if choices else str
    option = typer.Option(
        spelled(name),
        help=described["help"],
        metavar=f"[{'|'.join(choices)}]" if choices else described["metavar"],
        autocompletion=(lambda: choices) if repeatable and choices else None,
    )
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )
