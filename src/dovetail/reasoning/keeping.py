"""What is remembered of faults and rules between two moments, as plain data and back without losing a bit."""

from __future__ import annotations

from typing import Any

from dovetail.reasoning.model import NOTHING, Fault, FaultRule, Remembered, Told


def body_of(kept: Remembered) -> dict[str, Any]:
    """As it lies in a checkpoint; empty where there is nothing."""
    faults = [[*_face(one.fault), one.tag, one.at_us] for one in kept.faults]
    return ({"faults": faults} if faults else {}) | ({"since": dict(kept.since)} if kept.since else {})


def _face(fault: Fault) -> tuple[str, str, str | None, int]:
    return (fault.code, fault.reason, fault.text, fault.rank)


def remembered(body: dict[str, Any]) -> Remembered:
    """What `body_of` wrote."""
    if not body:
        return NOTHING
    faults = tuple(Told(Fault(*face), tag, at_us) for *face, tag, at_us in body.get("faults", ()))
    return Remembered(faults, body.get("since", {}))


def still_meant(kept: Remembered, rule: FaultRule | None) -> Remembered:
    """What other rules go on with: faults that no longer mean the same are let go, all of them."""
    known = {(signal.tag, fault) for signal in (rule.signals if rule else ()) for fault in signal.faults.values()}
    meant = all((one.tag, one.fault) in known for one in kept.faults)
    return kept if meant else Remembered((), kept.since)
