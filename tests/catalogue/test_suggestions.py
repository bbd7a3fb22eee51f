"""Which categories are suggested for a phrase that is none: near ones, or none at all."""

import pytest

from app.catalogue.shipped import shipped_catalogue


@pytest.mark.parametrize(
    ("phrase", "nearest"),
    [
        ("excavater", "excavator"),
        ("command and controll node", "command-and-control-node"),
        ("weapons smuggling boat", "boat"),
        ("oil storage drum", "oil-drum"),
        ("radar dome site", "radar-site"),
        ("rocket assembly site", "weapons-factory"),
    ],
)
def test_near_category_is_suggested(phrase: str, nearest: str) -> None:
    """A slip of the pen, a kind of a known thing, and other words for one before the same noun are near."""
    assert shipped_catalogue().similar_categories(phrase)[0] == nearest


@pytest.mark.parametrize(
    "phrase",
    [
        "horse",
        "sheep",
        "fish tank",
        "think tank",
        "decoy bridge",
        "flying saucer",
        "vehicle convoy",
        "column of tanks",
        "propaganda leaflet",
        "solar farm",
        "cement mixer",
        "jamming station",
        "anti-ship rocket",
    ],
)
def test_far_category_is_not_suggested(phrase: str) -> None:
    """What only looks or sounds a little like a category, or is made of one, is near none."""
    assert shipped_catalogue().similar_categories(phrase) == []
