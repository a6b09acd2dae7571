"""How much of its busy time the work unit really produced in."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def utilization_efficiency(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """APT/AUBT (ISO 22400-2 no. 5), AUBT = APT + AUST + ADET.

    >>> utilization_efficiency(TimeModel(apt_us=6, aust_us=1, adet_us=1))
    0.75
    """
    return time.apt_us / time.aubt_us if time.aubt_us else None


PLUGIN = Kpi(
    id="utilization_efficiency",
    name="Utilization efficiency",
    formula="APT / AUBT",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 5",
    convention=("unplanned_run", "micro_stop"),
    inputs=("apt_us", "aubt_us"),
    compute=utilization_efficiency,
    iso=5,
    live=False,
)
