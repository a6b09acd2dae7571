"""Time-weighted means against sums worked by hand, with BAD spans, bounding values and the end of knowledge."""

from __future__ import annotations

from typing import Literal

import pytest
from naive_historian import frame

from dovetail.core.batch import Kind, Value
from dovetail.core.errors import InvalidError
from dovetail.core.scope import system_scope
from dovetail.historian import folding
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US

ALL = system_scope("test")
SECOND_US = 1_000_000
GOOD, BAD, UNCERTAIN = 0xC0, 0x08, 0x40
# A tank: 10 l from second -10, 20 l from 0, no value from 4, 40 l from 6 (uncertain), 20 l from 8; now is second 100.
TANK: list[tuple[int, Value, int]] = [
    (-10, 10.0, GOOD),
    (0, 20.0, GOOD),
    (4, None, BAD),
    (6, 40.0, UNCERTAIN),
    (8, 20.0, GOOD),
]


@pytest.mark.parametrize("sealed", ["unsealed", "sealed", "sealed in between"])
@pytest.mark.parametrize(
    ("from_s", "to_s", "interpolation", "value", "covered_s", "good"),
    [
        # stepped: 20·4 + 40·2 + 20·2 = 200 over 8 s
        (0, 10, "stepped", 25.0, 8, 0.6),
        # the bounding value counts: 10·5 + 20·4 + 40·2 = 210 over 11 s
        (-5, 8, "stepped", 210 / 11, 11, 9 / 13),
        (1, 3, "stepped", 20.0, 2, 1.0),  # no sample inside at all
        (4, 6, "stepped", None, 0, 0.0),  # BAD all the way: no mean, not zero
        (-20, -12, "stepped", None, 0, 0.0),  # before the first sample nothing is known
        (-12, -8, "stepped", 10.0, 2, 0.5),
        (90, 110, "stepped", 20.0, 10, 0.5),  # nothing is held beyond now
        (200, 210, "stepped", None, 0, 0.0),
        # sloped: the line 10→20 gives 17.5 over [-5, 0); 20 is held into BAD (·4); the line 40→20 gives 30·2
        (-5, 8, "sloped", (17.5 * 5 + 20 * 4 + 30 * 2) / 11, 11, 9 / 13),
        (-8, -6, "sloped", 13.0, 2, 1.0),  # on the line between two samples outside
        (7, 8, "sloped", 25.0, 1, 0.0),  # the later half of 40→20
        (8, 10, "sloped", 20.0, 2, 1.0),  # after the last sample its value is held
    ],
)
def test_mean_equals_the_sum_worked_by_hand(
    historian: Historian,
    sealed: str,
    from_s: int,
    to_s: int,
    interpolation,
    value: float | None,
    covered_s: int,
    good: float,
) -> None:
    rows = [(1, DAY_ZERO_US + at_s * SECOND_US, level, quality) for at_s, level, quality in TANK]
    one_by_one = [[row] for row in rows]
    puts, seals_after = {
        "unsealed": (one_by_one, ()),
        "sealed": ([rows], (0,)),
        "sealed in between": ([rows[:2], rows[3:], rows[2:3]], (0, 1)),
    }[sealed]
    historian._clock.tick(100 * SECOND_US)  # type: ignore[attr-defined]
    for seq, some in enumerate(puts):
        historian.put([frame(seq, some)])
        _ = seq in seals_after and historian.seal_once()
    found = historian.mean(
        1,
        DAY_ZERO_US + from_s * SECOND_US,
        DAY_ZERO_US + to_s * SECOND_US,
        scope=ALL,
        interpolation=interpolation,
    )
    assert found.value == (value if value is None else pytest.approx(value))
    assert found.covered_us == covered_s * SECOND_US
    assert found.good_fraction == pytest.approx(good)


def test_a_switch_has_a_mean_and_a_text_has_none(historian: Historian) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US - 4, True, GOOD), (1, DAY_ZERO_US - 1, False, GOOD)], kind=Kind.BOOL)])
    historian.put([frame(2, [(2, DAY_ZERO_US - 4, "cola", GOOD)], kind=Kind.STR)])
    assert historian.mean(1, DAY_ZERO_US - 4, DAY_ZERO_US, scope=ALL).value == 0.75
    with pytest.raises(InvalidError):
        historian.mean(2, DAY_ZERO_US - 2, DAY_ZERO_US, scope=ALL)


def test_long_trends_and_means_are_the_same_from_headers_and_from_samples(historian: Historian) -> None:
    """Two sealed chunks, of which one lies in one bucket; then a late sample falls into it."""
    rows = [(1, DAY_ZERO_US - 1_000 + i, float(i % 7), GOOD) for i in range(900)]
    historian.put([frame(1, rows)])
    asked = (1, DAY_ZERO_US - 1_500, DAY_ZERO_US)
    questions = (
        lambda: [column.tolist() for column in vars_of(historian.series(*asked, 1, scope=ALL))],
        lambda: [column.tolist() for column in vars_of(historian.series(*asked, 70, scope=ALL))],
        lambda: historian.mean(*asked, scope=ALL),
    )
    from_memory = [question() for question in questions]
    historian.seal_once()
    from_headers = [question() for question in questions]
    assert from_headers[:2] == from_memory[:2]
    assert from_headers[2].value == pytest.approx(from_memory[2].value)
    historian.put([frame(2, [(1, DAY_ZERO_US - 500, 99.0, GOOD)])])
    assert historian.series(*asked, 1, scope=ALL).max.tolist() == [99.0]


@pytest.mark.parametrize("interpolation", ["stepped", "sloped"])
def test_a_long_time_is_summed_up_in_pieces(
    historian: Historian, monkeypatch: pytest.MonkeyPatch, interpolation: Literal["stepped", "sloped"]
) -> None:
    qualities = (GOOD, UNCERTAIN, GOOD, BAD, GOOD)
    rows: list[tuple[int, Value, int]] = [(i * 3, float(i * 7 % 11), qualities[i % 5]) for i in range(40)]
    for seq, (at_us, value, quality) in enumerate(rows):  # each its own part
        historian.put([frame(seq, [(1, DAY_ZERO_US - 200 + at_us, value if quality != BAD else None, quality)])])
        _ = seq % 9 == 0 and historian.seal_once()
    asked = (1, DAY_ZERO_US - 190, DAY_ZERO_US - 50)
    at_once = historian.mean(*asked, scope=ALL, interpolation=interpolation)
    monkeypatch.setattr(folding, "MEAN_SAMPLES", 4)
    in_pieces = historian.mean(*asked, scope=ALL, interpolation=interpolation)
    assert in_pieces.value == pytest.approx(at_once.value)
    assert (in_pieces.covered_us, in_pieces.good_fraction) == (at_once.covered_us, pytest.approx(at_once.good_fraction))


def vars_of(series) -> list:
    return [series.t0_us, series.min, series.max, series.first, series.last, series.n, series.n_good]
