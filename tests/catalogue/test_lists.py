"""The lists of the vocabulary: what `q` finds, and pages."""

import pytest

from tests.api import Api


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("/v1/locations", "tadm", "palmyra"),
        ("/v1/locations", "TÁDMUR", "palmyra"),
        ("/v1/categories", "VBIEDs", "vbied"),
        ("/v1/categories", "fighting positions", "fighting-position"),
        ("/v1/publishers", "pentagon", "us-dod"),
    ],
)
def test_things_are_found_by_what_they_are_called(api: Api, path: str, asked: str, found: str) -> None:
    """A part of any name finds the thing, folded as names and phrases are."""
    assert found in [each["slug"] for each in api.read(path, q=asked, limit=500)["items"]]


@pytest.mark.parametrize("asked", ["%", "_", "'", "no such thing"])
def test_what_no_name_holds_finds_nothing(api: Api, asked: str) -> None:
    """Signs that are no letters are no wildcards: they find nothing."""
    assert api.read("/v1/locations", q=asked)["items"] == []


def test_pages_join_to_the_whole(api: Api) -> None:
    """Following `next` gives every place once, by slug."""
    slugs: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.read("/v1/locations", limit=60, count="exact", **cursor)
        slugs += [each["slug"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}

    assert slugs == sorted(set(slugs))
    assert len(slugs) == page["total"]


def test_effects_list_their_verbs(api: Api) -> None:
    """Each normalised effect has its verbs; what was shot down was intercepted, and what sank was destroyed."""
    verbs = {effect["slug"]: effect["verbs"] for effect in api.read("/v1/effects")["items"]}
    assert verbs["intercepted"] == ["downed", "intercepted", "shot down"]
    assert {"sank", "sunk"} < set(verbs["destroyed"])
