"""The options of commands are the parameters of the API, as the OpenAPI document describes them.

`python -m tests.cli.test_query_options` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

from tests.openapi import operations, resolved, served

FILE = Path(__file__).parents[2] / "app" / "cli" / "query_options.json"
PATHS = {
    "strikes": "/v1/strikes",
    "aggregates": "/v1/aggregates",
    "export": "/v1/export",
    "changes": "/v1/changes",
}


def described() -> dict[str, list[dict[str, Any]]]:
    """Return the parameters of every operation that commands take options from."""
    document = served()
    by_path = {str(each): each for each in operations(document)}
    return {
        name: [_option(document, parameter) for parameter in by_path[f"GET {path}"].parameters]
        for name, path in PATHS.items()
    }


def _option(document: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    schema = resolved(document, parameter["schema"])
    repeatable = schema.get("type") == "array"
    item = resolved(document, schema["items"]) if repeatable else schema
    metavar = "NUMBER" if item.get("type") in {"integer", "number"} else "TEXT"
    option = {"name": parameter["name"], "help": parameter["description"]}
    if item.get("type") == "boolean":
        return option | {"is_flag": True}
    option |= {"choices": item["enum"]} if "enum" in item else {"metavar": metavar}
    return option | ({"repeatable": True} if repeatable else {})


def written() -> str:
    """Return the content of the file."""
    return json.dumps(described(), indent=1, ensure_ascii=False) + "\n"


def test_options_are_the_parameters_of_the_api() -> None:
    """A filter that the API gains is an option of every command that filters, with the same words and choices."""
    assert FILE.read_text(encoding="utf-8") == written()


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
