"""Figures and legend of a page: the five counts, and the effects.

The counts are never converted into one another, and choosing one charts it. An effect filters by itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from app.drawings import effect_styles, wording
from app.drawings.count_forms import Measure, count_of
from app.pages.record import Row
from app.pages.view import View
from app.strikes.sentence import MEASURES


def figures(
    totals: Row, view: View, chosen: Measure, *, of_lines: str, of_reports: str
) -> list[dict[str, Any]]:
    """Return the counts with their names, notes and addresses; two notes depend on the page."""
    notes: Mapping[Measure, str] = {
        Measure.ITEMS: _of_items(totals),
        Measure.STRIKES: _of_strikes(totals),
        Measure.LINES: of_lines,
        Measure.REPORTS: of_reports,
        Measure.ENGAGEMENTS: "in none of these lines"
        if totals["engagements"] is None
        else "where lines give them",
    }
    return [
        {
            "measure": measure.value,
            "name": MEASURES[measure],
            "count": count_of(totals, measure),
            "note": notes[measure],
            "href": view.url(measure=None if measure is Measure.ITEMS else measure.value),
            "is_chosen": measure is chosen,
        }
        for measure in Measure
    ]


def legend(rows: Sequence[Row], view: View, measure: Measure) -> list[dict[str, Any]]:
    """Return the effects of rows by effect, in the order of a stack, with their counts and addresses."""
    return [
        {
            "effect": row["effect"],
            "words": _of_effect(row, measure),
            "href": view.toggled("effect", row["effect"]),
            "adds": view.toggled("effect", row["effect"], adds=True),
            "is_chosen": row["effect"] in view.query.effect,
        }
        for row in sorted(
            (row for row in rows if row["effect"]), key=lambda row: effect_styles.ORDER[row["effect"]]
        )
    ]


def _of_effect(row: Row, measure: Measure) -> Markup:
    if measure is Measure.ITEMS and not row["items_min"]:
        return Markup("{}, no number").format("once" if row["lines"] == 1 else f"{row['lines']:,} times")
    return count_of(row, measure).markup


def _of_items(totals: Row) -> str:
    notes = []
    if totals["open_ended"]:
        notes.append(f"{wording.counted(totals['open_ended'], 'count has', 'counts have')} no upper end")
    if totals["approximate"]:
        notes.append(wording.counted(totals["approximate"], "is an estimate", "are estimates"))
    return ", ".join(notes) or "no count is open"


def _of_strikes(totals: Row) -> str:
    if not totals["strikes_open_ended"]:
        return "as the sources count them"
    return f"{wording.counted(totals['strikes_open_ended'], 'line gives', 'lines give')} no full number"
