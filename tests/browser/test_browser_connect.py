"""From an empty installation to a machine with figures, through the screens alone, on a device we did not write."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from complaints import Complaints
from installation_process import Installation
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from profiles import PATIENCE_MS

sys.path.append(str(Path(__file__).resolve().parents[1] / "peers"))

from libmodbus_plc import LibmodbusPlc  # it lies with the counterparts

pytestmark = pytest.mark.browser

ACTIONS_MAX = 14  # fields filled and things pressed, from the first screen to a machine that lives
DESK = ViewportSize(width=1280, height=800)
TABLE = "running\t10001\npieces\t40007:uint32\t\t{#}\nscrap\t40009:uint32\t\t{#}"


@dataclass
class Hands:
    """A person at the screen; every field filled and every press counts."""

    page: Page
    did: list[str] = field(default_factory=list[str])

    def press(self, testid: str) -> None:
        self.page.get_by_test_id(testid).first.click()
        self.did.append(f"press {testid}")

    def fill(self, testid: str, text: str) -> None:
        self.page.get_by_test_id(testid).fill(text)
        self.did.append(f"fill {testid}")

    def sees(self, testid: str) -> Locator:
        found = self.page.get_by_test_id(testid).first
        expect(found).to_be_visible()
        return found


@pytest.fixture
def plc() -> Iterator[LibmodbusPlc]:
    """A press: discrete input 1 says that it runs, holding registers 7 and 9 count pieces and scrap."""
    device = LibmodbusPlc()
    device.start()
    for line in ("discrete 1 0 1", "int32 1 6 1200", "int32 1 8 7"):
        assert device.say(line) == "ok"
    yield device
    device.stop()


@pytest.fixture
def hands(chromium: Browser, folder: Path) -> Iterator[Hands]:
    """The first person of an installation in which nothing stands yet."""
    installation = Installation("serve", folder / "connect")
    installation.start()
    page = chromium.new_context(base_url=installation.base, viewport=DESK, reduced_motion="reduce").new_page()
    page.context.set_default_timeout(PATIENCE_MS)
    complaints = Complaints().listen(page)
    given = {"token": installation.secret(), "login": "anna", "name": "Anna", "password": "quiet bottles on a belt"}
    answer = httpx2.post(f"{installation.base}/api/v1/setup", json=given, timeout=30)
    assert answer.status_code == 201, answer.text
    page.context.add_cookies([{"name": "dovetail", "value": answer.cookies["dovetail"], "url": installation.base}])
    yield Hands(page)
    page.context.close()
    installation.stop()
    assert complaints.heard == []


@pytest.mark.peers
def test_an_unknown_device_becomes_a_machine_with_figures_in_a_few_actions(hands: Hands, plc: LibmodbusPlc) -> None:
    hands.page.goto("/connections")
    hands.press("add-connection")
    hands.press("driver-modbus")
    hands.fill("option-host", "127.0.0.1")
    hands.fill("option-port", str(plc.port))
    hands.press("try")
    hands.sees("try-ok")
    hands.press("next")

    hands.fill("paste", TABLE)
    hands.press("paste-take")
    expect(hands.page.get_by_test_id("signal-value")).to_have_text(["true", "1,200", "7"])
    hands.press("next")

    hands.fill("place-name", "Press 1")
    hands.fill("place-rate", "60")
    expect(hands.page.get_by_test_id("meaning-now")).to_have_attribute("data-state", "RUN")
    plc.say("discrete 1 0 0")  # what is said of the signals is held against them at once
    expect(hands.page.get_by_test_id("meaning-now")).to_have_attribute("data-state", "Stopped")
    plc.say("discrete 1 0 1")
    hands.press("next")

    expect(hands.sees("plan")).to_contain_text("my-plant/line-1/press-1")
    hands.press("apply")
    hands.page.wait_for_url("**/unit/my-plant/line-1/press-1")
    expect(hands.sees("state-my-plant/line-1/press-1")).to_contain_text("Running")
    expect(hands.sees("kpi-availability")).to_contain_text("100.0%")
    assert len(hands.did) <= ACTIONS_MAX, hands.did

    hands.page.goto("/connection/plc1")
    hands.press("edit-connection")
    expect(hands.sees("option-port")).to_have_value(str(plc.port))
    hands.press("step-signals")
    expect(hands.page.get_by_test_id("signal-property").first).to_have_value("running")
    hands.page.goto("/connection/plc1")
    hands.press("remove-connection")
    expect(hands.sees("plan")).to_contain_text("plc1")
    hands.press("remove-confirm")
    hands.press("toast-act")  # the way back
    hands.page.goto("/connections")
    expect(hands.sees("connection-plc1")).to_be_visible()


def test_signals_are_chosen_from_the_tree_of_an_opc_ua_device_with_the_keyboard_alone(page: Page) -> None:
    tree = page.get_by_test_id("browse-tree")

    def press(found: Locator) -> None:
        found.focus()
        page.keyboard.press("Enter")

    page.goto("/connect?connection=plc-filler")
    for testid in ("step-signals", "browse"):
        press(page.get_by_test_id(testid))
    for name in ("Filler", "Status"):
        expect(tree.get_by_text("StateCurrent", exact=True)).to_have_count(
            0
        )  # no level is asked for before it is opened
        press(tree.get_by_test_id("browse-open").filter(has_text=re.compile(f"^{name}$")))
    expect(tree.get_by_text("StateCurrent", exact=True)).to_be_visible()
    page.get_by_test_id("browse-find").fill("cur")
    expect(tree.get_by_test_id("browse-take")).to_have_count(3)
    press(tree.get_by_test_id("browse-take-all"))
    expect(tree.get_by_test_id("browse-take-all")).to_have_count(0)  # what is taken is not taken twice
    expect(page.get_by_test_id("signal-value")).to_have_count(3)
    said = page.get_by_test_id("signal-kind").evaluate_all("all => all.map(one => one.selectedOptions[0].text)")
    assert said == ["auto: whole", "auto: whole", "auto: decimal"]
