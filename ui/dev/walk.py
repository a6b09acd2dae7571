"""Walks the screens as a person would, against the mock: sign-in, explanation to the address, jam, keyboard, lost link.

Usage: python dev/walk.py [--base URL]     Prints one line per step; a step that fails stops the walk.
"""

from __future__ import annotations

import argparse
import re
import time

from look import ARGS, LINE, axe
from playwright.sync_api import Page, expect, sync_playwright


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/unit/{LINE}/capper?tab=tags")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_test_id("login").fill("anna")
    page.get_by_test_id("password").fill("wrong")
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("problem")).to_be_visible()
    page.screenshot(path="/tmp/dovetail-shots/walk-sign-in.png")
    page.get_by_test_id("password").fill("dovetail")
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("tags")).to_be_visible()
    expect(page).to_have_url(re.compile("tab=tags"))
    print("sign-in refuses, admits, and goes back to where one wanted to go")


def explain(page: Page, base: str) -> None:
    page.goto(f"{base}/overview/{LINE}")
    page.get_by_test_id(f"tile-{LINE}/filler").get_by_test_id("kpi-oee_index").click()
    expect(page.get_by_test_id("explain")).to_be_visible()
    kinds = []
    for _ in range(7):
        node = page.get_by_test_id("explain-open")
        expect(node).to_be_visible()
        kinds.append(node.get_attribute("data-kind"))
        if kinds[-1] == "address":
            break
        before = node.get_attribute("data-key")
        page.get_by_test_id("explain-node").first.click()
        expect(page.get_by_test_id("explain-open")).not_to_have_attribute("data-key", before or "")
    print("explained:", " > ".join(str(kind) for kind in kinds))
    assert kinds[-1] == "address", kinds
    assert axe(page, "explain address") == 0
    page.screenshot(path="/tmp/dovetail-shots/walk-explain.png")
    page.reload()
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-kind", "address")
    page.get_by_test_id("explain-crumb").first.click()
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-kind", "kpi")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("explain")).to_have_count(0)
    print("the link keeps it open, the way back works, Escape closes")


def jam(page: Page, base: str) -> None:
    page.goto(f"{base}/virtual-plant")
    other = page.context.new_page()
    other.goto(f"{base}/overview/{LINE}")
    tile = other.get_by_test_id(f"tile-{LINE}/capper")
    expect(tile).to_have_attribute("data-tone", re.compile(".+"))
    page.get_by_test_id(f"jam-{LINE}/capper").click()
    start = time.monotonic()
    expect(tile).to_have_attribute("data-tone", "fault", timeout=3000)
    print(f"jammed tile red after {time.monotonic() - start:.2f} s")
    page.get_by_test_id(f"free-{LINE}/capper").click()
    expect(tile).to_have_attribute("data-tone", "normal", timeout=3000)
    other.close()


def job(page: Page, base: str) -> None:
    page.goto(f"{base}/unit/{LINE}/labeller")
    page.get_by_test_id("job-start").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)
    assert axe(page, "job dialog") == 0
    page.get_by_test_id("job-product").click()
    page.get_by_role("option", name="Lemonade 1.0 l").click()
    page.screenshot(path="/tmp/dovetail-shots/walk-job.png")
    page.get_by_test_id("job-submit").click()
    expect(page.get_by_test_id("job")).to_contain_text("Lemonade")
    expect(page.get_by_test_id("job-undo")).to_be_visible()
    page.get_by_test_id("job-end").click()
    expect(page.get_by_test_id("no-job")).to_be_visible()
    print("a job starts, ends, can be undone")


def keyboard(page: Page, base: str) -> None:
    page.goto(f"{base}/unit/{LINE}/capper?period=24h")
    field = page.get_by_test_id("timeline").get_by_role("application")
    field.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(100)
    page.screenshot(path="/tmp/dovetail-shots/walk-timeline.png")
    print("readout:", page.get_by_test_id("timeline").get_by_role("status").inner_text().replace("\n", " | "))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("tab=history"))
    expect(page.locator("[data-testid=state-record][data-marked=true]")).to_be_visible()
    field.focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile("period=custom"))
    page.get_by_test_id("tree").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("tree").get_by_role("treeitem")).to_have_count(2)
    page.get_by_test_id("tree-search").fill("pall")
    expect(page.get_by_test_id("tree").get_by_role("treeitem")).to_have_count(5)
    print("timeline and tree by keyboard, search unfolds")


def profile(page: Page, base: str) -> None:
    page.goto(f"{base}/overview/{LINE}")
    page.get_by_test_id("jobs-indicator").click()
    page.wait_for_timeout(300)
    assert axe(page, "jobs") == 0
    page.keyboard.press("Escape")
    page.get_by_test_id("profile-menu").click()
    page.wait_for_timeout(300)
    page.screenshot(path="/tmp/dovetail-shots/walk-profile.png")
    assert axe(page, "profile") == 0
    page.get_by_text("Deutsch").click()
    expect(page.get_by_test_id("nav-overview")).to_have_text("Übersicht")
    page.get_by_text("English").click()
    page.keyboard.press("Escape")
    print("profile: language at once")


def lost(page: Page, base: str) -> None:
    sockets = []
    page.route_web_socket("**/live", lambda socket: (sockets.append(socket), socket.connect_to_server()))
    page.goto(f"{base}/overview/{LINE}")
    expect(page.get_by_test_id("live-link")).to_have_attribute("data-state", "open")
    page.route_web_socket("**/live", lambda socket: socket.close())
    sockets[-1].close()
    expect(page.get_by_test_id("link-banner")).to_be_visible()
    page.wait_for_timeout(400)
    page.screenshot(path="/tmp/dovetail-shots/walk-lost.png")
    print("a lost link is said and what was live is grey")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", default="http://127.0.0.1:8470")
    base = parser.parse_args().base
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en").new_page()
        page.on("console", lambda m: m.type in ("error", "warning") and print("  console:", m.type, m.text[:300]))
        page.on("pageerror", lambda e: print("  pageerror:", str(e)[:600]))
        for step in (sign_in, explain, jam, job, keyboard, profile, lost):
            step(page, base)
        once = browser.new_context().new_page()
        once.goto(f"{base}/sign-in#once=abc")
        expect(once.get_by_test_id("sidebar")).to_be_visible()
        assert "once" not in once.url
        print("one-time link signs in at once and leaves no trace in the address")
        browser.close()


if __name__ == "__main__":
    main()
