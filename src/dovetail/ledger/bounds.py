"""What the sums of a period would be at worst and at best, where part of its time is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dovetail.ledger.columns import Sums

_IN_BUSY: Final = {"busy_mu": "theoretical_nodt_mu", "busy_rated_us": "nodt_rated_us"}


def extremes(sums: Mapping[str, int]) -> tuple[Sums, Sums]:
    """The sums had all of the unknown time been lost, and had it all been production of good pieces at the rate."""
    unknown_us, of_orders_us = sums["nodt_us"], sums["order_nodt_us"]
    known = dict(sums) | {"nodt_us": 0, "order_nodt_us": 0, "order_us": sums["order_us"] + of_orders_us}
    made = round(sums["theoretical_nodt_mu"] / 1000)
    known |= {name: sums[name] + sums[of] for name, of in _IN_BUSY.items()} | dict.fromkeys(_IN_BUSY.values(), 0)
    return known | {"adot_us": sums["adot_us"] + unknown_us}, known | {
        "apt_us": sums["apt_us"] + unknown_us,
        "apt_rated_us": sums["apt_rated_us"] + sums["nodt_rated_us"],
        "theoretical_mu": sums["theoretical_mu"] + sums["theoretical_nodt_mu"],
        "ideal_ns": sums["ideal_ns"] + 1000 * sums["nodt_rated_us"],
        "ideal_good_ns": sums["ideal_good_ns"] + 1000 * sums["nodt_rated_us"],
        "good_observed": sums["good_observed"] + made,
        "order_apt_us": sums["order_apt_us"] + of_orders_us,
        "order_good": sums["order_good"] + (made if of_orders_us else 0),
    }
