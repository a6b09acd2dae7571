"""`dovetail slow-running` says in words what the document of the API says in figures."""

from __future__ import annotations

from dovetail.shiftverbs.slowing import lines_of

ONE = {
    "equipment_id": 3, "start": "2026-01-05T06:40:00Z", "end": "2026-01-05T07:00:00Z", "rate_upm": 60.0,
    "standard_upm": 100.0, "share": 0.6, "lost_us": 480_000_000,
}  # fmt: skip
TOLD = {"speed_us": 600_000_000, "slow_us": 480_000_000, "rest_us": 120_000_000, "hints": ["say when"]}
UNKNOWN = {"speed_us": None, "slow_us": 0, "rest_us": None, "hints": []}


def test_stretches_stand_with_their_rate_and_what_they_cost() -> None:
    stretch, whole, hint = lines_of(TOLD, [ONE], {3: "acme/line/filler"})
    assert stretch.endswith("acme/line/filler  60.0 of 100.0 a minute (60.0%), 8.0 min lost")
    assert whole == "speed loss 10.0 min = slow running 8.0 min + the rest 2.0 min"
    assert hint == "hint: say when"


def test_where_nothing_counts_nobody_knows() -> None:
    assert lines_of(UNKNOWN, [], {}) == ["no machine ran slowly", "speed loss – = slow running 0.0 min + the rest –"]
