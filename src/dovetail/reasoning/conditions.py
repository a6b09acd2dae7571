"""What the plant's rules ask of the signals of a moment: expressions of the plant's language that look at no window.

How long something has held is counted by whoever asks (`for_s`), so that an answer needs no samples but the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from dovetail.expr.checking import Expression, Meaning, Resolve, check
from dovetail.expr.errors import ExpressionError
from dovetail.expr.evaluate import Span, evaluate
from dovetail.reasoning.faults import text
from dovetail.reasoning.model import ABSENT, Condition, ReasonRule, Remembered, Scalar, Seen, Why
from dovetail.tracks.columns import Kind, constant, unknown

OWN_STATE: Final = "own_state"
UPSTREAM_STATE: Final = "upstream_state"
DOWNSTREAM_STATE: Final = "downstream_state"
STATES: Final = (OWN_STATE, UPSTREAM_STATE, DOWNSTREAM_STATE)  # what a machine does, in words: `Held`, `RUN`
ASKED_MAX: Final = 8_192  # answers kept: machines ask the same of few values, thousands of times a shift

type Words = Mapping[str, str]  # of the names in STATES those that are known
type Value = float | bool | str | None


def checked_rule(when: str, resolve: Resolve, *, names: Iterable[str] = ()) -> Expression:
    """What may be asked as a rule: true or false, of one moment. Raises ExpressionError with the remedy."""
    found = check(when, resolve, names=names)
    if found.kind != "bool":
        what = f"a rule is true or false, and this is a {found.kind}"
        raise ExpressionError(what, fault="type", hint='compare it: speed < 5, upstream_state != "Execute"')
    if found.lookback_us:
        hint = "write `for_s`, or give the window to a tag with an `expression` and name that tag here"
        raise ExpressionError("a rule looks at no window of time", fault="type", hint=hint)
    return found


@lru_cache(maxsize=1_024)
def compiled(when: str, kinds: tuple[tuple[str, Kind], ...]) -> Expression:
    """The checked expression of a rule that was validated when it was applied."""
    known = dict(kinds)
    return check(when, lambda name: Meaning(known[name]) if name in known else None)


@lru_cache(maxsize=ASKED_MAX)
def _asked(when: str, kinds: tuple[tuple[str, Kind], ...], values: tuple[Value, ...]) -> bool:
    try:
        expression = compiled(when, kinds)
    except ExpressionError:
        return False  # what it names has left the plant: it holds of nothing
    tracks = {
        name: unknown(0, kind) if value is None else constant(0, value)
        for (name, kind), value in zip(kinds, values, strict=True)
    }
    found = evaluate(expression, tracks, Span(0, 0))
    return bool(found.value[0]) and not bool(found.bad[0])


def holds(condition: Condition, seen: Mapping[int, Seen], words: Words) -> bool:
    """Whether it holds of the newest samples; what nobody knows does not hold."""
    return _asked(condition.when, condition.kinds, tuple(values(condition, seen, words).values()))


def values(condition: Condition, seen: Mapping[int, Seen], words: Words) -> dict[str, Value]:
    """What each name of a condition says at the moment; None: nobody knows."""
    return {
        name: words.get(name) if name in STATES else _as(kind, seen.get(condition.inputs.get(name, 0), ABSENT))
        for name, kind in condition.kinds
    }


def _as(kind: Kind, seen: Seen) -> Value:
    value: Scalar | None = seen.value if seen.good else None
    if value is None:
        return None
    if kind == "number":
        return None if isinstance(value, str) else float(value)
    return bool(value) if kind == "bool" else str(value)


def since(
    rules: tuple[ReasonRule, ...], before: Remembered, seen: Mapping[int, Seen], words: Words, at_us: int
) -> dict[str, int]:
    """Since when the condition of each rule has held, by its text; those that do not hold are left out."""
    asked = {rule.condition.when: rule.condition for rule in rules}
    return {when: before.since.get(when, at_us) for when, one in asked.items() if holds(one, seen, words)}


def first(
    rules: tuple[ReasonRule, ...], now: Remembered, seen: Mapping[int, Seen], words: Words, at_us: int
) -> tuple[Why, int | None]:
    """What the first rule says that speaks at a moment, and when to look again: an earlier one may speak then."""
    wakes: list[int] = []
    found = Why()
    for rule in rules:
        held_us = now.since.get(rule.condition.when)
        if held_us is None or (rule.states and words.get(OWN_STATE) not in rule.states):
            continue
        if at_us >= held_us + rule.for_us:
            evidence = {
                "by": "rule",
                "rule": rule.name,
                "since_us": held_us,
                "values": values(rule.condition, seen, words),
            }
            found = Why(rule.reason, text(evidence))
            break
        wakes.append(held_us + rule.for_us)
    return found, min(wakes, default=None)
