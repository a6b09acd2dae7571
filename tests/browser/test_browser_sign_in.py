"""The first minutes of an installation: the printed link makes the first person, once; later ways in keep the view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from complaints import Complaints
from installation_process import Installation
from playwright.sync_api import Browser, BrowserContext, Page, expect
from profiles import Profiles

pytestmark = pytest.mark.browser

PASSWORD = "quiet bottles on a belt"
DEEP = "/connections?period=24h&tab=trend"


@pytest.fixture(scope="module")
def fresh(folder: Path) -> Iterator[Installation]:
    """An installation that nobody has entered yet."""
    running = Installation("serve", folder / "fresh")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def set_up_link(fresh: Installation) -> str:
    return fresh.one_time_path()


@pytest.fixture(scope="module")
def first(chromium: Browser, fresh: Installation, set_up_link: str) -> Iterator[BrowserContext]:
    """The browser of whoever followed the printed set-up link and filled in the form."""
    context = chromium.new_context(base_url=fresh.base, locale="en", reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_test_id("setup-token")).to_be_empty()
    page.goto(set_up_link)  # as if pasted into the page that waits for it
    expect(page.get_by_test_id("setup-token")).not_to_be_empty()
    for field, given in {"login": "Anna", "name": "Anna Nováková", "password": PASSWORD}.items():
        page.get_by_test_id(f"setup-{field}").fill(given)
    page.get_by_test_id("setup-submit").click()
    expect(page.get_by_test_id("profile-menu")).to_be_visible()
    page.close()
    yield context
    context.close()


@pytest.fixture(scope="module")
def strangers(chromium: Browser, fresh: Installation) -> Profiles:
    return Profiles(chromium, fresh.base, Complaints())


@pytest.fixture
def stranger(strangers: Profiles, first: BrowserContext) -> Iterator[Page]:
    """An empty profile, after the set-up."""
    assert first.pages == []
    yield strangers.take().new_page()
    strangers.give_back()


def test_the_first_person_is_administrator_and_sees_it(first: BrowserContext) -> None:
    page = first.new_page()
    complaints = Complaints().listen(page)
    page.goto("/")
    page.get_by_test_id("profile-menu").click()
    expect(page.get_by_text("Administrator – whole installation")).to_be_visible()
    page.close()
    assert complaints.heard == []


def test_the_set_up_link_works_once(stranger: Page, set_up_link: str) -> None:
    stranger.goto(set_up_link)
    expect(stranger.get_by_text("Dovetail is already set up")).to_be_visible()
    expect(stranger.get_by_test_id("setup-submit")).to_have_count(0)
    secret = set_up_link.partition("=")[2]
    again = {"token": secret, "login": "eve", "name": "Eve", "password": PASSWORD}
    assert stranger.request.post("/api/v1/setup", data=again).status == 403
    assert secret not in stranger.url


def test_who_is_signed_out_comes_back_to_the_same_view(stranger: Page) -> None:
    stranger.goto(DEEP)
    expect(stranger).to_have_url(re.compile("/sign-in"))
    stranger.get_by_test_id("login").fill("anna")
    stranger.get_by_test_id("password").fill("not this one, surely")
    stranger.get_by_test_id("sign-in").click()
    expect(stranger.get_by_test_id("problem")).to_contain_text("do not open anything")
    stranger.get_by_test_id("password").fill(PASSWORD)
    stranger.get_by_test_id("sign-in").click()
    expect(stranger.get_by_test_id("profile-menu")).to_contain_text("Anna Nováková")
    expect(stranger).to_have_url(re.compile(re.escape(DEEP) + "$"))
    stranger.reload()
    expect(stranger.get_by_test_id("profile-menu")).to_be_visible()
    expect(stranger).to_have_url(re.compile(re.escape(DEEP) + "$"))
    stranger.get_by_test_id("profile-menu").click()
    stranger.get_by_test_id("sign-out").click()
    expect(stranger.get_by_test_id("login")).to_be_visible()
    assert stranger.request.get("/api/v1/me").status == 401


def test_a_link_pasted_into_the_page_that_asks_for_one_is_taken(stranger: Page, fresh: Installation) -> None:
    stranger.goto("/sign-in")
    expect(stranger.get_by_test_id("login")).to_be_visible()
    stranger.goto("/sign-in#once=guessed")  # only the fragment differs: the browser loads nothing anew
    expect(stranger.get_by_text("The link did not work")).to_be_visible()
    assert "guessed" not in stranger.url
    stranger.goto("/sign-in#once=guessed-again")
    expect(stranger.get_by_text("The link did not work")).to_be_visible()
