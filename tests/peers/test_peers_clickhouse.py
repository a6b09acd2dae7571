"""A site's copy in ClickHouse reads as the site does, whatever happened there and wherever forwarding was cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chdb_engine import ChdbEngine
from peers_world import until

from any_order import IN_LONG, IN_SHORT, lives_with_copy
from dovetail.app.bootstrap import open_house
from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.clock import SECOND_US
from dovetail.ownership.settings import Settings
from site_life import MONTH_ENDS_US

pytestmark = pytest.mark.peers
WHERE = "a copy in ClickHouse"


@pytest.fixture(scope="module")
def engine() -> Iterator[ChdbEngine]:
    started = ChdbEngine()
    started.start()
    yield started
    started.stop()


def test_the_copy_reads_as_the_plain_list(engine: ChdbEngine, tell: Callable[[str], None]) -> None:
    tell(lives_with_copy(engine, WHERE, IN_SHORT))


@pytest.mark.soak
def test_the_copy_of_a_long_life_does_so(engine: ChdbEngine, tell: Callable[[str], None]) -> None:
    tell(lives_with_copy(engine, WHERE, IN_LONG))


PLANT = """
plant: {{format: 1, name: Peer}}
equipment:
  acme: {{level: Enterprise, timezone: UTC}}
  acme/press:
    level: WorkUnit
    tags:
      speed: {{unit: mm}}
      pieces: {{kind: u64}}
      steps: {{kind: i64}}
      runs: {{kind: bool}}
      note: {{kind: str}}
forwarding:
  hq: {{to: clickhouse, site: brno, host: 127.0.0.1, port: {port}, database: plants, tls: "off", every_s: 5}}
"""
SENT: dict[str, tuple[Kind, list[tuple[Value, int, int]]]] = {
    # value, quality, native status
    "speed": (Kind.F64, [(1.5, 0xC0, 0), (None, 0x08, 7)]),
    "pieces": (Kind.U64, [(2**64 - 2, 0xC0, 0)]),
    "steps": (Kind.I64, [(-(2**52), 0xC0, 0)]),
    "runs": (Kind.BOOL, [(True, 0x40, 0), (False, 0xC0, 0)]),
    "note": (Kind.STR, [("Linka 7: 'č' \\ \n", 0xC0, 0)]),
}
SHOWN = "tag, unit, value, i64, u64, text, is_good, quality, native, toUnixTimestamp64Micro(ts_device)"


def frames(tags: Mapping[str, int]) -> Frame:
    """Every kind; what the device said of the time is a second earlier."""
    batches: list[Batch] = []
    for name, (kind, rows) in SENT.items():
        plain = Batch.of(kind, [(tags[name], MONTH_ENDS_US + at, row[0], row[1]) for at, row in enumerate(rows)])
        native = np.array([row[2] for row in rows], dtype=np.uint32)
        batches.append(replace(plain, native=native, ts_device=plain.ts - SECOND_US))
    return Frame("test", Lane.IMPORT, 1, 1, tuple(batches))


async def test_an_analyst_finds_every_kind_by_its_path(engine: ChdbEngine, tmp_path: Path) -> None:
    """From plant code to SQL: a house with all its parts, its worker, its API, and the view that people ask."""
    engine.empty()
    with open_house(Settings(data=tmp_path / "data", forward_hosts=("127.0.0.1",))) as house:
        house.rooms.equipment.apply({"p.yaml": PLANT.format(port=engine.port).encode()}, scope=house.scope)
        assert house.gated
        tags = {tag.property: tag.id for tag in house.rooms.equipment.plant().tags.values()}
        house.rooms.historian.put([frames(tags)])
        house.rooms.historian.seal_once()
        await house.start()
        await until(lambda: house.forwarding.copies(scope=house.scope)[0].equal_us is not None, within_s=60)
        await house.stop()
    asking = engine.engine()
    sent = ", ".join(f"'acme/press.{name}'" for name in SENT)  # the plant's own signals of jobs come beside them
    found = asking.ask(f"select {SHOWN} from samples where tag in ({sent}) order by tag, ts")
    asking.close()
    at = MONTH_ENDS_US - SECOND_US
    assert found == [
        ["acme/press.note", "", None, None, None, "Linka 7: 'č' \\ \n", True, 0xC0, 0, at],
        ["acme/press.pieces", "", float(2**64 - 2), None, 2**64 - 2, None, True, 0xC0, 0, at],
        ["acme/press.runs", "", 1.0, 1, None, None, False, 0x40, 0, at],
        ["acme/press.runs", "", 0.0, 0, None, None, True, 0xC0, 0, at + 1],
        ["acme/press.speed", "mm", 1.5, None, None, None, True, 0xC0, 0, at],
        ["acme/press.speed", "mm", None, None, None, None, False, 0x08, 7, at + 1],
        ["acme/press.steps", "", -float(2**52), -(2**52), None, None, True, 0xC0, 0, at],
    ]
