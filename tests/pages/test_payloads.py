"""Stored text is only text: a record full of payloads runs nothing on any page, and breaks none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.conftest import Served, serving_sample
from tests.factories import make_report, make_strike, make_tally
from tests.pages.conftest import watching

PAYLOADS = (
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "'><svg/onload=window.ran=1>",
    "</textarea></title></style><script>window.ran=1</script>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "]]></script><!--<script>window.ran=1//-->",
)


@pytest.fixture(scope="module")
def hostile(sqlite_sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """Run a server on a record with a payload in every text; with it, the id of a report."""
    with serving_sample(sqlite_sampled, tmp_path_factory.mktemp("payloads")) as served:
        headers = {"Authorization": f"Bearer {served.key}"}
        report = ""
        for number, payload in enumerate(PAYLOADS):
            text = f"Near {payload}, two strikes destroyed two tanks {payload}."
            body: dict[str, Any] = make_report(
                make_strike(
                    make_tally(2, as_written=payload, category=None),
                    location=None,
                    location_as_written=payload,
                    owner=payload,
                    quote={"start": 0, "end": len(text)},
                ),
                title=payload,
                number=f"{number} {payload}",
                text=text,
            )
            response = httpx.post(f"{served.url}/v1/reports", json=body, headers=headers)
            assert response.status_code == 201, response.text
            report = response.json()["id"]
            corrected = body | {"reason": payload, "title": f"{payload}!"}
            tag = {"If-Match": response.headers["etag"]}
            response = httpx.put(f"{served.url}/v1/reports/{report}", json=corrected, headers=headers | tag)
            assert response.status_code == 200, response.text
        yield served, report


PAGES = (
    "/?sort=-date&q=tanks",
    "/?q=%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "/reports",
    "/reports/{report}",
    "/reports/{report}?revision=1",
    "/changes?group_by=publisher",
    "/coverage",
    "/search?q=%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "/places",
    "/about-the-data",
    "/post?report={report}",
    "/embed/timeline?q=tanks",
    "/embed/places?q=tanks",
    "/nothing/%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "/?location=%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "/v1/aggregates?group_by=category&format=svg&q=%3Cscript%3E",
    "/v1/changes.atom",
)


@pytest.mark.parametrize("path", PAGES)
def test_no_payload_runs(chromium: Any, hostile: tuple[Served, str], path: str) -> None:  # noqa: ANN401 - Playwright may be absent
    """No script of a source runs, no handler, no template; and the policy is not even needed."""
    served, report = hostile
    with watching(chromium, served) as watched:
        watched.open(path.replace("{report}", report))
        assert watched.page.evaluate("window.ran") is None
