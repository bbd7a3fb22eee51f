"""Atom 1.0 feed of changes (RFC 4287, paged by RFC 5005).

Links are absolute: several readers show relative ones broken.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from app.changes.subject import Subject
from app.db.types import AnyRow
from app.ledger.canonical import json_form
from app.vocabulary.identifiers import REPORT, public_id

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"

# Who mints the ids of entries and feeds (RFC 4151). They are made of hashes, so each is one entry's of one
# database, wherever that is served and however it moves.
_AUTHORITY = "tag:strikeledger.invalid,2026:"

# When a feed without entries was last changed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Characters that XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed(
    entries: Sequence[AnyRow],
    base: str,
    pages: Mapping[str, str],
    genesis: str | None,
    subject: Subject | None = None,
) -> bytes:
    """Write a page of entries, the newest first. `genesis`, the first entry's hash, identifies the record.

    `subject` is what a feed with filters is about; None: all reports.

    `base` is the server's address, without a slash at its end; `pages` has, by link relation, the paths of this page
    (`self`) and of others.
    """
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en"})
    identity = f"{_AUTHORITY}record:{genesis or 'empty'}"
    _texts(
        root,
        ("id", f"{identity}:{subject.digest}" if subject else identity),
        (
            "title",
            f"{subject.words}: airstrike reports published, revised and retracted"
            if subject
            else "Airstrike reports: what was published, revised and retracted",
        ),
        ("updated", json_form(entries[0].recorded_at if entries else _NEVER)),
    )
    _texts(ET.SubElement(root, "author"), ("name", "strikeledger"))
    for relation, path in pages.items():
        ET.SubElement(root, "link", {"rel": relation, "type": MEDIA_TYPE, "href": base + path})
    for entry in entries:
        _add(root, entry, base, f"{subject.words}: " if subject else "")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(root: ET.Element, entry: AnyRow, base: str, prefix: str) -> None:
    report = public_id(REPORT, entry.report_id)
    element = ET.SubElement(root, "entry")
    parts = [part for part in (entry.publisher, entry.number, entry.title) if part]
    reason = f". Reason: {entry.reason}" if entry.reason else ""
    _texts(
        element,
        ("id", f"{_AUTHORITY}change:{entry.seq}:{entry.hash}"),
        ("title", f"{prefix}{entry.publisher} {entry.number or report} {entry.action}"),
        ("updated", json_form(entry.recorded_at)),
        ("summary", ", ".join(parts) + reason),
    )
    href = f"{base}/v1/reports/{report}/revisions/{entry.revision}"
    ET.SubElement(element, "link", {"rel": "alternate", "type": "application/json", "href": href})


def _texts(element: ET.Element, *children: tuple[str, str]) -> None:
    for name, text in children:
        ET.SubElement(element, name).text = _NOT_XML.sub("\ufffd", text)
