"""What must hold for any text: spans quote it, nothing raises, and a report survives every style."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.parsing import ParsedRelease, parse_release
from app.parsing.target_category import singular
from tests.parsing.facts import facts, plain
from tests.parsing.generated import NOUNS, PLACES

WORDS = "one two three four five six seven eight nine".split()
FIRST_VERBS = ["struck", "engaged", "suppressed"]
SECOND_VERBS = {"destroyed": "destroying", "damaged": "damaging", "disabled": "disabling"}

Target = tuple[str, int, str]
Strike = tuple[str, str, int, list[Target]]

counts = st.one_of(st.just(1), st.integers(2, 9), st.integers(10, 300))
groups = st.lists(st.tuples(st.sampled_from(sorted(NOUNS)), counts), min_size=1, max_size=4)


@st.composite
def strikes(draw: st.DrawFn) -> list[Strike]:
    """Make the strikes of a report, those of Syria first, each with one or two verbs."""
    made: list[Strike] = []
    for country in ("SY", "IQ"):
        for _ in range(draw(st.integers(1, 3))):
            verbs = [draw(st.sampled_from(FIRST_VERBS)), draw(st.sampled_from(sorted(SECOND_VERBS)))]
            used = draw(st.sampled_from([verbs, verbs[1:]]))
            targets = [(verb, count, category) for verb in used for category, count in draw(groups)]
            made.append((country, draw(st.sampled_from(PLACES)), draw(counts), targets))
    return made


def in_words(number: int, *, article: str = "one") -> str:
    """Write a number as the releases do: a word below ten, digits above."""
    return article if number == 1 else WORDS[number - 1] if number < 10 else str(number)


def items(targets: list[Target], *, oxford: bool) -> str:
    """Write a list of targets of one verb."""
    written = []
    for _, count, category in targets:
        article = "an" if category[0] in "aeiouI" else "a"
        noun = category if count == 1 else NOUNS[category]
        written.append(f"{in_words(count, article=article)} {noun}")
    if len(written) == 1:
        return written[0]
    return ", ".join(written[:-1]) + ("," if oxford else "") + f" and {written[-1]}"


def effects(targets: list[Target], *, style: str) -> str:
    """Write the verbs with their lists, joined as the style joins them."""
    verbs = list(dict.fromkeys(verb for verb, _, _ in targets))
    parts = []
    for index, verb in enumerate(verbs):
        last = index and index + 1 == len(verbs)
        word = SECOND_VERBS[verb] if style == "participle" and last else verb
        parts.append(f"{word} {items([t for t in targets if t[0] == verb], oxford=style != 'prose')}")
    joiner = {"participle": ", ", "semicolon": "; and "}.get(style, " and ")
    return joiner.join(parts)


def number_of_strikes(count: int, noun: str) -> str:
    """Write a number of strikes. Reads: "one strike", "14 airstrikes"."""
    return f"{in_words(count)} {noun if count == 1 else noun + 's'}"


def render(report: list[Strike], style: str) -> str:
    """Write the report in one of the styles of 2014 to 2018."""
    names = {"SY": "Syria", "IQ": "Iraq"}
    written: list[str] = []
    seen = ""
    for country, place, count, targets in report:
        first, seen = country != seen, country
        if style == "prose":
            opening = f"In {names[country]}, " if first else ""
            head = number_of_strikes(count, "airstrike")
            head = head if opening else head[0].upper() + head[1:]
            written.append(f"{opening}{head} near {place} {effects(targets, style='prose')}.")
            continue
        if style == "day":
            head = (
                f"On Aug. 3 in {names[country]}, coalition forces conducted {number_of_strikes(count, 'strike')} "
                f"consisting of {in_words(count + 1)} engagements against ISIS targets near {place}."
            )
            subject = "The strike" if count == 1 else "The strikes"
            written.append(f"{head} {subject} {effects(targets, style='star')}.\n\n")
            continue
        if first:
            total = sum(line[2] for line in report if line[0] == country)
            written.append(
                f"In {names[country]}, coalition forces conducted {number_of_strikes(total, 'strike')} consisting of "
                f"{total + 3} engagements against ISIS targets:\n"
                if style == "totals"
                else f"{names[country]}\n",
            )
        mark = {"star": "* ", "dash": "-- ", "participle": "- ", "semicolon": "— ", "totals": "-- "}[style]
        written.append(
            f"{mark}Near {place}, {number_of_strikes(count, 'strike')} {effects(targets, style=style)}.\n",
        )
    return " ".join(written) if style == "prose" else "".join(written)


def check_spans(text: str, release: ParsedRelease) -> None:
    """Hold every number against the characters that prove it."""
    for line in release.lines:
        assert 0 <= line.start <= line.end <= len(text)
        if line.strikes is not None:
            assert line.strikes_start is not None
            assert line.strikes_end is not None
            assert text[line.strikes_start : line.strikes_end].strip()
        for tally in line.tallies:
            # A line break inside a sentence is a space in the phrase.
            assert text[tally.phrase_start : tally.phrase_end].split() == tally.as_written.split()
            assert tally.phrase_start <= tally.start < tally.end <= tally.phrase_end
            assert tally.count.maximum is None or tally.count.minimum <= tally.count.maximum
    for remark in release.remarks:
        assert 0 <= remark.start <= remark.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(strikes(), st.sampled_from(["prose", "star", "dash", "participle", "semicolon", "totals", "day"]))
def test_a_report_survives_every_style(report: list[Strike], style: str) -> None:
    """A report that is written in any style is read back with the same facts."""
    text = render(report, style)
    release = parse_release(text, published_on=date(2018, 8, 5))
    expected = [(country, place, count, targets) for country, place, count, targets in report]
    assert facts(release) == expected, text
    check_spans(text, release)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 900), groups)
def test_a_total_without_places_survives(count: int, targets: list[tuple[str, int]]) -> None:
    """A country's total of 2019 is read back as a line without a place."""
    made = [("destroyed", number, category) for category, number in targets]
    text = f"In Iraq, {in_words(count)} strikes {effects(made, style='star')}."
    assert facts(parse_release(text)) == [("IQ", None, count, made)]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """No text raises, and whatever is found quotes it."""
    check_spans(text, parse_release(text))


PIECES = st.sampled_from(
    [
        *"""near Vero , . ; : - * ( ) " In Syria Iraq one a two 11 3-5 several at least strikes strike airstrikes
    destroyed
    and struck damaged huts hut ISIL tank was were not did destroy which in of north the On Aug. 3 yesterday conducted
    engagements consisting including to large small tactical units unit other another others said no""".split(),
        "\n",
        "\n- ",
        "\n\nStrikes in Iraq\n",
        "should read",
        " ",
        "\u2019",
    ],
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_any_words_of_a_release_are_read_without_an_error(words: list[str]) -> None:
    """No order of the words that releases use raises, and whatever is found quotes them."""
    text = " ".join(words)
    check_spans(text, parse_release(text))


@given(st.sampled_from(sorted(NOUNS)))
def test_the_singular_of_a_plural(category: str) -> None:
    """A plural and its singular name the same category."""
    assert singular(NOUNS[category].rpartition(" ")[2]) == category.rpartition(" ")[2]


def test_a_span_holds_the_number_itself() -> None:
    """The characters of a count are its number, and those of a count without one its phrase."""
    text = "Near Vero, 14 strikes destroyed at least two dozen huts, an ISIL boat and ISIL sheds."
    [line] = parse_release(text).lines
    assert line.strikes_start is not None
    assert text[line.strikes_start : line.strikes_end] == "14"
    assert [(text[t.start : t.end], t.as_written, plain(t.count)) for t in line.tallies] == [
        ("two dozen", "at least two dozen huts", (24, None)),
        ("an", "an ISIL boat", 1),
        ("ISIL sheds", "ISIL sheds", (2, None)),
    ]
