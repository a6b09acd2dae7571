"""Looks at the screens as a person would: opens routes in headless Chromium, saves pictures, runs axe, lists console errors.

Usage: python dev/look.py [--base URL] [--out DIR] [--only NAME] [--axe]   (from ui/, with the mock or the real server up)
"""

from __future__ import annotations

import argparse
import pathlib
import sys

from playwright.sync_api import Browser, Page, sync_playwright

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
LINE = "acme/brno/pack/line1"
ROUTES = {
    "overview": f"/overview/{LINE}",
    "area": "/overview/acme",
    "unit": f"/unit/{LINE}/capper",
    "unit-losses": f"/unit/{LINE}/capper?tab=losses&period=24h",
    "unit-timeline": f"/unit/{LINE}/capper?tab=timeline&period=24h",
    "unit-trend": f"/unit/{LINE}/filler?tab=trend&period=24h",
    "unit-tags": f"/unit/{LINE}/filler?tab=tags",
    "connections": "/connections",
    "virtual": "/virtual-plant",
    "explain": f"/overview/{LINE}?explain=oee_index/availability/apt_us&of=5&from=2026-11-23T06:00:00Z&to=2026-11-23T14:00:00Z",
    "lost": "/overview/nowhere/at/all",
    "sign-in": "/sign-in",
    "setup": "/setup#token=first",
}
VIEWS = {
    "light-1280": {"w": 1280, "h": 800, "scheme": "light", "locale": "en"},
    "light-1024": {"w": 1024, "h": 768, "scheme": "light", "locale": "en"},
    "dark-1280": {"w": 1280, "h": 800, "scheme": "dark", "locale": "en"},
    "german-1280": {"w": 1280, "h": 800, "scheme": "light", "locale": "de"},
}


def open_view(browser: Browser, base: str, view: dict) -> Page:
    context = browser.new_context(
        viewport={"width": view["w"], "height": view["h"]}, color_scheme=view["scheme"], locale=view["locale"]
    )
    context.request.post(f"{base}/api/v1/session", data={"login": "anna", "password": "dovetail"})
    page = context.new_page()
    page.on("console", lambda m: m.type in ("error", "warning") and print("  console:", m.type, m.text[:400]))
    page.on("pageerror", lambda e: print("  pageerror:", str(e)[:600]))
    return page


def axe(page: Page, name: str) -> int:
    source = pathlib.Path("node_modules/axe-core/axe.min.js").read_text()
    page.evaluate(source)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa']}).then(r => r.violations.map("
        "v => ({id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + ' :: ' + n.failureSummary.slice(0, 220))})))"
    )
    for violation in found:
        print(f"  axe {name}: {violation['impact']} {violation['id']}")
        for node in violation["nodes"]:
            print("     ", node.replace("\n", " "))
    return len(found)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="http://127.0.0.1:8470")
    parser.add_argument("--out", default="/tmp/dovetail-shots")
    parser.add_argument("--only", default="")
    parser.add_argument("--views", default="light-1280")
    parser.add_argument("--axe", action="store_true")
    parser.add_argument("--wait", type=int, default=900)
    given = parser.parse_args()
    out = pathlib.Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    faults = 0
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        for view_name in given.views.split(","):
            page = open_view(browser, given.base, VIEWS[view_name])
            for name, path in ROUTES.items():
                if given.only and name not in given.only.split(","):
                    continue
                print(view_name, name)
                page.goto(given.base + path)
                page.wait_for_timeout(given.wait)
                page.screenshot(path=str(out / f"{name}-{view_name}.png"))
                faults += axe(page, name) if given.axe else 0
            page.context.close()
        browser.close()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
