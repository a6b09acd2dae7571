"""Who answers for a shift signs it on its board, takes a slip back, and reopens it with a reason; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from floor import id_of, lately
from playwright.sync_api import Page, expect
from screens import LINE
from sight import needs_axe, stumbles

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history"), needs_axe]

LABELLER = f"{LINE}/labeller"
COMMENT, WHY = "counted with the pallets", "the pallets were counted again"


@pytest.fixture
def shift(api: httpx2.Client) -> Iterator[dict[str, Any]]:
    """The labeller's last shift that was over an hour ago, which nobody has signed; nor has when the test ends."""
    labeller = f"/equipment/{id_of(api, LABELLER)}"
    over = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    shifts = api.get(f"{labeller}/shifts", params=lately(48)).raise_for_status().json()["items"]
    last = max((one for one in shifts if datetime.fromisoformat(one["end"]) < datetime.fromisoformat(over)), key=_end)
    yield last
    span = {"start": last["start"], "end": last["end"]}
    for one in api.get(f"{labeller}/signatures", params=span).raise_for_status().json()["items"]:
        if one["reopened"] is None:
            ends = {"Idempotency-Key": f"ends {one['id']}"}
            given = {"reason": "the test ends"}
            api.post(f"/signatures/{one['id']}/reopen", json=given, headers=ends).raise_for_status()


def _end(shift: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(shift["end"])


def signs(page: Page) -> None:
    """Ask for it, say a word, and wait until the message says so."""
    page.get_by_test_id("board-sign").click()
    page.get_by_test_id("sign-words").fill(COMMENT)
    assert stumbles(page) == []
    page.get_by_test_id("sign-save").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Signed: ")


def test_a_shift_is_signed_the_signing_undone_and_a_signature_taken_back(
    page: Page, api: httpx2.Client, shift: dict[str, Any]
) -> None:
    page.goto(f"/board/{LABELLER}?{urlencode({'shift': shift['id'], 'at': shift['start']})}")
    signs(page)
    page.get_by_test_id("toast-act").click()  # at once: a message does not stand for ever
    expect(page.get_by_test_id("board-reopened")).to_contain_text("Signature taken back by ")

    signs(page)
    expect(page.get_by_test_id("board-signed")).to_be_visible()
    expect(page.get_by_test_id("board-as-signed")).to_have_text("Nothing came since that would move it.")
    expect(page.get_by_test_id("signing")).to_contain_text(COMMENT)
    edit = {"start": shift["start"], "end": shift["end"], "comment": "not mine to say any more"}
    unit = id_of(api, LABELLER)
    refused = api.post(f"/equipment/{unit}/timeline-edits", json=edit, headers={"Idempotency-Key": "under a signature"})
    assert (refused.status_code, refused.json()["code"]) == (409, "shift-signed")

    page.get_by_test_id("board-reopen").click()
    page.get_by_test_id("reopen-words").fill(WHY)
    assert stumbles(page) == []
    page.get_by_test_id("reopen-save").click()
    expect(page.get_by_test_id("toast")).to_contain_text("Reopened: ")
    expect(page.get_by_test_id("board-reopened")).to_contain_text(WHY)
    expect(page.get_by_test_id("board-sign")).to_be_visible()
