"""The times and pieces of a group in the words of ISO 22400-2: what a KPI is computed from."""

from __future__ import annotations

from collections.abc import Mapping

from dovetail.ledger.named import value_of
from dovetail.ledger.timeclass import Settings
from dovetail.performance.model import CountModel, TimeModel


def time_model(sums: Mapping[str, int], settings: Settings) -> TimeModel:
    """The times of a group in the words of ISO 22400-2."""
    return TimeModel(
        elapsed_us=sums["elapsed_us"],
        not_planned_us=sums["not_planned_us"],
        planned_down_us=sums["planned_down_us"],
        pbt_us=value_of("pbt_us", sums, settings),
        apt_us=sums["apt_us"],
        aust_us=sums["aust_us"],
        adet_us=sums["adet_us"],
        adot_us=sums["adot_us"],
        nodt_us=sums["nodt_us"],
        apt_rated_us=sums["apt_rated_us"],
        aoet_us=value_of("aoet_us", sums, settings),
        order_apt_us=sums["order_apt_us"],
        order_aubt_us=value_of("order_aubt_us", sums, settings),
        failing_us=sums["failing_us"],
        short_us=value_of("stopped_short_us", sums, settings),
        no_data=settings.no_data,
    )


def count_model(sums: Mapping[str, int], settings: Settings) -> CountModel:
    """The pieces of a group that a ratio may use."""
    is_rated = value_of("held_rated_us", sums, settings) == value_of("held_us", sums, settings)
    is_all_rated = sums["elapsed_rated_us"] == sums["elapsed_us"]
    return CountModel(
        gq=value_of("gq", sums, settings),
        sq=value_of("sq", sums, settings),
        rq=value_of("rq", sums, settings),
        pri_pq_ns=value_of("pri_pq_ns", sums, settings),
        pri_gq_ns=value_of("pri_gq_ns", sums, settings) if settings.line == "aggregate" else None,
        order_pq=value_of("order_pq", sums, settings),
        failures=sums["failures"],
        short_stops=sums["short_stops"],
        theoretical_mu=sums["theoretical_mu"] if is_rated else 0,
        setup_mu=sums["setup_mu"] if is_rated else 0,
        busy_mu=value_of("held_mu", sums, settings) if is_rated else 0,
        planned_mu=value_of("pbt_mu", sums, settings) if is_rated else 0,
        elapsed_mu=sums["elapsed_mu"] if is_all_rated else 0,
        mean=settings.failures,
    )
