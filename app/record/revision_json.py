"""Stored JSON template of a revision, without lines, text and names."""

from collections.abc import Sequence
from types import SimpleNamespace

from app.ledger.append import CONTENT_VERSION
from app.record import fields
from app.record.arithmetic import Headline, arithmetic
from app.record.json_template import Members, members, slot, written
from app.vocabulary.identifiers import REPORT, public_id

_HEAD = [field.name for field in fields.REPORT if field.in_summary and not field.is_later]
_FIELDS = (*_HEAD, "status", "reason", "revision")
_CLAIM = fields.names(fields.COVERAGE)

# The slots that no vocabulary fills: the text with the later fields of the report, and the lines.
TEXT, LINES = "t", "s"


def checks_json(revision: Members, coverage: Sequence[Members], lines: Sequence[Members]) -> str:
    """Return the arithmetic of a report in JSON; `revision` has its `headline_strikes` and `headline_engagements`.

    It also holds the `content_version` of its entry, where it is stored.
    """
    claims = [SimpleNamespace(**claim) for claim in coverage]
    checks = arithmetic(
        [Headline(revision["headline_strikes"], revision["headline_engagements"]), *claims],
        [SimpleNamespace(**line) for line in lines],
        revision.get("content_version", CONTENT_VERSION),
    )
    return written(list(checks))


def revision_template(
    revision: Members, coverage: Sequence[Members], lines: Sequence[Members], checks: str | None = None
) -> str:
    """Return a revision as `ReportOut` describes it, as a template: see record/json_template.py.

    `revision` has the columns of its row, and of its report's and its entry's: `publisher_id`, `recorded_at`.
    `coverage` and `lines` are the rows that stand with it, in its order; `checks` is what `checks_json` makes of
    them, where the caller has it.
    """
    claimed = {"strikes": revision["headline_strikes"], "engagements": revision["headline_engagements"]}
    head = {name: revision[name] for name in _FIELDS} | {
        "seq": revision["recorded_seq"],
        "recorded_at": revision["recorded_at"],
        "lines": len(lines),
    }
    between = {
        "headline": None if set(claimed.values()) == {None} else claimed,
        "sums_note": revision["sums_note"],
        "coverage": [{name: claim[name] for name in _CLAIM} for claim in coverage],
    }
    return "".join(
        (
            f'{{"id":"{public_id(REPORT, revision["report_id"])}","publisher":',
            slot("p", revision["publisher_id"]),
            ",",
            members(head),
            ',"text":',
            slot(TEXT, None),
            ",",
            members(between),
            ',"strikes":[',
            slot(LINES, None),
            '],"checks":',
            checks_json(revision, coverage, lines) if checks is None else checks,
            "}",
        )
    )
