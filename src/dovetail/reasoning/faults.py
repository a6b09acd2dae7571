"""Of several faults of a machine the first-out: the one that stopped it, not those that followed.

What a code says at the moment is the reason, unless a window is given: then the first fault keeps the stop it began,
those told within the window after it are kept beside it, and one that is told later begins a cause of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from dovetail.reasoning.model import ABSENT, Fault, FaultRule, FaultSignal, Seen, Told, Why

TOLD_MAX: Final = 32  # faults kept of one stop; a machine that tells more is asked in its own log


@dataclass(frozen=True, slots=True)
class When:
    """A moment, and whether the machine is known to stand from it on, and did until it."""

    at_us: int
    stands: bool
    stood: bool


def told_at(rule: FaultRule, tag: int, before: Seen, now: Seen, at_us: int) -> Told | None:
    """The fault that comes up with a sample; None: it tells none, or told the same before."""
    for signal in rule.signals:
        if signal.tag == tag:
            fault = signal.told(now)
            return Told(fault, tag, at_us) if fault is not None and fault != signal.told(before) else None
    return None


def active(rule: FaultRule, seen: Mapping[int, Seen]) -> list[tuple[Fault, FaultSignal]]:
    """The faults that are told at the moment, the declared first at the head."""
    found = [(signal.told(seen.get(signal.tag, ABSENT)), signal) for signal in rule.signals]
    told = [(fault, signal) for fault, signal in found if fault is not None]
    return sorted(told, key=lambda one: one[0].rank)


def gathered(
    rule: FaultRule, before: Sequence[Told], raised: Sequence[Told], seen: Mapping[int, Seen], *, when: When
) -> tuple[Told, ...]:
    """The faults of the stop that goes on or begins, the first-out at the head; none where nothing is wrong.

    While it runs, what was told within the window is kept: it may be why the machine is about to stop. What was told
    of a stop that is over is no reason for the next one.
    """
    assert rule.first_out_us is not None
    told = list(before)
    is_over = when.stood and not when.stands
    is_old = bool(told) and not when.stood and when.at_us - told[-1].at_us > rule.first_out_us
    if is_over or is_old:
        told = []
    for one in sorted(raised, key=lambda one: one.fault.rank):
        if told and one.at_us - told[0].at_us > rule.first_out_us:
            told = []
        if all(one.fault != other.fault for other in told):
            told.append(one)
    if not told and when.stands:
        told = [Told(fault, signal.tag, when.at_us) for fault, signal in active(rule, seen)]
    return tuple(told[:TOLD_MAX])


def why(rule: FaultRule, told: Sequence[Told], seen: Mapping[int, Seen]) -> Why:
    """The reason that the machine's own faults give, and what is told of it."""
    if rule.first_out_us is not None:
        if not told:
            return Why()
        others = [_said(one) | {"reason": one.fault.reason} for one in told[1:]]
        more = {"others": others} if others else {}
        return Why(told[0].fault.reason, text({"by": "fault", **_said(told[0]), **more}))
    found = active(rule, seen)
    if not found:
        return Why()
    fault, signal = found[0]
    return Why(fault.reason, text({"by": "fault", "tag": signal.tag, **_words(fault)}))


def _said(one: Told) -> dict[str, Any]:
    return {"tag": one.tag, "at_us": one.at_us, **_words(one.fault)}


def _words(fault: Fault) -> dict[str, str]:
    return {"code": fault.code} | ({"text": fault.text} if fault.text else {})


def text(body: Mapping[str, Any]) -> str:
    """Evidence as it is kept: equal evidence, equal text."""
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
