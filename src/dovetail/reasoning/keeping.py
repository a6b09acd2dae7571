"""What is remembered of faults and rules between two moments, as plain data and back without losing a bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dovetail.reasoning.changing import Change
from dovetail.reasoning.model import NOTHING, Fault, FaultRule, Remembered, Told


def body_of(kept: Remembered) -> dict[str, Any]:
    """As it lies in a checkpoint; empty where there is nothing."""
    faults = [[*_face(one.fault), one.tag, one.at_us] for one in kept.faults]
    body: dict[str, Any] = ({"faults": faults} if faults else {}) | ({"since": dict(kept.since)} if kept.since else {})
    change = kept.change
    going = [change.since_us, change.before, change.to, change.made] if change else None
    return body | ({"product": kept.product} if kept.product is not None else {}) | ({"change": going} if going else {})


def _face(fault: Fault) -> tuple[str, str, str | None, int]:
    return (fault.code, fault.reason, fault.text, fault.rank)


def remembered(body: dict[str, Any]) -> Remembered:
    """What `body_of` wrote."""
    if not body:
        return NOTHING
    faults = tuple(Told(Fault(*face), tag, at_us) for *face, tag, at_us in body.get("faults", ()))
    return Remembered(faults, body.get("since", {}), body.get("product"), _change(body.get("change")))


def _change(body: Any) -> Change | None:
    if body is None:
        return None
    since_us, before, to, made = body
    return Change(since_us, before, to, tuple((ts_us, n) for ts_us, n in made))


def still_meant(kept: Remembered, rule: FaultRule | None, product: str | None) -> Remembered:
    """What other rules go on with: faults that no longer mean the same are let go, all of them.

    `product`: what is made, where changeovers are looked for; None: they are not.
    """
    over = None if product is None else kept.change
    kept = replace(kept, product=product and (kept.product or product), change=over)
    known = {(signal.tag, fault) for signal in (rule.signals if rule else ()) for fault in signal.faults.values()}
    meant = all((one.tag, one.fault) in known for one in kept.faults)
    return kept if meant else replace(kept, faults=())
