"""How much of its processing time the work unit was being set up."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def setup_ratio(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """AUST/AUPT (ISO 22400-2 no. 11), AUPT = APT + AUST; the lower the better.

    >>> setup_ratio(TimeModel(apt_us=9, aust_us=1))
    0.1
    """
    return time.aust_us / time.aupt_us if time.aupt_us else None


PLUGIN = Kpi(
    id="setup_ratio",
    name="Setup ratio",
    formula="AUST / AUPT",
    unit="1",
    range="0–100 %; the lower the better",
    standard="ISO 22400-2:2014 no. 11",
    convention=("unplanned_run", "micro_stop"),
    inputs=("aust_us", "aupt_us"),
    compute=setup_ratio,
    iso=11,
    live=False,
    better="lower",
)
