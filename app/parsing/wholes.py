"""Merge wholes with their parts, so that neither counts twice.

Either the whole counts or its parts, never both.
"""

from dataclasses import replace

from app.parsing.clauses import Clause, Sentence
from app.parsing.result import Count, ParsedLine, ParsedTally, Remark
from app.parsing.targets import GENERIC
from app.vocabulary.effects import Effect

# Lines that may be the parts of one whole.
MAX_PARTS = 20


def fold_wholes(lines: list[ParsedLine], bulleted: set[int]) -> tuple[list[ParsedLine], list[Remark]]:
    """Leave out prose lines whose number of strikes the lines right behind them add up to, with a remark on each.

    Reads: "… conducted six strikes near Orta on May 3 and 4. Four strikes on May 3 killed …, and two on May 4 …".
    The parts take the place and the country of the whole where they name none.
    """
    folded: list[ParsedLine] = []
    remarks: list[Remark] = []
    index = 0
    while index < len(lines):
        whole = lines[index]
        parts = _parts(lines, index, bulleted)
        if parts:
            message = "The lines after this one list its strikes; the total is not added."
            remarks.append(Remark(whole.start, whole.end, "included", message))
            folded += [_placed(part, whole) for part in parts]
            index += 1 + len(parts)
        else:
            folded.append(whole)
            index += 1
    return folded, remarks


def _parts(lines: list[ParsedLine], index: int, bulleted: set[int]) -> list[ParsedLine]:
    """Return the two or more lines right behind one that add up to it; none where they do not."""
    whole = lines[index]
    left = _exact(whole.strikes)
    if whole.tallies or whole.inconclusive or left is None or whole.start in bulleted:
        return []
    parts: list[ParsedLine] = []
    for part in lines[index + 1 : index + 1 + MAX_PARTS]:
        count = _exact(part.strikes)
        if part.start in bulleted or count is None or not _within(part, whole):
            break
        left -= count
        parts.append(part)
        if left <= 0:
            break
    return parts if left == 0 and len(parts) > 1 else []


def _exact(count: Count | None) -> int | None:
    """Return the number of strikes where it is exact, else None."""
    return count.minimum if count is not None and count.minimum == count.maximum else None


def _within(part: ParsedLine, whole: ParsedLine) -> bool:
    """Whether a line may be a part: at the same place, or at one of its country, and on its days."""
    if part.country not in {None, whole.country} or (
        part.place and whole.place and part.place != whole.place
    ):
        return False
    if part.date_from is None or whole.date_from is None or part.date_to is None or whole.date_to is None:
        return True
    return whole.date_from <= part.date_from and part.date_to <= whole.date_to


def _placed(part: ParsedLine, whole: ParsedLine) -> ParsedLine:
    if part.place is None:
        part = replace(
            part, place=whole.place, place_phrase=whole.place_phrase, km=whole.km, bearing=whole.bearing
        )
    return replace(part, country=part.country or whole.country)


def drop_aim(clause: Clause) -> None:
    """Leave out what strikes were aimed at where it has no number of its own, or the clause gives their result.

    Reads: "two strikes against five boats destroyed three", where five holds three.
    """
    aim = next((verb for verb in clause.verbs if verb.nominal), None)
    if aim is None:
        return
    reading = clause.reading
    done = any(tally.verb != aim.verb for tally in reading.tallies)
    tallies = list[ParsedTally]()
    for tally in reading.tallies:
        if tally.verb != aim.verb:
            tallies.append(tally)
        elif done:
            message = "The text gives both the aim and the result of the strikes; the aim is not added."
            reading.remark(tally.phrase_start, tally.phrase_end, "included", message)
        elif tally.count.maximum is not None or (
            tally.category not in GENERIC and (clause.place or not clause.countries)
        ):
            tallies.append(tally)
    reading.tallies = tallies


def drop_whole(clause: Clause) -> None:
    """Tell targets that later verbs give in parts, by their number alone: the parts count where they add up.

    Reads: "hit nine vehicles, destroying six and damaging three"; but "hit nine vehicles, destroying six" stays nine.
    """
    reading = clause.reading
    for position, whole in enumerate(reading.tallies):
        parts = []
        for tally in reading.tallies[position + 1 :]:
            number = reading.text[tally.start : tally.end]
            if tally.category != whole.category or tally.as_written != number or tally.verb == whole.verb:
                break
            parts.append(tally)
        if not parts or whole.effect is not Effect.ENGAGED or whole.count.maximum is None:
            continue
        adds_up = sum(part.count.minimum for part in parts) == whole.count.minimum == whole.count.maximum
        for tally in [whole] if adds_up else parts:
            message = "The text also gives these targets separately; they are counted once."
            reading.remark(tally.phrase_start, tally.phrase_end, "included", message)
            reading.tallies.remove(tally)
        return


def drop_opening(sentence: Sentence) -> None:
    """Take a whole that opens a sentence for no number of the clause whose part was not understood.

    Reads: "Of the eleven strikes, seven hit targets near Vero", which had not eleven near Vero.
    """
    first = next(iter(sentence.clauses), None)
    mention = first.mention if first else None
    if first is None or mention is None or not first.verbs or mention.count is None:
        return
    opening = [token.low for token in sentence.tokens[: mention.first]]
    if opening in (["of"], ["of", "the"], ["of", "these"], ["of", "those"]):
        first.mention = replace(mention, count=None, definite=True)


def drop_shared(sentence: Sentence, before: Clause, clause: Clause) -> None:
    """Leave out targets of two numbers of strikes at once, which are of neither; the place is of both.

    Reads: "two strikes on May 3 and seven on May 4 near Vero, destroying 24 huts".
    """
    mention = clause.mention
    if mention is None or not mention.elliptic or before.verbs or before.mention is None or not clause.verbs:
        return
    if sentence.tokens[mention.first - 1].low != "and":  # "nine strikes: five near Vero, destroying a hut"
        return
    if before.place is None and not before.countries:
        before.place, before.phrase, before.country = clause.place, clause.phrase, clause.country
        before.countries = clause.countries
    for tally in clause.reading.tallies:
        message = "This is the joint result of two numbers of strikes; it is given to neither."
        clause.reading.remark(tally.phrase_start, tally.phrase_end, "unread", message)
    clause.reading.tallies.clear()
