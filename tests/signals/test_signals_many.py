"""A hundred thousand tags: what a screen asks touches only what it shows, and the plant is gone through once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from signals_world import EVERYBODY, at, frame, node

from dovetail.core import quality as q
from dovetail.core.batch import Batch, Kind
from dovetail.core.bus import Bus
from dovetail.core.scope import Scope
from dovetail.equipment.model import PlantModel, Tag
from dovetail.historian.model import Sample
from dovetail.historian.service import Historian
from dovetail.signals import index
from dovetail.signals.model import Asked
from dovetail.signals.service import SignalsRoom
from dovetail.testing.clock import ManualClock

MANY, PER_UNIT = 100_000, 50


class Counted(Historian):
    """The historian, which also counts the samples it is asked for one by one."""

    told = 0

    def last(self, tags: Sequence[int], *, scope: Scope, at_us: int | None = None) -> dict[int, Sample]:
        self.told += len(tags)
        return super().last(tags, scope=scope, at_us=at_us)


@pytest.fixture(scope="module")
def plant() -> PlantModel:
    return PlantModel(
        version=1,
        equipment=[node(n, f"acme/unit{n}", None) for n in range(1, MANY // PER_UNIT + 1)],
        tags=[
            Tag(n + 1, f"acme/unit{unit}.signal{n}", unit, f"signal{n}", f"plc{unit // 100}", f"ns=2;s=V{n}", Kind.F64)
            for n in range(MANY)
            for unit in [n // PER_UNIT + 1]
        ],
    )


@pytest.fixture(scope="module")
def filled(plant: PlantModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    """Every tag has a value; every thousandth is uncertain, and the higher its number the lower its value."""
    folder: Path = tmp_path_factory.mktemp("many")
    opened = Counted(folder, clock=ManualClock(), bus=Bus(), owner_of=plant.owner_of)
    tags = np.arange(1, MANY + 1, dtype=np.int64)
    quality = np.where(tags % 1_000 == 0, q.UNCERTAIN, q.GOOD).astype(np.uint16)
    batch = Batch(Kind.F64, tags, np.full(MANY, at(1)), -tags.astype(np.float64), np.ones(MANY, np.bool_), quality)
    opened.put([frame(1, batch)])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def room(plant: PlantModel, filled: Counted) -> SignalsRoom:
    return SignalsRoom(plant=lambda: plant, historian=filled)


@pytest.mark.parametrize("asked, skip, total, first", [
    (Asked(), 0, MANY, "acme/unit1.signal0"),
    (Asked(), 99_960, MANY, "acme/unit2000.signal99960"),
    (Asked(text="unit1999 signal999"), 0, 50, "acme/unit1999.signal99900"),
    (Asked(text="unit700.", connection="plc7"), 0, 50, "acme/unit700.signal34950"),
    (Asked(grade="uncertain"), 0, 100, "acme/unit20.signal999"),
    (Asked(sort="value"), 0, MANY, "acme/unit2000.signal99999"),
    (Asked(sort="connection", down=True, equipment=3), 0, 50, "acme/unit3.signal149"),
])  # fmt: skip
def test_a_stretch_of_many_is_told_alone(
    room: SignalsRoom, filled: Counted, asked: Asked, skip: int, total: int, first: str
) -> None:
    filled.told = 0
    found = room.find(asked, scope=EVERYBODY, skip=skip, limit=100)
    assert (found.total, found.tags[0].path) == (total, first)
    assert filled.told == len(found.tags) == len(found.newest) <= 100


def test_the_plant_is_gone_through_once_however_much_is_typed(
    plant: PlantModel, filled: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []
    fold = index.fold
    monkeypatch.setattr(index, "fold", lambda text: folded.append(text) or fold(text))
    fresh = SignalsRoom(plant=lambda: plant, historian=filled)
    for typed in ("u", "un", "uni", "unit", "unit12", "unit12 sig"):
        assert fresh.find(Asked(text=typed), scope=EVERYBODY, skip=0, limit=100).total > 0
    once = 2 * MANY  # to order the paths, and to find
    assert len(folded) < once + 100
