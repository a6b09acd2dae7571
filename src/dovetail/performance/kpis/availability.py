"""How much of the planned busy time the work unit really produced in."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def availability(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """APT/PBT (ISO 22400-2 no. 8); with `no_data: observed` the time without knowledge is left out of PBT.

    >>> availability(TimeModel(pbt_us=28_800_000_000, apt_us=24_480_000_000))
    0.85
    >>> availability(TimeModel(pbt_us=28_800_000_000, nodt_us=28_800_000_000)) is None
    True
    """
    return time.apt_us / time.held_us if time.held_us else None


PLUGIN = Kpi(
    id="availability",
    name="Availability",
    formula="APT / PBT",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 8",
    convention=("no_data", "unplanned_run", "micro_stop", "pbt"),
    inputs=("apt_us", "held_us"),
    compute=availability,
    iso=8,
)
