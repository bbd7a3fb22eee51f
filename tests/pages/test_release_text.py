"""Text of a release: marks by code point, whatever spans are stored."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.pages.release_text import release


def line(*spans: tuple[int, int, str]) -> dict[str, Any]:
    """Make a line whose tallies have these spans and effects."""
    return {
        "tallies": [{"effect": effect, "quote": {"start": start, "end": end}} for start, end, effect in spans]
    }


def marks(html: str) -> list[tuple[str, str]]:
    """Return the class and text of each mark."""
    return re.findall(r'<mark class="m-(\w+)"[^>]*>([^<]*)</mark>', html)


def test_offsets_are_code_points() -> None:
    """Signs beyond the basic plane before a number do not shift its mark."""
    text = "\U0001f6e9\U0001f6e9 Near é\u0301 two tanks."
    start = text.index("two tanks")
    html = release(text, [line((start, start + 9, "destroyed"))], {"s1": (3, len(text))}, ())
    assert marks(html) == [("destroyed", "two tanks")]
    assert 'data-lines="s1"' in html


def test_overlapping_and_touching_spans_lose_no_character() -> None:
    """A span begins where the one before ends; one that is covered adds its effect to the title."""
    text = "two fighters killed"
    html = release(text, [line((0, 12, "wounded"), (4, 19, "killed"), (0, 3, "killed"))], {}, ())
    assert marks(html) == [("wounded", "two fighters"), ("killed", " killed")]
    assert 'title="wounded, killed"' in html
    touching = release("onetwo", [line((0, 3, "damaged"), (3, 6, "destroyed"))], {}, ())
    assert marks(touching) == [("damaged", "one"), ("destroyed", "two")]


def test_spans_outside_the_text_mark_nothing() -> None:
    """Damaged spans leave the text as it is."""
    html = release(
        "a tank", [line((2, 99, "destroyed"), (4, 2, "damaged"))], {"s1": (5, 5), "s2": (0, 7)}, ()
    )
    assert html == '<p class="hd">a tank</p>'


def test_paragraph_of_several_sentences_marks_each_of_them() -> None:
    """Sentences of one paragraph join their lines separately; one sentence can prove two lines."""
    text = "One strike. Two strikes.\nThree."
    html = release(text, [], {"s1": (0, 11), "s2": (12, 24), "s3": (12, 24), "s4": (25, 31)}, {"s4"})
    assert re.findall(r'class="([^"]+)" data-lines="([^"]+)"', html) == [
        ("sen", "s1"),
        ("sen", "s2 s3"),
        ("ln new", "s4"),
    ]


def test_hostile_text_is_only_text() -> None:
    """Markup in a release is escaped, inside of marks and outside."""
    text = "<b>one</b> <img src=x onerror=alert(1)>"
    html = release(text, [line((0, 10, "destroyed"))], {"s1": (0, len(text))}, ())
    assert "<b>" not in html
    assert "<img" not in html


_SPANS = st.tuples(st.integers(-2, 14), st.integers(-2, 14), st.sampled_from(["destroyed", "killed"]))


@given(st.text("ab<\n\U0001f6e9 ", max_size=12), st.lists(_SPANS), st.lists(_SPANS))
def test_marks_never_change_the_words(
    text: str, spans: list[tuple[int, int, str]], sentences: list[tuple[int, int, str]]
) -> None:
    """Without its elements the page has the text, but for empty paragraphs."""
    quoted = {f"s{index}": (start, end) for index, (start, end, _) in enumerate(sentences)}
    html = release(text, [line(*spans)], quoted, ())
    plain = Markup(re.sub(r"<[^>]*>", "", html)).unescape()  # noqa: S704 - only read
    assert plain == "".join(paragraph for paragraph in text.split("\n") if paragraph.strip())
