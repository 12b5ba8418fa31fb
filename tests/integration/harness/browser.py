"""A headless Chromium, Debian's, and what a test asks of the status page in it."""

from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from axe_playwright_python.sync_playwright import Axe
from harness.process import ROOT
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SCREENSHOTS = ROOT / "build" / "results" / "screenshots"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 812}
expect.set_options(timeout=30_000)  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    # Its sandbox needs what a container's root hasn't; it reads nothing but the daemon's page.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser: Browser, url: str, **options: object) -> tuple[Page, list[str]]:
    """The page, and what the browser complains about while it is open."""
    page = browser.new_page(**{"viewport": WIDE, **options})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    page.on("request", lambda asked: asked.url.startswith(url) or complaints.append(asked.url))
    page.goto(url)
    return page, complaints


def _file(name: str) -> Path:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return SCREENSHOTS / f"{name}.png"


def screenshot(page: Page, name: str) -> None:
    page.screenshot(path=_file(name), full_page=True)


def picture(browser: Browser, content: str, name: str) -> None:
    """Of what isn't a page of the daemon's: a terminal."""
    page = browser.new_page()
    page.set_content(content)
    page.locator("pre").screenshot(path=_file(name))
    page.close()


def violations(page: Page) -> list[str]:
    """Of the rules of accessibility, as axe-core checks them."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found]


def wider_than_its_window(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
