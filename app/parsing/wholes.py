"""Tell a whole from its parts: a number of strikes that later lines give one by one.

Either the whole counts or its parts, never both.
"""

from dataclasses import replace

from app.parsing.release import Count, ParsedLine, Remark

# Lines that may be the parts of one whole.
MAX_PARTS = 20


def fold_wholes(lines: list[ParsedLine], bulleted: set[int]) -> tuple[list[ParsedLine], list[Remark]]:
    """Leave out prose lines whose number of strikes the lines right behind them add up to, with a remark on each.

    Reads: "… conducted six strikes near Orta on May 3 and 4. Four strikes on May 3 killed …, and two on May 4 …".
    The parts take the place and the country of the whole where they name none.
    """
    kept: list[ParsedLine] = []
    remarks: list[Remark] = []
    index = 0
    while index < len(lines):
        whole = lines[index]
        parts = _parts(lines, index, bulleted)
        if parts:
            message = "The lines behind this one give its strikes one by one; the whole is not added."
            remarks.append(Remark(whole.start, whole.end, "included", message))
            kept += [_placed(part, whole) for part in parts]
            index += 1 + len(parts)
        else:
            kept.append(whole)
            index += 1
    return kept, remarks


def _parts(lines: list[ParsedLine], index: int, bulleted: set[int]) -> list[ParsedLine]:
    """Return the two or more lines right behind one that add up to it; none where they do not."""
    whole = lines[index]
    if whole.tallies or whole.inconclusive or not _exact(whole.strikes) or whole.start in bulleted:
        return []
    assert whole.strikes is not None
    left = whole.strikes.minimum
    parts: list[ParsedLine] = []
    for part in lines[index + 1 : index + 1 + MAX_PARTS]:
        if part.start in bulleted or not _exact(part.strikes) or not _within(part, whole):
            break
        assert part.strikes is not None
        left -= part.strikes.minimum
        parts.append(part)
        if left <= 0:
            break
    return parts if left == 0 and len(parts) > 1 else []


def _exact(count: Count | None) -> bool:
    return count is not None and count.minimum == count.maximum


def _within(part: ParsedLine, whole: ParsedLine) -> bool:
    """Whether a line may be a part: at the same place, or at one of its country, and on its days."""
    if part.country not in {None, whole.country} or (part.place and whole.place and part.place != whole.place):
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
