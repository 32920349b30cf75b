"""Take the pictures of the report and the demo: `python -m demo.screenshots`.

Writes docs/images/report-*.png (1280 and 390 px, light and dark) and docs/images/demo-*.png. Needs playwright,
Chromium, report/index.html and demo/vendor (`make site`). To take those of the report alone, add `report`.
"""

import shutil
import sys
import threading
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from demo.build import HERE, SITE, build
from demo.serve import server

IMAGES = HERE.parent / "docs/images"
REPORT = HERE.parent / "report/index.html"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
READY = "main:not(:has([aria-busy=true]))"
SIZES = {"": {"width": 1280, "height": 960}, "-phone": {"width": 390, "height": 844}}
SHOTS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1100, "height": 880}, "color_scheme": "light", "locale": "pt-BR"},
    "dark": {"viewport": {"width": 1100, "height": 880}, "color_scheme": "dark", "locale": "en"},
    "phone": {"viewport": {"width": 390, "height": 880}, "color_scheme": "light", "locale": "pt-BR"},
}


def main(*only: str) -> None:
    """Take all pictures, or only those of `report` or `demo`."""
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        sys.exit(f"no Chromium: none of {', '.join(NAMES)} is on the path")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium)
        for what, take in {"report": _report, "demo": _demo}.items():
            if what in (only or (what,)):
                take(browser)
        browser.close()


def _report(browser: Browser) -> None:
    for size, viewport in SIZES.items():
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=viewport, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(REPORT.as_uri())
            page.screenshot(path=IMAGES / f"report{size}-{scheme}.png")


def _demo(browser: Browser) -> None:
    build()
    with server(SITE) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        for name, options in SHOTS.items():
            page = browser.new_page(**options)
            page.goto(f"http://127.0.0.1:{running.server_port}/")
            page.wait_for_selector(READY)
            for place in ("#fill-text", "#similar-one", "#search-query") * 3:  # the first answers are slower
                page.locator(place).dispatch_event("input")
                page.wait_for_selector(READY)
            page.screenshot(path=IMAGES / f"demo-{name}.png")
        running.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
