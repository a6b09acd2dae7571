"""An engineer corrects what a signal said, sees it beside what was sent, takes it back; others see the list alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlparse

import httpx2
import pytest
from chromium_here import SignedIn
from playwright.sync_api import Page, expect
from profiles import Profiles
from screens import CAPPER
from sight import needs_axe, stumbles

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

PASSWORD = "quiet bottles on a belt"
SAID = re.compile(r"^3\.25")


@pytest.fixture
def speed(api: httpx2.Client) -> Iterator[int]:
    """The capper's speed, as it was sent before and after the test."""
    capper = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == CAPPER)
    tags = api.get("/tags", params={"equipment": capper}).json()["items"]
    tag = next(one["id"] for one in tags if one["property"] == "speed")
    yield tag
    for one in api.get(f"/tags/{tag}/corrections").json()["items"]:
        if one["undone"] is None:
            api.post(f"/corrections/{one['id']}/undo", json={"reason": "end of the test"}).raise_for_status()


@pytest.fixture
def stretch(api: httpx2.Client, speed: int) -> tuple[str, str]:
    """A minute of the line's past in which the capper said how fast it was."""
    now = datetime.now(UTC)
    span = {"start": (now - timedelta(hours=20)).isoformat(), "end": (now - timedelta(hours=2)).isoformat()}
    said = api.get(f"/tags/{speed}/samples", params=span).json()["items"]
    start = datetime.fromisoformat(said[0]["ts"]).replace(second=0, microsecond=0)
    return start.isoformat(), (start + timedelta(minutes=1)).isoformat()


def known(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlparse(page.url).query)


@needs_axe
def test_a_stretch_between_the_cursors_is_corrected_and_taken_back(
    page: Page, api: httpx2.Client, speed: int, stretch: tuple[str, str]
) -> None:
    start, end = stretch
    page.goto(f"/trends?pens={speed}&start={start}&end={end}&a={start}&b={end}".replace("+", "%2B"))
    page.get_by_test_id("pen-correct").press("Enter")
    page.get_by_test_id("correction-value").fill("3.25")
    shown = page.locator("[data-testid=correction-preview][data-settled=true]")
    expect(shown).to_be_visible()
    count = api.get("/series", params={"tag": speed, "start": start, "end": end, "px": 1}).json()["n"][0]
    expect(page.get_by_test_id("correction-count")).to_contain_text(f"{count}")
    expect(page.get_by_test_id("correction-save")).to_be_disabled()  # nobody says so without a reason
    page.get_by_test_id("correction-reason").fill("The sensor was fouled")
    assert stumbles(page) == []
    page.get_by_test_id("correction-save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("pen-b")).to_have_text(SAID)

    page.get_by_test_id("as-known").click()
    page.get_by_test_id("beside-sent").check()
    expect(page.get_by_test_id("pen-then")).not_to_have_text(SAID)
    page.get_by_test_id("as-known-sent").click()
    expect(page.get_by_test_id("as-known-note")).to_be_visible()
    expect(page.get_by_test_id("pen-b")).not_to_have_text(SAID)
    assert (known(page)["as_of"], known(page)["beside"]) == (["0"], ["0"])

    span = f"period=custom&start={start}&end={end}".replace("+", "%2B")
    page.goto(f"/tag/{speed}?{span}")
    expect(page.get_by_test_id("sample-sent").first).to_be_visible()
    said = page.get_by_test_id("correction").first
    expect(said).to_contain_text("The sensor was fouled")
    assert stumbles(page) == []
    said.get_by_test_id("correction-undo").click()
    page.get_by_test_id("undo-reason").fill("It was right")
    page.get_by_test_id("undo-save").click()
    expect(said.get_by_test_id("correction-undone")).to_contain_text("It was right")
    expect(page.get_by_test_id("sample-sent")).to_have_count(0)
    said.get_by_test_id("correction-show").click()
    expect(page).to_have_url(re.compile(r"/trends\?.*beside=\d+"))
    expect(page.get_by_test_id("pen-then")).to_have_count(1)


def test_one_sample_is_left_out_and_another_put_in_in_german(
    signed_in: SignedIn, profiles: Profiles, speed: int, stretch: tuple[str, str]
) -> None:
    page = profiles.tab(signed_in(locale="de", language="de"))
    start, end = stretch
    page.goto(f"/tag/{speed}?period=custom&start={start}&end={end}".replace("+", "%2B"))
    page.get_by_test_id("sample-correct").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Begründung")
    page.get_by_test_id("correction-what").get_by_text("Messwerte gehören nicht hierher").click()
    counted = re.compile(r"^Messwerte, die dort jetzt gelten: [1-9]$")  # all of that millisecond
    expect(page.get_by_test_id("correction-count")).to_have_text(counted)
    page.get_by_test_id("correction-reason").fill("Probelauf")
    page.get_by_test_id("correction-save").click()
    expect(page.get_by_test_id("correction").first).to_contain_text("weggelassen")
    page.get_by_test_id("correct").click()
    page.get_by_test_id("correction-what").get_by_text("Ein Messwert fehlt").click()
    page.get_by_test_id("correction-value").fill("7")
    page.get_by_test_id("correction-reason").fill("Von Hand abgelesen")
    page.get_by_test_id("correction-save").click()
    expect(page.get_by_test_id("correction").first).to_contain_text("1 ergänzt")


def test_who_may_not_correct_sees_what_was_corrected(
    profiles: Profiles, api: httpx2.Client, speed: int, stretch: tuple[str, str]
) -> None:
    start, end = stretch
    said = {"start": start, "end": end, "reason": "The sensor was fouled"}
    api.post(f"/tags/{speed}/samples/delete", json=said).raise_for_status()
    added = api.post("/people", json={"login": "vera", "name": "Vera", "role": "viewer"}).raise_for_status().json()
    page = profiles.tab(profiles.take())
    page.goto(f"/sign-in#once={added['token']}")
    page.get_by_test_id("new-password").fill(PASSWORD)
    page.get_by_test_id("new-password-again").fill(PASSWORD)
    page.get_by_test_id("new-password-submit").click()
    expect(page).to_have_url(re.compile("/overview/."))
    page.goto(f"/tag/{speed}?period=custom&start={start}&end={end}".replace("+", "%2B"))
    expect(page.get_by_test_id("correction").first).to_contain_text("The sensor was fouled")
    for button in ("correct", "correction-undo", "sample-correct"):
        expect(page.get_by_test_id(button)).to_have_count(0)
