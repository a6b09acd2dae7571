"""Two people answer the same stop at once, and one whose link is gone: nothing that was entered is lost, or twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from chromium_here import SignedIn
from floor import edits_of, invite, jam, stop_of
from installation_process import Installation
from playwright.sync_api import Locator, Page, expect
from screens import LINE
from sight import FINGER_PX, PANEL, WALL, look, needs_axe

pytestmark = [pytest.mark.browser, needs_axe]

LABELLER = f"{LINE}/labeller"
MINE, THEIRS = "setup/adjustment", "planned/cleaning"

type Enter = Callable[..., Page]


@pytest.fixture
def enter(signed_in: SignedIn, demo: Installation, api: httpx2.Client) -> Enter:
    """Opens a screen of its own at which somebody of this name works."""

    def entered(name: str, **options: object) -> Page:
        cookie = invite(api, name, name)
        context = signed_in(**options)
        context.add_cookies([{"name": "dovetail", "value": cookie, "url": demo.base}])
        return context.new_page()

    return entered


def standing(page: Page) -> Locator:
    """The labeller's stop that still stands, at its station."""
    page.goto(f"/station/{LABELLER}")
    row = page.locator('[data-testid=stop][data-open="true"]').first
    expect(row).to_be_visible()
    return row


def kept(edits: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(by, reason, fate) of everything ever said of the stop, the newest first."""
    fates = {(False, True): "stands", (False, False): "replaced", (True, True): "taken back", (True, False): "both"}
    return [(one["by"], one["reason"], fates[one["withdrawn"], one["superseded_by"] is None]) for one in edits]


def said_by(name: str, api: httpx2.Client) -> list[dict[str, Any]]:
    """What somebody said of the labeller's stop."""
    return [edit for edit in edits_of(api, stop_of(api, LABELLER)) if edit["by"] == name]


@pytest.mark.parametrize(
    "first, second, choice, history",
    [
        ("ada-m", "ben-m", "use-mine", [("ben-m", MINE, "stands"), ("ada-m", THEIRS, "replaced")]),
        ("ada-t", "ben-t", "keep-theirs", [("ben-t", MINE, "taken back"), ("ada-t", THEIRS, "stands")]),
    ],
    ids=["mine", "theirs"],
)
def test_the_second_sees_both_versions_and_whatever_they_choose_both_are_kept(
    enter: Enter, api: httpx2.Client, first: str, second: str, choice: str, history: list[tuple[str, str, str]]
) -> None:
    comment = f"{second} was there"
    ada, ben = enter(first, viewport=WALL), enter(second, viewport=PANEL, has_touch=True)
    with jam(api, LABELLER):
        row = standing(ben)
        row.tap()
        ben.get_by_test_id("stop-comment").fill(comment)
        standing(ada).click()
        ada.get_by_test_id(f"reason-{THEIRS}").click()
        expect(ada.get_by_test_id("toast")).to_contain_text("Cleaning")
        ben.get_by_test_id(f"reason-{MINE}").tap()
        for whose, who, said in (("yours", second, ["Adjustment", comment]), ("theirs", first, ["Cleaning"])):
            for word in (who, *said):
                expect(ben.get_by_test_id(f"conflict-{whose}")).to_contain_text(word)
        look(ben, least_px=FINGER_PX)
        assert stop_of(api, LABELLER)["reason"] == THEIRS
        ben.get_by_test_id(choice).tap()
        expect(ben.get_by_test_id("conflict")).to_have_count(0)
        expect(ben.get_by_test_id("toast")).to_be_visible()
        expect(ben.get_by_test_id("outbox")).to_have_count(0)
        stop = stop_of(api, LABELLER)
        stands = next(one for one in history if one[2] == "stands")
        assert (stop["edited_by"], stop["reason"]) == stands[:2]
        expect(row).to_contain_text({MINE: "Adjustment", THEIRS: "Cleaning"}[stands[1]])
        edits = [edit for edit in edits_of(api, stop) if edit["by"] in (first, second)]
        assert kept(edits) == history
        assert [one["comment"] for one in edits] == [comment, None]


def test_a_comment_and_a_reason_given_at_once_both_stand(enter: Enter, api: httpx2.Client) -> None:
    ada, ben = enter("ada-b", viewport=WALL), enter("ben-b", viewport=PANEL, has_touch=True)
    with jam(api, LABELLER):
        standing(ben).tap()
        ben.get_by_test_id("stop-comment").fill("the belt was off")
        standing(ada).click()
        ada.get_by_test_id(f"reason-{THEIRS}").click()
        expect(ada.get_by_test_id("toast")).to_contain_text("Cleaning")
        ben.get_by_test_id("stop-save-comment").tap()
        expect(ben.get_by_test_id("use-both")).to_contain_text("your comment")
        look(ben, least_px=FINGER_PX)
        ben.get_by_test_id("use-both").tap()
        expect(ben.get_by_test_id("conflict")).to_have_count(0)
        expect(ben.get_by_test_id("toast")).to_be_visible()
        stop = stop_of(api, LABELLER)
        assert (stop["reason"], stop["comment"], stop["edited_by"]) == (THEIRS, "the belt was off", "ben-b")


def test_a_reason_given_without_a_network_arrives_as_exactly_one_edit(enter: Enter, api: httpx2.Client) -> None:
    tablet = enter("cid", viewport=PANEL, has_touch=True)
    with jam(api, LABELLER):
        row = standing(tablet)
        row.tap()
        expect(tablet.get_by_test_id("reason-picker")).to_be_visible()
        tablet.context.set_offline(True)
        tablet.get_by_test_id(f"reason-{MINE}").tap()
        expect(tablet.get_by_test_id("outbox")).to_contain_text("Waiting to send: 1")
        look(tablet, least_px=0)
        assert said_by("cid", api) == []
        tablet.context.set_offline(False)
        expect(tablet.get_by_test_id("outbox")).to_have_count(0)
        expect(row).to_contain_text("Adjustment")
        assert kept(said_by("cid", api)) == [("cid", MINE, "stands")]
        tablet.reload()
        expect(row).to_contain_text(re.compile("Adjustment"))
        assert len(said_by("cid", api)) == 1
