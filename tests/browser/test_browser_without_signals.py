"""A press without signals, told at its station alone: pieces in cases, and what it does from now on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from complaints import Complaints
from floor import lately
from installation_process import Installation
from playwright.sync_api import Browser, Page, expect
from profiles import PATIENCE_MS
from sight import FINGER_PX, PANEL, look, needs_axe

pytestmark = [pytest.mark.browser, needs_axe]

PLANT = """plant: {format: 1, name: Acme}
equipment:
  acme: {level: Enterprise, name: Acme, timezone: Europe/Prague}
  acme/press: {level: WorkUnit, name: Press, standard_rate_upm: 60, states: {by_hand: true}}
products: {cola: {name: Cola, units: {case: 12}}}
reasons: {mechanical: {name: Mechanical, category: failure, children: {jam: {name: Jam}}}}
"""


@pytest.fixture
def house(folder: Path) -> Iterator[Installation]:
    installation = Installation("serve", folder / "without-signals")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture
def api(house: Installation) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{house.base}/api/v1", timeout=60) as client:
        given = {"token": house.secret(), "login": "anna", "name": "Anna", "password": "quiet bottles on a belt"}
        assert client.post("/setup", json=given).status_code == 201
        done = client.post("/plant/apply", json={"documents": {"plant.yaml": PLANT}})
        assert done.status_code == 200, done.text
        yield client


@pytest.fixture
def panel(chromium: Browser, house: Installation, api: httpx2.Client) -> Iterator[Page]:
    heard = Complaints()
    context = chromium.new_context(base_url=house.base, viewport=PANEL, has_touch=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "dovetail", "value": api.cookies["dovetail"], "url": house.base}])
    page = context.new_page()
    heard.listen(page)
    yield page
    context.close()
    assert heard.heard == []


def test_a_press_without_signals_is_told_by_touch(panel: Page, api: httpx2.Client) -> None:
    press = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == "acme/press")
    assert api.post("/job-responses", json={"equipment_id": press, "product": "cola"}).status_code in (200, 201)
    panel.goto("/station/acme/press")
    state = panel.get_by_test_id("state-acme/press")

    panel.get_by_test_id("station-enter").tap()
    panel.get_by_test_id("enter-in-case").tap()
    panel.get_by_test_id("enter-good").tap()
    panel.get_by_test_id("pad-5").tap()
    look(panel, least_px=FINGER_PX)
    panel.get_by_test_id("enter-save").tap()
    expect(panel.get_by_role("dialog")).to_have_count(0)
    expect(panel.get_by_test_id("toast")).to_be_visible()
    records = api.get(f"/equipment/{press}/count-records", params=lately()).json()["items"]
    assert [(one["quantity"], one["unit"]) for one in records] == [(5, "case")]

    panel.get_by_test_id("station-by-hand").tap()
    look(panel, least_px=FINGER_PX)
    panel.get_by_test_id("by-hand-Execute").tap()
    expect(state).to_have_attribute("data-state", "Execute")
    panel.get_by_test_id("station-by-hand").tap()
    panel.get_by_test_id("by-hand-Stopped").tap()
    expect(panel.get_by_test_id("reason-mechanical/jam")).to_be_visible()
    look(panel, least_px=FINGER_PX)
    panel.get_by_test_id("reason-mechanical/jam").tap()
    expect(state).to_have_attribute("data-state", "Stopped")
    expect(state).to_contain_text("Jam")
