"""How much of the time for production went into it, and not into delays."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def technical_efficiency(time: TimeModel, _count: CountModel | None = None) -> float | None:
    """APT/(APT + ADET) (ISO 22400-2 no. 12).

    >>> technical_efficiency(TimeModel(apt_us=9, adet_us=3))
    0.75
    """
    return time.apt_us / (time.apt_us + time.adet_us) if time.apt_us + time.adet_us else None


PLUGIN = Kpi(
    id="technical_efficiency",
    name="Technical efficiency",
    formula="APT / (APT + ADET)",
    unit="1",
    range="0–100 %",
    standard="ISO 22400-2:2014 no. 12",
    convention=("unplanned_run", "micro_stop"),
    inputs=("apt_us", "adet_us"),
    compute=technical_efficiency,
    iso=12,
    live=False,
)
