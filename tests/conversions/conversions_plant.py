"""The small line of the pieces, whose filler counts cases."""

from __future__ import annotations

from counting_plant import PLANT

COLA = "cola: {name: Cola, rates_upm: {acme/line/filler: 120}"
IN_CASES = (
    PLANT
    .replace("total: {tag: total, modulus: 65536, max_rate_upm: 200}", "total: {tag: total, unit: case}")
    .replace(COLA, COLA + ", units: {case: 12, kg: {each: 0.33}}")
)  # fmt: skip
