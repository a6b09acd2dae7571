"""Ask where machines ran more slowly than they should, and what that cost."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, MINUTE_US, SECOND_US, to_rfc3339
from dovetail.core.limits import PAGE_MAX
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, as_known, decode_cursor, encode_cursor, period
from dovetail.slowrunning.keeping import Kept, Question
from dovetail.slowrunning.model import PPM, SlowStretch
from dovetail.slowrunning.service import SlowRunning, SlowRunningRoom

VIEW: Final = "plant.view"
LONGEST_US: Final = 31 * DAY_US  # each minute in which a machine ran is looked at


class SlowRuleOut(BaseModel):
    """When a machine runs slowly: below `below` (a share of the standard rate) for `for_s`; null: nobody said."""

    equipment_id: int
    below: float | None
    for_s: float | None


class SlowStretchOut(BaseModel):
    """A machine ran slowly: `produced` pieces where `planned` were due, so at `rate_upm` against `standard_upm`.

    `share` = rate / standard: its Effectiveness, which opens over the same period down to the counter. `lost_us`: its
    part of the speed loss. `products`: what it made. `below`, `for_s`: the rule that held.
    """

    equipment_id: int
    start: str
    end: str
    elapsed_us: int
    produced: int
    planned: float
    rate_upm: float
    standard_upm: float
    share: float
    lost_us: int
    products: list[str]
    below: float
    for_s: float


class SlowRunningOut(BaseModel):
    """Where machines ran slowly, the newest first. `speed_us` = `slow_us` + `rest_us`: the speed loss of the figures;
    null where nothing tells of pieces.

    Of a line the loss is that of its own ledger, slow running in it that of its constraint. `partial`: some machines
    are out of your sight; `hints`: which say nothing of it.
    """

    equipment_id: int
    start: str
    end: str
    until: str
    as_of: int | None
    partial: bool
    speed_us: int | None
    slow_us: int
    rest_us: int | None
    rules: list[SlowRuleOut]
    items: list[SlowStretchOut]
    hints: list[str]
    next: str | None = None


def routes(api: Api, room: SlowRunningRoom) -> None:
    """Declare this room's route."""
    kept = Kept(room.performance.clock)

    @api.query("GET", "/equipment/{equipment_id}/slow-running", permission=VIEW, summary="Where machines ran slowly")
    def slow_running(
        equipment_id: int,
        scope: Scope,
        start: str | None = None,
        end: str | None = None,
        shift: str | None = None,
        as_of: str | None = None,
        cursor: str | None = None,
    ) -> SlowRunningOut:
        """Of `start` to `end` (31 days at most) or a `shift` (`current` or an id); of a node: of all machines below."""
        scope.require(VIEW, equipment_id)
        with api.database.read() as reading:
            known = as_known(reading, as_of)
        if shift is not None:
            when = room.shift(equipment_id, shift, scope=scope, as_of=known)
        else:
            when = period(start, end, longest_us=LONGEST_US)
        offset, number = decode_cursor(cursor, int, int) or (0, 0)
        question = Question(scope, equipment_id, *when, known)
        found = kept.find(number, question)
        if found is None:
            found = room.told(equipment_id, *when, scope=scope, as_of=known)
            number = kept.keep(question, found)
        return _out(question, found, offset=offset, number=number)


def _out(asked: Question, found: SlowRunning, *, offset: int, number: int) -> SlowRunningOut:
    every = sorted(
        (one for unit in found.units for one in unit.stretches), key=lambda one: (-one.t0_us, one.equipment_id)
    )
    return SlowRunningOut(
        equipment_id=asked.equipment_id,
        start=to_rfc3339(asked.from_us),
        end=to_rfc3339(asked.to_us),
        until=to_rfc3339(max(asked.from_us, found.until_us)),
        as_of=asked.as_of,
        partial=found.partial,
        speed_us=found.speed_us,
        slow_us=found.slow_us,
        rest_us=None if found.speed_us is None else found.speed_us - found.slow_us,
        rules=[
            SlowRuleOut(
                equipment_id=one.unit,
                below=None if one.rule is None else one.rule.below_ppm / PPM,
                for_s=None if one.rule is None else one.rule.for_us / SECOND_US,
            )
            for one in found.units
        ],
        items=[_stretch(one) for one in every[offset : offset + PAGE_MAX]],
        hints=found.hints,
        next=encode_cursor(offset + PAGE_MAX, number) if len(every) > offset + PAGE_MAX else None,
    )


def _stretch(one: SlowStretch) -> SlowStretchOut:
    planned = one.theoretical_mu / 1_000
    return SlowStretchOut(
        equipment_id=one.equipment_id,
        start=to_rfc3339(one.t0_us),
        end=to_rfc3339(one.t1_us),
        elapsed_us=one.elapsed_us,
        produced=one.produced,
        planned=planned,
        rate_upm=one.produced * MINUTE_US / one.elapsed_us,
        standard_upm=planned * MINUTE_US / one.elapsed_us,
        share=one.share,
        lost_us=one.lost_us,
        products=list(one.products),
        below=one.rule.below_ppm / PPM,
        for_s=one.rule.for_us / SECOND_US,
    )
