"""An engineer brings in the maker's list by hand: sees each row's verdict, leaves faults out, imports it, undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from complaints import Complaints
from installation_process import Installation
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from profiles import PATIENCE_MS
from sight import needs_axe, stumbles

pytestmark = [pytest.mark.browser, needs_axe]

PLANT = """plant: {format: 1, name: Acme}
connections:
  plc1: {driver: modbus, options: {host: 127.0.0.1, port: 1}}
equipment:
  acme: {level: Enterprise, timezone: Europe/Prague}
  acme/press:
    level: WorkUnit
    tags:
      speed: {connection: plc1, address: "40001", kind: i64}  # of the shaft
"""
LIST = """Name;Adresse;Datentyp;Einheit;Faktor;Altes Kennzeichen
Speed;40001;WORD;;;A1
Füllhöhe;40011;REAL;mm;0,5;A2
Läuft;00017;BOOL;;;A3
Code;40055;BCD;;;A4
Shaft;40001;WORD;;;A5
"""


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def page(chromium: Browser, folder: Path, complaints: Complaints) -> Iterator[Page]:
    installation = Installation("serve", folder / "import-tags")
    installation.start()
    size = ViewportSize(width=1280, height=900)
    context = chromium.new_context(base_url=installation.base, viewport=size, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints.listen(page)
    given = {"token": installation.secret(), "login": "anna", "name": "Anna", "password": "quiet bottles on a belt"}
    answer = httpx2.post(f"{installation.base}/api/v1/setup", json=given, timeout=30)
    assert answer.status_code == 201, answer.text
    cookie = answer.cookies["dovetail"]
    context.add_cookies([{"name": "dovetail", "value": cookie, "url": installation.base}])
    done = httpx2.post(
        f"{installation.base}/api/v1/plant/apply",
        json={"documents": {"plant.yaml": PLANT}},
        cookies={"dovetail": cookie},
        timeout=60,
    )
    assert done.status_code == 200, done.text
    yield page
    context.close()
    installation.stop()
    assert complaints.heard == []


def test_a_list_is_looked_at_brought_in_and_taken_back(page: Page, complaints: Complaints) -> None:
    page.goto("/connection/plc1")
    page.get_by_test_id("import-tags").click()
    expect(page.get_by_test_id("choices")).to_be_visible()
    bad: FilePayload = {"name": "drawing.xml", "mimeType": "text/xml", "buffer": b"<svg/>"}
    page.get_by_test_id("choose-file").set_input_files(bad)
    expect(page.get_by_test_id("problem")).to_have_attribute("data-code", "tag-list-no-nodeset")
    complaints.forget_when_heard(page, "/tag-lists/preview")  # the browser says that it was refused
    good: FilePayload = {"name": "list.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
    page.get_by_test_id("choose-file").set_input_files(good)
    expect(page.get_by_test_id("import-equipment")).to_have_value("acme/press")  # the one machine behind it
    rows = page.get_by_test_id("tag-rows").locator("tbody tr")
    expect(rows.locator("[data-outcome]").first).to_have_attribute("data-outcome", "same")
    assert [row.get_attribute("data-outcome") for row in rows.all()] == ["same", "new", "new", "fault", "taken"]
    assert stumbles(page) == []
    expect(page.get_by_test_id("import-apply")).to_be_disabled()
    page.get_by_text("Only problems (2)").click()
    expect(rows).to_have_count(2)
    page.get_by_label("Meaning of Altes Kennzeichen").select_option("description")
    expect(page.get_by_test_id("import-plan")).to_contain_text("# A2")
    page.get_by_test_id("leave-faults").check()
    page.get_by_test_id("import-apply").click()
    expect(page.get_by_text("2 tags imported")).to_be_visible()
    expect(page.get_by_test_id("import-sum")).to_contain_text("Nothing of this list")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The import is taken back")).to_be_visible()
    page.evaluate("localStorage.setItem('dovetail.language', 'de')")
    page.goto("/import-tags?connection=plc1")
    page.get_by_test_id("choose-file").set_input_files(good)
    expect(page.get_by_test_id("understood")).to_contain_text("Wie sie verstanden wurde")
    expect(rows).to_have_count(5)
