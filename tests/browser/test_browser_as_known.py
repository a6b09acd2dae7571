"""A stop is recoded; whoever opens a link from before sees what was known then, and can change nothing there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest
from floor import id_of
from playwright.sync_api import Page, expect
from screens import LINE
from sight import needs_axe, stumbles
from test_browser_stops import ended_stops

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history"), needs_axe]

LABELLER = f"{LINE}/labeller"
OTHER = "planned/cleaning"


@pytest.fixture
def recoded(api: httpx2.Client) -> Iterator[tuple[str, int]]:
    """A stop of the past day (no long one: others look at those) that somebody has given another reason, and the last
    moment of knowledge before; at the end it is taken back."""
    stop = next(one for one in reversed(ended_stops(api, LABELLER)) if one["reason"] != OTHER)
    edit = {"start": stop["start"], "end": stop["end"], "reason": OTHER}
    unit = f"/equipment/{id_of(api, LABELLER)}/timeline-edits"
    done = api.post(unit, json=edit, headers={"Idempotency-Key": str(uuid4())}).raise_for_status()
    yield stop["stop_id"], int(done.headers["X-Known"]) - 1
    back = {"edit_ids": done.json()["edit_ids"]}
    api.post(f"{unit}/withdraw", json=back, headers={"Idempotency-Key": str(uuid4())}).raise_for_status()


def test_a_link_into_the_past_of_knowledge_shows_what_was_known_and_changes_nothing(
    page: Page, recoded: tuple[str, int]
) -> None:
    stop_id, before = recoded
    page.goto(f"/stops/{LABELLER}?period=24h&as_of={before}")
    expect(page.get_by_test_id("as-known-note")).to_contain_text(f"№ {before}")
    row = page.locator(f'[data-testid=stop-row][data-stop="{stop_id}"]')
    expect(row).to_be_visible()
    expect(row).not_to_contain_text("Cleaning")
    expect(page.get_by_test_id("stop-open")).to_have_count(0)
    assert stumbles(page) == []

    row.get_by_test_id("stop-timeline").click()
    expect(page).to_have_url(re.compile(f"/timeline/.*as_of={before}"))
    expect(page.get_by_test_id("segment-state")).to_be_visible()
    expect(page.get_by_test_id("segment-reason")).not_to_contain_text("Cleaning")
    expect(page.get_by_test_id("act-split")).to_have_count(0)
    assert stumbles(page) == []

    page.get_by_test_id("as-known-back").click()
    expect(page.get_by_test_id("as-known-note")).to_have_count(0)
    expect(page.get_by_test_id("segment-reason")).to_contain_text("Cleaning")
    expect(page.get_by_test_id("act-split")).to_be_visible()
