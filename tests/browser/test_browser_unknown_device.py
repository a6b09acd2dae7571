"""A device is found, one without papers becomes a machine with OEE, a clamp one with states: by screens alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from complaints import Complaints
from hands import Hands, first_person
from hurried import HurriedInstallation
from playwright.sync_api import Browser, Page, expect
from sight import needs_axe, stumbles
from unknown_device import FAULT, RUNS, WAITS

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))

from libmodbus_plc import LibmodbusPlc  # it lies with the counterparts

pytestmark = [pytest.mark.browser, needs_axe]

TABLE = "running\t10001\npieces\t40007:uint32\t\t{#}\nscrap\t40009:uint32\t\t{#}"
MINUTE_S = 60
WATCHED_MIN, COUNTED_MIN = 6.5, 1.5  # until claims can be taken over; until minutes with pieces are over
WITHIN_MIN = 10  # from nothing to OEE, the time of watching and of a slow person's hands together
ACTIONS_MAX = 16
SEEN_MIN = 1.4  # of each of the three: 200 readings and more
NOW_OVER, NOW_UNDER = (
    f"than => Number(document.querySelector('[data-testid=handle-1]').ariaValueNow) {sign} than" for sign in "><"
)


@dataclass
class Plant:
    """The installation, the page of its first person, and the device in its cellar."""

    house: HurriedInstallation
    page: Page
    ears: Complaints

    @property
    def hands(self) -> Hands:
        return Hands(self.page)

    def forget(self, words: str) -> None:
        """The browser complains of an answer of this address, as it should."""
        self.ears.forget_when_heard(self.page, words)

    def wait(self, minutes: float) -> None:
        """So much time passes at the plant."""
        self.house.say(f"hurry {round(minutes * MINUTE_S)}")


@pytest.fixture(scope="module")
def ears() -> Complaints:
    return Complaints()


@pytest.fixture(scope="module")
def plant(chromium: Browser, folder: Path, ears: Complaints) -> Iterator[Plant]:
    house = HurriedInstallation("serve", folder / "unknown")
    house.start()
    page = first_person(house, chromium)
    ears.listen(page)
    yield Plant(house, page, ears)
    page.context.close()
    house.stop()
    assert ears.heard == []


def connect(plant: Plant, hands: Hands, *, registers: str, machine: str) -> None:
    """From the list of connections to a machine whose signals are read and mean nothing yet."""
    hands.page.goto("/connections")
    hands.press("add-connection")
    hands.press("driver-modbus")
    hands.fill("option-host", "127.0.0.1")
    hands.fill("option-port", str(plant.house.device_port))
    hands.press("next")
    hands.fill("paste", registers)
    hands.press("paste-take")
    expect(hands.page.get_by_test_id("signal-value").first).to_be_visible()
    hands.press("next")
    hands.fill("place-name", machine)
    hands.press("way-watch")
    hands.press("next")
    hands.press("apply")
    hands.page.wait_for_url("**/meaning/**")


def test_an_unknown_device_goes_from_nothing_to_live_oee_within_ten_minutes(plant: Plant) -> None:
    hands, page = plant.hands, plant.page
    plant.house.say(f"hold {RUNS}")
    connect(plant, hands, registers="40001-40016", machine="Press 1")
    plant.house.say("go")
    plant.wait(WATCHED_MIN)
    expect(hands.sees("claim-state")).to_have_attribute("data-confidence", "sure")
    hands.choose("role-at_40005", "total")  # so little time leaves open whether it holds the scrap: the panel says so
    expect(hands.sees("role-at_40006")).to_have_value("scrap")
    expect(hands.sees("means-3")).to_have_value("RUN")
    expect(hands.sees("rate")).to_have_value(re.compile(r"^1(19|20)(\.\d)?$"))
    expect(hands.sees("not-yet")).to_contain_text("20 minutes")  # and that it is little to go by is said too
    hands.choose("means-1", "Idle")
    assert stumbles(page) == []
    hands.press("check")
    hands.press("apply")
    page.wait_for_url("**/unit/my-plant/line-1/press-1")
    expect(hands.sees("state-my-plant/line-1/press-1")).to_contain_text("Running")
    plant.house.say(f"hold {RUNS}")
    plant.wait(COUNTED_MIN)
    expect(hands.sees("kpi-oee_index")).to_contain_text("%")
    assert len(hands.did) <= ACTIONS_MAX, hands.did
    assert hands.took_s / MINUTE_S + WATCHED_MIN + COUNTED_MIN <= WITHIN_MIN, hands.took_s

    before = hands.sees("kpi-oee_index").inner_text()
    plant.house.say(f"hold {FAULT}")
    plant.wait(0.5)
    expect(hands.sees("state-my-plant/line-1/press-1")).to_contain_text("Stopped")
    expect(hands.sees("kpi-oee_index")).not_to_have_text(before)
    plant.house.say("go")


@pytest.mark.soak  # minutes are watched second by second once more; the fast form of levels is tests/retrofit
def test_a_clamp_around_a_cable_says_whether_a_press_runs_idles_or_is_off(plant: Plant) -> None:
    hands, page = plant.hands, plant.page
    connect(plant, hands, registers="40009-40011", machine="Press 2")
    for state in (FAULT, WAITS, RUNS):
        plant.house.say(f"hold {state}")
        plant.wait(SEEN_MIN)
    hands.press("set-levels")
    expect(hands.sees("levels")).to_be_visible()
    assert stumbles(page) == []
    handle = hands.sees("handle-1")
    before = float(handle.get_attribute("aria-valuenow") or "nan")
    handle.press("PageUp")
    page.wait_for_function(NOW_OVER, arg=before)
    moved = float(handle.get_attribute("aria-valuenow") or "nan")
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 30, box["y"] + 40)
    page.mouse.up()
    page.wait_for_function(NOW_UNDER, arg=moved)
    hands.fill("threshold-0-high", "110")
    page.get_by_test_id("threshold-0-high").press("Enter")
    expect(hands.sees("share-run")).to_contain_text("%")
    hands.press("check")
    expect(hands.sees("plan")).to_contain_text("press-2")
    hands.press("apply")
    page.wait_for_url("**/unit/my-plant/line-1/press-2")
    for state, word in ((RUNS, "Running"), (WAITS, "Idle"), (FAULT, "Stopped")):
        plant.house.say(f"hold {state}")
        expect(hands.sees("state-my-plant/line-1/press-2")).to_contain_text(word)
    plant.house.say("go")


def test_a_device_that_is_found_in_a_named_range_fills_in_the_form(plant: Plant) -> None:
    hands, page = plant.hands, plant.page
    page.goto("/connections")
    hands.press("find-devices-link")
    expect(hands.sees("find")).to_be_disabled()  # nothing is looked for where nobody named anything
    ways = [str(one.get_attribute("data-testid")) for one in page.locator("[data-testid^=way-]").all()]
    for way in set(ways) - {"way-modbus"}:
        page.get_by_test_id(way).uncheck()
    hands.fill("ports-modbus", str(plant.house.device_port))
    hands.fill("units", "1")
    hands.fill("ranges", "10.0.0.0/20")
    hands.press("find")
    expect(hands.sees("agree")).not_to_be_checked()  # so many are meant only when somebody says so again
    plant.forget("/device-search")  # it was refused
    expect(hands.sees("find")).to_be_disabled()
    hands.fill("ranges", "127.0.0.1")
    page.get_by_test_id("units").press("Enter")
    expect(hands.sees("connect-this")).to_be_visible()
    expect(page.locator("[data-testid=search-state][data-state=done]")).to_be_visible()
    assert stumbles(page) == []
    hands.press("connect-this")
    expect(hands.sees("option-host")).to_have_value("127.0.0.1")
    expect(hands.sees("option-port")).to_have_value(str(plant.house.device_port))
    hands.press("try")
    hands.sees("try-ok")


@pytest.fixture
def plc() -> Iterator[LibmodbusPlc]:
    """A press: discrete input 1 says that it runs, holding registers 7 and 9 count pieces and scrap."""
    device = LibmodbusPlc()
    device.start()
    for line in ("discrete 1 0 1", "int32 1 6 1200", "int32 1 8 7"):
        assert device.say(line) == "ok"
    yield device
    device.stop()


@pytest.mark.peers
def test_a_device_whose_signals_are_known_lives_at_once_and_can_be_changed_and_taken_away(
    plant: Plant, plc: LibmodbusPlc
) -> None:
    hands, page = plant.hands, plant.page
    page.goto("/connect")
    hands.press("driver-modbus")
    hands.fill("name", "old-press")
    hands.fill("option-host", "127.0.0.1")
    hands.fill("option-port", str(plc.port))
    hands.press("try")
    hands.sees("try-ok")
    hands.press("next")

    hands.fill("paste", TABLE)
    hands.press("paste-take")
    expect(page.get_by_test_id("signal-value")).to_have_text(["true", "1,200", "7"])
    hands.press("next")

    hands.fill("place-name", "Press 3")
    hands.fill("place-rate", "60")
    expect(page.get_by_test_id("meaning-now")).to_have_attribute("data-state", "RUN")
    plc.say("discrete 1 0 0")  # what is said of the signals is held against them at once
    expect(page.get_by_test_id("meaning-now")).to_have_attribute("data-state", "Stopped")
    plc.say("discrete 1 0 1")
    hands.press("next")

    expect(hands.sees("plan")).to_contain_text("my-plant/line-1/press-3")
    hands.press("apply")
    page.wait_for_url("**/unit/my-plant/line-1/press-3")
    expect(hands.sees("state-my-plant/line-1/press-3")).to_contain_text("Running")
    expect(hands.sees("kpi-availability")).to_contain_text("100.0%")
    assert len(hands.did) <= ACTIONS_MAX, hands.did

    page.goto("/connection/old-press")
    hands.press("edit-connection")
    expect(hands.sees("option-port")).to_have_value(str(plc.port))
    hands.press("step-signals")
    expect(page.get_by_test_id("signal-property").first).to_have_value("running")
    page.goto("/connection/old-press")
    hands.press("remove-connection")
    expect(hands.sees("plan")).to_contain_text("old-press")
    hands.press("remove-confirm")
    hands.press("toast-act")  # the way back
    expect(page.get_by_test_id("toast")).to_contain_text("Taken back")  # who leaves earlier ends it
    page.goto("/connections")
    expect(hands.sees("connection-old-press")).to_be_visible()
