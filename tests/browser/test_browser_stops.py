"""The line lead's pages: find a stop, correct it, watch the figures follow; plan and actual of a shift by the hour."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Page, ViewportSize, expect
from screens import CAPPER, LINE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

WALL = ViewportSize(width=1920, height=1080)
DAY = f"/stops/{LINE}?period=24h"
SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


def id_of(api: httpx2.Client, path: str) -> int:
    return next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == path)


def lasting_s(text: str) -> float:
    """What a duration on the screen says: `7 h 12 min`."""
    return sum(float(n.replace(",", "")) * SECONDS[unit] for n, unit in re.findall(r"([\d.,]+)\s(d|h|min|s)\b", text))


def past_day() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"start": (now - timedelta(hours=24)).isoformat(), "end": now.isoformat()}


def ended_stops(api: httpx2.Client, path: str) -> list[dict[str, Any]]:
    """The unplanned stops of the past day that are over, the longest first."""
    found = api.get(f"/equipment/{id_of(api, path)}/stops", params=past_day()).raise_for_status().json()["items"]
    over = [stop for stop in found if stop["end"] and not stop["planned"] and not stop["micro"]]
    return sorted(over, key=lambda stop: -stop["duration_s"])


def planned_down_us(api: httpx2.Client, page: Page, unit: str, *, above_us: float) -> float:
    """The planned downtime of the past day once it is above this: the ledger is cut anew behind the answer."""
    found = 0.0
    for _ in range(120):
        found = api.get(f"{unit}/kpis", params=past_day()).json()["times"]["planned_down_us"]
        if found > above_us:
            break
        page.wait_for_timeout(250)
    return found


def test_the_longest_stops_are_found_and_a_link_shows_a_colleague_the_same(page: Page) -> None:
    page.goto(DAY)
    rows = page.get_by_test_id("stop-row")
    expect(rows.first).to_be_visible()
    page.get_by_test_id("stops-sort").click()
    page.get_by_role("option", name="Longest").click()
    page.get_by_test_id("stops-unit").click()
    page.get_by_role("option", name="Capper").click()
    page.get_by_test_id("stops-min").click()
    page.get_by_role("option", name="2 min", exact=True).click()
    expect(page).to_have_url(re.compile("sort=longest.*unit=capper.*min=2"))
    machines = rows.locator("td:nth-child(4)")  # a stop of the capper may well come from the filler
    expect(machines.filter(has_text="Filler")).to_have_count(0)
    expect(machines.filter(has_text="Capper").first).to_be_visible()
    colleague = page.context.new_page()
    colleague.goto(page.url)
    theirs = colleague.get_by_test_id("stop-row")
    expect(theirs.first).to_be_visible()
    lasts = [lasting_s(text) for text in theirs.locator("td:nth-child(3)").all_inner_texts()]
    assert lasts == sorted(lasts, reverse=True) and min(lasts) >= 120
    expect(rows).to_have_count(len(lasts))


def test_a_corrected_stop_moves_the_figures_and_is_told_in_its_history(page: Page, api: httpx2.Client) -> None:
    stop = ended_stops(api, CAPPER)[0]
    unit = f"/equipment/{id_of(api, CAPPER)}"
    before = api.get(f"{unit}/kpis", params=past_day()).json()["times"]["planned_down_us"]
    page.goto(f"{DAY}&stop={quote(stop['stop_id'])}")
    page.get_by_test_id("stop-comment").fill("planned by the lead")
    page.get_by_test_id("reason-planned/cleaning").click()
    expect(page.get_by_test_id("stop-dialog")).to_have_count(0)
    row = page.locator(f'[data-stop="{stop["stop_id"]}"]')
    expect(page.get_by_test_id("toast")).to_contain_text("Cleaning")

    page.goto(f"/unit/{CAPPER}?period=24h")
    figure = page.get_by_test_id("loss-planned_down")
    moved_us = stop["duration_s"] * 1e6
    assert moved_us > 60e6
    assert planned_down_us(api, page, unit, above_us=before + moved_us * 0.9) - before == pytest.approx(
        moved_us, rel=0.1
    )
    figure.click()
    expect(page.get_by_test_id("explain-value")).to_be_visible()

    page.goto(f"{DAY}&planned=1&stop={quote(stop['stop_id'])}")
    expect(page.get_by_test_id("edit").first).to_contain_text("Cleaning")
    expect(page.get_by_test_id("edit").first).to_contain_text("planned by the lead")
    page.get_by_test_id("stop-clear").click()
    expect(page.get_by_test_id("toast")).to_be_visible()
    expect(row).not_to_contain_text("Cleaning")


def test_several_stops_get_one_reason_at_once_and_all_of_it_is_taken_back(page: Page, api: httpx2.Client) -> None:
    page.goto(f"/stops/{LINE}/palletiser?period=24h&sort=longest")
    rows = page.get_by_test_id("stop-row")
    expect(rows.nth(2)).to_be_visible()
    chosen = [str(rows.nth(n).get_attribute("data-stop")) for n in (1, 2)]
    told = [page.locator(f'[data-stop="{one}"]') for one in chosen]
    for row in told:
        row.get_by_test_id("stop-choose").check()
    expect(page.get_by_test_id("bulk")).to_contain_text("2 chosen")
    page.get_by_test_id("bulk-give").click()
    page.get_by_test_id("reason-organisational/no-operator").click()
    page.get_by_test_id("toast").hover()  # it stays for as long as one points at it
    for row in told:
        expect(row).to_contain_text("No operator")
    page.get_by_test_id("toast-act").click()
    for row in told:
        expect(row).not_to_contain_text("No operator")
    assert not any(
        stop["reason"] == "organisational/no-operator"
        for stop in ended_stops(api, f"{LINE}/palletiser")
        if stop["stop_id"] in chosen
    )


def test_the_export_holds_what_is_shown(page: Page) -> None:
    page.goto(f"{DAY}&unit=labeller&sort=longest")
    expect(page.get_by_test_id("stop-row").first).to_be_visible()
    shown = page.get_by_test_id("stop-row").count()
    page.get_by_test_id("give").click()
    with page.expect_download() as waiting:
        page.get_by_test_id("give-csv").click()
    with waiting.value.path().open(encoding="utf-8-sig", newline="") as file:
        next(file)  # of what it is
        rows = list(csv.DictReader(file))
    assert len(rows) == shown
    assert {row["path"] for row in rows} == {f"{LINE}/labeller"}
    assert all(datetime.fromisoformat(row["Start"]) for row in rows)


def test_from_a_stop_to_its_moment_on_the_timeline_and_back(page: Page) -> None:
    page.goto(f"{DAY}&sort=longest")
    page.get_by_test_id("stop-timeline").nth(1).click()
    expect(page).to_have_url(re.compile("/unit/.*record="))
    expect(page.locator('[data-testid=state-record][data-marked="true"]')).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/stops/.*sort=longest"))


def test_the_shift_board_says_what_the_api_says_and_leads_to_the_shift_before(page: Page, api: httpx2.Client) -> None:
    page.set_viewport_size(WALL)
    page.goto(f"/board/{LINE}")
    hours = page.get_by_test_id("board-hour")
    expect(hours.first).to_be_visible()
    named = page.get_by_test_id("board-shift").inner_text()
    page.get_by_test_id("board-previous").click()
    expect(page.get_by_test_id("board-shift")).not_to_have_text(named)
    expect(page).to_have_url(re.compile("shift="))
    shift = re.findall(r"[?&]shift=([^&]+)", page.url)[0]
    board = api.get(f"/equipment/{id_of(api, LINE)}/shift-board", params={"shift": shift}).raise_for_status().json()
    expect(hours).to_have_count(len(board["hours"]))
    good = [hour["good"] for hour in board["hours"]]
    expect(page.get_by_test_id("board-good")).to_have_text(
        [f"{pieces:,}" for pieces in good]
    )  # the ones before are gone
    assert sum(good) == board["totals"]["good"]
    expect(page.get_by_test_id("board-total")).to_contain_text(f"{board['totals']['good']:,}")
    page.get_by_test_id("board-now").click()
    expect(page.get_by_test_id("board-shift")).to_have_text(named)
