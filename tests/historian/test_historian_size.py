"""What a sample costs on disk, of the reference signals: with its quality, its microsecond, hours and minutes.

Bytes are not time: the same signals come to the same bytes on every machine, so the limit of DESIGN is held here.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

BENCH = Path(__file__).parents[2] / "bench"
LIMIT = 2.6  # bytes a sample
TAGS, SECONDS = 100, 9_000
COUNTERS = slice(80, 90)  # whole numbers


def reference() -> Any:
    """The signals of the benchmark."""
    spec = importlib.util.spec_from_file_location("bench_workload", BENCH / "stores" / "workload.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_reference_signals_stay_within_their_bytes(tmp_path: Path) -> None:
    folder, clock = tmp_path / "historian", ManualClock()
    historian = Historian(folder, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    load = reference().workload(SECONDS, end_us=DAY_ZERO_US, tags=TAGS)
    quality = np.where(load.bad, 0x0C, 0xC0).astype(np.uint16)
    tags = np.broadcast_to(np.arange(1, TAGS + 1, dtype=np.int64), load.ts.shape)
    is_count = np.zeros(TAGS, dtype=np.bool_)
    is_count[COUNTERS] = True
    for seq, start in enumerate(range(0, SECONDS, 1_500)):
        part = slice(start, start + 1_500)
        historian.put([Frame("gateway", Lane.LIVE, 1, seq, tuple(
            Batch(kind, tags[part, which].ravel(), load.ts[part, which].ravel(),
                  load.value[part, which].astype(dtype).ravel(), ~load.bad[part, which].ravel(),
                  quality[part, which].ravel())
            for kind, dtype, which in ((Kind.F64, np.float64, ~is_count), (Kind.I64, np.int64, is_count))
        ))])  # fmt: skip
        historian.seal_once()
    clock.tick(2 * DAY_US)
    while historian.compact_once():
        pass
    assert historian.rollups() == (2 * TAGS, 0)
    historian.close()
    stored = sum(path.stat().st_size for path in folder.glob("chunks-*"))
    assert stored / (TAGS * SECONDS) < LIMIT
