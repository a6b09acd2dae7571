"""How long the work unit works between two failures."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def mtbf(time: TimeModel, count: CountModel) -> float | None:
    """Σ TBF/(FE + 1) in s (ISO 22400-2 no. 31): TBF is production and set-up, without delays. `failures` divides by FE.

    >>> time, count = TimeModel(apt_us=5_000_000, aust_us=1_000_000), CountModel(failures=2)
    >>> mtbf(time, count), mtbf(time, CountModel(failures=2, mean="per_failure"))
    (2.0, 3.0)
    """
    divisor = 1_000_000 * count.failure_divisor
    return time.aupt_us / divisor if divisor else None


PLUGIN = Kpi(
    id="mtbf",
    name="Mean operating time between failures",
    formula="Σ TBF / (FE + 1)",
    unit="s",
    range="0 and more",
    standard="ISO 22400-2:2014 no. 31",
    convention=("failures", "micro_stop"),
    inputs=("aupt_us", "failures"),
    compute=mtbf,
    iso=31,
    live=False,
)
