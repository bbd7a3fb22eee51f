"""OpenAPI examples of models, assembled from those of their fields."""

from typing import Any

from pydantic import BaseModel

# The moment at which the things of the examples were recorded.
INSTANT = "2026-11-22T12:00:00.000000Z"


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return an example of a thing: of each of its fields that has examples, the first."""
    return {name: field.examples[0] for name, field in model.model_fields.items() if field.examples}
