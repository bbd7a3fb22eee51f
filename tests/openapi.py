"""Walk the OpenAPI document as it is served: its operations, and every field of what they take and answer.

`python -m tests.openapi` writes the names that clients rely on into openapi_names.txt.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.main import create_app
from app.settings import Settings
from tests.factories import Body


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the document, with its own entry there as `entry`."""

    method: str
    path: str
    entry: Body

    @property
    def name(self) -> str:
        """The operation's id."""
        return str(self.entry["operationId"])

    @property
    def parameters(self) -> list[Body]:
        """What stands in the path, the query and the headers."""
        return list(self.entry.get("parameters", []))

    @property
    def bodies(self) -> Body:
        """The schemas of the bodies that it takes, by media type."""
        return {
            media_type: content["schema"]
            for media_type, content in self.entry.get("requestBody", {}).get("content", {}).items()
        }

    @property
    def answers(self) -> Iterator[tuple[str, Body]]:
        """The schemas of its answers, by status."""
        for status, answer in self.entry["responses"].items():
            for content in answer.get("content", {}).values():
                if "schema" in content:
                    yield status, content["schema"]

    @property
    def needs_key(self) -> bool:
        """Whether it answers nobody who sends no key."""
        return {} not in self.entry.get("security", [{}])

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of an object: where it stands, its schema, and the examples of the object around it."""

    where: str
    name: str
    schema: Body
    around: list[Any]


def served() -> Body:
    """Return the document as /openapi.json has it. Needs no database: nothing is asked of one."""
    app = create_app(Settings(database_url=f"sqlite:///{Path(__file__).with_name('never-opened.db')}"))
    document: Body = json.loads(json.dumps(app.openapi()))
    return document


def operations(document: Body) -> list[Operation]:
    """Return every operation of a document."""
    return [
        Operation(method.upper(), path, entry)
        for path, methods in document["paths"].items()
        for method, entry in methods.items()
    ]


def resolved(document: Body, schema: Body) -> Body:
    """Follow a schema's reference. What stands next to it goes before what it refers to."""
    if "$ref" not in schema:
        return schema
    *_, name = schema["$ref"].split("/")
    return resolved(document, document["components"]["schemas"][name]) | schema


def fields(document: Body, where: str, schema: Body, seen: set[str]) -> Iterator[Field]:
    """Yield every field of a schema and of all within it; what was `seen` under a name is not looked at again."""
    if "$ref" in schema:
        where = schema["$ref"].rsplit("/", 1)[-1]
        if where in seen:
            return
        seen.add(where)
    whole = resolved(document, schema)
    for name, part in whole.get("properties", {}).items():
        yield Field(f"{where}.{name}", name, part, examples(whole))
        yield from fields(document, f"{where}.{name}", part, seen)
    within = [whole[key] for key in ("items", "additionalProperties") if isinstance(whole.get(key), dict)]
    for part in (*within, *(each for key in ("anyOf", "oneOf", "allOf") for each in whole.get(key, []))):
        yield from fields(document, where, part, seen)


def examples(entry: Body) -> list[Any]:
    """Return the examples of a schema, or of a parameter and its schema."""
    given = entry.get("examples", [])
    named = [each["value"] for each in given.values()] if isinstance(given, dict) else given
    single = [entry["example"]] if "example" in entry else []
    return [*single, *named, *(examples(entry["schema"]) if "schema" in entry else [])]


# The names that were ever promised: operations, their parameters, and the fields of what they take and answer.
NAMES = Path(__file__).with_name("openapi_names.txt")


def names(document: Body) -> set[str]:
    """Return every name of a document that a client may rely on, each as a line of NAMES has it."""
    found, seen = set[str](), set[str]()
    for each in operations(document):
        found.add(str(each))
        found |= {f"{each} {parameter['in']} {parameter['name']}" for parameter in each.parameters}
        for place, schema in [*each.bodies.items(), *each.answers]:
            found |= {field.where for field in fields(document, f"{each} {place}", schema, seen)}
    return found


def example(document: Body, schema: Body) -> Any:  # noqa: ANN401 - any JSON
    """Return what the reference shows for a schema: its own first example, or one made of those of its fields."""
    whole = resolved(document, schema)
    if own := examples(whole):
        return own[0]
    return {name: examples(part)[0] for name, part in whole["properties"].items()}


if __name__ == "__main__":
    NAMES.write_text("".join(f"{name}\n" for name in sorted(names(served()))), encoding="utf-8")
