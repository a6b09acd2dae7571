"""An engineer finds a signal in the tag table, reads where it comes from, and sees when its connection was lost."""

from __future__ import annotations

import csv
import re
import time

import httpx2
import pytest
from chromium_here import SignedIn
from playwright.sync_api import Page, expect
from profiles import Profiles
from screens import CAPPER
from sight import needs_axe, stumbles

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

BACK_S = 60.0


def link_state(api: httpx2.Client, name: str) -> str:
    """Whether a connection is up."""
    found = api.get("/connections").raise_for_status().json()["items"]
    return next(one["state"] for one in found if one["name"] == name)


def wait_for_link(api: httpx2.Client, name: str, state: str) -> None:
    """Return when the connection is in this state."""
    end_s = time.monotonic() + BACK_S
    while link_state(api, name) != state:
        assert time.monotonic() < end_s, f"{name} is {link_state(api, name)} after {BACK_S} s"
        time.sleep(0.2)  # nothing outside the installation is told


@pytest.fixture
def cut_cable(api: httpx2.Client) -> str:
    """The cable of this machine's controller was pulled and is plugged in again."""
    unit = "palletiser"
    wait_for_link(api, f"plc-{unit}", "up")
    api.post("/sim/unplug", json={"unit": unit}).raise_for_status()
    wait_for_link(api, f"plc-{unit}", "down")
    api.post("/sim/plug", json={"unit": unit}).raise_for_status()
    wait_for_link(api, f"plc-{unit}", "up")
    return unit


def test_a_signal_is_found_opened_and_exported(page: Page, api: httpx2.Client) -> None:
    page.goto("/tags")
    expect(page.get_by_test_id("tag-row").first).to_be_visible()
    capper = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == CAPPER)
    known = api.get("/tags", params={"equipment": capper}).json()["items"]
    page.get_by_test_id("tags-find").fill("capper speed")
    rows = page.get_by_test_id("tag-row")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Good")
    page.get_by_test_id("tag-link").click()
    speed = next(tag for tag in known if tag["property"] == "speed")
    expect(page).to_have_url(re.compile(f"/tag/{speed['id']}$"))
    expect(page.get_by_test_id("tag-address")).to_have_text(speed["address"])
    expect(page.get_by_test_id("quality-meaning")).to_contain_text("may be believed")
    page.get_by_test_id("period").get_by_text("24 h").click()
    expect(page.get_by_test_id("trend")).to_be_visible()
    expect(page.get_by_test_id("sample").first).to_be_visible()
    with page.expect_download() as waited:
        page.get_by_test_id("export-samples").click()
    with waited.value.path().open(encoding="utf-8-sig", newline="") as file:
        head, *samples = list(csv.reader(file))
    assert head == ["time", "device time", "value", "quality", "unit"]
    assert samples
    assert {float(sample[2]) >= 0 for sample in samples if sample[3] == "GOOD"} == {True}


@needs_axe
def test_a_signal_is_taken_away_as_a_file_in_german(signed_in: SignedIn, profiles: Profiles) -> None:
    page = profiles.tab(signed_in(locale="de", language="de"))
    page.goto("/tags?find=capper+speed")
    expect(page.get_by_test_id("tag-row")).to_have_count(1)
    page.get_by_test_id("export").click()
    page.get_by_test_id("export-shape").get_by_text("jeden Zeitpunkt").click()
    page.get_by_test_id("export-zone").get_by_text("UTC").click()
    page.get_by_test_id("export-make").click()
    mine = page.locator("[data-testid=export-item][data-state=done]")
    expect(mine).to_contain_text("1.440 Zeilen")
    assert stumbles(page) == []
    with page.expect_download() as waited:
        page.get_by_test_id("export-download").click()
    with waited.value.path().open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file, delimiter=";"))
    assert head == ["Zeit (UTC)", f"{CAPPER}.speed [{{#}}/min]"]
    assert len(rows) == 1_440
    page.get_by_test_id("export-remove").click()
    expect(page.get_by_test_id("export-item")).to_have_count(0)
    page.get_by_test_id("export-what").get_by_text("Aggregate").click()
    page.get_by_test_id("export-over").select_option("whole")
    page.get_by_test_id("export-shape").get_by_text("jede Zahl").click()
    page.get_by_test_id("export-make").click()
    expect(mine).to_contain_text("4 Zeilen")
    assert stumbles(page) == []
    page.get_by_test_id("export-remove").click()
    expect(page.get_by_test_id("export-item")).to_have_count(0)


def test_the_table_is_sorted_and_filtered_by_the_keyboard_and_the_address_keeps_it(
    page: Page, api: httpx2.Client
) -> None:
    capper = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == CAPPER)
    sorted_up = api.get("/tags", params={"equipment": capper, "sort": "property"}).raise_for_status().json()["items"]
    up = [tag["property"] for tag in sorted_up]
    page.goto(f"/tags/{CAPPER}")
    heading, names = page.get_by_test_id("sort-property"), page.get_by_test_id("tag-link")
    expect(names).to_have_count(len(up))
    heading.press("Enter")
    expect(page.locator("[role=columnheader][aria-sort=ascending]")).to_have_text("Name")
    expect(names).to_have_text(up)  # and not still as they were
    expect(heading).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[role=columnheader][aria-sort=descending]")).to_have_text("Name")
    expect(names).to_have_text(up[::-1])
    page.get_by_test_id("tags-find").fill("no such signal")
    expect(page.get_by_test_id("empty")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("tags-find")).to_have_value("no such signal")
    page.get_by_test_id("empty").get_by_role("button").click()
    expect(names.first).to_be_visible()


def test_the_table_is_walked_by_keys_and_a_signal_opened(page: Page) -> None:
    page.goto("/tags")
    with page.expect_response(re.compile("find=capper")):  # keys are for what was found, not for what is typed
        page.get_by_test_id("tags-find").fill("capper")
    first = page.get_by_test_id("tag-row").first
    expect(first).to_have_attribute("data-path", re.compile("capper"))
    page.get_by_test_id("tags-find").press("ArrowDown")
    expect(page.get_by_test_id("tag-table")).to_be_focused()
    for key in ("End", "Home"):
        page.keyboard.press(key)
    expect(first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tag/\d+$"))
    expect(page.get_by_test_id("tag-uses")).to_be_visible()


def test_a_signal_tells_what_it_is_used_for_and_what_the_device_said(page: Page, api: httpx2.Client) -> None:
    found = api.get("/tags", params={"find": "capper", "sort": "property"}).json()["items"]
    used = {one["id"]: api.get(f"/tags/{one['id']}").json()["used_for"] for one in found}
    state = next(tag for tag, uses in used.items() if any(use["use"] == "state" for use in uses))
    page.goto(f"/tag/{state}")
    expect(page.get_by_test_id("use").first).to_contain_text("State")
    expect(page.get_by_test_id("tag-raw")).not_to_have_text("–")
    expect(page.get_by_test_id("tag-native")).to_have_text("nothing special")
    page.get_by_test_id("used-by").first.click()
    expect(page).to_have_url(re.compile(f"/unit/{CAPPER}$"))


def test_an_outage_of_a_connection_is_seen_with_its_cause(page: Page, cut_cable: str) -> None:
    page.goto("/connections?period=24h")
    page.get_by_test_id("connection-link").get_by_text(f"plc-{cut_cable}").click()
    outage = page.get_by_test_id("outage").first
    expect(outage).to_be_visible()
    expect(page.get_by_test_id("fed")).to_have_text("Palletiser")
    expect(page.get_by_test_id("reads")).not_to_have_text("–")  # it is back
    expect(outage).to_contain_text(re.compile(r"\d\s(ms|s|min)"))
    expect(outage.get_by_test_id("outage-cause")).to_contain_text(re.compile("lost|refused|closed|answer|broke"))
    expect(page.get_by_test_id("availability")).to_contain_text("%")
    expect(page.locator("[data-testid=band] [data-state=down]").first).to_be_attached()
    page.get_by_test_id("to-tags").click()
    expect(page.get_by_test_id("tag-row").first).to_contain_text(f"plc-{cut_cable}")
