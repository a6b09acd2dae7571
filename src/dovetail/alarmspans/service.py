"""Ask the plant code which signals tell the faults of a machine, and the historian when they did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from dovetail.alarmspans.model import Span, changes, followed, joined, spans
from dovetail.core.batch import Batch
from dovetail.core.clock import DAY_US
from dovetail.core.quality import is_good
from dovetail.core.scope import Scope
from dovetail.equipment.model import PlantModel
from dovetail.historian.model import Sample
from dovetail.reasoning.model import FaultSignal
from dovetail.states.rules import machine_rules
from dovetail.tracks.series import Series, series_of

VIEW: Final = "plant.view"


class Plants(Protocol):
    """What is asked of the equipment room, of now or as it was known."""

    def plant(self, *, at_us: int | None = None) -> PlantModel: ...
    def changes_between(self, from_us: int, to_us: int) -> Sequence[int]: ...


class Samples(Protocol):
    """What is asked of the historian."""

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]: ...
    def bounding(
        self, tags: Sequence[int], at_us: int, *, scope: Scope, as_of: int | None = None
    ) -> dict[int, Sample]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """The spans of a stretch by their beginnings; those without an end stand at `until_us`: how far it is known."""

    until_us: int
    spans: list[Span]


class AlarmSpansRoom:
    """Answers; keeps nothing. `plants`: the definitions as known at a `known`, `until`: when that was (None: now).
    `silent_since`: from when on nobody knows anything of a machine, None: it is heard."""

    def __init__(
        self, plants: Callable[[int | None], Plants], samples: Samples, *, until: Callable[[int | None], int],
        silent_since: Callable[[int], int | None],
    ) -> None:  # fmt: skip
        self._plants, self._samples, self._until, self._silent_since = plants, samples, until, silent_since

    def found(
        self, equipment_id: int, from_us: int, to_us: int, *, apart_us: int, scope: Scope, as_of: int | None = None
    ) -> Found:
        """What stood in [from, to) at an equipment by the definitions of that time; short ones near each other as one.

        `as_of`: neither what was corrected and defined later counts nor what came then.
        """
        scope.require(VIEW, equipment_id)
        now_us, plants = self._until(as_of), self._plants(as_of)
        silent_us = self._silent_since(equipment_id)
        known_us = now_us if silent_us is None else min(now_us, silent_us)
        until_us = max(from_us, min(to_us, known_us))
        moments = [from_us, *plants.changes_between(from_us, until_us), until_us]
        told: list[Span] = []
        for first_us, then_us in pairwise(moments):
            goes_on = then_us == now_us and silent_us is None
            for signal in _signals(plants, equipment_id, first_us):
                samples = self._read(signal.tag, first_us, then_us, scope=scope, as_of=as_of)
                if samples is not None:
                    told += spans(signal, samples, first_us, None if goes_on else then_us)
        return Found(until_us, joined(told, apart_us))

    def _read(self, tag: int, from_us: int, to_us: int, *, scope: Scope, as_of: int | None) -> Series | None:
        """What a tag said, day by day: of samples that say the same only the first is held."""
        before = self._samples.bounding([tag], from_us, scope=scope, as_of=as_of).get(tag)
        parts: list[Series] = []
        for begin_us in range(from_us, to_us, DAY_US):
            end_us = min(begin_us + DAY_US, to_us)
            batches = self._samples.raw([tag], begin_us, end_us, scope=scope, as_of=as_of)
            parts += [changes(one) for one in series_of(batches, [tag]).values()]
        held = None
        if before is not None:
            value = before.value if is_good(before.quality) else None
            held = Series.of([(before.ts_us, value)])
        return followed(held, parts)


def _signals(plants: Plants, equipment_id: int, at_us: int) -> tuple[FaultSignal, ...]:
    plant = plants.plant(at_us=at_us)
    node = plant.equipment.get(equipment_id)
    rules = None if node is None else machine_rules(plant, node)
    return () if rules is None or rules.reason is None else rules.reason.signals
