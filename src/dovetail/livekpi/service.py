"""Say on tags how the running shift does: worked out as for the screens, kept like any signal.

What changed is put, and what did not is said again once a minute. Where that stopped, for the server did, the tag says
from there on that nothing was known.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.clock import Clock, from_rfc3339
from dovetail.core.limits import FIGURES_AGAIN_US, FIGURES_AT_ONCE, FIGURES_EVERY_US
from dovetail.core.scope import Scope, system_scope
from dovetail.core.sink import Resumed
from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.livekpi.model import Figure, Said, said
from dovetail.pace.shown import LiveKpiOut

SOURCE: Final = "live-kpi"
SCOPE: Final[Scope] = system_scope("live-kpi")
SILENT_US: Final = 2 * FIGURES_AGAIN_US  # what was not said again for so long was not said by anybody

type Row = tuple[int, int, Value, int]  # tag, µs, value, quality


class Samples(Protocol):
    """What is asked of the historian."""

    def resume(self, source: str, links: Sequence[int]) -> Resumed: ...
    def put(self, frames: Sequence[Frame]) -> None: ...
    def last(self, tags: Sequence[int], *, scope: Scope) -> Mapping[int, Sample]: ...


type Told = Callable[[int], LiveKpiOut]  # how an equipment's running shift does


class LiveFigures:
    """Publishes the figures that tags carry. `step` is for one thread."""

    def __init__(
        self,
        samples: Samples,
        clock: Clock,
        *,
        plant: Callable[[], PlantModel],
        told: Told,
        figures: Mapping[str, Figure],
    ) -> None:
        self._samples, self._clock = samples, clock
        self._plant, self._told, self._figures = plant, told, figures
        self._of: PlantModel | None = None
        self._tags: dict[int, list[Tag]] = {}
        self._due_us: dict[int, int] = {}  # by equipment, of the clock that never steps
        self._said: dict[int, tuple[int, Said]] = {}
        self._epoch: int | None = None
        self._seq = 0
        self._lock = threading.Lock()

    def step(self) -> int:
        """Publish the figures of those whose turn it is, the longest overdue first; how many samples that took."""
        with self._lock:
            self._look()
            now_us = self._clock.monotonic_us()
            turn = sorted((due_us, node) for node, due_us in self._due_us.items() if due_us <= now_us)
            nodes = [node for _, node in turn[:FIGURES_AT_ONCE]]
            rows = [row for node in nodes for row in self._rows(node)]
            self._put(rows)
            self._due_us |= dict.fromkeys(nodes, now_us + FIGURES_EVERY_US)
            return len(rows)

    def _look(self) -> None:
        """Which tags carry figures; a new plant may have others."""
        plant = self._plant()
        if plant is self._of:
            return
        tags: dict[int, list[Tag]] = defaultdict(list)
        for tag in plant.tags.values():
            if tag.equipment_id is not None and tag.figure in self._figures:
                tags[tag.equipment_id].append(tag)
        self._of, self._tags = plant, dict(tags)
        self._due_us = {node: self._due_us.get(node, 0) for node in tags}
        fresh = [tag.id for own in tags.values() for tag in own if tag.id not in self._said]
        for tag_id, sample in self._samples.last(fresh, scope=SCOPE).items() if fresh else ():
            number = None if isinstance(sample.value, str) else sample.value
            self._said[tag_id] = sample.ts_us, Said(number, sample.quality)

    def _rows(self, node: int) -> Iterator[Row]:
        out = self._told(node)
        until_us = from_rfc3339(out.until)
        for tag in self._tags[node]:
            now = said(self._figures[tag.figure or ""], out)
            before = self._said.get(tag.id)
            if before is not None and until_us - before[0] > SILENT_US and not q.is_bad(before[1].quality):
                yield tag.id, before[0] + 1, None, q.BAD_NOT_CONNECTED
            elif before is not None and before[1] == now and 0 <= until_us - before[0] < FIGURES_AGAIN_US:
                continue
            yield tag.id, until_us, now.value, now.quality
            self._said[tag.id] = until_us, now

    def _put(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        kinds = {tag.id: tag.kind for own in self._tags.values() for tag in own}
        by_kind: dict[Kind, list[Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row[1], row[0])):
            by_kind[kinds[row[0]]].append(row)
        if self._epoch is None:
            self._epoch, self._seq = self._samples.resume(SOURCE, ()).epoch, 0
        batches = tuple(Batch.of(kind, some) for kind, some in by_kind.items())
        try:
            self._samples.put([Frame(SOURCE, Lane.LIVE, self._epoch, self._seq + 1, batches)])
        except Exception:
            self._epoch, self._of = None, None  # whether it was kept is unknown: what is there is looked up anew
            self._said.clear()
            raise
        self._seq += 1
