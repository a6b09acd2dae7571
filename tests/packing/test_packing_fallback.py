"""A machine without pcodec keeps and reads its samples; what was packed elsewhere is not damage to it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dovetail.core.batch import Column
from dovetail.core.errors import ConfigError
from dovetail.packing import chunks, columns

GOLDEN = Path(__file__).parents[1] / "historian" / "golden"
COLUMNS: list[Column] = [
    np.random.default_rng(1).normal(size=1_000),
    np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1e300] * 20),
    np.arange(1_767_592_800_000_000, 1_767_592_800_000_000 + 5_000 * 1_000_000, 1_000_000, dtype=np.int64),
    np.array([-(2**63), 2**63 - 1, 0, -1] * 10, dtype=np.int64),
    np.array([2**64 - 1, 0, 7] * 10, dtype=np.uint64),
    np.arange(3, dtype=np.float64),  # too few to be packed
]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "standalone", None)


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_packed_without_it_comes_back_to_the_bit_with_it_and_without(
    column: Column, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here:
        here.setattr(columns, "standalone", None)
        data = columns.pack_numbers(column)
        assert columns.unpack_numbers(data, column.dtype).tobytes() == column.tobytes()
    assert columns.unpack_numbers(data, column.dtype).tobytes() == column.tobytes()
    some = np.empty(len(column) // 2, dtype=column.dtype)
    columns.unpack_first(data, some)
    assert some.tobytes() == column[: len(some)].tobytes()


@pytest.mark.usefixtures("without")
def test_moments_that_come_evenly_are_small_all_the_same() -> None:
    assert len(columns.pack_numbers(COLUMNS[2])) < 100


@pytest.mark.usefixtures("without")
def test_what_was_packed_elsewhere_is_no_damage_and_says_who_mends_it() -> None:
    with pytest.raises(ConfigError, match="pcodec") as raised:
        chunks.decode((GOLDEN / "chunk-v1-f64-50.bin").read_bytes(), tag=7)
    assert "pip install pcodec" in (raised.value.hint or "")


PROGRAM = """
import sys
sys.modules["pcodec"] = None
from pathlib import Path
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

rows = [(1, DAY_ZERO_US + i * 1_000_000, i / 10, 0xC0) for i in range(5_000)]
clock = ManualClock(DAY_ZERO_US + 10**11)
def open_one(): return Historian(Path(sys.argv[1]), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
historian = open_one()
historian.put([Frame("edge", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, rows),))])
historian.close()
historian = open_one()
historian.seal_once()
(batch,) = historian.raw([1], 0, 2**60, scope=system_scope("test"))
assert batch.value.tolist() == [row[2] for row in rows] and historian.damage.all() == []
historian.close()
"""


def test_a_plant_is_kept_where_it_cannot_be_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, "pcodec is not installed" in done.stderr) == (0, True), done.stderr
