"""The operator's screen: whole on a panel, large enough for a glove, two touches for a reason, and nothing is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cable import Cable
from chromium_here import SignedIn
from playwright.sync_api import Locator, Page, ViewportSize, expect
from screens import LINE

pytestmark = pytest.mark.browser

LABELLER, CAPPER = f"{LINE}/labeller", f"{LINE}/capper"
PANEL, WALL = ViewportSize(width=1024, height=768), ViewportSize(width=1920, height=1080)
FINGER_PX, MAIN_PX = 64, 110
STANDS = ("Aborted", "Held")
WORLD_S = 60.0
SCROLLS = """
() => [...document.querySelectorAll('html, body, main, main section, [role=dialog]')]
  .filter(box => box.scrollHeight > Math.min(box.clientHeight, innerHeight) + 1)
  .map(box => `${box.tagName}.${box.className} ${box.scrollHeight} > ${box.clientHeight}`)
"""
TARGETS = """
within => [...(document.querySelector('[role=dialog]') ?? document.querySelector(within))
    .querySelectorAll('a, button, input')]
  .map(one => ({ name: one.dataset.testid ?? one.textContent, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0).map(({ name, box }) => [name, Math.round(box.width), Math.round(box.height)])
"""
DIALOGS = {  # what opens it, and what is then there
    "stop": ("stop", "reason-picker"),
    "pieces": ("station-enter", "enter-save"),
    "start": ("station-start", "start-submit"),
    "end": ("station-end", "end-submit"),
    "hand over": ("station-hand-over", "hand-over-submit"),
    "person": ("station-person", "station-sign-out"),
}


def id_of(api: httpx.Client, path: str) -> int:
    return next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == path)


def lately(hours: float = 1) -> dict[str, str]:
    """The last hour up to now, as the API takes it."""
    now = datetime.now(UTC)
    return {"start": (now - timedelta(hours=hours)).isoformat(), "end": (now + timedelta(minutes=1)).isoformat()}


def stop_of(api: httpx.Client, path: str) -> dict[str, Any]:
    """The stop of a machine that still stands."""
    found = api.get(f"/equipment/{id_of(api, path)}/stops", params=lately()).raise_for_status().json()["items"]
    return next(stop for stop in found if stop["end"] is None)


def small(page: Page, least_px: int, within: str = "main") -> list[list[object]]:
    """What a finger would miss: targets under this height or width."""
    return [target for target in page.evaluate(TARGETS, within) if min(target[1], target[2]) < least_px]


@pytest.fixture
def panel(signed_in: SignedIn) -> Page:
    """A touch panel at the line."""
    return signed_in(viewport=PANEL, has_touch=True).new_page()


def wait_until(api: httpx.Client, path: str, *, stands: bool) -> None:
    """Return when the machine stands with a fault, or does not; the simulated one takes a second for either."""
    end_s = time.monotonic() + WORLD_S
    number = id_of(api, path)
    while (api.get(f"/equipment/{number}/state").json()["state"] in STANDS) != stands:
        assert time.monotonic() < end_s, f"{path} after {WORLD_S} s: {api.get(f'/equipment/{number}/state').json()}"
        time.sleep(0.2)  # nothing outside the installation is told


@pytest.fixture
def jammed(api: httpx.Client) -> Iterator[str]:
    """The labeller stands with a new jam for as long as the test lasts; its path."""
    api.post("/sim/free", json={"unit": LABELLER}).raise_for_status()
    wait_until(api, LABELLER, stands=False)
    api.post("/sim/jam", json={"unit": LABELLER, "cause": "jam"}).raise_for_status()
    wait_until(api, LABELLER, stands=True)
    yield LABELLER
    api.post("/sim/free", json={"unit": LABELLER}).raise_for_status()


def first_stop(page: Page, path: str) -> Locator:
    """The stop that still stands, on top of the machine's station."""
    page.goto(f"/station/{path}")
    expect(page.get_by_test_id(f"state-{path}")).to_have_attribute("data-state", re.compile("|".join(STANDS)))
    row = page.locator('[data-testid=stop][data-open="true"]').first
    expect(row).to_be_visible()
    return row


@pytest.mark.parametrize("size", [PANEL, WALL], ids=["panel", "wall"])
@pytest.mark.parametrize("path", [CAPPER, LINE], ids=["machine", "line"])
def test_the_station_is_whole_and_large_enough_for_a_glove(signed_in: SignedIn, path: str, size: ViewportSize) -> None:
    page = signed_in(viewport=size, locale="de", has_touch=True).new_page()
    page.goto(f"/station/{path}")
    expect(page.get_by_test_id("station-start")).to_be_visible()
    expect(page.get_by_test_id("stops-waiting")).to_be_visible()
    assert page.evaluate(SCROLLS) == []
    assert small(page, FINGER_PX) == []
    for name in ("enter", "start", "end", "hand-over"):
        box = page.get_by_test_id(f"station-{name}").bounding_box()
        assert box is not None and box["height"] >= MAIN_PX and box["y"] + box["height"] <= size["height"], name


@pytest.mark.parametrize("press, shows", DIALOGS.values(), ids=DIALOGS)
def test_a_dialog_of_the_station_is_whole_and_large_enough(panel: Page, jammed: str, press: str, shows: str) -> None:
    first_stop(panel, jammed)
    panel.get_by_test_id(press).first.tap()
    expect(panel.get_by_test_id(shows).first).to_be_visible()
    assert panel.evaluate(SCROLLS) == []
    assert small(panel, FINGER_PX) == []


def test_a_stop_has_its_reason_in_two_touches_and_it_is_taken_back(panel: Page, api: httpx.Client, jammed: str) -> None:
    row = first_stop(panel, jammed)
    before = stop_of(api, jammed)["reason"]
    panel.evaluate("window.touches = 0; addEventListener('click', () => window.touches++, true)")
    row.tap()
    panel.get_by_test_id("reason-organisational/no-operator").tap()
    expect(row).to_contain_text("No operator")
    assert panel.evaluate("window.touches") == 2
    assert stop_of(api, jammed)["reason"] == "organisational/no-operator"
    row.tap()
    expect(panel.get_by_test_id("quick-organisational/no-operator")).to_be_visible()  # last used: on top now
    panel.get_by_test_id("stop-close").tap()
    panel.get_by_test_id("toast-act").tap()
    expect(row).not_to_contain_text("No operator")
    assert stop_of(api, jammed)["reason"] == before


def test_what_is_entered_without_a_link_waits_and_arrives_once_and_in_order(
    panel: Page, api: httpx.Client, jammed: str
) -> None:
    cable = Cable().lay(panel)
    row = first_stop(panel, jammed)
    row.tap()
    expect(panel.get_by_test_id("reason-picker")).to_be_visible()  # the reasons are known before the link goes
    panel.get_by_test_id("stop-close").tap()
    cable.pull()
    expect(panel.get_by_test_id("station-lost")).to_be_visible()
    row.tap()
    panel.get_by_test_id("stop-comment").fill("roller is worn")
    panel.get_by_test_id("reason-mechanical/misfeed").tap()
    panel.get_by_test_id("station-enter").tap()
    for key in "12":
        panel.get_by_test_id(f"pad-{key}").tap()
    panel.get_by_test_id("enter-save").tap()
    expect(panel.get_by_test_id("outbox")).to_contain_text("Waiting to send: 2")
    assert stop_of(api, jammed)["reason"] != "mechanical/misfeed"
    cable.plug_in()
    expect(panel.get_by_test_id("outbox")).to_have_count(0)
    arrived = stop_of(api, jammed)
    assert (arrived["reason"], arrived["comment"]) == ("mechanical/misfeed", "roller is worn")
    entries = api.get(f"/equipment/{id_of(api, jammed)}/count-entries", params=lately()).json()["items"]
    assert [entry["quantity"] for entry in entries if not entry["withdrawn"]].count(12) == 1


def test_an_answer_that_was_lost_on_the_way_does_not_make_it_twice(panel: Page, api: httpx.Client) -> None:
    cable = Cable().lay(panel)
    panel.goto(f"/station/{CAPPER}")
    panel.get_by_test_id("station-enter").tap()
    panel.get_by_test_id("enter-rework").tap()
    for key in "77":
        panel.get_by_test_id(f"pad-{key}").tap()
    cable.loses_answers = True
    panel.get_by_test_id("enter-save").tap()
    expect(panel.get_by_test_id("outbox")).to_contain_text("Waiting to send: 1")
    cable.loses_answers = False
    expect(panel.get_by_test_id("outbox")).to_have_count(0)
    entries = api.get(f"/equipment/{id_of(api, CAPPER)}/count-entries", params=lately()).json()["items"]
    assert [(entry["kind"], entry["quantity"]) for entry in entries].count(("rework", 77)) == 1


def test_what_the_server_refuses_stays_to_be_seen_until_a_person_lets_it_go(panel: Page, api: httpx.Client) -> None:
    panel.goto(f"/station/{CAPPER}")
    panel.get_by_test_id("station-start").tap()
    panel.get_by_test_id("product-lemonade-10").tap()
    panel.get_by_test_id("start-order").fill("WO-1")
    panel.get_by_test_id("start-rate").fill("2000000")  # more than any machine makes
    panel.get_by_test_id("start-submit").tap()
    expect(panel.get_by_test_id("outbox")).to_contain_text("Not accepted: 1")
    panel.reload()
    panel.get_by_test_id("outbox").tap()
    entry = panel.get_by_test_id("outbox-entry")
    expect(entry).to_contain_text("1000000")
    assert panel.evaluate(SCROLLS) == []
    entry.get_by_test_id("outbox-discard").tap()
    expect(entry).to_have_count(1)  # asked once more
    entry.get_by_test_id("outbox-discard").tap()
    expect(panel.get_by_test_id("outbox")).to_have_count(0)


@pytest.mark.parametrize(
    "choice, stands", [("use-mine", "setup/adjustment"), ("keep-theirs", "planned/cleaning")], ids=["mine", "theirs"]
)
def test_two_people_answer_one_stop_and_both_see_it(
    signed_in: SignedIn, panel: Page, api: httpx.Client, jammed: str, choice: str, stands: str
) -> None:
    row = first_stop(panel, jammed)
    row.tap()
    panel.get_by_test_id("stop-comment").fill("I was there")
    other = signed_in(viewport=WALL).new_page()
    first_stop(other, jammed).click()
    other.get_by_test_id("reason-planned/cleaning").click()
    expect(other.get_by_test_id("toast")).to_contain_text("Cleaning")
    panel.get_by_test_id("reason-setup/adjustment").tap()
    expect(panel.get_by_test_id("conflict-yours")).to_contain_text("Adjustment")
    expect(panel.get_by_test_id("conflict-yours")).to_contain_text("I was there")
    expect(panel.get_by_test_id("conflict-theirs")).to_contain_text("Cleaning")
    assert stop_of(api, jammed)["reason"] == "planned/cleaning"
    panel.get_by_test_id(choice).tap()
    expect(panel.get_by_test_id("conflict")).to_have_count(0)
    expect(panel.get_by_test_id("outbox")).to_have_count(0)
    expect(row).to_contain_text("Cleaning" if choice == "keep-theirs" else "Adjustment")
    assert stop_of(api, jammed)["reason"] == stands
