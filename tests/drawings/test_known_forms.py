"""Examples of the forms of not knowing."""

import pytest

from app.drawings.count_forms import Form
from app.drawings.known_forms import EXAMPLES, Example


def test_all_forms_have_an_example() -> None:
    """No form of a count is left out, and none is drawn like another one."""
    assert {example.count.form for example in EXAMPLES} == set(Form)
    assert len({example.drawing().content for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.count.form)
def test_example_has_its_words(example: Example) -> None:
    """An example is named and has an axis."""
    assert example.drawing().label == example.name
    assert "s-rule2" in example.drawing().content
