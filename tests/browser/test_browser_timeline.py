"""A line lead finds yesterday's mis-coded stop through the Pareto, recodes it on the timeline, sees OEE and Pareto
follow, splits by keyboard, hands out what is shown, and takes it all back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from floor import id_of
from past import longest_untold, moved, oee_of, yesterday
from playwright.sync_api import Page, expect
from screens import LINE
from sight import PANEL, needs_axe, stumbles

from dovetail.taglists.xlsx import grid_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history"), needs_axe]

CLEANING = "planned/cleaning"


def lost_us(api: httpx2.Client, unit: int, reason: str) -> dict[str, int]:
    """What yesterday's Pareto of one machine of the line says: in all, and for one reason."""
    asked = yesterday() | {"unit": unit}
    found = api.get(f"/equipment/{id_of(api, LINE)}/pareto", params=asked).raise_for_status().json()
    return {
        "lost": found["lost_us"],
        "reason": sum(bar["us"] for bar in found["items"] if (bar["key"] or "-") == reason),
    }


def finds(page: Page, unit: int, key: str, start: str) -> None:
    """From the bar of its reason to the stop on the timeline."""
    page.goto(f"/losses/{LINE}?period=yesterday&unit={unit}")
    page.locator(f'[data-testid=bar][data-key="{key}"]').click()
    page.locator(f'[data-testid=lost][data-start="{start}"]').get_by_test_id("lost-timeline").first.click()
    expect(page.get_by_test_id("segment-state")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/timeline/.*sel={unit}"))


def goes_into(page: Page, stop: dict[str, Any]) -> None:
    """From the second in which it aborts, which is narrower than what one sees, to where it stands."""
    inside = datetime.fromisoformat(stop["start"]) + timedelta(seconds=min(stop["duration_s"] / 2, 1_200))
    page.goto(re.sub("&at=[^&]*", f"&at={quote(inside.isoformat())}", page.url))
    expect(page.get_by_test_id("segment-state")).to_be_visible()


def splits_by_keyboard(page: Page) -> None:
    """S asks where, Enter says so, and the way back is in the message; each is seen before the next is done."""
    table = page.get_by_test_id("segment-list")
    rows = int(str(table.get_attribute("aria-rowcount")))
    page.get_by_test_id("lanes-field").press("s")
    expect(page.get_by_test_id("form-moment")).to_be_visible()
    assert stumbles(page) == []
    page.get_by_test_id("form-moment").press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("split")
    expect(table).to_have_attribute("aria-rowcount", str(rows + 1))
    page.get_by_test_id("toast-act").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Taken back")
    expect(table).to_have_attribute("aria-rowcount", str(rows))


def hands_out(page: Page) -> None:
    """The workbook has a row for each segment that is shown."""
    shown = int(str(page.get_by_test_id("segment-list").get_attribute("aria-rowcount"))) - 1
    page.get_by_test_id("give").click()
    with page.expect_download() as given:
        page.get_by_test_id("give-xlsx").click()
    grid, _, _ = grid_of(Path(str(given.value.path())).read_bytes())
    rows = [[str(cell) for cell in cells] for _, cells in grid]
    assert rows[1][:3] == ["Machine", "path", "Start"]  # below the row that says of what it is
    assert len(rows) - 2 == shown > 1
    expect(page.get_by_test_id("give-xlsx")).to_be_hidden()
    expect(page.get_by_test_id("give")).to_be_focused()  # the menu gives the keyboard back where it came from


def test_a_mis_coded_stop_is_recoded_on_the_timeline(page: Page, api: httpx2.Client) -> None:
    stop = longest_untold(api)
    unit, reason = stop["equipment_id"], stop["reason"] or "-"
    oee, lost = oee_of(api, unit), lost_us(api, unit, reason)
    page.set_viewport_size(PANEL)

    finds(page, unit, reason, stop["start"])
    goes_into(page, stop)
    splits_by_keyboard(page)
    hands_out(page)
    page.get_by_test_id("lanes-field").press("r")
    page.get_by_test_id(f"reason-{CLEANING}").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Cleaning")
    expect(page.get_by_test_id("segment-reason")).to_contain_text("Cleaning")
    assert stumbles(page) == []

    after = moved(page, api, unit, away_from=oee)
    assert after > oee  # what was planned is not held against the machine
    less = lost_us(api, unit, reason)
    stood_us = round(stop["duration_s"] * 1_000_000)
    assert lost["lost"] - less["lost"] == lost["reason"] - less["reason"] == pytest.approx(stood_us, rel=0.02)
    page.go_back()
    page.go_back()  # to the moment that it was found by, and to where it was found
    expect(page.get_by_test_id("losses-summary")).to_be_visible()
    expect(page.locator(f'[data-testid=lost][data-start="{stop["start"]}"]')).to_have_count(0)

    page.go_forward()
    page.go_forward()
    page.get_by_test_id("act-history").click()
    said = page.get_by_test_id("edit").filter(has_text="Cleaning")  # others may have spoken of this stop before
    said.get_by_test_id("edit-take-back").click()
    expect(page.get_by_test_id("segment-reason")).not_to_contain_text("Cleaning")
    assert moved(page, api, unit, away_from=after) == pytest.approx(oee, abs=1e-9)
    assert lost_us(api, unit, reason) == lost


PAPER = """
() => { const canvas = document.querySelector('main canvas');
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const painted = copy.getImageData(0, 0, canvas.width, canvas.height).data;
  let [sum, n] = [0, 0];
  for (let i = 0; i < painted.length; i += 4)
    if (painted[i + 3] === 255) { sum += painted[i] + painted[i + 1] + painted[i + 2]; n += 3; }
  return [document.documentElement.dataset.mantineColorScheme, sum / n]; }
"""


def test_paper_is_white_also_at_night_and_the_night_comes_back(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"/timeline/{LINE}?period=24h")
    expect(page.get_by_test_id("segment-row").first).to_be_visible()
    page.wait_for_function(f"() => ({PAPER})()[1] < 128")  # drawn, in the colours of the night
    page.evaluate(f"() => {{ window.print = () => {{ window.printed = ({PAPER})(); }}; }}")
    page.get_by_test_id("give").click()
    page.get_by_test_id("give-print").click()
    scheme, brightness = page.wait_for_function("window.printed").json_value()
    assert scheme == "light"
    assert brightness > 128
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_the_browsers_own_print_is_white_at_night_too(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"/timeline/{LINE}?period=24h")
    expect(page.get_by_test_id("segment-row").first).to_be_visible()
    page.wait_for_function(f"() => ({PAPER})()[1] < 128")
    page.emulate_media(color_scheme="dark", media="print")
    page.wait_for_function(f"() => ({PAPER})()[1] > 128")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
    page.emulate_media(color_scheme="dark", media="screen")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
