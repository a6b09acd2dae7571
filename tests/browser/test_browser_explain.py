"""A figure explains itself down to the address in the PLC, step by step, and a link shows a colleague the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from complaints import Complaints
from playwright.sync_api import Page, expect
from sample import some

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

LINE = "acme/brno/pack/line1"
UNIT = "/unit/acme/brno/pack/line1/filler?period=24h"
SECONDS = {"d": 86400, "h": 3600, "min": 60, "s": 1, "ms": 0.001}


def share(text: str) -> float:
    """The ratio in a text: `85.12%` → 0.8512."""
    return float(re.findall(r"([\d.]+)%", text)[0]) / 100


def seconds_between(text: str) -> tuple[float, float]:
    """The durations that are shown as this text: `7 h 12 min` is anything from 7 h 12 min to 7 h 13 min."""
    parts = [(float(number.replace(",", "")), unit) for number, unit in re.findall(r"([\d.,]+)\s(\w+)", text)]
    least = sum(number * SECONDS[unit] for number, unit in parts)
    return least - 0.5, least + SECONDS[parts[-1][1]] + 0.5


def go_down(page: Page, kind: str) -> str:
    """Open the first step of this kind; what it then says of itself."""
    step, opened = (
        page.locator(f"[data-testid=explain-node][data-kind={kind}]").first,
        page.get_by_test_id("explain-open"),
    )
    key = str(step.get_attribute("data-key"))
    step.click()
    expect(opened).to_have_attribute("data-key", key)
    return opened.inner_text()


def shown(page: Page, key: str) -> str:
    """The value of one of the steps that the open one is made of."""
    return page.locator(f'[data-testid=explain-node][data-key$="{key}"]').inner_text()


WAYS = {
    "oee_index": ["kpi", "column", "slice", "state-record", "sample", "address"],
    "availability": ["column", "slice", "state-record", "sample", "address"],
    "quality_ratio": ["column", "column", "slice", "count-record", "sample", "address"],
}


@pytest.mark.parametrize("figure, way", some("way down", [(figure, (figure, way)) for figure, way in WAYS.items()]))
def test_a_figure_is_followed_to_the_address_in_the_plc(page: Page, figure: str, way: list[str]) -> None:
    page.goto(UNIT)
    page.get_by_test_id("figures").get_by_test_id(f"kpi-{figure}").click()
    expect(page.get_by_test_id("explain-formula")).to_be_visible()
    steps = [go_down(page, kind) for kind in way]
    assert all(re.search(r"[\d–]|TRUE|true|false", step) for step in steps), steps
    expect(page.get_by_test_id("explain-facts")).to_contain_text("nsu=urn:dovetail:sim;s=Filler.")
    expect(page.get_by_test_id("explain-facts")).to_contain_text("opc.tcp://127.0.0.1:")
    expect(page.get_by_test_id("explain-crumb")).to_have_count(len(way))
    expect(page.get_by_test_id("explain-crumb").filter(has_text="…")).to_have_count(0)


def test_availability_computed_again_from_what_the_panel_shows(page: Page) -> None:
    page.goto(UNIT)
    clicked = page.get_by_test_id("figures").get_by_test_id("kpi-availability")
    clicked.click()
    expect(page.get_by_test_id("explain-formula")).to_have_text("APT / PBT")
    said = share(page.get_by_test_id("explain-value").inner_text())
    assert share(clicked.inner_text()) == pytest.approx(said, abs=0.0006)
    apt_least, apt_most = seconds_between(shown(page, "/apt_us"))
    pbt_least, pbt_most = seconds_between(shown(page, "/held_us"))
    assert apt_least / pbt_most - 0.0001 <= said <= apt_most / pbt_least + 0.0001


def test_oee_is_the_product_of_the_three_figures_below_it(page: Page) -> None:
    page.goto(UNIT)
    page.get_by_test_id("figures").get_by_test_id("kpi-oee_index").click()
    expect(page.get_by_test_id("explain-formula")).to_be_visible()
    said = share(page.get_by_test_id("explain-value").inner_text())
    factors = [share(text) for text in page.locator("[data-testid=explain-node][data-kind=kpi]").all_inner_texts()]
    assert said == pytest.approx(factors[0] * factors[1] * factors[2], abs=0.0002)


def test_the_address_bar_keeps_the_way_and_a_copied_link_opens_it_again(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(UNIT)
    page.get_by_test_id("figures").get_by_test_id("kpi-availability").click()
    for kind in ("column", "slice"):
        go_down(page, kind)
    opened = page.get_by_test_id("explain-open")
    key, value = opened.get_attribute("data-key"), page.get_by_test_id("explain-value").inner_text()
    page.reload()
    expect(opened).to_have_attribute("data-key", str(key))
    page.get_by_test_id("explain-copy").click()
    link = page.evaluate("navigator.clipboard.readText()")
    colleague = page.context.new_page()
    colleague.goto(link)
    expect(colleague.get_by_test_id("explain-open")).to_have_attribute("data-key", str(key))
    expect(colleague.get_by_test_id("explain-value")).to_have_text(value)
    page.go_back()
    expect(opened).to_have_attribute("data-kind", "column")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("explain")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("explain="))


def test_a_count_and_a_plan_of_the_board_open_into_what_makes_them(page: Page) -> None:
    page.goto(f"/board/{LINE}")
    page.get_by_test_id("board-previous").click()
    expect(page).to_have_url(re.compile("shift="))
    page.reload()  # a shift that is over, and nothing of the one before it on the page any more
    hour = page.get_by_test_id("board-hour").first
    opened = page.get_by_test_id("explain-value")
    for cell in ("board-good", "board-plan"):
        figure = hour.get_by_test_id(cell).get_by_role("button")
        expect(figure).to_be_visible()
        figure.click()
        expect(opened).to_have_text(figure.inner_text())
    parts = page.get_by_test_id("plan-pieces")
    expect(parts.first).to_be_visible()
    made = sum(float(text.replace(",", "")) for text in parts.all_inner_texts())
    assert made == pytest.approx(float(opened.inner_text().replace(",", "")), abs=0.6)
    expect(page.get_by_test_id("plan-difference")).to_contain_text(re.compile(r"\d"))


def test_a_figure_of_a_frozen_report_is_explained_as_it_was_known_then(page: Page, api: httpx2.Client) -> None:
    line = next(one["id"] for one in api.get("/equipment").json()["items"] if one["path"] == LINE)
    yesterday = datetime.now(UTC) - timedelta(hours=20)
    asked = {"start": yesterday.isoformat(), "end": (yesterday + timedelta(hours=8)).isoformat()}
    made = api.post("/reports", json={"name": "Explained", "equipment_id": line, **asked})
    assert made.status_code == 201, made.text
    report = made.json()
    page.goto(f"/reports/{LINE}?report={report['id']}")
    frozen = page.get_by_test_id("frozen-kpi:oee_index")
    said = frozen.inner_text()
    frozen.click()
    expect(page.get_by_test_id("explain-value")).to_have_text(said)
    expect(page.get_by_test_id("explain-known")).to_have_text(f"As known then: № {report['as_of']}")
    expect(page).to_have_url(re.compile(f"knew={report['as_of']}"))
    go_down(page, "kpi")
    page.get_by_test_id("frozen-count:good").click()
    expect(page.get_by_test_id("explain-value")).to_have_text(page.get_by_test_id("frozen-count:good").inner_text())


def test_a_replay_tells_what_other_plant_code_would_have_made_of_yesterday(page: Page) -> None:
    page.goto("/replay?period=yesterday")
    page.get_by_test_id("file-reasons.yaml").click()
    code = page.get_by_test_id("file-text")
    code.fill(code.input_value().replace("category: failure", "category: setup"))
    expect(page.get_by_test_id("file-reasons.yaml")).to_contain_text("changed")
    page.get_by_test_id("replay-begin").click()
    expect(page.get_by_test_id("replay-summary")).to_contain_text("would read otherwise")
    figure = page.get_by_test_id(f"replay-machine-{LINE}/filler").get_by_test_id("replay-aust_us").first
    was, would = figure.locator("td").all_inner_texts()
    assert seconds_between(was)[1] < seconds_between(would)[0]  # what were failures would be set-up
    figure.get_by_role("button").click()
    expect(page.get_by_test_id("explain-value")).to_have_text(was)
    page.reload()  # the address keeps it
    expect(page.get_by_test_id("replay-summary")).to_contain_text("would read otherwise")


def test_a_replay_of_wrong_plant_code_says_where_it_is_wrong(page: Page, complaints: Complaints) -> None:
    page.goto("/replay?period=yesterday")
    page.get_by_test_id("file-reasons.yaml").click()
    page.get_by_test_id("file-text").fill("reasons: {mechanical: {name: Jam, category: nonsense}}")
    page.get_by_test_id("replay-begin").click()
    problem = page.get_by_test_id("problem")
    expect(problem).to_contain_text(re.compile(r"classes\.yaml:\d+:\d+: .*there is no reason mechanical/jam"))
    complaints.forget()  # of the answer 422
