"""What share of the pieces that all time would bring were good ones: TEEP when products have different rates."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def teep_units(_time: TimeModel, count: CountModel) -> float | None:
    """OEE of units over all of the time, planned or not; None where production time has no rate.

    >>> teep_units(TimeModel(), CountModel(gq=60, elapsed_mu=100_000))
    0.6
    """
    return 1000 * count.gq / count.elapsed_mu if count.elapsed_mu else None


PLUGIN = Kpi(
    id="teep_units",
    name="TEEP unit-weighted",
    formula="GQ / Σ elapsed time · standard rate",
    unit="1",
    range="0–100 %",
    standard="theoretical units; not in ISO 22400-2",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("gq", "elapsed_mu", "theoretical_mu"),
    compute=teep_units,
    live=False,
)
