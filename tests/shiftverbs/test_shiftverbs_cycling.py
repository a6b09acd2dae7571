"""`dovetail cycle-times` says in words what the document of the API says in figures."""

from __future__ import annotations

from dovetail.shiftverbs.cycling import lines_of

COLA = {
    "product": "cola", "produced": 4_140, "ideal_s": 0.6, "best_s": 0.5, "actual_s": 0.7246, "p10_s": 0.6, "p50_s": 0.6,
    "p90_s": 1.0, "bins": [{"low_s": 0.6, "high_s": 0.8, "pieces": 2_900}, {"low_s": 0.8, "high_s": 1.0, "pieces": 0},
                           {"low_s": 1.0, "high_s": 1.2, "pieces": 1_100}],
    "slower": 40, "missing": None,
}  # fmt: skip
NOTHING = dict.fromkeys(("ideal_s", "best_s", "actual_s", "p10_s", "p50_s", "p90_s"))
NONE = NOTHING | {"product": None, "produced": 0, "bins": [], "slower": 0, "missing": "no-counter"}
TOLD = {"start": "a", "until": "b", "products": [COLA, NONE], "hints": ["give it counters"]}


def test_times_stand_beside_each_other_and_what_is_missing_says_why() -> None:
    period, _head, cola, none, hint = lines_of(TOLD)
    assert (period, cola.split()) == ("a – b", ["cola", "4140", "0.600", "0.500", "0.725", "0.600", "0.600", "1.000"])
    assert none.split() == ["(no", "product)", "0", "–", "–", "–", "–", "–", "–", "(nothing", "counts", "pieces)"]
    assert hint == "hint: give it counters"


def test_bars_are_as_long_as_their_pieces() -> None:
    bars = lines_of(TOLD, bars=True)[3:6]
    assert [line.count("█") for line in bars] == [40, 15, 0]
    assert bars[2] == "  slower: 40"
