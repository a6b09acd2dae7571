"""The demo is an installation as any: it keeps a reserve for a full disk, and the doctor finds it well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.app.bootstrap import House
from dovetail.demo import run
from dovetail.upkeep.layout import BALLAST
from dovetail.vitals.doctor import Finding, examine

NAMED = {"server", "backups"}  # nobody is served here, and a demo of a moment ago was never backed up
OF_THE_MACHINE = {"filesystem", "fsync", "space", "clock"}  # what a busy or small one would be told


@pytest.mark.usefixtures("root_log")
def test_it_keeps_its_reserve_and_the_doctor_finds_it_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Finding] = []

    def serve(house: House, *, on_ready: Callable[[str], None]) -> None:
        """Instead of answering until a signal comes: the first look at the disk, and the doctor's at all of it."""
        on_ready("http://127.0.0.1:0")
        (disk,) = [worker for worker in house.workers if worker.name == "disk"]
        disk._step()
        found.extend(examine(house.look("quick")))

    monkeypatch.setattr(run, "serve_house", serve)
    monkeypatch.setenv("DOVETAIL_BALLAST_MB", "1")
    run.run_demo(data=tmp_path / "demo", port=0, seed=7, days=0, open_browser=False)
    assert (tmp_path / "demo" / BALLAST).stat().st_size == 1 << 20
    assert {one.id for one in found} > {"ballast", "permissions", "samples", "ledger", "door"}
    assert {one.id for one in found if one.verdict != "well"} - OF_THE_MACHINE == NAMED
