"""A full disk, many threads and a folder from the future: nothing is half done, nothing is invented."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from naive_historian import frame, rows_of

from dovetail.chunkstore.files import connect
from dovetail.core.bus import Bus
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks
from dovetail.testing.clock import DAY_ZERO_US, ManualClock

ALL = system_scope("test")
GOOD = 0xC0
type Open = Callable[[], Historian]


def pages_max(historian: Historian, pages: int) -> None:
    """Let the head's file not grow beyond so many pages: to SQLite the same as a full disk."""
    historian._head._place.writer.execute(f"pragma max_page_count={pages}").fetchone()


def test_a_full_disk_keeps_nothing_of_a_put_and_all_of_its_repeat(historian: Historian) -> None:
    historian.put([frame(1, [(1, DAY_ZERO_US, 1.0, GOOD)])])
    big = [
        frame(2, [(1, DAY_ZERO_US + 1 + i, 0.1 * i, GOOD) for i in range(9_000)]),
        frame(3, [(2, DAY_ZERO_US, 5.0, GOOD)]),
    ]
    pages_max(historian, 1)
    with pytest.raises(LinkError, match="full"):
        historian.put(big)
    assert historian.head_bounds() == (0, 1)
    assert historian.last([1, 2], scope=ALL)[1].value == 1.0
    assert 2 not in historian.last([1, 2], scope=ALL)
    assert historian.delivery()[0].expected == 1
    pages_max(historian, 1_000_000)
    historian.put(big)
    (account,) = historian.delivery()
    assert (account.expected, account.stored, account.duplicate) == (9_002, 9_002, 0)


def test_a_folder_from_the_future_is_not_touched(tmp_path: Path, reopen: Open) -> None:
    reopen().close()
    connection = connect(tmp_path / "historian" / "head.db", role="writer")
    connection.execute("pragma user_version=99")
    connection.close()
    with pytest.raises(ConfigError, match="newer"):
        Historian(tmp_path / "historian", clock=ManualClock(), bus=Bus(), owner_of=lambda _tag: 1)


def test_a_damaged_chunk_is_a_hole_and_not_a_value(tmp_path: Path, reopen: Open) -> None:
    historian = reopen()
    historian.put([frame(1, [(1, DAY_ZERO_US + i, float(i), GOOD) for i in range(50)])])
    historian.seal_once()
    connection = connect(tmp_path / "historian" / "chunks-2026-01.db", role="writer")
    connection.execute("update chunk set body = cast(substr(body, 1, 30) || x'ff' || substr(body, 32) as blob)")
    connection.close()
    assert historian.raw([1], 0, DAY_ZERO_US + 99, scope=ALL) == []
    assert [(one.of.tag, one.t0, one.t1, one.n) for one in historian.damage.all()] == [
        (1, DAY_ZERO_US, DAY_ZERO_US + 49, 50)
    ]


def test_everything_at_once_from_many_threads(historian: Historian, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two gateways, a sealer and two readers: every reader sees every sample that was there when it asked, once."""
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 40)
    historian.consumer_at("states", 0)
    rounds = 60
    running = threading.Barrier(5)
    stored = {1: 0, 2: 0}
    wrong: list[str] = []
    done = threading.Event()

    def gateway(tag: int) -> None:
        running.wait()
        for seq in range(rounds):
            historian.put([frame(seq, [(tag, DAY_ZERO_US + seq, float(seq), GOOD)], epoch=tag)])
            stored[tag] = seq + 1

    def seal() -> None:
        running.wait()
        while not done.is_set():
            historian.consumer_at("states", historian.head_bounds()[1])
            historian.seal_once()

    def read(tag: int) -> None:
        running.wait()
        while not done.is_set():
            least = stored[tag]
            found = [row[2] for row in rows_of(historian.raw([tag], 0, DAY_ZERO_US + 999, scope=ALL))]
            wrong.extend([f"{tag}: {found}"] * (found != [float(i) for i in range(len(found))] or len(found) < least))
            newest = historian.bounding([tag], DAY_ZERO_US + 999, scope=ALL)
            wrong.extend([f"{tag}: {newest}"] * (least > 0 and newest[tag].ts_us < DAY_ZERO_US + least - 1))

    gateways = [threading.Thread(target=gateway, args=(tag,)) for tag in (1, 2)]
    others = [threading.Thread(target=seal), *(threading.Thread(target=read, args=(tag,)) for tag in (1, 2))]
    for thread in (*gateways, *others):
        thread.start()
    for thread in gateways:
        thread.join()
    done.set()
    for thread in others:
        thread.join()
    assert not wrong
    assert len(rows_of(historian.raw([1, 2], 0, DAY_ZERO_US + 999, scope=ALL))) == 2 * rounds
