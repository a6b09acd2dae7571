"""What share of the pieces that all time would bring were good ones: TEEP when products have different rates."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def teep_units(_time: TimeModel, count: CountModel) -> float | None:
    """OEE of units · those of planned busy / of all time; None where time without a rate makes them no measure.

    >>> teep_units(TimeModel(), CountModel(gq=60, busy_mu=80_000, planned_mu=100_000, elapsed_mu=200_000))
    0.375
    """
    weight = count.busy_mu * count.elapsed_mu
    return 1000 * count.gq * count.planned_mu / weight if weight and count.is_whole else None


PLUGIN = Kpi(
    id="teep_units",
    name="TEEP unit-weighted",
    formula="OEE unit-weighted · PBT / elapsed time, in units",
    unit="1",
    range="0–100 %",
    standard="theoretical units; not in ISO 22400-2",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("gq", "held_mu", "pbt_mu", "elapsed_mu", "held_us", "held_rated_us", "elapsed_us", "elapsed_rated_us"),
    compute=teep_units,
    live=False,
)
