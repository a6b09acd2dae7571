"""kill -9 amid the import of a history, again and again: what was in the file is stored, each sample once."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from history_under_test import SPEED

from dovetail.core.bus import Bus
from dovetail.core.clock import SECOND_US, SystemClock, from_rfc3339, to_rfc3339
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian

pytestmark = pytest.mark.kills

SCRIPT = Path(__file__).with_name("history_under_test.py")
T = from_rfc3339("2026-01-05T06:00:00Z")
SCOPE = system_scope("kills")
IN_A_FRAME = 200


def lives(folder: Path, file: Path, frame: int) -> subprocess.CompletedProcess[str]:
    """One life of the process that imports."""
    asked = [sys.executable, str(SCRIPT), str(folder), str(file), str(frame), str(IN_A_FRAME)]
    return subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)


def killed_amid(folder: Path, *, rows: int, kills: int, seed: int) -> None:
    """Each life dies behind some frame; the last one ends. What is stored is what the file says."""
    file = folder / "pi.csv"
    lines = [f"{to_rfc3339(T + i * SECOND_US)},{SPEED.path},{i / 4}\n" for i in range(rows)]
    file.write_text("time,tag,value\n" + "".join(lines))
    random_of = random.Random(seed)
    for _ in range(kills):
        died = lives(folder, file, random_of.randint(1, rows // IN_A_FRAME))
        assert died.returncode == -9, died.stderr
    ended = lives(folder, file, 0)
    assert (ended.returncode, ended.stdout.split()) == (0, ["done", str(rows), "0"]), ended.stderr
    historian = Historian(folder / "historian", clock=SystemClock(), bus=Bus(), owner_of=lambda _tag: 1)
    batches = historian.raw([SPEED.id], T - 1, T + rows * SECOND_US, scope=SCOPE)
    found = [(ts, value) for batch in batches for _, ts, value, _ in batch.rows()]
    (account,) = historian.delivery()
    historian.close()
    assert found == [(T + i * SECOND_US, i / 4) for i in range(rows)]
    assert (account.expected, account.stored, account.duplicate, account.frames_missing) == (rows, rows, 0, 0)


def test_an_import_is_killed_twice_and_goes_on(tmp_path: Path) -> None:
    killed_amid(tmp_path, rows=2_000, kills=2, seed=5)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_imports_are_killed_many_times(tmp_path: Path, seed: int) -> None:
    killed_amid(tmp_path, rows=20_000, kills=20, seed=seed)
