"""The server goes away while somebody looks: the screen says so, greys, and is whole when it is back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from complaints import Complaints
from installation_process import Installation
from one_house import signed_in
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

LINE = "acme/brno/pack/line1"
TILE = f"tile-{LINE}/capper"
DEEP = f"/unit/{LINE}/capper?period=24h&tab=tags"
GREY = re.compile(r"grayscale\(1\)")


@pytest.fixture(scope="module")
def lone(folder: Path) -> Iterator[Installation]:
    """A line of its own, without a past: nobody else works with it."""
    running = Installation("demo", folder / "lone", days=0)
    running.start()
    yield running
    running.stop()


def test_a_lost_server_is_said_and_what_was_live_is_grey(chromium: Browser, lone: Installation) -> None:
    cookie = signed_in(lone)
    visitor = chromium.new_context(base_url=lone.base, locale="en", reduced_motion="reduce")
    visitor.add_cookies([{"name": "dovetail", "value": cookie, "url": lone.base}])
    page = visitor.new_page()
    page.goto(f"/overview/{LINE}")
    link, banner, tile = page.get_by_test_id("live-link"), page.get_by_test_id("link-banner"), page.get_by_test_id(TILE)
    expect(link).to_have_attribute("data-state", "open")
    expect(tile).to_have_attribute("data-tone", re.compile(".+"))
    expect(tile).not_to_have_css("filter", GREY)

    assert lone.stop() == 0
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("Live connection lost")
    expect(tile).to_have_css("filter", GREY)

    lone.start()
    expect(banner).to_have_count(0)
    expect(link).to_have_attribute("data-state", "open")
    expect(tile).not_to_have_css("filter", GREY)
    complaints = Complaints().listen(page)
    page.reload()
    expect(tile).to_have_attribute("data-tone", re.compile(".+"))
    assert complaints.heard == []
    visitor.close()


def test_the_one_time_link_opens_the_live_line_once(chromium: Browser, lone: Installation) -> None:
    path = lone.one_time_path()
    visitor = chromium.new_context(base_url=lone.base, locale="en", reduced_motion="reduce")
    page = visitor.new_page()
    page.goto(path)
    expect(page.get_by_test_id(TILE)).to_have_attribute("data-tone", re.compile(".+"))
    expect(page.get_by_test_id("live-link")).to_have_attribute("data-state", "open")
    assert "once" not in page.url
    page.goto(DEEP)
    expect(page.get_by_test_id("tags")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("tags")).to_be_visible()
    assert page.url.endswith(DEEP)
    visitor.close()

    second = chromium.new_context(base_url=lone.base, locale="en", reduced_motion="reduce")
    page: Page = second.new_page()
    page.goto(path)
    expect(page.get_by_text("The link did not work")).to_be_visible()
    page.goto(DEEP)
    expect(page).to_have_url(re.compile("/sign-in"))
    second.close()
