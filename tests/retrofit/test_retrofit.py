"""Levels and cycles found in signals as old machines give them: noisy, drifting, with two idles, and empty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from dovetail.core.clock import SECOND_US
from dovetail.retrofit.code import expression, plant_code
from dovetail.retrofit.cycles import count, crossings, debounce_ms
from dovetail.retrofit.levels import propose

type Floats = NDArray[np.float64]


def stays(seed: int, levels: list[tuple[float, float, int]], times: int = 6) -> Floats:
    """(mean, sd, samples) stretches one after the other, several times over."""
    chance = np.random.default_rng(seed)
    return np.concatenate([chance.normal(mean, sd, n) for _ in range(times) for mean, sd, n in levels])


@pytest.mark.parametrize(
    ("levels", "names", "bounds"),
    [
        ([(0.05, 0.02, 400), (9.0, 0.8, 700)], ("idle", "run"), [(0.05, 9.0)]),
        ([(0.05, 0.02, 300), (2.0, 0.15, 300), (9.0, 1.0, 700)], ("off", "idle", "run"), [(0.1, 2.0), (2.0, 9.0)]),
        (
            [(0.05, 0.03, 300), (2.0, 0.15, 300), (3.5, 0.2, 200), (9.0, 0.9, 700)],
            ("off", "idle", "idle_high", "run"),
            [(0.1, 2.0), (2.0, 3.5), (3.5, 9.0)],
        ),
        ([(2.0, 0.3, 950), (9.0, 0.8, 50)], ("idle", "run"), [(2.0, 9.0)]),  # it runs one hour in twenty
        ([(4.0, 0.01, 500), (4.2, 0.01, 500)], ("idle", "run"), [(4.0, 4.2)]),  # 4…20 mA, little swing
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_levels_are_found(
    levels: list[tuple[float, float, int]], names: tuple[str, ...], bounds: list[tuple[float, float]], seed: int
) -> None:
    found = propose(stays(seed, levels))
    assert tuple(level.name for level in found.levels) == names
    for between, (below, above) in zip(found.thresholds, bounds, strict=True):
        assert below < between.low < between.high < above
        assert between.expected_wrong < 0.01
    assert sum(level.share for level in found.levels) == pytest.approx(1)
    assert found.warnings == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda chance: chance.normal(5, 1, 5_000),
        lambda chance: chance.uniform(0, 10, 5_000),
        lambda chance: chance.exponential(2, 5_000),
        lambda chance: np.full(5_000, 4.0),
        lambda chance: chance.normal(5, 1, 100),
        lambda chance: np.append(chance.normal(5, 1, 5_000), [80.0, 90.0]),  # two spikes are no state
        lambda chance: np.full(5_000, np.nan),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_population_tells_nothing(make: Callable[[np.random.Generator], Floats], seed: int) -> None:
    found = propose(make(np.random.default_rng(seed)))
    assert not found.can_tell
    assert found.why


def test_levels_that_overlap_say_how_much() -> None:
    found = propose(stays(1, [(2.0, 0.5, 1_000), (4.2, 0.5, 1_000)]))
    assert found.can_tell
    assert found.thresholds[0].expected_wrong == pytest.approx(0.014, abs=0.01)
    assert any("overlap" in warning for warning in found.warnings)


def test_a_sensor_that_drifts_is_named() -> None:
    signal = stays(1, [(1.0, 0.1, 500), (9.0, 0.4, 500)], times=8)
    found = propose(signal + np.linspace(0, 3.0, len(signal)))
    assert found.can_tell
    assert any("has moved" in warning for warning in found.warnings)


def test_the_proposal_is_plant_code() -> None:
    found = propose(stays(1, [(0.05, 0.02, 300), (2.0, 0.15, 300), (9.0, 1.0, 700)]))
    text = expression("current", [level.name for level in found.levels], found.thresholds)
    assert text.startswith("'run' if hysteresis(current, ")
    assert text.endswith(" else 'off'")
    assert "map: {off: Stopped, idle: Idle, run: Execute}" in plant_code("current", found)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("period", "noise"), [(2.0, 0.05), (7.5, 0.1), (31.0, 0.02)])
def test_strokes_are_counted(period: float, noise: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    seconds = np.arange(0, 40 * period, period / 60)
    stroke = (np.mod(seconds, period) < 0.4 * period) * 6.0 + 1.0
    ts = (seconds * SECOND_US).astype(np.int64)
    signal = stroke + chance.normal(0, noise * 6, len(seconds))
    found = count(ts, signal, propose(signal))
    assert found.period_s == pytest.approx(period, rel=0.02)
    assert found.counted in (39, 40)


def test_what_does_not_repeat_has_no_period() -> None:
    signal = stays(5, [(0.1, 0.05, 211), (9, 0.5, 503)], times=1)
    ts = np.arange(len(signal), dtype=np.int64) * SECOND_US
    found = count(ts, signal, propose(signal))
    assert (found.period_s, found.counted) == (None, 1)


def test_noise_between_the_thresholds_counts_nothing() -> None:
    signal = np.array([0, 5, 4.6, 5.2, 4.9, 10, 6, 5, 10, 0, 4, 10.0])
    assert crossings(signal, 1.0, 9.0).tolist() == [5, 11]


def test_bounces_are_told_from_pulses() -> None:
    chance = np.random.default_rng(1)
    pulses = np.cumsum(chance.uniform(0.8, 1.2, 60) * SECOND_US)
    bounced = np.concatenate([pulses, pulses + 4_000, pulses + 9_000]).astype(np.int64)
    found = debounce_ms(bounced)
    assert found is not None
    assert 9 < found < 800
    assert debounce_ms(pulses.astype(np.int64)) is None
