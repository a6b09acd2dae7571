"""An engineer lays signals over each other, moves through time by hand and by key, and keeps what was found."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlparse

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]


def asked(page: Page) -> dict[str, str]:
    """What the address says."""
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def drawn(page: Page, pens: int) -> Locator:
    """The chart, once everything in view is there."""
    expect(page.locator(f"[data-testid=trend][data-busy=false][data-pens='{pens}']")).to_be_visible()
    return page.get_by_test_id("trend")


def wide_s(page: Page) -> float:
    """Width of the view in the address."""
    said = asked(page)
    return (datetime.fromisoformat(said["end"]) - datetime.fromisoformat(said["start"])).total_seconds()


def add(page: Page, words: str) -> None:
    with page.expect_response(re.compile(rf"find={words.split(maxsplit=1)[0]}")):
        page.get_by_test_id("add-pen").fill(words)
    page.get_by_role("option").first.click()


def test_signals_are_laid_over_each_other_and_moved_by_hand(page: Page, api: httpx2.Client) -> None:
    page.goto("/trends?span=86400")
    expect(page.get_by_test_id("empty")).to_be_visible()
    for n, words in enumerate(("capper speed", "filler speed"), start=1):
        add(page, words)
        expect(page.get_by_test_id("pen")).to_have_count(n)
    place = drawn(page, 2).bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile("start="))
    expect(page.get_by_test_id("trend-now")).to_have_attribute("aria-pressed", "false")  # panned back: it stands still
    assert wide_s(page) == pytest.approx(86_400, rel=0.01)
    page.mouse.wheel(0, -400)
    page.wait_for_url(lambda _: wide_s(page) < 80_000)  # written when the hand rests
    assert wide_s(page) > 20_000
    drawn(page, 2)

    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile(r"[?&]a="))
    tag = int(asked(page)["pens"].split(".")[0])
    said = api.get("/samples/at", params={"tags": tag, "at": asked(page)["a"]}).json()["items"][0]
    expect(page.get_by_test_id("pen-a").first).to_have_text(f"{said['value']:.6g}")
    page.keyboard.down("Shift")
    page.mouse.click(x + 150, y)
    page.keyboard.up("Shift")
    expect(page.get_by_test_id("pen-b")).to_have_count(2)
    expect(page.get_by_test_id("pen-good").first).to_contain_text("%")

    page.get_by_test_id("band-states").press("Space")
    expect(page.get_by_test_id("trend-cursor")).to_contain_text("Capper:")
    with page.expect_response(re.compile("alarm-spans")) as waited:
        page.get_by_test_id("band-alarms").press("Space")
    assert waited.value.ok
    page.get_by_test_id("pen-hide").first.click()
    drawn(page, 1)
    page.reload()
    drawn(page, 1)
    expect(page.get_by_test_id("pen")).to_have_count(2)
    expect(page.get_by_test_id("pen-b")).to_have_count(2)
    page.get_by_role("application").press("Escape")
    expect(page.get_by_test_id("pen-b")).to_have_count(0)
    page.get_by_role("application").press("End")
    expect(page.get_by_test_id("trend-now")).to_have_attribute("aria-pressed", "true")


def test_a_view_is_kept_compared_and_saved_as_a_file(page: Page) -> None:
    page.goto("/tags?find=capper+speed")
    page.get_by_test_id("tag-choose").first.check()
    page.get_by_test_id("tags-to-trends").click()
    drawn(page, 1)
    page.get_by_test_id("compare").click()
    expect(page.get_by_test_id("compare-from")).to_be_enabled()
    page.get_by_test_id("compare-begin").fill("1901-01-01T00:00")  # no trend reaches so far
    expect(page.get_by_test_id("compare-from")).to_be_disabled()
    page.get_by_test_id("compare-day").click()
    expect(page).to_have_url(re.compile("shift=-86400000"))
    expect(page.get_by_test_id("pen-then")).to_have_count(1)
    expect(page.get_by_test_id("pen-mean-then")).to_have_text(
        re.compile(r"\d")
    )  # what yesterday came to, below today's
    page.goto(page.url.replace("shift=-86400000", "shift=1e300"))  # a mistyped address is passed over
    drawn(page, 1)
    expect(page.get_by_test_id("pen-then")).to_have_count(0)
    page.go_back()
    page.get_by_test_id("views").click()
    page.get_by_test_id("view-name").fill("Capper-against-yesterday-" * 4)  # it breaks; its button stays in sight
    page.get_by_test_id("view-save").click()
    expect(page.get_by_test_id("saved-view")).to_have_count(1)
    expect(page.get_by_test_id("saved-forget")).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("view-name")).to_be_focused()  # where it is given when the button goes off
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("view-name")).to_have_count(0)
    with page.expect_download() as waited:
        page.get_by_test_id("trend-csv").click()
    assert waited.value.path().read_text(encoding="utf-8-sig").startswith("time,signal,unit,lowest,highest")
    page.evaluate("localStorage.setItem('dovetail.language', 'de')")
    page.reload()
    drawn(page, 1)
    with page.expect_download() as waited:  # as a German spreadsheet reads it
        page.get_by_test_id("trend-csv").click()
    assert waited.value.path().read_text(encoding="utf-8-sig").startswith("time;signal;unit;lowest;highest")
    page.evaluate("localStorage.removeItem('dovetail.language')")
    page.reload()
    drawn(page, 1)
    with page.expect_download() as waited:
        page.get_by_test_id("trend-png").click()
    assert waited.value.path().read_bytes().startswith(b"\x89PNG")
    page.goto("/trends")
    page.get_by_test_id("views").click()
    page.get_by_test_id("saved-open").click()
    expect(page).to_have_url(re.compile("shift=-86400000"))
    drawn(page, 1)
    page.get_by_test_id("views").click()
    page.get_by_test_id("saved-forget").click()
    expect(page.get_by_test_id("saved-view")).to_have_count(0)


def test_figures_are_of_what_is_seen_though_half_of_it_is_to_come(page: Page, api: httpx2.Client) -> None:
    tag = api.get("/tags", params={"find": "capper speed"}).raise_for_status().json()["items"][0]["id"]
    now = datetime.now(UTC).replace(microsecond=0)
    begins, ends = (f"{at:%Y-%m-%dT%H:%M:%S}.000Z" for at in (now - timedelta(hours=2), now + timedelta(hours=2)))
    with page.expect_response(re.compile(r"/statistics\?")) as waited:
        page.goto(f"/trends?pens={tag}&start={begins}&end={ends}")
    said = {name: values[0] for name, values in parse_qs(urlparse(waited.value.url).query).items()}
    assert said["start"] == begins
    assert now - timedelta(minutes=5) < datetime.fromisoformat(said["end"]) < now + timedelta(minutes=5)
    shown = waited.value.json()["items"][0]
    assert shown["max"] is not None
    expect(page.get_by_test_id("pen-high")).to_have_text(f"{shown['max']:.6g}")
