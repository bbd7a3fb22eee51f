"""docs/client.md is true: its examples run in their order, and print what their last comments show."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.client.conftest import Served

PAGE = (Path(__file__).parents[2] / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def expected(example: str) -> list[str]:
    """Return the lines that an example promises to print: the comments at its end."""
    comments = re.search(r"((?:^# .*\n)+)\Z", example, re.MULTILINE)
    return [line.removeprefix("# ") for line in comments[1].splitlines()] if comments else []


def test_examples_run_and_print_what_they_show(
    guide_server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example runs after the ones before it, as a reader would run them on the sample."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    assert len(EXAMPLES) == 10
    shown = []
    try:
        for example in EXAMPLES:
            code = example.replace("http://127.0.0.1:8000", guide_server.url).replace(
                "sl_…", guide_server.key
            )
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(code, names)  # noqa: S102 - our own page
            shown.append(printed.getvalue().splitlines())
    finally:
        names["client"].close()
    assert shown == [expected(example) for example in EXAMPLES]


def test_recipes_that_are_not_run_say_why() -> None:
    """What our tests cannot run is marked so where it stands."""
    for language in ("r", "text"):
        for recipe in re.finditer(rf"```{language}\n", PAGE):
            before = PAGE[: recipe.start()]
            assert "Not run by our tests" in before[before.rindex("Not run") :][:600]
