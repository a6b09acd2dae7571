"""How much of the planned busy time the work unit was busy, producing, setting up or held up."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def allocation_efficiency(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """AUBT/PBT (ISO 22400-2 no. 4), AUBT = APT + AUST + ADET.

    >>> allocation_efficiency(TimeModel(pbt_us=10, apt_us=6, aust_us=1, adet_us=1, adot_us=2))
    0.8
    """
    return time.aubt_us / time.held_us if time.held_us else None


PLUGIN = Kpi(
    id="allocation_efficiency",
    name="Allocation efficiency",
    formula="AUBT / PBT",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 4",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("aubt_us", "held_us"),
    compute=allocation_efficiency,
    iso=4,
    live=False,
)
