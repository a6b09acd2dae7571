"""How long a failure of the work unit lasts until it can produce again."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def mttr(time: TimeModel, count: CountModel) -> float | None:
    """Σ TTR/(FE + 1) in s (ISO 22400-2 no. 33): TTR is delay by faults of its own; None where it did not fail.

    >>> mttr(TimeModel(failing_us=3_000_000), CountModel(failures=2))
    1.0
    >>> mttr(TimeModel(), CountModel()) is None
    True
    """
    divisor = 1_000_000 * count.failure_divisor
    return time.failing_us / divisor if divisor and (count.failures or time.failing_us) else None


PLUGIN = Kpi(
    id="mttr",
    name="Mean time to restoration",
    formula="Σ TTR / (FE + 1)",
    unit="s",
    range="0 and more; the lower the better",
    standard="ISO 22400-2:2014 no. 33",
    convention=("failures",),
    inputs=("failing_us", "failures"),
    compute=mttr,
    iso=33,
    live=False,
    better="lower",
)
