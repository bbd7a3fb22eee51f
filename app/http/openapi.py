"""OpenAPI document: the framework's, completed and corrected."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.http import problems
from app.http.formats import MEDIA_TYPES, Format


def described(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once. Every refusal in it is a Problem, and no parameter is null."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            license_info=app.license_info,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas |= problems.schemas()
        for operation in _operations(document):
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
                if parameter["name"] == "format":
                    parameter["schema"] = _offered(parameter["schema"], operation)
        # Named by those parameters alone.
        del schemas[Format.__name__]
        app.openapi_schema = document
    return app.openapi_schema


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without null: it can be omitted, but a URL or a header cannot be null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) != 1:
        return schema
    return {**options[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def _offered(schema: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of `format` with the formats of the operation alone."""
    members = {name: value for name, value in schema.items() if name != "$ref"}
    content = operation["responses"]["200"]["content"]
    return {
        "type": "string",
        "enum": [choice for choice, name in MEDIA_TYPES.items() if name in content],
        **members,
    }
