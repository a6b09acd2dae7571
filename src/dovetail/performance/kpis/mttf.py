"""How long the work unit is able to produce until it fails."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def mttf(time: TimeModel, count: CountModel) -> float | None:
    """Σ TTF/(FE + 1) in s (ISO 22400-2 no. 32): TTF is planned busy time known to be without failure.

    >>> mttf(TimeModel(pbt_us=10_000_000, failing_us=1_000_000), CountModel(failures=2))
    3.0
    """
    divisor = 1_000_000 * count.failure_divisor
    return (time.observed_us - time.failing_us) / divisor if divisor else None


PLUGIN = Kpi(
    id="mttf",
    name="Mean time to failure",
    formula="Σ TTF / (FE + 1)",
    unit="s",
    range="0 and more",
    standard="ISO 22400-2:2014 no. 32",
    convention=("failures", "pbt"),
    inputs=("pbt_us", "nodt_us", "failing_us", "failures"),
    compute=mttf,
    iso=32,
    live=False,
)
