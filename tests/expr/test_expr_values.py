"""What expressions say of samples, moment by moment; as a process engineer would work it out on paper."""

from __future__ import annotations

import pytest
from expr_signals import checked, computed, told

from dovetail.core import quality as q
from dovetail.expr.errors import ExpressionError
from dovetail.tracks.columns import Status

GOOD, UNCERTAIN, BAD, COMM = "GOOD", "UNCERTAIN", "BAD", "BAD_COMM"


@pytest.mark.parametrize(
    ("text", "n", "m", "value"),
    [
        ("n + m", 3, 4, 7),
        ("n - m * 2", 3, 4, -5),
        ("(n - m) * 2", 3, 4, -2),
        ("n / m", 3, 4, 0.75),
        ("n // m", 7, 2, 3),
        ("n % m", -7, 3, 2),
        ("n ** 2 + -m", 3, 4, 5),
        ("-n ** 2", 3, 0, -9),
        ("1 < n <= m", 3, 3, True),
        ("1 < n <= m", 3, 2.9, False),
        ("n == 3 and not m != 4", 3, 4, True),
        ("n > 5 or m > 5", 3, 6, True),
        ("n if m > 0 else -n", 3, -1, -3),
        ("abs(n) + floor(m) + ceil(m)", -3, 1.5, 6),
        ("min(n, m, 2) + max(n, m, 2)", 3, 1, 4),
        ("round(n, 1)", 2.345, 0, 2.3),
        ("round(2.5)", 0, 0, 2),
        ("sqrt(n)", 9, 0, 3),
        ("clamp(n, 0, 100)", 120, 0, 100),
        ("scale(n, 4, 20, 0, 250)", 12, 0, 125),
        ("bit(n, 3)", 8, 0, True),
        ("bit(n, 2)", 8, 0, False),
        ("number(n > m)", 3, 2, 1),
        ("is_good(n)", 3, 2, True),
        ("if_good(n, m)", 3, 2, 3),
        ("'run' if n > 0 else 'stop'", 1, 0, "run"),
        ("true and n > 0", 1, 0, True),
    ],
)
def test_a_moment(text: str, n: float, m: float, value: object) -> None:
    found = computed(text, {"n": [(0, float(n))], "m": [(0, float(m))]}, upto_s=0)
    assert told(found) == [(0, value, GOOD)]


@pytest.mark.parametrize(
    ("text", "n", "m", "value", "quality", "status"),
    [
        ("n / m", 1, 0, None, BAD, Status.DIVIDED_BY_ZERO),
        ("n % m", 1, 0, None, BAD, Status.DIVIDED_BY_ZERO),
        ("n // m", 0, 0, None, BAD, Status.DIVIDED_BY_ZERO),
        ("sqrt(n)", -1, 0, None, BAD, Status.OUT_OF_RANGE),
        ("n ** 0.5", -1, 0, None, BAD, Status.OUT_OF_RANGE),
        ("bit(n, 1)", 2.5, 0, None, BAD, Status.OUT_OF_RANGE),
        ("n * 1e300 * 1e300", 1, 0, None, BAD, Status.NOT_A_NUMBER),
        ("n", float("nan"), 0, None, BAD, Status.NOT_A_NUMBER),
        ("n + m", None, 1, None, COMM, Status.NONE),
        ("m > 0 or n > 0", None, 1, None, COMM, Status.NONE),
        ("m if m > 0 else n", None, 1, 1, GOOD, Status.NONE),  # the branch not taken does not matter
        ("n if m > 0 else m", None, 1, None, COMM, Status.NONE),
        ("if_good(n, m)", None, 1, 1, GOOD, Status.NONE),
        ("if_good(n, 0)", None, 1, 0, GOOD, Status.NONE),
        ("is_good(n)", None, 1, False, GOOD, Status.NONE),
        ("if_good(m / n, -1)", 0, 1, -1, GOOD, Status.NONE),
    ],
)
def test_bad_is_data(text: str, n: float | None, m: float | None, value: object, quality: str, status: Status) -> None:
    found = computed(text, {"n": [(0, n)], "m": [(0, m)]}, upto_s=0)
    assert told(found) == [(0, value, quality)]
    assert found.statuses.tolist() == [status]


@pytest.mark.parametrize(
    ("qualities", "quality"),
    [
        ((q.GOOD, q.GOOD), GOOD),
        ((q.GOOD, q.UNCERTAIN_RANGE), "UNCERTAIN_RANGE"),
        ((q.UNCERTAIN_LAST_KNOWN, q.UNCERTAIN_RANGE), "UNCERTAIN_LAST_KNOWN"),
        ((q.UNCERTAIN_RANGE, q.BAD_STALE), "BAD_STALE"),
        ((q.BAD_NOT_CONNECTED, q.BAD_STALE), "BAD_NOT_CONNECTED"),
        ((q.GOOD | q.TIME_REANCHORED, q.GOOD), GOOD),
        ((q.GOOD_LOCAL_OVERRIDE, q.UNCERTAIN), UNCERTAIN),
    ],
)
def test_the_worst_input_is_the_quality(qualities: tuple[int, int], quality: str) -> None:
    found = computed("n + m", {"n": [(0, 1.0, qualities[0])], "m": [(0, 2.0, qualities[1])]}, upto_s=0)
    assert [row[2] for row in told(found)] == [quality]


def test_inputs_meet_in_event_time() -> None:
    found = computed("n + m", {"n": [(0, 1.0), (2, 5.0), (2, 6.0)], "m": [(-9, 10.0), (1, 20.0), (3, None)]}, upto_s=4)
    assert told(found) == [(0, 11, GOOD), (1, 21, GOOD), (2, 26, GOOD), (3, None, COMM)]


def test_before_its_first_sample_nothing_is_known() -> None:
    found = computed("n + m", {"n": [(0, 1.0)], "m": [(2, 1.0)]}, upto_s=4)
    assert told(found) == [(0, None, BAD), (2, 2, GOOD)]
    assert found.statuses.tolist() == [Status.NO_VALUE_YET, Status.NONE]


ON = [(-60, False), (1, True), (5, False), (6, True), (8, None), (9, True), (20, False)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("on_delay(on, '3 s')", [(0, False), (4, True), (5, False), (8, None), (9, False), (12, True), (20, False)]),
        ("off_delay(on, '3 s')", [(0, False), (1, True), (8, None), (9, True), (23, False)]),
        ("rising(on)", [(0, False), (1, True), (2, False), (6, True), (7, False), (8, None), (9, False)]),
        ("falling(on)", [(0, False), (5, True), (6, False), (8, None), (9, False), (20, True), (21, False)]),
        (
            "changed(on, '2 s')",
            [(0, False), (1, True), (3, False), (5, True), (8, None), (9, False), (20, True), (22, False)],
        ),
        ("previous(on, '10 s')", [(0, False), (11, True), (15, False), (16, True), (18, None), (19, True)]),
    ],
)  # fmt: skip
def test_edges_and_delays_stand_at_their_moment(text: str, rows: list[tuple[float, object]]) -> None:
    found = computed(text, {"on": ON}, upto_s=24)
    assert [row[:2] for row in told(found)] == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("hysteresis(n, 2, 8)", [(0, False), (3, True), (9, False), (10, None), (11, True), (13, False)]),
        ("hysteresis(n, 2, 8, '2 s')", [(0, False), (3, True), (6, False), (10, None), (11, True), (13, False)]),
        ("hysteresis(n, -9, -1)", [(0, True), (10, None), (11, True)]),
    ],
)
def test_between_two_thresholds_it_is_what_it_was(text: str, rows: list[tuple[float, object]]) -> None:
    n = [(-5, 0.0), (1, 4.0), (3, 8.0), (4, 3.0), (9, 2.0), (9.5, 4.0), (10, None), (11, 6.0), (13, 4.9)]
    assert [row[:2] for row in told(computed(text, {"n": n}, upto_s=20))] == rows


@pytest.mark.parametrize(
    ("text", "at_s", "value", "quality"),
    [
        ("mean(n, '1 min')", 60, 15.0, GOOD),  # 30 s of 10, 30 s of 20
        ("mean(n, '1 min')", 75, 17.5, GOOD),
        ("integral(n, '1 min')", 60, 900.0, GOOD),
        ("rate(n, '1 min')", 60, 10 / 60, GOOD),
        ("rate(n, '1 min', '1 h')", 60, 600.0, GOOD),
        ("rate(n, '1 min')", 91, 0.0, GOOD),
        ("mean(n, '2 min')", 60, 13.75, UNCERTAIN),  # only 80 s of it are covered
        ("mean(n, '1 min')", 301, 20.0, GOOD),
        ("mean(n, '1 min')", 401, None, COMM),
        ("mean(n, '1 min')", 450, 32.5, UNCERTAIN),  # the outage is not guessed at
        ("number(mean(n, '1 min') > 12)", 60, 1, GOOD),
    ],
)
def test_moving_windows(text: str, at_s: float, value: float | None, quality: str) -> None:
    n = [(-20, 10.0), (30, 20.0), (400, None), (420, 30.0), (440, 50.0)]
    last = told(computed(text, {"n": n}, upto_s=at_s, from_s=at_s - 1))[-1]
    assert (last[1], last[2]) == (pytest.approx(value), quality)


@pytest.mark.parametrize(
    ("samples", "value", "quality"),
    [
        ([(-70, 5.0), (0, 7.0), (1, 9.0), (30, 10.0)], 3.0, GOOD),
        ([(-70, 95.0), (1, 98.0), (30, 2.0), (50, 4.0)], 7.0, GOOD),  # rolled over or reset: from zero on
        ([(-70, 5.0), (0, None), (30, 9.0)], 4.0, UNCERTAIN),  # counted on during the outage
        ([(40, 5.0), (50, 9.0)], 4.0, UNCERTAIN),  # what it counted before the first reading is not ours
    ],
)
def test_a_counter_is_counted_by_its_steps(
    samples: list[tuple[float, float | None]], value: float, quality: str
) -> None:
    last = told(computed("increase(n, '1 min')", {"n": samples}, from_s=50, upto_s=60))[-1]
    assert (last[1], last[2]) == (value, quality)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("power + power", "kW"),
        ("power + 5", "kW"),
        ("max(power, 0)", "kW"),
        ("to(power_w, 'kW') + power", "kW"),
        ("power / power", "1"),
        ("power * level", "kW.m"),
        ("to(integral(power, '1 h'), 'kW.h')", "kW.h"),
        ("rate(level, '1 min', '1 h')", "m/h"),
        ("to(rate(level, '1 min'), 'm/h')", "m/h"),
        ("sqrt(level * level) + level", "(m.m)^½"),
        ("to(temp, '[degF]')", "[degF]"),
        ("power_w / 1000 + power", "W"),  # a number was multiplied in: only what it measures is certain
        ("n + power", "kW"),
        ("n * power", None),
        ("tag('../capper.good') / 2", "{#}"),
    ],
)
def test_units_are_carried(text: str, unit: str | None) -> None:
    found = checked(text).unit
    assert (found and found.text) == unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("to(temp, '[degF]')", 212.0), ("to(temp, 'K')", 373.15), ("to(power_w, 'kW')", 1.5), ("to(level, 'cm')", 200.0)],
)
def test_units_are_converted(text: str, value: float) -> None:
    found = computed(text, {"temp": [(0, 100.0)], "power_w": [(0, 1500.0)], "level": [(0, 2.0)]}, upto_s=0)
    assert found.value.tolist() == [pytest.approx(value)]


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("power + level", "kW and m measure different things", 0),
        ("1 + (power < power_w)", "kW and W are not the same unit", 5),
        ("to(level, 'kW')", "m cannot become kW: they measure different things", 0),
        ("to(n, 'kW')", "of what is to become kW no unit is known", 0),
        ("2 * spede", "there is no tag spede", 4),
        ("mean", "there is no tag mean", 0),
        ("meen(n, '1 s')", "there is no function meen", 0),
        ("n + recipe", "`a + b` needs a number here, and this is a text", 4),
        ("n and on", "`a and b` needs true or false here, and this is a number", 0),
        ("recipe == n", "a text and a number cannot stand together in `a == b`", 0),
        ("mean(n)", "mean takes 2 arguments, not 1", 0),
        ("mean(n, '3 parsecs')", "'3 parsecs' is no duration", 8),
        ("mean(n, n)", "window must stand here as it is, not be computed", 8),
        ("bit(n, 53)", "n is a whole number from 0 to 52", 7),
        ("recipe == 'ä' and spede", "there is no tag spede", 18),
        ("  n +", "this cannot be read: something is missing or too much here", 4),
        ("", "the expression is empty", 0),
    ],
)
def test_faults_say_where_and_what(text: str, message: str, at: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        checked(text)
    assert (caught.value.message, caught.value.at) == (message, at)
