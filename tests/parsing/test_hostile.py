"""Texts made to be slow: the time grows with their length, whatever they repeat."""

import time
from collections.abc import Iterator
from itertools import count

import pytest

from app.parsing import parse_release

SIZE = 12_000
PATTERNS = {
    "places": "Near X, ",
    "strikes": "one strike ",
    "brackets": "(",
    "and": "a and a and ",
    "digits": "9",
    "one line": "x",
    "newlines": "\n",
    "bullets": "- Near X, one strike destroyed a hut.\n",
    "one long list": "a hut, ",
    "one long verb": "destroyed a hut and ",
    "bare list": "gas and ",
    "numbers": "one hundred and ",
    "numerals in a row": "two 3 ",
    "estimates": "about at least ",
    "quantities": "hundreds of a very ",
    "grouped digits": "1 234,567.",
    "digits without end": "123,456,",
    "numbers alone": "9. ",
    "groups": "a convoy of ",
    "unsure": "one, possibly ",
    "dates": "Aug. 5 and ",
    "totals": "a total of ",
    "quotes": '"',
    "capitals": "Al ",
    "strikes that": "the strikes destroyed a hut. ",
    "carriage returns": "aaaa bbbb\r",
    "mixed": "Near X in Syria, on Aug. 3, at least two of the strikes struck a and b (c) and did not destroy, ",
}


def seconds(text: str) -> float:
    """Take the shortest of several runs, in processor time, since other programs only ever add to it."""
    best = float("inf")
    for _ in range(4):
        started = time.process_time()
        parse_release(text)
        best = min(best, time.process_time() - started)
    return best


@pytest.mark.parametrize("opening", ["", "Near X, two strikes destroyed two "], ids=["alone", "in a list"])
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_time_grows_with_the_length(pattern: str, opening: str) -> None:
    """Doubling a text takes at most two and a half times as long, beyond a few milliseconds of noise."""
    text = opening + pattern * (SIZE // len(pattern))
    # Even processor time grows where others use the machine, so any of three measurements may show it; what grows
    # with the square takes four times as long in each.
    assert any(seconds(text + text) <= 2.5 * seconds(text) + 0.01 for _ in range(3))


def test_too_many_lines_are_capped() -> None:
    """Beyond a number of lines that no release holds the rest is left unread, and the reader is told."""
    release = parse_release("- Near X, one strike destroyed a hut.\n" * 2100)
    assert len(release.lines) == 2000
    assert "capped" in {remark.kind for remark in release.remarks}


def test_a_sentence_without_end_is_capped() -> None:
    """Beyond a length that no sentence has the rest is left unread, and the reader is told."""
    release = parse_release("Near X, two strikes destroyed " + "a hut, " * 5000)
    assert 0 < len(release.lines[0].tallies) < 300
    assert [remark.kind for remark in release.remarks] == ["capped"]


def test_checkpoint_ends_the_parsing() -> None:
    """What the checkpoint raises ends the work, whatever the text: a list, one paragraph, or one sentence."""

    class TimeIsOver(Exception):
        """The caller's own error."""

    for text in ("- Near X, one strike destroyed a hut.\n" * 9, "The hut burnt. " * 9, "a hut, " * 9_000):
        calls = count()

        def checkpoint(calls: Iterator[int] = calls) -> None:
            if next(calls) == 2:
                raise TimeIsOver

        with pytest.raises(TimeIsOver):
            parse_release(text, checkpoint=checkpoint)


def test_text_is_unread_past_a_limit_with_one_remark() -> None:
    """Past the limit of totals the walk ends, and one remark reaches from there to the end of the text."""
    text = "It conducted four strikes in Syria.\n" * 700 + "Near X, one strike destroyed a hut."
    release = parse_release(text)

    assert (len(release.coverage), len(release.lines)) == (500, 0)
    [capped] = [remark for remark in release.remarks if remark.kind == "capped"]
    assert (capped.start, capped.end) == (500 * len("It conducted four strikes in Syria.\n"), len(text))


def test_remarks_past_their_limit_are_remarked() -> None:
    """Of more remarks than are listed the last one says so."""
    release = parse_release("The coalition destroyed a hut. " * 700)
    assert [remark.kind for remark in release.remarks].count("unread") == 500
    assert release.remarks[-1].kind == "capped"


@pytest.mark.parametrize(
    "text", ["9. " * 5_000, "9\n\n" * 5_000, "They saw 9 huts. " * 5_000, "777," * 5_000]
)
def test_numbers_past_their_limit_are_under_one_remark(text: str) -> None:
    """However many numbers stand where nothing is read, as many remarks are listed as elsewhere, and a last one."""
    release = parse_release(text)
    capped = [remark for remark in release.remarks if remark.kind == "capped"]
    assert len(release.remarks) <= 502
    assert capped[-1].end >= len(text.rstrip()) - 1
    assert all(number.end <= capped[-1].start or number.field for number in release.numbers)
