"""What a screen hands out is what it shows: the same rows in the same order, below a row that says of what they are."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta

import pytest
from past import yesterday
from playwright.sync_api import Page, expect
from sample import some
from screens import CAPPER, LINE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1, "ms": 0.001}
PARTS = re.compile(r"(\d[\d,.]*)\s(d|h|min|s|ms)\b")
WEEK = timedelta(days=7)
HALF = 0.0005  # of what is written as 85.1%
LOST = some(
    "lost time",
    [  # equipment, panel, what is a row there, column of its time, seconds in its unit
        ("waterfall of a line", (f"/losses/{LINE}", "waterfalls", "[data-testid^=loss-]", "Time (s)", 1)),
        ("pareto of a line", (f"/losses/{LINE}", "pareto-panel", "[data-testid=bar]", "Time (min)", 60)),
        ("waterfall of a machine", (f"/unit/{CAPPER}", "details", "[data-testid^=loss-]", "Time (s)", 1)),
        ("pareto of a machine", (f"/unit/{CAPPER}", "pareto", "[data-testid=bar]", "Time (min)", 60)),
    ],
    least=2,
)


def handed_out(page: Page, panel: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Of what the file of a panel is, and its rows by the names of their columns."""
    button = page.get_by_test_id(panel).get_by_test_id("give").first
    expect(button).to_be_enabled()
    button.click()
    with page.expect_download() as waiting:
        page.get_by_test_id("give-csv").click()
    with waiting.value.path().open(encoding="utf-8-sig", newline="") as file:
        said = next(csv.reader(file))
        return dict(zip(said[::2], said[1::2], strict=True)), list(csv.DictReader(file))


def off_s(seconds: float, text: str) -> float:
    """By how much more than its last unit a time is another than what is written: `7 h 12 min` is that and some."""
    parts = [(float(number.replace(",", "")), unit) for number, unit in PARTS.findall(text)]
    return abs(seconds - sum(number * SECONDS[unit] for number, unit in parts)) - SECONDS[parts[-1][1]]


def share(text: str) -> float:
    """`85.1%` → 0.851."""
    return float(re.findall(r"([\d.]+)%", text)[0]) / 100


@pytest.mark.parametrize("address, panel, row, column, unit_s", LOST)
def test_lost_time_is_handed_out_as_it_is_shown(
    page: Page, address: str, panel: str, row: str, column: str, unit_s: float
) -> None:
    page.goto(f"{address}?period=yesterday")
    rows = page.get_by_test_id(panel).locator(row)
    expect(rows.first).to_be_visible()
    about, found = handed_out(page, panel)
    keys = [one["key"].removeprefix("'") for one in found]  # before what a spreadsheet might take for a formula
    assert keys == [one.get_attribute("data-key") for one in rows.all()]
    lasts = zip(found, rows.all_inner_texts(), strict=True)
    assert [text for one, text in lasts if off_s(float(one[column]) * unit_s, text) > 0] == []

    start, end = (datetime.fromisoformat(text) for text in about["Period"].split(" – "))
    assert (start.isoformat(), end.isoformat()) == (about["Period"][:25], about["Period"][-25:])
    assert {"start": start, "end": end} == {name: datetime.fromisoformat(at) for name, at in yesterday().items()}
    assert about["Time zone"] == "Europe/Prague"
    assert address.endswith(f"/{about['Equipment']}")
    assert datetime.fromisoformat(about["As known at"]) > end
    assert about["View"] == page.url


def test_the_kpis_of_a_machine_are_handed_out_as_they_are_shown(page: Page) -> None:
    page.goto(f"/unit/{CAPPER}?period=yesterday&tab=kpis")
    rows = page.locator("[data-testid^=kpi-row-]")
    expect(rows.first).to_be_visible()
    _, found = handed_out(page, "details")
    keys = [str(row.get_attribute("data-testid")).removeprefix("kpi-row-") for row in rows.all()]
    by_key = {one["key"]: one for one in found}
    assert [one["key"] for one in found if one["key"] in keys] == keys
    oee = page.get_by_test_id("kpi-row-oee_index").locator("td").first.inner_text()
    assert float(by_key["oee_index"]["Value"]) == pytest.approx(share(oee), abs=HALF)
    losses = page.get_by_test_id("big-loss")
    lasts = {str(row.get_attribute("data-key")): row.locator("td").first.inner_text() for row in losses.all()}
    assert {key for key, text in lasts.items() if off_s(float(by_key[key]["Value"]), text) > 0} == set()


def test_a_course_is_handed_out_with_the_one_it_is_compared_with(page: Page) -> None:
    page.goto(f"/kpi-trend/{LINE}?per=day&days=7&compare=1")
    rows = page.get_by_test_id("course-row")
    expect(rows).to_have_count(7)
    about, found = handed_out(page, "course-panel")
    assert "Compared with" in about
    periods = rows.locator("th").all_inner_texts()  # the newest first; what still runs says so
    assert [text[: len(one["Period"])] for one, text in zip(found, periods, strict=True)] == [
        one["Period"] for one in found
    ]
    texts = rows.locator("td:nth-child(2)").all_inner_texts()
    pairs = [(one["oee_index"], text) for one, text in zip(found, texts, strict=True) if one["oee_index"]]
    assert pairs
    assert [float(value) for value, _ in pairs[1:]] == pytest.approx([share(text) for _, text in pairs[1:]], abs=HALF)
    begins = [(one["start"], one["Before: start"]) for one in found if one["Before: start"]]
    assert begins
    assert {datetime.fromisoformat(now).date() - datetime.fromisoformat(was).date() for now, was in begins} == {WEEK}


def test_the_machines_of_a_line_are_handed_out_in_flow_order(page: Page) -> None:
    page.goto(f"/line/{LINE}")
    panel = page.get_by_test_id("machines")
    expect(panel.locator("[data-testid^=machine-] [data-state]")).to_have_count(4)
    good = panel.locator("[data-testid^=machine-] td:nth-child(5)")  # figures come after states: what is seen is given
    expect(good.filter(has_text=re.compile(r"\d"))).to_have_count(4)
    about, found = handed_out(page, "machines")
    machines = panel.locator("[data-testid^=machine-] th a").all_inner_texts()
    assert [one["Machine"].split()[0] for one in found if one["State"]] == machines
    assert all(float(one["Good"]) >= 0 for one in found if one["State"])
    assert about["Equipment"] == LINE
