"""How fast the work unit produced, held against the standard rate, while it produced."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def effectiveness(time: TimeModel, count: CountModel) -> float | None:
    """Σ PRI·PQ / Σ APT over the slices that have a rate (ISO 22400-2 no. 9); None where none has.

    Above 100 % the planned run time per item (PRI) is too long, or pieces were made outside production time.

    >>> effectiveness(TimeModel(apt_us=6_000_000, apt_rated_us=6_000_000), CountModel(gq=9, pri_pq_ns=5_400_000_000))
    0.9
    """
    return count.pri_pq_ns / (1000 * time.apt_rated_us) if time.apt_rated_us and count.is_whole else None


PLUGIN = Kpi(
    id="effectiveness",
    name="Effectiveness",
    formula="PRI · PQ / APT",
    unit="1",
    range="0 % and more; above 100 % the rate is set too low",
    standard="ISO 22400-2:2014 no. 9",
    convention=("no_data", "unplanned_run", "micro_stop"),
    inputs=("pri_pq_ns", "apt_rated_us"),
    compute=effectiveness,
    iso=9,
)
