"""What the hints of the campaign promise it."""

import pytest

from app.db.engine import Database
from app.keys.service import Scope
from app.keys.service import create as create_key
from tests.api import Api
from tests.factories import Body, make_report
from tests.fuzz.hints import KNOWN, PARTS, SLUGS, STANDING

BODIES = {
    "/v1/locations/": "LocationState",
    "/v1/categories/": "CategoryState",
    "/v1/publishers/": "PublisherState",
}


@pytest.fixture
def headers(database: Database) -> Body:
    """Hold a key that may change vocabularies."""
    with database.writing() as session:
        key = create_key(session, "vocabulary", [Scope.VOCABULARY], None)
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("prefix", STANDING)
def test_what_is_changed_outlives_every_merge(api: Api, headers: Body, prefix: str) -> None:
    """A campaign that merges all that it knows can still change a thing of each vocabulary, by each body it knows."""
    merged = [
        api.request("POST", f"{prefix}{slug}/merge", headers=headers, json={"into": into}).status_code
        for slug in SLUGS[prefix]
        for into in KNOWN["into"]
    ]
    assert 200 in merged

    for body in PARTS[BODIES[prefix]]:
        changed = api.request("PUT", f"{prefix}{STANDING[prefix]}", headers=headers, json=body)
        assert changed.status_code == 200, changed.text


@pytest.mark.parametrize(
    ("path", "schema"), [("/v1/locations", "LocationIn"), ("/v1/categories", "CategoryIn")]
)
def test_what_is_new_can_be_added(api: Api, headers: Body, path: str, schema: str) -> None:
    """Each body of a new thing is accepted, whichever of the others were before it."""
    for body in PARTS[schema]:
        added = api.request("POST", path, headers=headers, json=body)
        assert added.status_code == 201, added.text


def test_a_report_can_be_corrected(api: Api) -> None:
    """The correction of a report that the campaign knows is accepted for a report of the same publisher."""
    for body in PARTS["ReportPut"]:
        report = api.post(make_report(publisher=body["publisher"]))
        headers = {"Authorization": f"Bearer {api.key}", "If-Match": "*"}
        corrected = api.request("PUT", f"/v1/reports/{report['id']}", headers=headers, json=body)
        assert corrected.status_code == 200, corrected.text
