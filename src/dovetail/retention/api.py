"""The routes of retention: what would go, what is held, what has gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from dovetail.core.clock import DAY_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.gone.model import Stretch
from dovetail.gone.told import WentOut, went_outs
from dovetail.operations.http import Api, Page, period
from dovetail.operations.moment import moment
from dovetail.operations.operation import Operation
from dovetail.retention.holds import EDIT, HoldOut, hold_out
from dovetail.retention.model import Rule, Wait, Why
from dovetail.retention.service import VIEW, Plan, RetentionRoom


class LineOut(BaseModel):
    """Of one month and one rule: `act` is archive (written to a file, and stays), drop or evict."""

    act: str
    rule: str
    month: str
    start: str
    end: str
    tags: int
    samples: int
    bytes: int
    spared: int
    tag_ids: list[int]


class WaitOut(BaseModel):
    """What is due and stays until `copy` holds it. `why` it does not yet: `unproven` (no backup was ever restored),
    `older-proof` (samples came to the month after the backup that was), `behind` (not brought yet), `away` (the copy
    is not reached), `not-taken` (it has other tags), `no-copy` (the plant code names none of that name).
    """

    copy_name: str
    why: Why
    rule: str
    month: str
    tags: int
    samples: int
    bytes: int
    tag_ids: list[int]


class RuleOut(BaseModel):
    """A rule, and how many tags it holds for; ages in days, null: never; copies in `wait_for` must hold what goes."""

    rule: str
    tags: int
    drop_after_d: int | None
    archive_after_d: int | None
    on_full: str
    wait_for: list[str]


class PlanOut(BaseModel):
    """What is due at a moment. `spared` samples are over and stay: held, or what they say still stands.

    `waits` is due as well, and stays until a copy holds it.

    `digest` is what `retention.run` wants; `trouble` is why something that is due does not go.
    """

    at: str
    digest: str
    samples: int
    bytes: int
    spared: int
    lines: list[LineOut]
    waits: list[WaitOut]
    rules: list[RuleOut]
    trouble: str | None


class DropOut(BaseModel):
    """What a rule let go: of a month, samples of some tags, in [start, end). By a `return` they came back of a file."""

    id: int
    act: str
    rule: str
    month: str
    start: str
    end: str
    tags: int
    samples: int
    bytes: int
    files: list[str]
    by: str
    at: str
    done: bool


def month_name(month: int) -> str:
    """As 2026-11."""
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"


def _ends(of: tuple[Stretch, ...]) -> tuple[str, str]:
    return to_rfc3339(min(one.t0 for one in of)), to_rfc3339(max(one.t1 for one in of) + 1)


def _plan(plan: Plan, trouble: str | None) -> PlanOut:
    lines = [
        LineOut(
            act=one.act, rule=one.rule, month=month_name(one.month), start=_ends(one.of)[0], end=_ends(one.of)[1],
            tags=len(one.of), samples=one.samples, bytes=one.bytes, spared=one.spared,
            tag_ids=[stretch.tag for stretch in one.of],
        )
        for one in plan.lines
    ]  # fmt: skip
    by_rule: dict[Rule, int] = {}
    for rule in plan.rules.values():
        by_rule[rule] = by_rule.get(rule, 0) + 1
    dropped = [one for one in plan.lines if one.act == "drop"]
    return PlanOut(
        at=to_rfc3339(plan.at_us), digest=plan.digest, samples=sum(one.samples for one in dropped),
        bytes=sum(one.bytes for one in dropped), spared=plan.spared, lines=lines, trouble=trouble,
        waits=[_wait(one) for one in plan.waits],
        rules=[
            RuleOut(
                rule=rule.name, tags=n, drop_after_d=_days(rule.drop_us), archive_after_d=_days(rule.archive_us),
                on_full=rule.on_full, wait_for=list(rule.copies),
            )
            for rule, n in sorted(by_rule.items(), key=lambda one: one[0].name)
        ],
    )  # fmt: skip


def _wait(one: Wait) -> WaitOut:
    return WaitOut(
        copy_name=one.copy, why=one.why, rule=one.rule, month=month_name(one.month), tags=len(one.tags),
        samples=one.samples, bytes=one.bytes, tag_ids=list(one.tags),
    )  # fmt: skip


def _days(age: int | None) -> int | None:
    return None if age is None else age // DAY_US


def routes(api: Api, room: RetentionRoom, run: Operation[Any, Any], trouble: Callable[[], str | None]) -> None:
    """Declare them; `run` lets go what a plan says, `trouble` says why something that is due does not."""

    @api.query("GET", "/retention/plan", permission=EDIT, summary="What would go by the rules, now or at a moment")
    def plan(scope: Scope, at: str | None = None) -> PlanOut:
        """A dry run: nothing is changed. `at` is a moment to come, for whoever wants to know in time."""
        scope.require(EDIT, None)
        return _plan(room.plan(at_us=None if at is None else moment(at, "/at")), trouble())

    api.change("POST", "/retention/run", run, status=202)

    @api.query("GET", "/retention/holds", permission=VIEW, summary="What is held, and what was, the newest first")
    def holds(scope: Scope) -> Page[HoldOut]:
        return Page(items=[hold_out(hold) for hold in room.held(scope)])

    api.change("POST", "/retention/holds", room.holds.hold, status=201)
    api.change("POST", "/retention/holds/{hold_id}/release", room.holds.release)

    @api.query("GET", "/retention/drops", permission=EDIT, summary="What went by the rules, the newest first")
    def drops(scope: Scope) -> Page[DropOut]:
        found = [one for one in room.drops(scope) if one.of]
        return Page(
            items=[
                DropOut(
                    id=one.id, act=one.act, rule=one.rule, month=month_name(one.month), start=_ends(one.of)[0],
                    end=_ends(one.of)[1], tags=len(one.of), samples=one.samples, bytes=one.bytes,
                    files=list(one.files), by=one.by_name, at=to_rfc3339(one.at_us), done=one.is_done,
                )
                for one in found
            ]
        )  # fmt: skip

    @api.query("GET", "/tags/{tag_id}/dropped", permission=VIEW, summary="What went of a tag by the rules")
    def dropped(tag_id: int, start: str, end: str, scope: Scope) -> Page[WentOut]:
        """Why there is nothing to read: samples of [start, end) that are there no more, the oldest first."""
        return Page(items=went_outs(room.dropped(tag_id, *period(start, end), scope=scope)))
