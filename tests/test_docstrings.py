"""Every test says in one sentence what it holds the product to."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def test_every_test_states_a_behaviour() -> None:
    """A test function opens with one sentence that ends in a full stop."""
    silent = []
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                sentence = ast.get_docstring(node) or ""
                if not sentence.endswith(".") or "\n\n" in sentence:
                    silent.append(f"{path.relative_to(TESTS)}:{node.name}")
    assert silent == []
