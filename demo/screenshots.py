"""Take the pictures of the demo in docs/images: `python -m demo.screenshots [CHROMIUM]`. It needs playwright."""

import sys
import threading
from typing import Any

from playwright.sync_api import sync_playwright

from demo.build import HERE, SITE, build
from demo.serve import server

IMAGES = HERE.parent / "docs/images"
READY = "main:not(:has([aria-busy=true]))"
SHOTS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1100, "height": 880}, "color_scheme": "light", "locale": "pt-BR"},
    "dark": {"viewport": {"width": 1100, "height": 880}, "color_scheme": "dark", "locale": "en"},
    "phone": {"viewport": {"width": 390, "height": 880}, "color_scheme": "light", "locale": "pt-BR"},
}


def main(chromium: str = "chromium") -> None:
    """Write demo-light.png, demo-dark.png and demo-phone.png."""
    build()
    with server(SITE) as running, sync_playwright() as driver:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=chromium)
        for name, options in SHOTS.items():
            page = browser.new_page(**options)
            page.goto(f"http://127.0.0.1:{running.server_port}/")
            page.wait_for_selector(READY)
            for place in ("#fill-text", "#similar-one", "#search-query") * 3:  # the first answers are slower
                page.locator(place).dispatch_event("input")
                page.wait_for_selector(READY)
            page.screenshot(path=IMAGES / f"demo-{name}.png")
        browser.close()
        running.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
