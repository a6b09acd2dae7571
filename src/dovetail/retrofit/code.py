"""Write what was found as plant code: the expression that says what the machine does, and what its words mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dovetail.retrofit.levels import Proposal, Threshold

STATES: Final[dict[str, str]] = {"off": "Stopped", "idle": "Idle", "idle_high": "Idle", "run": "Execute"}


def expression(tag: str, names: Sequence[str], thresholds: Sequence[Threshold]) -> str:
    """From the top down: each level while the signal is over its lower threshold; `names` from the lowest up."""
    parts = [
        f"'{name}' if hysteresis({tag}, {_short(between.low)}, {_short(between.high)}) else "
        for name, between in zip(reversed(names[1:]), reversed(thresholds), strict=True)
    ]
    return "".join(parts) + f"'{names[0]}'"


def plant_code(tag: str, found: Proposal, *, name: str = "doing") -> str:
    """Lines to be put below the equipment, for a person to look at."""
    meanings = ", ".join(f"{level.name}: {STATES[level.name]}" for level in found.levels)
    text = expression(tag, [level.name for level in found.levels], found.thresholds)
    return (
        f'tags:\n  {name}: {{expression: "{text}", kind: str}}\n'
        f"states:\n  values: {{tag: {name}, map: {{{meanings}}}}}\n"
    )


def _short(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e12 else repr(value)
