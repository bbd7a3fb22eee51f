"""Drafts from texts of releases, each with what is left to review."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select

from app.catalogue.catalogue import Catalogue, catalogue_at
from app.catalogue.resolve import Resolver
from app.db.engine import WriteSession
from app.errors import DuplicateReport, InvalidInput
from app.http.encoders import dumps
from app.http.validation import validated
from app.ledger.head import head
from app.models import Draft
from app.parsing import parse_release
from app.record.report_in import ReportIn
from app.releases.draft import draft_report
from app.reports import drafts, service
from app.reports.staging import stage
from app.vocabulary.identifiers import REPORT, public_id

# Members of a draft that a report to be posted has.
_BODY = frozenset(ReportIn.model_fields)


@dataclass(frozen=True, slots=True)
class ToReview:
    """A place in a text, by its line from 1, that an analyst must look at; of no place, line is null."""

    line: int | None
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Review:
    """What became of a text: a draft with this id, or none where it is known already or lacks what a report needs."""

    file: str
    outcome: str
    draft: str | None
    number: str | None
    strikes: int
    to_review: list[ToReview]

    def document(self) -> dict[str, Any]:
        """Return the review as JSON has it."""
        return asdict(self)


class Drafting:
    """Save texts as drafts, in the caller's transaction; no text is saved twice, and nothing is published."""

    def __init__(self, session: WriteSession, publisher: str | None) -> None:
        """Take texts of a publisher, by slug, name or alias; None where it is not known. Raises InvalidInput."""
        self._session = session
        self._catalogue: Catalogue = catalogue_at(session, head(session))
        self._publisher: str | None = None
        if publisher is not None:
            names = Resolver(self._catalogue, "parameter")
            entry = names.publisher(publisher, "publisher")
            names.finish()
            self._publisher = entry.slug if entry else None
        bodies = session.scalars(select(Draft.body))
        self._texts = {orjson.loads(body).get("text") for body in bodies}

    def save(self, file: Path, text: str) -> Review:
        """Read a text, save it as a draft, and return what is left to review.

        Where the text gives no day of publication, the one that its file's name begins with is taken. Strikes without
        a day are set to that of publication and the day before, with the precision "unknown".
        """
        release = parse_release(text)
        named = None if release.published_on else _day_of_name(file.name)
        if named is not None:
            release = parse_release(text, published_on=named)
        parsed = draft_report(release, text, self._catalogue, self._publisher)
        draft = parsed["draft"]
        to_review = [
            ToReview(text.count("\n", 0, remark["start"]) + 1, remark["kind"], remark["message"])
            for remark in parsed["remarks"]
        ]
        if named is not None:
            to_review.append(ToReview(None, "day_of_name", f"published on {named}, by the name of the file"))
        to_review += [
            ToReview(None, "check", f"{check['claimed']} {check['measure']} claimed, and the lines differ")
            for check in parsed["checks"]
            if not check["agrees"]
        ]

        def review(outcome: str, draft_id: str | None = None) -> Review:
            return Review(str(file), outcome, draft_id, draft["number"], len(draft["strikes"]), to_review)

        undated = [strike for strike in draft["strikes"] if strike["date_from"] is None]
        if undated and draft["published_on"] is not None:
            to_review.append(
                ToReview(
                    None,
                    "no_date",
                    f"{len(undated)} lines without a day are set to the day of publication and the day before",
                )
            )
            for strike in undated:
                strike["date_from"] = draft["published_on"] - timedelta(days=1)
                strike |= {"date_to": draft["published_on"], "date_precision": "unknown"}
        if text in self._texts:
            return review("known")
        body = orjson.loads(dumps({name: value for name, value in draft.items() if name in _BODY}))
        try:
            staged = stage(self._session, validated(ReportIn, body))
            service.refuse_known_number(self._session, staged.resolved)
            report_id, _ = drafts.save(self._session, staged, None)
        except DuplicateReport:
            return review("known")
        except InvalidInput as error:
            to_review += [
                ToReview(None, fault.code, f"{fault.where}: {fault.detail}") for fault in error.faults
            ]
            return review("not_saved")
        self._texts.add(text)
        return review("saved", public_id(REPORT, report_id))


def _day_of_name(name: str) -> date | None:
    try:
        return date.fromisoformat(name[:10])
    except ValueError:
        return None
