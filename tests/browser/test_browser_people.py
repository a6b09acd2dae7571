"""Letting somebody in, and out again: a link, a password of their own, what their role shows, and the end of it."""

from __future__ import annotations

import re

import pytest
from complaints import Complaints
from playwright.sync_api import BrowserContext, Page, expect
from profiles import Profiles
from screens import CAPPER
from sight import needs_axe, stumbles

pytestmark = pytest.mark.browser

PASSWORD, OTHER = "quiet bottles on a belt", "labels on both sides of it"


@pytest.fixture
def device(profiles: Profiles) -> BrowserContext:
    """Somebody else's browser, which speaks German."""
    return profiles.take(locale="de")


def added(page: Page, login: str, name: str) -> str:
    """Add somebody with the role that is offered first, an operator's; the link that is shown."""
    page.goto("/people")
    page.get_by_test_id("add-person").click()
    page.get_by_test_id("add-name").fill(name)
    page.get_by_test_id("add-login").fill(login)
    page.get_by_test_id("add-locale").click()
    page.get_by_role("option", name="Deutsch").click()
    page.get_by_test_id("add-submit").click()
    link = page.get_by_test_id("one-time-link").input_value()
    page.get_by_test_id("link-done").click()
    expect(page.get_by_test_id(f"person-{login}")).to_have_attribute("data-state", "invited")
    return link


def entered(device: BrowserContext, link: str) -> Page:
    """Follow the link and choose a password."""
    page = device.new_page()
    page.goto(link)
    page.get_by_test_id("new-password").fill(PASSWORD)
    page.get_by_test_id("new-password-again").fill(PASSWORD)
    page.get_by_test_id("new-password-submit").click()
    expect(page).to_have_url(re.compile("/overview/."))  # the first line has been found
    return page


def chosen(page: Page, login: str, action: str) -> None:
    page.get_by_test_id(f"actions-{login}").click()
    page.get_by_test_id(action).click()


@needs_axe
def test_a_link_opens_nothing_before_a_password_is_chosen(page: Page, device: BrowserContext) -> None:
    link = added(page, "nils", "Nils Holm")
    theirs = device.new_page()
    theirs.goto(link)
    expect(theirs.get_by_test_id("new-password")).to_be_visible()
    expect(theirs.get_by_role("heading")).to_have_text("Wählen Sie ein Passwort")
    assert "once" not in theirs.url
    assert theirs.request.get("/api/v1/equipment").status == 403
    theirs.goto("/overview")
    theirs.get_by_test_id("new-password").fill("kurz")
    theirs.get_by_test_id("new-password-again").fill("kürzer")
    theirs.get_by_test_id("new-password-submit").click()
    expect(theirs.get_by_text("Die beiden sind nicht gleich")).to_be_visible()
    theirs.get_by_test_id("new-password-again").fill("kurz")
    theirs.get_by_test_id("new-password-submit").click()
    expect(theirs.get_by_text("Es braucht mindestens 12 Zeichen")).to_be_visible()
    assert stumbles(theirs) == []


def test_an_operator_works_sees_no_users_and_is_signed_out(
    page: Page, device: BrowserContext, complaints: Complaints
) -> None:
    theirs = entered(device, added(page, "olga", "Olga Brandt"))
    expect(theirs.get_by_test_id("nav-overview")).to_have_text("Übersicht")  # the language the administrator chose
    expect(theirs.get_by_test_id("nav-people")).to_have_count(0)
    theirs.goto("/people")
    expect(theirs.get_by_test_id("problem")).to_have_attribute("data-status", "403")
    assert theirs.request.get("/api/v1/people").status == 403
    theirs.goto(f"/unit/{CAPPER}")
    expect(theirs.get_by_test_id("job-start")).to_be_visible()

    page.reload()
    page.get_by_test_id("role-olga").click()
    page.get_by_role("option", name="Viewer").click()
    expect(page.get_by_test_id("person-done")).to_contain_text("Olga Brandt")
    page.get_by_test_id("person-done").hover()  # it stays for as long as one points at it
    expect(theirs.get_by_test_id("job-start")).to_have_count(0)  # without a reload: the open page hears of it
    page.get_by_test_id("person-undo").click()
    expect(theirs.get_by_test_id("job-start")).to_be_visible()

    chosen(page, "olga", "do-sign-out")
    page.get_by_test_id("end-confirm").click()
    expect(theirs.get_by_test_id("login")).to_be_visible()
    expect(theirs).to_have_url(re.compile("/sign-in"))
    theirs.get_by_test_id("login").fill("olga")
    theirs.get_by_test_id("password").fill(PASSWORD)
    theirs.get_by_test_id("sign-in").click()
    expect(theirs.get_by_test_id("job-start")).to_be_visible()  # back where she was

    chosen(page, "olga", "do-deactivate")
    page.get_by_test_id("end-confirm").click()
    expect(theirs.get_by_test_id("login")).to_be_visible()
    expect(page.get_by_test_id("person-olga")).to_have_attribute("data-state", "inactive")
    page.get_by_test_id("person-undo").click()
    expect(page.get_by_test_id("person-olga")).to_have_attribute("data-state", "active")


def test_ones_own_password_and_sessions(page: Page, device: BrowserContext, profiles: Profiles) -> None:
    theirs = entered(device, added(page, "pavel", "Pavel Dvořák"))
    there = profiles.take(locale="de").new_page()
    there.goto("/sign-in")
    there.get_by_test_id("login").fill("pavel")
    there.get_by_test_id("password").fill(PASSWORD)
    there.get_by_test_id("sign-in").click()
    expect(there.get_by_test_id("profile-menu")).to_be_visible()

    theirs.get_by_test_id("profile-menu").click()
    theirs.get_by_test_id("profile-link").click()
    expect(theirs.get_by_test_id("own-session")).to_have_count(2)
    expect(theirs.get_by_test_id("token-make")).to_have_count(0)  # an operator makes no tokens
    for old, told in ((OTHER, "Das ist nicht Ihr Passwort."), (PASSWORD, "Ihr Passwort wurde geändert.")):
        theirs.get_by_test_id("password-old").fill(old)
        theirs.get_by_test_id("password-password").fill(OTHER)
        theirs.get_by_test_id("password-again").fill(OTHER)
        theirs.get_by_test_id("password-submit").click()
        expect(theirs.get_by_test_id("profile")).to_contain_text(told)
    expect(theirs.get_by_test_id("own-session")).to_have_count(1)
    expect(there.get_by_test_id("login")).to_be_visible()


def test_an_administrator_finds_somebody_and_makes_a_new_link(page: Page) -> None:
    page.goto("/people")
    added(page, "sarka", "Šárka Nováková")
    page.get_by_test_id("people-search").fill("novak")
    expect(page.locator("tbody tr")).to_have_count(1)
    chosen(page, "sarka", "do-link")
    expect(page.get_by_test_id("one-time-link")).to_have_value(re.compile("/sign-in#once="))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    chosen(page, "sarka", "do-edit")
    page.get_by_test_id("edit-name").fill("Šárka Malá")
    page.get_by_test_id("edit-save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_test_id("people-search").fill("mala")
    expect(page.get_by_test_id("person-sarka")).to_contain_text("Šárka Malá")
    page.get_by_test_id("people-search").fill("nobody of this name")
    expect(page.get_by_test_id("empty")).to_be_visible()
