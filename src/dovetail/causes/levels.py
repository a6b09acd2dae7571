"""Read how full the buffers beside a unit were, where the plant code names a tag that tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from dovetail.core.batch import Batch
from dovetail.core.scope import Scope, system_scope
from dovetail.equipment.model import PlantModel
from dovetail.lineflow.levels import Level
from dovetail.lineflow.model import Line
from dovetail.tracks.series import series_of

OWN: Final[Scope] = system_scope("causes")


class Samples(Protocol):
    """What is asked of the historian."""

    def raw(
        self, tags: Sequence[int], from_us: int, to_us: int, *, scope: Scope, as_of: int | None = None
    ) -> list[Batch]: ...


class BufferLevels:
    """Reads only what is asked for: the levels beside units that do not say themselves whom they wait for.

    `as_of`: corrections of samples made later do not count.
    """

    def __init__(self, samples: Samples | None, plant: PlantModel, line: Line, *, as_of: int | None = None) -> None:
        self._samples, self._plant, self._line, self._as_of = samples, plant, line, as_of

    def beside(self, unit: int, from_us: int, to_us: int) -> tuple[Level | None, Level | None]:
        """The level of the buffer before a unit, and of the one behind it; of several behind it none speaks."""
        behind = self._line.neighbours(unit, "blocked")
        return self._of(unit, from_us, to_us), self._of(behind[0], from_us, to_us) if len(behind) == 1 else None

    def _of(self, unit: int, from_us: int, to_us: int) -> Level | None:
        node = self._plant.get(unit)
        above = self._plant.equipment.get(node.parent_id or -1)
        said: Mapping[str, Any] = above.buffers.get(node.path.rpartition("/")[2], {}) if above else {}
        tag = self._plant.tags_of(unit).get(said.get("level") or "")
        if tag is None or self._samples is None:
            return None
        batches = self._samples.raw([tag.id], from_us, to_us, scope=OWN, as_of=self._as_of)
        series = series_of(batches, [tag.id]).get(tag.id)
        if series is None:
            return None
        values: list[Any] = series.value.tolist()
        good: list[bool] = series.good.tolist()
        pieces = [float(value) if known else None for value, known in zip(values, good, strict=True)]
        return Level(series.ts.tolist(), pieces, said.get("capacity"))
