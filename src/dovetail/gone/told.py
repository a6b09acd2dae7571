"""What went of a signal, as whoever reads it is told: never a silence that looks as if nobody had measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.damage.known import Damage
from dovetail.gone.model import Went

DAMAGED: Final = "damaged"  # act and rule of what no rule let go: its bytes are not what was written

type GoneOf = Callable[[int, int, int], Sequence[Went]]  # (tag, from, to) → what of it went, the oldest first


class WentOut(BaseModel):
    """`samples` of a tag between start and end went by a rule; `at`: the last time. `damaged`: they cannot be read."""

    act: str
    rule: str
    start: str
    end: str
    samples: int
    at: str


class TagWentOut(WentOut):
    """The same of one of several tags."""

    tag: int


def nothing(_tag: int, _from_us: int, _to_us: int) -> Sequence[Went]:
    """Where no rule lets anything go."""
    return ()


def with_damage(gone: GoneOf, damage: Damage) -> GoneOf:
    """With what cannot be read any more: it may come back, from a backup, but until then nothing is known of it."""

    def both(tag: int, from_us: int, to_us: int) -> Sequence[Went]:
        went, holes = gone(tag, from_us, to_us), damage.of(tag, from_us, to_us)
        spoilt = [Went(one.t0, one.t1, one.n, DAMAGED, DAMAGED, one.of.at_us, one.month) for one in holes]
        return sorted([*went, *spoilt], key=lambda one: one.t0) if spoilt else went

    return both


def went_said(tag: int, one: Went) -> dict[str, object]:
    """As JSON has it."""
    return {
        "tag": tag, "act": one.act, "rule": one.rule, "start": to_rfc3339(one.t0), "end": to_rfc3339(one.t1 + 1),
        "samples": one.n, "at": to_rfc3339(one.at_us),
    }  # fmt: skip


def went_outs(gone: Iterable[Went]) -> list[WentOut]:
    """Of one tag."""
    return [WentOut.model_validate(went_said(0, one)) for one in gone]


def all_said(gone: GoneOf, tags: Iterable[int], span: tuple[int, int]) -> list[dict[str, object]]:
    """Of several tags in [from, to), tag by tag."""
    return [went_said(tag, one) for tag in tags for one in gone(tag, *span)]
