"""A site's OEE is followed to addresses in PLCs, and every step is computed again from what the panel shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

SITE: Final = "acme/brno"
LINE: Final = "acme/brno/pack/line1"
FILLER: Final = f"{LINE}/filler"
TINY: Final = Decimal("1e-12")
ROWS: Final = """
async kind => { const rows = {}, panel = document.querySelector('[data-testid=explain]');
  const told = () => panel.querySelectorAll(`[data-testid=explain-node][data-kind=${kind}]`)
    .forEach(row => { rows[row.dataset.key] = row.innerText; });
  told();
  const list = panel.querySelector('[data-testid=explain-many]');  // of a long list only what is in sight is drawn
  for (let at = 0; list && at <= list.scrollHeight; at += list.clientHeight / 2) {
    list.scrollTop = at;
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    told();
  }
  return rows; }
"""
SEEK: Final = """
async ([css, saying]) => { const panel = document.querySelector('[data-testid=explain]') ?? document.body;
  const there = () => [...panel.querySelectorAll(css)].find(row => row.textContent.includes(saying));
  const list = panel.querySelector('[data-testid=explain-many]');  // it may be scrolled to where that is not drawn
  for (let at = 0; list && !there() && at <= list.scrollHeight; at += list.clientHeight / 2) {
    list.scrollTop = at;
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  }
  return there()?.dataset.key ?? null; }
"""


def exact(text: str) -> Decimal:
    """The number that is shown: `72.0829541614276%`, `39,595.906945 s`, `57,141`."""
    return Decimal(re.findall(r"-?[\d,]*\.?\d+", text.replace("\u2009", " "))[-1].replace(",", ""))


def value(page: Page) -> Decimal:
    """What the open step says it comes to."""
    return exact(page.get_by_test_id("explain-value").inner_text())


def rows(page: Page, kind: str) -> dict[str, str]:
    """All the steps of a kind of which the open one is made, by their keys: pages and pages of them."""
    opened = page.locator("[data-testid=explain-node]").first
    expect(opened).to_be_visible()
    more = page.get_by_test_id("explain-more")
    while more.count():
        begun = page.get_by_test_id("explain-count").inner_text()
        more.click()
        expect(page.get_by_test_id("explain-count")).not_to_have_text(begun)
    found: dict[str, str] = page.evaluate(ROWS, kind)
    return found


def below(page: Page, kind: str) -> list[Decimal]:
    """What each of the steps says of which the open one is made."""
    return [exact(text.splitlines()[-1]) for text in rows(page, kind).values()]


def opens(page: Page, key: str) -> None:
    expect(page.get_by_test_id("explain-open")).to_have_attribute("data-key", key)


def follow(page: Page, key: str) -> None:
    """Open the step whose key ends so."""
    _open(page, f'[data-testid=explain-node][data-key$="{key}"]')


def follow_first(page: Page, kind: str, *, saying: str = "") -> None:
    """Open the first step of a kind."""
    _open(page, f"[data-testid=explain-node][data-kind={kind}]", saying)


def _open(page: Page, css: str, saying: str = "") -> None:
    key = page.wait_for_function(SEEK, arg=[css, saying]).json_value()
    page.locator(f'[data-testid=explain-node][data-key="{key}"]').click()
    opens(page, key)


def fact(page: Page, name: str) -> str:
    return page.get_by_test_id(f"fact-{name}").inner_text()


def given(page: Page, name: str) -> Decimal:
    return exact(fact(page, name))


def formula(page: Page) -> str:
    return page.get_by_test_id("explain-formula").inner_text()


def up(page: Page, crumb: int) -> None:
    """Back to a step on the way down, the figure itself is 0."""
    page.get_by_test_id("explain-crumb").nth(crumb).click()
    expect(page.get_by_test_id("explain-crumb")).to_have_count(crumb)


def an_oee(page: Page, of: str = SITE) -> None:
    """OEE of the site (or a part of it) yesterday, so that there is something at any hour, to the last digit."""
    page.goto(f"/kpi-trend/{of}?per=day&days=7")
    page.get_by_test_id("course-row").nth(1).get_by_role("button", name="Explain OEE").click()
    page.get_by_test_id("explain-exact").click()
    expect(page.get_by_test_id("explain-value")).to_have_text(re.compile(r"\.\d{6,}%"))


def is_in_a_plc(page: Page) -> None:
    """The open sample was read there, and this is where."""
    assert page.get_by_test_id("explain-value").inner_text()
    follow_first(page, "address")
    assert fact(page, "address")
    assert re.search(r"127\.0\.0\.1:\d+", fact(page, "endpoint"))


def since(page: Page) -> Decimal:
    """The pieces that the readings added, each to the one before."""
    return sum(map(exact, page.get_by_test_id("pieces-since").all_inner_texts()), Decimal())


COUNTED: Final[Mapping[str, Callable[[Page], Decimal]]] = {
    "Σ pieces since the reading before": since,
    "quantity · time within the slice / time of the record, in whole pieces": lambda page: (
        given(page, "quantity") * given(page, "within_us") / given(page, "lasted_us")
    ),
}


def test_a_sites_oee_and_its_times_are_computed_again_down_to_the_plc(page: Page) -> None:
    page.goto(f"/overview/{SITE}")
    page.get_by_test_id("whole").get_by_test_id("kpi-oee_index").click()
    expect(page.get_by_test_id("explain-formula")).to_have_text("Availability · Effectiveness · Quality ratio")

    an_oee(page)
    availability, effectiveness, quality = below(page, "kpi")
    assert value(page) / 100 == pytest.approx(availability * effectiveness * quality / 10**6, abs=TINY)

    follow(page, "/availability")
    assert formula(page) == "APT / PBT"
    produced_s, planned_s = below(page, "column")
    assert value(page) / 100 == pytest.approx(produced_s / planned_s, abs=TINY)

    follow(page, "/held_us")
    assert value(page) == sum(below(page, "column")) == planned_s
    follow(page, "/aust_us")
    setup_s = value(page)
    assert setup_s == sum(below(page, "equipment")) > 0  # a site is the sum of its lines
    follow_first(page, "equipment")
    assert value(page) == sum(below(page, "slice"))  # every second of it, to the microsecond
    follow_first(page, "slice")
    assert formula(page) == "end − start"
    assert value(page) == exact(fact(page, "elapsed_us"))
    begin, end = (exact(re.split(r"[:Z]", fact(page, name))[2]) for name in ("start", "end"))
    assert (end - begin - value(page)) % 60 == 0
    follow_first(page, "state-record")
    follow_first(page, "sample")
    is_in_a_plc(page)
    expect(page.get_by_test_id("explain-crumb")).to_have_count(8)


def test_a_sites_pieces_weigh_by_their_time_and_a_lines_are_computed_again_down_to_the_counters(page: Page) -> None:
    an_oee(page)
    follow(page, "/quality_ratio")
    assert formula(page) == "Σ PRI · GQ / Σ PRI · PQ"
    good_s, made_s = below(page, "column")
    assert value(page) / 100 == pytest.approx(good_s / made_s, abs=TINY)
    follow(page, "/pri_gq_ns")
    assert value(page) == sum(below(page, "column")) == good_s
    follow(page, "/ideal_good_ns")
    assert value(page) == sum(below(page, "equipment")) == good_s

    an_oee(page, LINE)
    follow(page, "/quality_ratio")
    assert formula(page) == "GQ / PQ"
    good, made = below(page, "column")
    assert value(page) / 100 == pytest.approx(good / made, abs=TINY)
    follow(page, "/gq")
    assert value(page) == sum(below(page, "column")) == good
    up(page, 1)
    follow(page, "/pq")
    assert value(page) == sum(below(page, "column")) == made
    follow(page, "/scrap_observed")
    assert value(page) == sum(below(page, "slice")) > 0
    follow(page, next(key for key, text in rows(page, "slice").items() if exact(text.splitlines()[-1]) > 0))
    assert formula(page) == "Σ scrap of its count records"
    records = rows(page, "count-record").values()
    assert value(page) == sum(exact(text.splitlines()[-1]) for text in records if "Scrap" in text) > 0
    follow_first(page, "count-record", saying="Scrap")
    assert abs(value(page) - COUNTED[formula(page)](page)) < 1
    first, last = below(page, "sample")
    assert last - first == since(page)  # the counter only grew
    follow_first(page, "sample")
    is_in_a_plc(page)


def test_a_sites_effectiveness_is_computed_again_from_standard_rates_and_pieces(page: Page) -> None:
    an_oee(page)
    follow(page, "/effectiveness")
    assert formula(page) == "PRI · PQ / APT"
    ideal_s, rated_s = below(page, "column")
    assert value(page) / 100 == pytest.approx(ideal_s / rated_s, abs=TINY)
    follow(page, "/apt_rated_us")
    assert value(page) == sum(below(page, "equipment")) == rated_s
    up(page, 1)
    follow(page, "/pri_pq_ns")
    assert value(page) == sum(below(page, "column")) == ideal_s
    follow(page, "/ideal_ns")
    assert value(page) == sum(below(page, "equipment"))
    follow_first(page, "equipment")
    assert value(page) == sum(below(page, "slice"))
    follow_first(page, "slice")
    assert formula(page) == "Σ PRI · (good + scrap + rework) of its jobs"
    of_slice_s = value(page)
    counted = [text for text in rows(page, "count-record").values() if "Infeed" not in text]
    pieces = sum(exact(text.splitlines()[-1]) for text in counted)
    follow_first(page, "job-response")
    assert formula(page) == "PRI = 60 s / standard rate"
    assert given(page, "pri_ns") == round(60 / given(page, "rate_upm"), 9)
    assert pieces == given(page, "good") + given(page, "scrap") + given(page, "rework")
    assert given(page, "ideal_ns") == given(page, "pri_ns") * pieces == of_slice_s
    up(page, 5)
    follow_first(page, "count-record")
    assert abs(value(page) - COUNTED[formula(page)](page)) < 1
    follow_first(page, "sample")
    is_in_a_plc(page)


def test_a_cycle_time_is_computed_again_from_the_cycles_that_the_counter_showed(page: Page) -> None:
    page.goto(f"/unit/{FILLER}?tab=cycles&period=yesterday")
    row = page.locator("tr[data-chosen=true]")
    row.get_by_test_id("cycle-actual").click()
    page.get_by_test_id("explain-exact").click()
    assert formula(page) == "APT / PQ"
    made_s, pieces = below(page, "column")
    assert value(page) == pytest.approx(made_s / pieces, abs=TINY)
    follow(page, "/sum:pieces")
    assert value(page) == sum(below(page, "slice")) == pieces

    row.get_by_test_id("cycle-p50").click()
    expect(page.get_by_test_id("explain-formula")).to_contain_text("50%")
    assert given(page, "took_less") < given(page, "wanted") <= given(page, "took_at_most")
    assert sum(below(page, "figure")) == given(page, "counted")
    follow_first(page, "figure")
    assert value(page) == sum(below(page, "cycle"))
    follow_first(page, "cycle")
    assert since(page) == given(page, "pieces_made") == value(page)
    assert given(page, "each_s") == pytest.approx(given(page, "lasted_us") / value(page), abs=TINY)
    follow_first(page, "sample")
    is_in_a_plc(page)
