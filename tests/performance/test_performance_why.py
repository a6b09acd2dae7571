"""A figure that cannot be worked out says why, and is neither 0 nor above 100 %."""

from __future__ import annotations

import pytest
from test_performance_kpis import hours, pieces

from dovetail.core.clock import MINUTE_US
from dovetail.ledger.timeclass import Settings
from dovetail.performance.kpis._why import WORDS
from dovetail.performance.report import KpiValue, catalogue, figures

RAN = pieces(hours(apt=60), good=3_000, scrap=60, pri_s=1.0)
PART = hours(apt=60, adot=60) | {"busy_rated_us": 60 * MINUTE_US, "busy_mu": 3_600_000, "good_observed": 3_000}
TAKEN = {"scrap_observed": -5, "good_observed": 100}


def told(sums: dict[str, int], settings: Settings | None = None, **words: object) -> dict[str, KpiValue]:
    return {one.id: one for one in figures(sums, settings or Settings(), **words).kpis}  # type: ignore[arg-type]  # any of its words, as each test needs


@pytest.mark.parametrize(("kpi", "sums", "why"), [
    ("oee_index", hours(not_planned=480), "not-planned"),
    ("availability", hours(planned_down=30), "not-planned"),
    ("availability", hours(nodt=60), "no-data"),
    ("oee_index", hours(adot=60), "no-run"),                       # it stood all the time
    ("setup_ratio", hours(adet=60), "no-run"),
    ("effectiveness", hours(apt=60), "no-rate"),
    ("quality_ratio", hours(apt=60) | {"apt_rated_us": 1}, "nothing-made"),
    ("cycle_time", hours(apt=60), "nothing-made"),
    ("allocation_ratio", hours(apt=60), "no-order"),
    ("mttr", hours(apt=60), "no-failure"),
    ("short_stop_time", hours(apt=60), "no-short-stop"),
    ("quality_ratio", RAN | TAKEN, "taken-back"),                  # 100 of 95 would be 105 %
    ("scrap_ratio", RAN | TAKEN, "taken-back"),
    ("effectiveness", RAN | TAKEN, "taken-back"),
    ("oee_units", PART, "part-without-rate"),                      # 3,000 of 3,600 in half of the time is not 83 %
    ("teep_units", PART | {"busy_rated_us": 120 * MINUTE_US}, "part-without-rate"),
])  # fmt: skip
def test_what_is_missing_is_said(kpi: str, sums: dict[str, int], why: str) -> None:
    found = told(sums)[kpi]
    assert (found.value, found.why, found.why_words) == (None, why, WORDS[why])


def test_by_failures_alone_there_is_no_mean_without_one() -> None:
    assert told(RAN)["mtbf"].value == 3600.0  # it ran an hour and did not fail
    assert told(RAN, Settings(failures="per_failure"))["mtbf"].why == "no-failure"


@pytest.mark.parametrize("kpi", catalogue())
def test_each_figure_has_a_value_or_a_reason_why_not(kpi: str) -> None:
    for sums in (RAN, RAN | TAKEN, hours(not_planned=1), hours(nodt=1), hours(adot=1), hours(apt=1), PART):
        found = told(sums)[kpi]
        assert (found.value is None) == (found.why is not None)
    blind = told(hours(apt=60), untold=("good",))[kpi]
    assert (blind.why == "uncounted") == catalogue()[kpi].needs_pieces


def test_bounds_of_pieces_by_units_hold_what_is_known_and_pass_no_whole() -> None:
    """2 h planned at 60 a minute: one known, in which all was made that could be; of the other nothing is known."""
    sums = pieces(hours(apt=60, nodt=60), good=3_600, scrap=0, pri_s=1.0) | {
        "busy_rated_us": 60 * MINUTE_US, "nodt_rated_us": 60 * MINUTE_US, "elapsed_rated_us": 120 * MINUTE_US,
        "busy_mu": 3_600_000, "theoretical_nodt_mu": 3_600_000, "elapsed_mu": 7_200_000,
    }  # fmt: skip
    for kpi in ("oee_units", "teep_units", "oee_index"):
        found = told(sums)[kpi]
        assert (found.value, found.low, found.high) == (1.0, 0.5, 1.0)


def test_time_without_knowledge_is_no_time_to_failure() -> None:
    sums = hours(apt=60, nodt=60) | {"failures": 1}
    as_loss = Settings(no_data="as_loss", failures="per_failure")
    assert told(sums, as_loss)["mttf"].value == told(sums, Settings(failures="per_failure"))["mttf"].value == 3600.0
