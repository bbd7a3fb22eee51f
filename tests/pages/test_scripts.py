"""Scripts of the pages: joined as browsers get them, and within their budget."""

import gzip
from graphlib import CycleError

import pytest

from app.pages.assets import assets
from app.pages.scripts import bundled

# Bytes after gzip of the scripts of a page, besides those of every page.
BUDGET = 30_000


def test_modules_are_joined_in_the_order_of_their_imports() -> None:
    """Each module is a function before those that need it; names of one do not meet those of another."""
    sources = {
        "a.js": '// Begin.\nimport { one as first } from "./b.js";\nimport { two } from "./c.js";\nuse(first, two);\n',
        "b.js": 'import { two } from "./c.js";\nconst own = 1;\n/** Adds. */\nexport const one = two + own;\n',
        "c.js": "const own = 2;\nexport const two = own;\n",
    }
    assert bundled("a.js", sources) == (
        "const m_c = (() => {\nconst own = 2;\nconst two = own;\nreturn { two };\n})();\n"
        "const m_b = (() => {\nconst { two } = m_c;\nconst own = 1;\nconst one = two + own;\nreturn { one };\n})();\n"
        "const { one: first } = m_b;\nconst { two } = m_c;\nuse(first, two);\n"
    )


@pytest.mark.parametrize(
    ("sources", "error"),
    [
        ({"a.js": 'import { b } from "./b.js";\n', "b.js": "export default 1;\n"}, ValueError),
        ({"a.js": 'import { b } from "./b.js";\n', "b.js": "export let b = 1;\n"}, ValueError),
        ({"a.js": 'import { b } from "./b.js";\n'}, KeyError),
        ({"a.js": 'import { a } from "./b.js";\n', "b.js": 'import { b } from "./a.js";\n'}, CycleError),
    ],
    ids=["default", "let", "missing", "circle"],
)
def test_what_cannot_be_joined_is_refused(sources: dict[str, str], error: type[Exception]) -> None:
    """A form of export that is not known, a missing module and a circle stop the start of the server."""
    with pytest.raises(error):
        bundled("a.js", sources)


@pytest.mark.parametrize("page", ["post.js", "drafts.js"])
def test_scripts_keep_to_their_budget(page: str) -> None:
    """The scripts of a page are at most 30 KB, compressed."""
    assert len(gzip.compress(assets()[page].content)) <= BUDGET


def test_scripts_write_no_markup() -> None:
    """No script has what turns text into markup or into code."""
    for name, asset in assets().items():
        if name.endswith(".js"):
            for word in (
                b"innerHTML",
                b"outerHTML",
                b"insertAdjacentHTML",
                b"document.write",
                b"eval(",
                b"DOMParser",
            ):
                assert word not in asset.content, (name, word)
