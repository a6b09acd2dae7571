"""The operator's screen: whole on a panel, large enough for a glove, two touches for a reason, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from cable import Cable
from chromium_here import SignedIn
from floor import STANDS, id_of, jam, lately, stop_of
from playwright.sync_api import Locator, Page, ViewportSize, expect
from profiles import Profiles
from sample import some
from screens import LINE
from sight import FINGER_PX, GLOVE_PX, PANEL, WALL, look, needs_axe, scrolls

pytestmark = [pytest.mark.browser, needs_axe]

LABELLER, CAPPER = f"{LINE}/labeller", f"{LINE}/capper"
DIALOGS = {  # what opens it, and what is then there
    "stop": "reason-picker",
    "station-enter": "enter-save",
    "station-start": "start-submit",
    "station-end": "end-submit",
    "station-hand-over": "hand-over-submit",
    "station-person": "station-sign-out",
}
PLACES = some(
    "station",
    [
        ("machine-panel", (CAPPER, PANEL)),
        ("line-panel", (LINE, PANEL)),
        ("machine-wall", (CAPPER, WALL)),
        ("line-wall", (LINE, WALL)),
    ],
)


@pytest.fixture
def panel(signed_in: SignedIn) -> Page:
    """A touch panel at the line."""
    return signed_in(viewport=PANEL, has_touch=True).new_page()


@pytest.fixture
def jammed(api: httpx2.Client) -> Iterator[str]:
    """The labeller stands with a new jam for as long as the test lasts; its path."""
    with jam(api, LABELLER):
        yield LABELLER


def first_stop(page: Page, path: str) -> Locator:
    """The stop that still stands, on top of the machine's station."""
    page.goto(f"/station/{path}")
    expect(page.get_by_test_id(f"state-{path}")).to_have_attribute("data-state", re.compile("|".join(STANDS)))
    row = page.locator('[data-testid=stop][data-open="true"]').first
    expect(row).to_be_visible()
    return row


@pytest.mark.parametrize("path, size", PLACES)
def test_the_station_is_whole_and_large_enough_for_a_glove(
    signed_in: SignedIn, profiles: Profiles, path: str, size: ViewportSize
) -> None:
    page = profiles.tab(signed_in(viewport=size, locale="de", has_touch=True))
    page.goto(f"/station/{path}")
    expect(page.get_by_test_id("station-start")).to_be_enabled()
    expect(page.get_by_test_id("stops-waiting")).to_be_visible()
    look(page, least_px=GLOVE_PX)


def test_every_dialog_of_the_station_is_whole_and_large_enough(panel: Page, jammed: str) -> None:
    first_stop(panel, jammed)
    for press, shows in DIALOGS.items():
        panel.get_by_test_id(press).first.tap()
        expect(panel.get_by_test_id(shows).first).to_be_visible()
        look(panel, least_px=FINGER_PX)
        panel.keyboard.press("Escape")
        expect(panel.get_by_role("dialog")).to_have_count(0)


def test_a_stop_has_its_reason_in_two_touches_and_it_is_taken_back(
    panel: Page, api: httpx2.Client, jammed: str
) -> None:
    row = first_stop(panel, jammed)
    before = stop_of(api, jammed)["reason"]
    panel.evaluate("window.touches = 0; addEventListener('click', () => window.touches++, true)")
    row.tap()
    panel.get_by_test_id("reason-organisational/no-operator").tap()
    expect(row).to_contain_text("No operator")
    assert panel.evaluate("window.touches") == 2
    assert stop_of(api, jammed)["reason"] == "organisational/no-operator"
    panel.get_by_test_id("toast-act").tap()  # at once: a message does not stand for ever
    expect(row).not_to_contain_text("No operator")
    assert stop_of(api, jammed)["reason"] == before
    row.tap()
    panel.get_by_test_id("reason-organisational/no-operator").tap()
    expect(row).to_contain_text("No operator")
    row.tap()
    expect(panel.get_by_test_id("quick-organisational/no-operator")).to_be_visible()  # last used: on top now


def test_what_is_entered_without_a_link_waits_and_arrives_once_and_in_order(
    panel: Page, api: httpx2.Client, jammed: str
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


@pytest.mark.usefixtures("history")  # no more can be reworked than this shift has made
def test_an_answer_that_was_lost_on_the_way_does_not_make_it_twice(panel: Page, api: httpx2.Client) -> None:
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


def test_what_the_server_refuses_stays_to_be_seen_until_a_person_lets_it_go(panel: Page, api: httpx2.Client) -> None:
    panel.goto(f"/station/{CAPPER}")
    panel.get_by_test_id("station-start").tap()
    panel.get_by_test_id("product-lemonade-10").tap()
    panel.get_by_test_id("start-order").fill("WO-1")
    panel.get_by_test_id("start-rate").fill("2000000")  # more than any machine makes
    panel.get_by_test_id("start-submit").tap()
    expect(panel.get_by_test_id("outbox")).to_contain_text("Not accepted: 1")
    panel.reload()
    panel.get_by_test_id("outbox").tap()
    entry = panel.locator("[data-testid=outbox-entry][data-refused=true]")  # and no other: what it undid is done once
    expect(entry).to_contain_text("1000000")
    assert scrolls(panel) == []
    entry.get_by_test_id("outbox-discard").tap()
    expect(entry.get_by_test_id("outbox-discard")).to_have_text("Really discard")  # asked once more
    entry.get_by_test_id("outbox-discard").tap()
    expect(panel.get_by_test_id("outbox")).to_have_count(0)
