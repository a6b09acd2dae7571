"""What an earlier Dovetail wrote opens for ever: these files are never made anew, only added to."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from naive_historian import frame, rows_of

from dovetail.core.batch import DTYPES, Frame, Kind, Lane, Value
from dovetail.core.bus import Bus
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks, frames
from dovetail.packing.columns import Block
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
GOLDEN = Path(__file__).parent / "golden"
GOOD, BAD = 0x100C0, 0x08
VALUES: dict[Kind, list[Value]] = {
    Kind.F64: [1.5, math.inf, -0.0, 0.0, 0.1, 1e300],
    Kind.I64: [-(2**63), 2**63 - 1, 7, 0, 3, -1],
    Kind.U64: [2**64 - 1, 0, 7, 0, 2**53 + 1, 1],
    Kind.BOOL: [True, False, True, False, False, True],
    Kind.STR: ["Füller", "", "läuft", "", "läuft", "長い"],
    Kind.JSON: ["{}", "null", '{"a":1}', "null", "1", "[]"],
}


def block(kind: Kind, times: int) -> Block:
    """The samples that the files hold: six, `times` over; the fourth of each six without a value."""
    n = 6 * times
    value = np.empty(n, dtype=DTYPES[kind])
    value[:] = VALUES[kind] * times
    ts = DAY_ZERO_US + np.arange(n, dtype=np.int64) * 1_000_000
    status = np.array([GOOD, GOOD, GOOD, BAD, 0x10040, GOOD | 0x100] * times, dtype=np.uint32)
    native = np.arange(n, dtype=np.uint32) // 4
    return Block(kind, np.full(n, 7, dtype=np.int64), ts, value, status, ts + 250, native)


def same(left: Block, right: Block) -> None:
    for name in ("tag", "ts", "status", "device", "native"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)
    assert (left.kind, left.value.tolist()) == (right.kind, right.value.tolist())


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("times", [1, 50])  # short columns are stored raw, long ones packed
def test_chunks_of_version_1_open(kind: Kind, times: int) -> None:
    data = (GOLDEN / f"chunk-v1-{kind.name.lower()}-{times}.bin").read_bytes()
    same(chunks.decode(data, tag=7), block(kind, times))


def test_frames_of_version_1_open() -> None:
    found = frames.decode((GOLDEN / "frame-v1.bin").read_bytes())
    assert (found.source, found.lane, found.epoch, found.seq) == ("gateway-é", Lane.BACKLOG, 3, 2**40)
    assert found.good_through == {9: DAY_ZERO_US, 10: DAY_ZERO_US + 1}
    for batch, kind in zip(found.batches, Kind, strict=True):
        same(Block.of(batch), block(kind, 1))


def test_a_folder_of_version_1_opens_and_goes_on(tmp_path: Path, clock: ManualClock) -> None:
    """Two months of chunks, one head row sealed but kept for a consumer, one not sealed yet."""
    shutil.copytree(GOLDEN / "folder-v1", tmp_path / "historian")
    clock.tick(60 * 86_400_000_000)
    historian = Historian(tmp_path / "historian", clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    expected = [(1, at, 1.0 * i, 0xC0) for i, at in enumerate(FOLDER_TIMES)]
    assert rows_of(historian.raw([1], 0, 2**62, scope=ALL)) == expected
    assert [row.head_id for row in historian.head(1, 9)] == [2, 3]
    assert historian.resume("gateway", [9]).epoch == 2
    historian.put([frame(2, [(1, FOLDER_TIMES[-1], 3.0, 0xC0)]), frame(3, [(1, FOLDER_TIMES[-1] + 1, 4.0, 0xC0)])])
    assert historian.delivery()[0].frames_repeated == 1
    assert historian.seal_once() == 2
    assert historian.last([1], scope=ALL)[1].value == 4.0
    historian.close()


FOLDER_TIMES = [
    DAY_ZERO_US,
    DAY_ZERO_US + 1_000_000,
    DAY_ZERO_US + 30 * 86_400_000_000,
    DAY_ZERO_US + 31 * 86_400_000_000,
]


def write(folder: Path) -> None:
    """How the files were made; run by hand, once per version."""
    folder.mkdir()
    for kind in Kind:
        for times in (1, 50):
            name = f"chunk-v{chunks.VERSION}-{kind.name.lower()}-{times}.bin"
            (folder / name).write_bytes(chunks.encode(block(kind, times)))
    marks = {9: DAY_ZERO_US, 10: DAY_ZERO_US + 1}
    made = Frame("gateway-é", Lane.BACKLOG, 3, 2**40, tuple(block(kind, 1).batch() for kind in Kind), marks)
    (folder / f"frame-v{frames.VERSION}.bin").write_bytes(frames.encode(made))
    clock = ManualClock(FOLDER_TIMES[-1])
    historian = Historian(folder / "folder-v1", clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    historian.resume("gateway", [9])
    historian.consumer_at("states", 0)
    for seq, at in enumerate(FOLDER_TIMES[1:]):
        rows = [(1, at, seq + 1.0, 0xC0)]
        historian.put([frame(seq, [(1, FOLDER_TIMES[0], 0.0, 0xC0), *rows] if not seq else rows)])
        historian.consumer_at("states", min(seq, 1))
        _ = historian.seal_once() if seq < 2 else 0
    historian.close()
