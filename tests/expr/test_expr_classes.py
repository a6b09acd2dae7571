"""Many machines computed at once say, row for row, what each says alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from expr_examples import END, EXPRESSIONS, PLANT, STEP_S
from expr_signals import MEANINGS, T0_US, Sample, checked, track
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.expr.checking import Expression, check
from dovetail.expr.evaluate import Span, context_us, evaluate, evaluate_all, shape
from dovetail.tracks.bundles import Lanes, Part, gathered
from dovetail.tracks.columns import DTYPES, ZEROS, Kind, Track
from shortcuts import examples

type Row = tuple[int, object, int, int]
type Plant = dict[str, list[Sample]]


def rows(found: Track) -> list[Row]:
    columns = (found.ts, found.value, found.qualities, found.statuses)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def parts(kind: Kind, samples: Sequence[Sample], cut: int) -> list[Part]:
    """Samples as they arrived: those from `cut` on before the others."""
    given_rows = [(*one, q.BAD_COMM if one[1] is None else q.GOOD)[:3] for one in samples]
    return [
        (
            np.array([T0_US + round(at * SECOND_US) for at, _, _ in piece], dtype=np.int64),
            np.array([ZEROS[kind] if value is None else value for _, value, _ in piece], dtype=DTYPES[kind]),
            np.array([mark for _, _, mark in piece], dtype=np.uint16),
            np.array([value is not None for _, value, _ in piece], dtype=np.bool_),
        )
        for piece in (given_rows[cut:], given_rows[:cut])
        if piece
    ]


def alone(expression: Expression, plant: Plant, span: Span) -> list[Row]:
    start_us = context_us(expression, span.from_us)
    tracks = {name: track(MEANINGS[name].kind, plant[name], start_us) for name in expression.signals}
    return rows(evaluate(expression, tracks, span))


def at_once(expression: Expression, plants: Sequence[Plant], spans: Sequence[Span], cut: int) -> list[list[Row]]:
    from_us = np.array([span.from_us for span in spans], dtype=np.int64)
    lanes = Lanes(from_us - expression.lookback_us, np.array([span.upto_us for span in spans], dtype=np.int64))
    signals = [
        gathered(kind, [parts(kind, plant[name], cut) for plant in plants], lanes)
        for name in expression.signals
        for kind in [MEANINGS[name].kind]
    ]
    found = evaluate_all(expression, signals, lanes, from_us)
    edges = [*lanes.first(found.ts).tolist(), len(found)]
    whole = rows(Track(lanes.moments_us(found.ts), found.value, found.quality, found.status))
    return [whole[begin:end] for begin, end in pairwise(edges)]


def moment(step: int) -> int:
    return T0_US + round(step * STEP_S * SECOND_US)


SPANS = st.tuples(st.integers(0, END), st.integers(0, END)).map(lambda ends: Span(*map(moment, sorted(ends))))


@settings(max_examples=examples(60), deadline=None)
@given(text=EXPRESSIONS, lanes=st.lists(st.tuples(PLANT, SPANS), min_size=1, max_size=4), cut=st.integers(0, 7))
def test_of_each_is_said_what_is_said_of_it_alone(text: str, lanes: list[tuple[Plant, Span]], cut: int) -> None:
    expression = checked(text)
    plants, spans = [plant for plant, _ in lanes], [span for _, span in lanes]
    expected = [alone(expression, plant, span) for plant, span in lanes]
    assert at_once(expression, plants, spans, cut) == expected


OVERRIDDEN = [(0.0, 1.5, q.GOOD_LOCAL_OVERRIDE), (2.0, float("nan"), q.GOOD), (3.0, 4.0, q.GOOD_LOCAL_OVERRIDE)]
TWICE = [(1.0, 1.0, q.GOOD), (1.0, 2.0, q.UNCERTAIN), (1.0, 3.0, q.GOOD | q.SAID_AGAIN), (1.0, 4.0, q.GOOD)]


@pytest.mark.parametrize("text", ["n", "n + 1", "-n", "if_good(n, m)", "n if on else m"])
@pytest.mark.parametrize("cut", [0, 2])
def test_marks_and_moments_said_twice_are_as_they_are_alone(text: str, cut: int) -> None:
    plants: list[Plant] = [
        {"n": OVERRIDDEN, "m": TWICE, "on": [(0.0, True)]},
        {"n": TWICE, "m": [], "on": [(1.0, False), (2.0, None)]},
        {"n": OVERRIDDEN[:1], "m": OVERRIDDEN[2:], "on": []},
    ]
    spans = [Span(moment(0), moment(40)), Span(moment(5), moment(25)), Span(moment(10), moment(10))]
    expression = checked(text)
    in_order = [{name: [*samples[cut:], *samples[:cut]] for name, samples in plant.items()} for plant in plants]
    expected = [alone(expression, plant, span) for plant, span in zip(in_order, spans, strict=True)]
    assert at_once(expression, plants, spans, cut) == expected


@pytest.mark.parametrize(
    ("first", "second", "is_alike"),
    [
        ("n + m", "m + n", True),  # the names are taken in their order
        ("n + n", "m + m", True),
        ("n + m", "n + n", False),
        ("n + 1", "m + 2", False),
        ("n - m", "n + m", False),
        ("mean(n, '5 s')", "mean(m, '5 s')", True),
        ("mean(n, '5 s')", "mean(m, '6 s')", False),
        ("previous(n, '1 s')", "previous(on, '1 s')", False),  # of another kind
        ("to(power, 'W')", "to(power_w, 'W')", False),  # another factor
    ],
)
def test_what_is_computed_alike(first: str, second: str, *, is_alike: bool) -> None:
    assert (shape(check(first, MEANINGS.get)) == shape(check(second, MEANINGS.get))) is is_alike
