"""How long the work unit takes for a piece while it produces."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def cycle_time(time: TimeModel, count: CountModel) -> float | None:
    """APT/PQ in s: the mean of the period, to hold against PRI, the planned run time per item.

    >>> cycle_time(TimeModel(apt_us=60_000_000), CountModel(gq=38, sq=2))
    1.5
    """
    return time.apt_us / (1_000_000 * count.pq) if count.pq and count.is_whole else None


PLUGIN = Kpi(
    id="cycle_time",
    name="Mean cycle time",
    formula="APT / PQ",
    unit="s",
    range="0 and more; the lower the better",
    standard="ours",
    convention=("no_data", "micro_stop"),
    inputs=("apt_us", "pq"),
    compute=cycle_time,
    live=False,
    better="lower",
)
