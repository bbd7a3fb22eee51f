"""Check that a page takes the parameters it is given."""

from collections.abc import Set as AbstractSet

from app.pages.view import ViewQuery, refused


def refuse_others(query: ViewQuery, taken: AbstractSet[str]) -> None:
    """Raise InvalidInput for a parameter that the page would ignore: who sets it would misread the page."""
    for name in sorted(query.model_fields_set - taken):
        raise refused(name, "does not apply to this page")
