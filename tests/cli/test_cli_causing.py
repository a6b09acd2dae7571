"""`dovetail causes` says in words what the documents of the API say in figures."""

from __future__ import annotations

from dovetail.cli.causing import cause_lines, stop_lines

NAMES = {4: "Filler", 5: "Capper"}
CAUSES = {
    "lost_us": 2_220_000_000,
    "lost_units": 1200.4,
    "rows": [
        {"unit_id": 5, "role": "own", "reason": "mechanical/jam", "lost_us": 1_200_000_000, "lost_units": 1200.4,
         "stops": 3, "share": 0.54},
        {"unit_id": 4, "role": "no_data", "reason": None, "lost_us": 1_020_000_000, "lost_units": None, "stops": 1,
         "share": 0.46},
    ],
    "bottlenecks": [{"unit_id": 4, "share": 0.25}],
}  # fmt: skip


def test_causes_in_words() -> None:
    assert cause_lines(CAUSES, NAMES) == [
        "    20.0 min     1200 pieces    3 stops   54%  Capper: mechanical/jam",
        "    17.0 min        – pieces    1 stops   46%  Filler: no data",
        "    37.0 min     1200 pieces lost in all",
        "bottleneck  25% of the time: Filler",
    ]


def test_stops_in_words() -> None:
    stop = {
        "equipment_id": 5,
        "start": "2026-01-05T06:30:00Z",
        "end": None,
        "key": {"unit_id": 5, "role": "own", "reason": None},
        "without": {"units": 412.3, "anyway": [{"unit_id": 4, "lost_us": 90_000_000}]},
    }
    (line, method) = stop_lines({"items": [stop], "method": "how"}, NAMES)
    assert line.endswith("Capper: without it +412 pieces (1.5 min lost anyway); Capper: no reason given")
    assert method == "how"
