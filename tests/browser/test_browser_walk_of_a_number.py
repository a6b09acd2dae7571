"""A site's OEE is followed to an address in a PLC, and every step is computed again from what the panel shows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

SITE = "acme/brno"


def exact(text: str) -> Decimal:
    """The number that is shown: `72.0829541614276%`, `39,595.906945 s`, `57,141`."""
    return Decimal(re.findall(r"-?[\d,]*\.?\d+", text.replace("\u2009", " "))[-1].replace(",", ""))


def value(page: Page) -> Decimal:
    """What the open step says it comes to."""
    return exact(page.get_by_test_id("explain-value").inner_text())


def below(page: Page, kind: str) -> list[Decimal]:
    """What each of the steps says of which the open one is made."""
    steps = page.locator(f"[data-testid=explain-node][data-kind={kind}]")
    return [exact(text.splitlines()[-1]) for text in steps.all_inner_texts()]


def follow(page: Page, key: str) -> None:
    """Open the step whose key ends so."""
    page.locator(f'[data-testid=explain-node][data-key$="{key}"]').first.click()
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-key", re.compile(re.escape(key) + "$"))


def follow_first(page: Page, kind: str) -> None:
    """Open the first step of a kind."""
    step = page.locator(f"[data-testid=explain-node][data-kind={kind}]").first
    key = str(step.get_attribute("data-key"))
    step.click()
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-key", key)


def fact(page: Page, name: str) -> str:
    return page.get_by_test_id(f"fact-{name}").inner_text()


def test_a_sites_oee_is_computed_again_down_to_the_plc(page: Page) -> None:
    page.goto(f"/overview/{SITE}")
    page.get_by_test_id("whole").get_by_test_id("kpi-oee_index").click()
    expect(page.get_by_test_id("explain-formula")).to_have_text("Availability · Effectiveness · Quality ratio")

    page.goto(f"/kpi-trend/{SITE}?per=day&days=7")  # of yesterday, so that there is something at any hour
    page.get_by_test_id("course-row").nth(1).get_by_role("button", name="Explain OEE").click()
    page.get_by_test_id("explain-exact").click()
    expect(page.get_by_test_id("explain-value")).to_have_text(re.compile(r"\.\d{6,}%"))
    availability, effectiveness, quality = below(page, "kpi")
    assert value(page) / 100 == pytest.approx(availability * effectiveness * quality / 10**6, abs=Decimal("1e-12"))

    follow(page, "/quality_ratio")
    good, made = below(page, "column")
    assert value(page) / 100 == pytest.approx(good / made, abs=Decimal("1e-12"))
    page.go_back()

    follow(page, "/availability")
    expect(page.get_by_test_id("explain-formula")).to_have_text("APT / PBT")
    produced_s, planned_s = below(page, "column")
    assert value(page) / 100 == pytest.approx(produced_s / planned_s, abs=Decimal("1e-12"))

    follow(page, "/held_us")
    assert value(page) == sum(below(page, "column")) == planned_s
    follow(page, "/aust_us")
    setup_s = value(page)
    assert setup_s == sum(below(page, "equipment")) > 0  # a site is the sum of its lines
    follow_first(page, "equipment")
    assert value(page) == sum(below(page, "slice"))  # every second of it, to the microsecond
    follow_first(page, "slice")
    assert value(page) == exact(fact(page, "elapsed_us"))
    follow_first(page, "state-record")
    follow_first(page, "sample")
    said = page.get_by_test_id("explain-value").inner_text()
    follow_first(page, "address")
    assert said
    assert fact(page, "address")
    assert re.search(r"127\.0\.0\.1:\d+", fact(page, "endpoint"))
    expect(page.get_by_test_id("explain-crumb")).to_have_count(8)
