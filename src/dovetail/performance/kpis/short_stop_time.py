"""How long a short stop of the work unit lasts."""

from __future__ import annotations

from dovetail.performance.model import CountModel, Kpi, TimeModel


def short_stop_time(time: TimeModel, count: CountModel) -> float | None:
    """Time in short stops / short stops, in s.

    >>> short_stop_time(TimeModel(short_us=30_000_000), CountModel(short_stops=2))
    15.0
    """
    return time.short_us / (1_000_000 * count.short_stops) if count.short_stops else None


PLUGIN = Kpi(
    id="short_stop_time",
    name="Mean short stop",
    formula="time in short stops / short stops",
    unit="s",
    range="0 and more",
    standard="ours",
    convention=("micro_stop",),
    inputs=("stopped_short_us", "short_stops"),
    compute=short_stop_time,
    live=False,
    better="lower",
)
