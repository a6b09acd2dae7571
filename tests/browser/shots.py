"""Photographs the screens for the manual, from a demo that has lived for a day and whose capper has just jammed.

Usage: python tests/browser/shots.py [--out docs/screens]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import httpx2
from chromium_here import FLAGS, installed
from installation_process import Installation
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from screens import CAPPER, LINE

ROOT = Path(__file__).resolve().parents[2]
SIZE = ViewportSize(width=1280, height=800)
LABELLER = f"{LINE}/labeller"
HISTORY_MS = 240_000
STARVED_MS = 240_000
BYTES_MAX = 300_000


def view(browser: Browser, base: str, *, cookie: str = "", language: str = "en", scheme: str = "light") -> Page:
    """A page as one reader sees it."""
    context = browser.new_context(
        base_url=base, viewport=SIZE, locale=language, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.add_init_script(f"localStorage.setItem('dovetail.language', '{language}')")
    if cookie:
        context.add_cookies([{"name": "dovetail", "value": cookie, "url": base}])
    return context.new_page()


def photograph(page: Page, out: Path) -> None:
    """Save what is on the screen, once everything is drawn."""
    expect(page.locator("[role=status][aria-label=Loading], [role=status][aria-label=Lädt]")).to_have_count(0)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(800)  # canvases are painted after the page stands
    page.mouse.move(640, 2)
    page.screenshot(path=out)
    size = out.stat().st_size
    print(f"{out}  {size // 1000} kB")
    assert size <= BYTES_MAX, f"{out} is too large for the repository"


def trouble(page: Page, api: httpx2.Client) -> None:
    """Wait for the day's history, then jam the capper until the labeller behind it starves."""
    page.goto("/connections")
    expect(page.get_by_test_id("jobs-indicator")).to_contain_text("Done", timeout=HISTORY_MS)
    for unit in ("filler", "capper", "labeller", "palletiser"):
        api.post("/sim/free", json={"unit": unit}).raise_for_status()
    page.goto(f"/overview/{LINE}")
    expect(page.get_by_test_id(f"state-{CAPPER}")).to_have_attribute("data-state", "Execute", timeout=STARVED_MS)
    api.post("/sim/jam", json={"unit": CAPPER, "cause": "misfeed"}).raise_for_status()
    expect(page.get_by_test_id(f"state-{CAPPER}")).to_contain_text("Misfeed")
    expect(page.get_by_test_id(f"tile-{LABELLER}")).to_have_attribute("data-tone", "external", timeout=STARVED_MS)


def plant_screens(browser: Browser, base: str, cookie: str, out: Path) -> None:
    """What a signed-in person sees."""
    with httpx2.Client(base_url=f"{base}/api/v1", cookies={"dovetail": cookie}, timeout=30) as api:
        page = view(browser, base, cookie=cookie)
        trouble(page, api)
    photograph(page, out / "overview.png")
    page.goto("/virtual-plant")
    photograph(page, out / "virtual-plant.png")
    page.goto("/connections")
    photograph(page, out / "connections.png")
    page.goto(f"/unit/{CAPPER}?period=24h")
    expect(page.get_by_test_id("waterfall")).to_be_visible()
    photograph(page, out / "unit.png")
    page.get_by_test_id("figures").get_by_test_id("kpi-oee_index").click()
    for kind in ("kpi", "column", "slice"):
        page.locator(f"[data-testid=explain-node][data-kind={kind}]").first.click()
        expect(page.get_by_test_id("explain-open")).to_have_attribute("data-kind", kind)
    photograph(page, out / "explain.png")
    dark = view(browser, base, cookie=cookie, scheme="dark")
    dark.goto(f"/overview/{LINE}")
    expect(dark.get_by_test_id(f"tile-{CAPPER}")).to_have_attribute("data-tone", "fault")
    photograph(dark, out / "overview-dark.png")
    german = view(browser, base, cookie=cookie, language="de")
    german.goto(f"/unit/{CAPPER}?period=24h&tab=history")
    expect(german.get_by_test_id("state-record").first).to_be_visible()
    photograph(german, out / "unit-german.png")


def door_screens(browser: Browser, demo: Installation, fresh: Installation, out: Path) -> None:
    """What somebody sees before they are signed in."""
    page = view(browser, demo.base)
    page.goto("/sign-in")
    expect(page.get_by_test_id("login")).to_be_visible()
    photograph(page, out / "sign-in.png")
    page = view(browser, fresh.base)
    page.goto("/setup")
    for field, given in {"login": "anna", "name": "Anna Nováková"}.items():
        page.get_by_test_id(f"setup-{field}").fill(given)
    photograph(page, out / "set-up.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dovetail-shots-") as folder, sync_playwright() as play:
        demo, fresh = Installation("demo", Path(folder) / "demo"), Installation("serve", Path(folder) / "fresh")
        browser = play.chromium.launch(executable_path=installed(), args=FLAGS)
        try:
            demo.start()
            fresh.start()
            signed = httpx2.post(f"{demo.base}/api/v1/session", json={"once": demo.secret()}, timeout=30)
            plant_screens(browser, demo.base, signed.cookies["dovetail"], out)
            door_screens(browser, demo, fresh, out)
        finally:
            browser.close()
            demo.stop()
            fresh.stop()


if __name__ == "__main__":
    main()
