"""OEE of pieces for plants that do not count set-up as a loss."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def nee_units(_time: TimeModel, count: CountModel) -> float | None:
    """OEE of units · (production + set-up units) / production units; None where busy time has no rate.

    >>> nee_units(TimeModel(), CountModel(gq=60, theoretical_mu=80_000, setup_mu=20_000, busy_mu=125_000))
    0.6
    """
    weight = count.busy_mu * count.theoretical_mu
    return 1000 * count.gq * (count.theoretical_mu + count.setup_mu) / weight if weight and count.is_whole else None


PLUGIN = Kpi(
    id="nee_units",
    name="NEE unit-weighted",
    formula="OEE unit-weighted · AUPT / APT, in units",
    unit="1",
    range="0–100 %",
    standard="theoretical units; not in ISO 22400-2",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("gq", "theoretical_mu", "setup_mu", "held_mu", "held_us", "held_rated_us"),
    compute=nee_units,
    live=False,
)
