"""Where the time of a period went: from elapsed to effective time step by step, and as the six big losses.

Pure, over sums of the ledger: the steps of either come to the whole exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel


class Loss(BaseModel):
    """A step of the waterfall from elapsed to effective time; `units` is what it comes to at the standard rate."""

    key: str
    label: str
    us: int
    units: float | None


def waterfall(sums: Mapping[str, int], *, blind: bool = False) -> list[Loss]:
    """From elapsed time to effective time, in the order in which losses are taken; the steps sum up exactly.

    Where nothing tells of good pieces (`blind`) it ends at the production time: nobody knows how much was effective.
    """
    rated_us = sums["apt_rated_us"]
    ideal_us, ideal_good_us = _round_us(sums["ideal_ns"]), _round_us(sums["ideal_good_ns"])
    steps = [
        ("elapsed", "Elapsed time", sums["elapsed_us"]),
        ("not_planned", "Not planned", sums["not_planned_us"]),
        ("planned_down", "Planned down", sums["planned_down_us"]),
        ("no_data", "No data", sums["nodt_us"]),
        ("setup", "Setup", sums["aust_us"]),
        ("delay", "Delay", sums["adet_us"] - sums["external_us"]),
        ("delay_external", "Delay from outside", sums["external_us"]),
        ("down", "Down", sums["adot_us"]),
        ("speed", "Speed loss", rated_us - ideal_us),
        ("quality", "Quality loss", ideal_us - ideal_good_us),
        ("effective", "Effective", sums["apt_us"] - rated_us + ideal_good_us),
    ]
    if blind:
        steps[-3:] = [("production", "Production time", sums["apt_us"])]
    return [Loss(key=key, label=label, us=us, units=_units(us, sums)) for key, label, us in steps]


def _round_us(ns: int) -> int:
    return (ns + 500) // 1000


def _units(us: int, sums: Mapping[str, int]) -> float | None:
    """Pieces that this time comes to at the mean standard rate of the production time; None where none has a rate."""
    rated_us = sums["apt_rated_us"]
    return round(us * sums["theoretical_mu"] / (1000 * rated_us), 3) if rated_us else None


def six_big_losses(sums: Mapping[str, int], *, blind: bool = False) -> list[Loss]:
    """Planned busy time as the six big losses (Nakajima), what belongs to none of them, and effective time.

    Breakdowns are failures longer than a short stop; short stops count here whatever `micro_stop` says; defects in
    set-up are start-up losses. Waiting from outside, other stops and time without data are none of the six and stand
    beside them. Where nothing tells of good pieces (`blind`) what runs is production time, slow or not.
    """
    short_us = sums["short_us"] + sums["short_run_us"]
    breakdown_us = sums["failing_us"] - sums["short_failing_us"]
    external_us = sums["external_us"] - sums["short_external_us"]
    other_us = sums["adet_us"] + sums["adot_us"] - sums["short_us"] - breakdown_us - external_us
    run_us, rated_us = sums["apt_us"] - sums["short_run_us"], sums["apt_rated_us"] - sums["short_run_rated_us"]
    ideal_us, good_us = _round_us(sums["ideal_ns"]), _round_us(sums["ideal_good_ns"])
    startup_us = _round_us(sums["ideal_setup_ns"] - sums["ideal_good_setup_ns"])
    pieces = [
        ("reduced_speed", "Reduced speed", rated_us - ideal_us),
        ("defects", "Process defects", ideal_us - good_us - startup_us),
        ("startup", "Start-up losses", startup_us),
        ("effective", "Effective", run_us - rated_us + good_us),
    ]
    steps = [
        ("breakdowns", "Breakdowns", breakdown_us),
        ("setup", "Set-up and adjustment", sums["aust_us"]),
        ("short_stops", "Idling and short stops", short_us),
        ("external", "Waiting from outside", external_us),
        ("other", "Other stops", other_us),
        ("no_data", "No data", sums["nodt_us"]),
        *([("production", "Production time", run_us)] if blind else pieces),
    ]
    return [Loss(key=key, label=label, us=us, units=_units(us, sums)) for key, label, us in steps]
