"""However a stretch of time is cut, an expression says the same; and it says what its definition says.

`Plainly` works each moment out by itself from the definition, on a grid of 100 ms, without any column.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from expr_examples import END, EXPRESSIONS, PLANT, STEP_S
from expr_signals import Sample, checked, computed
from hypothesis import given, settings
from hypothesis import strategies as st

from dovetail.core import quality as q
from dovetail.expr.checking import Bound
from dovetail.tracks.columns import Track
from shortcuts import examples

type Answer = tuple[float | bool | str | None, int]

GRADES = {q.BAD: 0, q.UNCERTAIN: 1, q.GOOD: 2}


class Plainly:
    """The value and grade (0 bad, 1 uncertain, 2 good) of a part of an expression at a step, by its definition."""

    def __init__(self, samples: dict[str, list[Sample]]) -> None:
        self._samples = samples
        self.at = cache(self._at)

    def _at(self, part: Bound, step: int) -> Answer:
        if part.signal is not None:
            return self._signal(part.signal, step)
        if part.value is not None:
            return part.value, 2
        assert part.function is not None
        return getattr(self, NAMES[part.function.name])(part, step)

    def _signal(self, name: str, step: int) -> Answer:
        held: Answer = (None, 0)
        for at, value, *quality in self._samples[name]:
            if round(at / STEP_S) <= step:
                held = (value, 0 if value is None else GRADES[(quality or [q.GOOD])[0]])
        return held

    def _args(self, part: Bound, step: int) -> tuple[list[float], int]:
        found = [self.at(arg, step) for arg in part.args]
        return [value for value, _ in found], min(grade for _, grade in found)

    def _alike(self, part: Bound, step: int, compute: object) -> Answer:
        values, grade = self._args(part, step)
        return (compute(*values), grade) if grade else (None, 0)

    def plus(self, part: Bound, step: int) -> Answer:
        return self._alike(part, step, lambda a, b: a + b)

    def times(self, part: Bound, step: int) -> Answer:
        return self._alike(part, step, lambda a, b: a * b)

    def less(self, part: Bound, step: int) -> Answer:
        return self._alike(part, step, lambda a, b: a < b)

    def both(self, part: Bound, step: int) -> Answer:
        return self._alike(part, step, lambda a, b: a and b)

    def contrary(self, part: Bound, step: int) -> Answer:
        return self._alike(part, step, lambda a: not a)

    def divide(self, part: Bound, step: int) -> Answer:
        values, grade = self._args(part, step)
        return (values[0] / values[1], grade) if grade and values[1] else (None, 0)

    def if_good(self, part: Bound, step: int) -> Answer:
        first = self.at(part.args[0], step)
        return first if first[1] == 2 else self.at(part.args[1], step)

    def choose(self, part: Bound, step: int) -> Answer:
        test, grade = self.at(part.args[0], step)
        value, other = self.at(part.args[1 if test else 2], step)
        worst = min(grade, other)
        return (value, worst) if worst else (None, 0)

    # --- windows: `steps` long, every step of the grid looked at ------------------------------------------------
    @staticmethod
    def _steps(part: Bound) -> int:
        return round(int(part.fixed[0]) / 1e6 / STEP_S)

    def mean(self, part: Bound, step: int) -> Answer:
        width = self._steps(part)
        seen = [self.at(part.args[0], at) for at in range(step - width, step)]
        now = self.at(part.args[0], step)
        known = [float(value) for value, grade in seen if grade]
        value = sum(known) / len(known) if known else now[0]
        return (value, 2 if all(grade == 2 for _, grade in seen) else 1) if now[1] else (None, 0)

    def integral(self, part: Bound, step: int) -> Answer:
        seen = [self.at(part.args[0], at) for at in range(step - self._steps(part), step)]
        total = sum(float(value) * STEP_S for value, grade in seen if grade)
        now = self.at(part.args[0], step)
        return (total, 2 if all(grade == 2 for _, grade in seen) else 1) if now[1] else (None, 0)

    def rate(self, part: Bound, step: int) -> Answer:
        width = self._steps(part)
        now, then = self.at(part.args[0], step), self.at(part.args[0], step - width)
        grade = min(now[1], then[1])
        return ((now[0] - then[0]) / (width * STEP_S), grade) if grade else (None, 0)

    def previous(self, part: Bound, step: int) -> Answer:
        return self.at(part.args[0], step - self._steps(part))

    def on_delay(self, part: Bound, step: int) -> Answer:
        seen = [self.at(part.args[0], at) for at in range(step - self._steps(part), step + 1)]
        return (all(grade and value for value, grade in seen), seen[-1][1]) if seen[-1][1] else (None, 0)

    def off_delay(self, part: Bound, step: int) -> Answer:
        seen = [self.at(part.args[0], at) for at in range(step - self._steps(part), step + 1)]
        return (any(grade and value for value, grade in seen), seen[-1][1]) if seen[-1][1] else (None, 0)

    def rising(self, part: Bound, step: int) -> Answer:
        return self._edge(part, step, lambda before, now: now and not before)

    def changed(self, part: Bound, step: int) -> Answer:
        return self._edge(part, step, lambda before, now: now != before)

    def _edge(self, part: Bound, step: int, is_edge: object) -> Answer:
        now = self.at(part.args[0], step)
        seen = [self.at(part.args[0], at) for at in range(step - self._steps(part), step + 1)]
        pairs = pairwise(seen)
        edge = any(a[1] and b[1] and is_edge(a[0], b[0]) for a, b in pairs)
        return (edge, now[1]) if now[1] else (None, 0)


NAMES = {
    "+": "plus", "*": "times", "<": "less", "and": "both", "not": "contrary", "/": "divide", "if": "choose",
    "if_good": "if_good", "mean": "mean", "integral": "integral", "rate": "rate", "previous": "previous",
    "on_delay": "on_delay", "off_delay": "off_delay", "rising": "rising", "changed": "changed",
}  # fmt: skip


@settings(max_examples=examples(240), deadline=None)
@given(text=EXPRESSIONS, plant=PLANT)
def test_columns_say_what_the_definition_says(text: str, plant: dict[str, list[Sample]]) -> None:
    found = computed(text, plant, upto_s=END * STEP_S)
    plainly, root = Plainly(plant), checked(text).root
    grades = {q.BAD: 0, q.UNCERTAIN: 1, q.GOOD: 2}
    for step in range(END + 1):
        value, grade = plainly.at(root, step)
        row = found.at(found.ts[:1] + round(step * STEP_S * 1e6))
        assert grades[int(row.qualities[0]) & q.MAJOR_MASK] == grade, f"at step {step}"
        said = None if row.bad[0] else row.value.tolist()[0]
        assert said == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), f"at step {step}"


def rows(track: Track) -> list[tuple[int, object, int, int]]:
    columns = (track.ts, track.value, track.qualities, track.statuses)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@settings(max_examples=examples(240), deadline=None)
@given(text=EXPRESSIONS, plant=PLANT, cuts=st.lists(st.integers(1, END - 1), max_size=6, unique=True).map(sorted))
def test_pieces_say_to_the_bit_what_the_whole_says(text: str, plant: dict[str, list[Sample]], cuts: list[int]) -> None:
    whole = rows(computed(text, plant, upto_s=END * STEP_S))
    joined: list[tuple[int, object, int, int]] = []
    for first, last in zip([0, *cuts], [*cuts, END], strict=True):
        for row in rows(computed(text, plant, from_s=round(first * STEP_S, 1), upto_s=round(last * STEP_S, 1))):
            joined += [row] if not joined or joined[-1][1:] != row[1:] else []
    assert joined == whole
