"""Text of a release with its sentences and counts marked."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup, escape


class Stretch(NamedTuple):
    """Characters of a text, in code points, with the names of what they stand for: lines, or effects."""

    start: int
    end: int
    names: tuple[str, ...]


def release(
    text: str,
    lines: Sequence[Mapping[str, Any]],
    quoted: Mapping[str, tuple[int, int]],
    changed: Container[str],
) -> Markup:
    """Return a text as paragraphs, with the sentence of each line and the phrase of each count marked.

    `quoted` is where the sentence of a line stands. Sentences of lines in `changed` are marked as new.
    """
    counts = _Stretches(
        text,
        (
            Stretch(tally["quote"]["start"], tally["quote"]["end"], (tally["effect"],))
            for line in lines
            for tally in line["tallies"]
            if tally["quote"]
        ),
    )
    sentences = _Stretches(text, (Stretch(*span, (line,)) for line, span in quoted.items()))
    return _Marker(text, sentences, counts, changed).paragraphs()


class _Stretches:
    """Stretches of a text in their order, none of which overlaps another."""

    def __init__(self, text: str, stretches: Iterable[Stretch]) -> None:
        self.apart: list[Stretch] = []
        # Nothing outside the text can be marked, whatever is stored.
        inside = (stretch for stretch in stretches if 0 <= stretch.start < stretch.end <= len(text))
        for stretch in sorted(inside, key=lambda stretch: (stretch.start, -stretch.end)):
            last = self.apart[-1] if self.apart else None
            if last is None or last.end <= stretch.start:
                self.apart.append(stretch)
                continue
            if stretch.end <= last.end:
                self.apart[-1] = last._replace(names=tuple(dict.fromkeys(last.names + stretch.names)))
            else:
                self.apart.append(stretch._replace(start=last.end))
        self._starts = [stretch.start for stretch in self.apart]
        self._ends = [stretch.end for stretch in self.apart]

    def within(self, start: int, end: int) -> list[Stretch]:
        """Return the stretches between two characters, cut there."""
        reaching = self.apart[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
        return [
            stretch._replace(start=max(stretch.start, start), end=min(stretch.end, end))
            for stretch in reaching
        ]


@dataclass(frozen=True, slots=True)
class _Marker:
    """A text with what is marked in it."""

    text: str
    sentences: _Stretches
    counts: _Stretches
    changed: Container[str]

    def paragraphs(self) -> Markup:
        """Return the lines of the text as paragraphs, without the empty ones."""
        paragraphs, at = [], 0
        for paragraph in self.text.split("\n"):
            start, at = at, at + len(paragraph) + 1
            if paragraph.strip():
                paragraphs.append(self._paragraph(start, start + len(paragraph)))
        # Joined as plain strings, which a long release needs: each piece is escaped below.
        return Markup("".join(paragraphs))  # noqa: S704 - each paragraph is markup

    def _paragraph(self, start: int, end: int) -> str:
        """Return a paragraph. It is one line of the report where it has one sentence, and can hold several."""
        stretches = self.sentences.within(start, end)
        if not stretches:
            return f'<p class="hd">{self._marked(start, end)}</p>'
        if len(stretches) == 1:
            return self._sentence("p", "ln", stretches[0], self._marked(start, end))
        pieces, at = [], start
        for sentence in stretches:
            inner = self._marked(sentence.start, sentence.end)
            pieces += [self._marked(at, sentence.start), self._sentence("span", "sen", sentence, inner)]
            at = sentence.end
        pieces.append(self._marked(at, end))
        return f'<p class="several">{"".join(pieces)}</p>'

    def _sentence(self, tag: str, class_: str, sentence: Stretch, inner: str) -> str:
        new = " new" if any(name in self.changed for name in sentence.names) else ""
        return f'<{tag} class="{class_}{new}" data-lines="{escape(" ".join(sentence.names))}">{inner}</{tag}>'

    def _marked(self, start: int, end: int) -> str:
        pieces, at = [], start
        for count in self.counts.within(start, end):
            effect, effects = escape(count.names[0]), escape(", ".join(count.names))
            pieces += [
                escape(self.text[at : count.start]),
                f'<mark class="m-{effect}" title="{effects}">{escape(self.text[count.start : count.end])}</mark>',
            ]
            at = count.end
        pieces.append(escape(self.text[at:end]))
        return "".join(pieces)
