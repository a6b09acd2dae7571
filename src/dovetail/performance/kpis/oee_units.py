"""What share of the pieces that planned time would bring were good ones: OEE when products have different rates."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def oee_units(_time: TimeModel, count: CountModel) -> float | None:
    """A2 · P · Q of ratios over theoretical units; None where busy time without a rate makes them no measure.

    >>> oee_units(TimeModel(), CountModel(gq=60, busy_mu=100_000))
    0.6
    """
    return 1000 * count.gq / count.busy_mu if count.busy_mu and count.is_whole else None


PLUGIN = Kpi(
    id="oee_units",
    name="OEE unit-weighted",
    formula="GQ / Σ PBT · standard rate",
    unit="1",
    range="0–100 %",
    standard="theoretical units; not in ISO 22400-2",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("gq", "held_mu", "held_us", "held_rated_us"),
    compute=oee_units,
    live=False,
)
