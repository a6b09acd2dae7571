"""A person starts and ends a job on a machine; what does not fit is said in words, and a slip is taken back."""

from __future__ import annotations

import pytest
from complaints import Complaints
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

UNIT = "/unit/acme/brno/pack/line1/palletiser"
GONE = {"id": "lemonade-9000", "name": "Lemonade 9000 l", "unit": "{#}", "rates_upm": {}}


def test_a_job_is_started_taken_back_and_ended(page: Page) -> None:
    page.goto(UNIT)
    page.get_by_test_id("job-start").click()
    dialog = page.get_by_role("dialog")
    expect(page.get_by_test_id("job-submit")).to_be_disabled()
    page.get_by_test_id("job-product").click()
    page.get_by_role("option", name="Lemonade 1.0 l").click()
    page.get_by_test_id("job-order").fill("WO-4711")
    page.get_by_test_id("job-lot").fill("L-12")
    page.get_by_test_id("job-submit").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_test_id("job")).to_contain_text("Lemonade 1.0 l")
    expect(page.get_by_test_id("job")).to_contain_text("WO-4711")
    expect(page.get_by_test_id("job")).to_contain_text("L-12")
    page.get_by_test_id("job-undo").click()
    expect(page.get_by_text("WO-4711")).to_have_count(0)


@pytest.mark.parametrize(
    "field, typed, said",
    [
        ("job-rate", "2000000", "less than or equal to 1000000"),
        ("job-order", "", "there is no product 'lemonade-9000'"),  # it went out of the plant code a moment ago
    ],
)
def test_what_does_not_fit_is_said_in_the_servers_words(
    page: Page, complaints: Complaints, field: str, typed: str, said: str
) -> None:
    page.route("**/api/v1/products", lambda route: route.fulfill(json={"items": [GONE], "next": None}))
    page.goto(UNIT)
    page.get_by_test_id("job-start").click()
    page.get_by_test_id("job-product").click()
    page.get_by_role("option", name="Lemonade 9000 l").click()
    page.get_by_test_id(field).fill(typed)
    page.get_by_test_id("job-submit").click()
    expect(page.get_by_role("dialog").get_by_test_id("problem")).to_contain_text(said)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [complaint for complaint in complaints.heard if "422" not in complaint] == []
    complaints.forget()
