"""The composer as its user drives it."""

from typing import Any

import httpx

from tests.client.conftest import Served
from tests.pages.conftest import Watched

# A release of nobody, with an emoji before its numbers: code points are not the browser's units.
RELEASE = """\N{PALM TREE} Weekly notice, \N{GRINNING FACE} no. one

March 4, 2017

Syria
Near Raqqa, two strikes destroyed three fighting positions, a vehicle and two flying kiosks.
Near Nowhere Hill, one strike engaged a tactical unit and destroyed several vehicles.

Iraq
Near Mosul, three strikes destroyed approximately 40 boats and damaged 12 to 15 tunnels.
"""


class Composer:
    """A page with the composer, and the API behind it."""

    def __init__(self, watched: Watched, served: Served) -> None:
        self.watched = watched
        self.page: Any = watched.page
        self.page.set_default_timeout(8_000)
        self.api = httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {served.key}"})
        self.key = served.key

    def paste(self, text: str, path: str = "/post") -> None:
        """Open the composer, put a text into it at once, as a paste does, and wait until it is read."""
        self.watched.open(path)
        self.page.evaluate(
            """text => {
              const field = document.getElementById("paste");
              field.focus();
              field.value = text;
              field.dispatchEvent(new InputEvent("input", {inputType: "insertFromPaste", bubbles: true}));
            }""",
            text,
        )
        self.page.wait_for_selector("#lines .dl", state="attached")

    def settle(self, publisher: str = "cjtf-oir") -> None:
        """Choose a publisher, and settle the days of all lines."""
        with self.page.expect_response("**/v1/parse"):
            self.page.select_option("#publisher", publisher)
        self.page.wait_for_selector("#settle [data-kind=days]")
        with self.page.expect_response("**/v1/check*"):
            self.page.click("#settle [data-kind=days] .btn")

    def fill(self, name: str, value: str) -> None:
        """Write a field of the head, and leave it."""
        if not self.page.is_visible(f"#{name}"):
            self.page.click("#claims-summary")
        self.page.fill(f"#{name}", value)
        self.page.dispatch_event(f"#{name}", "change")

    def give_key(self) -> None:
        """Enter the API key."""
        self.page.fill("#key", self.key)
        self.page.click("dialog .btn.go")
        self.page.wait_for_selector("#key", state="detached")

    def publish(self, *, asks_key: bool = True, reason: str | None = None) -> None:
        """Publish or correct, through the key and the last look."""
        self.page.click("#publish")
        if asks_key:
            self.give_key()
        self.page.wait_for_selector("dialog h2")
        if reason:
            self.page.fill("dialog input", reason)
        self.page.click("dialog .btn.go")

    def published(self) -> Any:  # noqa: ANN401 - a JSON body
        """Return the report that was published."""
        address = self.page.wait_for_selector("#done a").get_attribute("href")
        return self.read(address.replace("/reports/", "/v1/reports/"))

    def read(self, path: str, **parameters: str) -> Any:  # noqa: ANN401 - a JSON body
        """Return what the API answers."""
        response = self.api.get(path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, body: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON body
        """Post a report by the API, which must take it."""
        response = self.api.post("/v1/reports", json=body)
        assert response.status_code == 201, response.text
        return response.json()
