"""Diff of two revisions: as sentences, and by field and line."""

from typing import Any, NamedTuple

from app.record import fields

Document = dict[str, Any]

# Fields of a report that a revision may change, as its document names them.
FIELDS = ("status", *(field.name for field in fields.REPORT if field.is_compared), "coverage")


class Difference(NamedTuple):
    """What two documents of one report differ in: fields of the report, and lines by their ids."""

    fields: list[Document]
    removed: list[Document]
    added: list[Document]
    # Lines that both have.
    kept: int


def difference(before: Document | None, after: Document) -> Difference:
    """Compare two documents of one report. None before stands for nothing."""
    old = {line["id"]: line for line in before["strikes"]} if before else {}
    new = {line["id"]: line for line in after["strikes"]}
    added = [line for identity, line in new.items() if identity not in old]
    return Difference(
        fields=[
            {"field": name, "before": before[name] if before else None, "after": after[name]}
            for name in FIELDS
            if (before[name] if before else None) != after[name]
        ],
        removed=[line for identity, line in old.items() if identity not in new],
        added=added,
        kept=len(new) - len(added),
    )


def revision_diff(before: Document | None, after: Document) -> Document:
    """Compare two documents of one report, as `RevisionDiff` describes it. None before stands for nothing."""
    fields, removed, added, kept = difference(before, after)
    return {
        "revision": after["revision"],
        "reason": after["reason"],
        "summary": [*_of_fields(fields), *_of_lines("removed", removed), *_of_lines("added", added)],
        "fields": fields,
        "strikes_removed": removed,
        "strikes_added": added,
        "strikes_kept": kept,
    }


def _of_fields(fields: list[Document]) -> list[str]:
    sentences = []
    for change in fields:
        name, before, after = change["field"], change["before"], change["after"]
        if name in {"text", "coverage"}:
            sentences.append(f"{name}: changed")
        else:
            sentences.append(f"{name}: {_shown(before)} became {_shown(after)}")
    return sentences


def _of_lines(what: str, lines: list[Document]) -> list[str]:
    return [f"{what} {line['id']}: {_line_text(line)}" for line in lines]


def _line_text(line: Document) -> str:
    """Say a line in one sentence, such as "2017-02-06, Palmyra, SY: 9 strikes; destroyed 2 tank"."""
    place = line["location"]["name"] if line["location"] else line["location_as_written"]
    where = ", ".join(str(part) for part in (line["date_from"], place, line["country"]) if part)
    tallies = [
        f"{tally['verb'] or tally['effect']} {'about ' * tally['approximate']}"
        f"{_bounds(tally['count_min'], tally['count_max'])} "
        f"{tally['category'] or tally['as_written']}"
        for tally in line["tallies"]
    ]
    strikes = _bounds(line["strikes_min"], line["strikes_max"])
    return f"{where}: {strikes} strikes" + "".join(f"; {tally}" for tally in tallies)


def _bounds(least: int | None, most: int | None) -> str:
    if least is None:
        return "an unknown number of"
    if most is None:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def _shown(value: object) -> str:
    return "nothing" if value is None else f"'{value}'"
