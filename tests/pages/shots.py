"""Writer of the screenshots in README and docs, from the sample, in the system's Chromium.

`make shots` runs it. Each file is at most 200 KB; look at them before you commit them.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from tests.client.conftest import serving_sample
from tests.conftest import load_sample, prepare
from tests.pages.conftest import ARGUMENTS

FOLDER = Path(__file__).parents[2] / "docs" / "shots"
LARGEST = 200_000

# Name, path, width, height, and colours.
SHOTS: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("explore", "/", 1280, 900, "light"),
    ("explore-dark", "/?effect=destroyed&country=SY", 1280, 900, "dark"),
    ("explore-phone", "/", 390, 844, "light"),
    ("place", "/places/palmyra", 1280, 900, "light"),
    ("coverage", "/coverage", 1280, 760, "light"),
    ("report-phone", "/reports/r533", 390, 844, "dark"),
)


def main() -> None:
    """Write all screenshots."""
    FOLDER.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        record = folder / "sampled.db"
        prepare(f"sqlite:///{record}")
        load_sample(f"sqlite:///{record}")
        with serving_sample(record, folder) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
            for title, path, width, height, scheme in SHOTS:
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB"
                )
                page = context.new_page()
                page.goto(f"{served.url}{path}", wait_until="networkidle")
                file = FOLDER / f"{title}.png"
                page.screenshot(path=file)
                size = file.stat().st_size
                sys.stdout.write(f"{file.name}: {size // 1000} KB\n")
                if size > LARGEST:
                    raise SystemExit(f"{file.name} is larger than {LARGEST // 1000} KB")
                context.close()


if __name__ == "__main__":
    main()
