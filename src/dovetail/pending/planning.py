"""What an apply would change while other plant code waits for its day: that stays, and stays as it was said.

Plant code is whole: it also says what waits. So it is compared with what will hold when all that is applied does. What
it says otherwise holds from the apply on; but for a definition that waits itself, which could then only begin early.
Such a one is left as it is, or taken back: said as it still holds now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError
from dovetail.plantcode.plan import Plan, make_plan
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.section import Section


def planned(
    plant: Plant, sections: Sequence[Section], reading: Any, *, from_us: int, boundaries: Sequence[tuple[int, int]]
) -> Plan:
    """The plan of an apply that holds from `from_us`; `boundaries` are (from when, version) of what is applied already.

    Raises ConflictError where it would let something begin early that waits for its day.
    """
    settled_us = max([from_us, *(at_us for at_us, _ in boundaries)])
    plan = make_plan(plant, sections, reading, settled_us)
    if settled_us > from_us:
        early = [
            f"{section.key} {key}"
            for section in sections
            for key in _early(plan, section, reading, from_us, settled_us)
        ]
        if early:
            what = f"{', '.join(early[:5])} changes at {to_rfc3339(settled_us)} already, and would do so earlier"
            hint = f"apply this from {to_rfc3339(settled_us)} on, or leave it as it is there, or as it is now"
            raise ConflictError(what, code="plant-version", hint=hint)
    return plan


def _early(plan: Plan, section: Section, reading: Any, from_us: int, settled_us: int) -> list[str]:
    """The definitions that wait for their day and that the code says otherwise than they will be, and than they are."""
    wanted = plan.changes[section.key].put()
    if not wanted:
        return []
    now, then = section.current(reading, from_us), section.current(reading, settled_us)
    return [key for key, body in wanted.items() if now.get(key) != then.get(key) and body != now.get(key)]
