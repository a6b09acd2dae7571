"""Every worked example comes out as its source says, on both stores, and however its samples arrive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scenarios_files import FOLDER, WORKED, worked

import shortcuts
from dovetail.core.batch import Frame, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import Clock
from dovetail.db.uow import Database
from dovetail.scenariofiles.script import Post
from dovetail.scenarios import play as playing
from dovetail.scenarios.play import play
from dovetail.scenarios.telling import as_text

NAMES = [file.stem for file in WORKED]


@pytest.mark.parametrize("name", NAMES)
def test_a_worked_example_comes_out_as_its_source_says(name: str) -> None:
    played = play(worked(name))
    assert played.ok, as_text([played])
    assert played.findings
    assert "source:" in (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")  # where its numbers come from


@pytest.mark.postgres
@pytest.mark.parametrize("name", shortcuts.some(NAMES, of=2))
def test_on_postgresql_it_comes_out_the_same(postgres_records: shortcuts.Emptied, name: str) -> None:
    @contextmanager
    def records(_folder: Path, clock: Clock, bus: Bus) -> Iterator[Database]:
        postgres_records.take()
        database = Database(postgres_records.url, clock=clock, bus=bus)
        yield database
        database.close()

    played = play(worked(name), records=records)
    assert played.ok, as_text([played])


class Torn(Post):
    """The same samples in many small frames, in any order, some of them twice."""

    def between(self, after_us: int, upto_us: int) -> Iterator[Frame]:
        random = Random(upto_us)
        batches = [batch for frame in super().between(after_us, upto_us) for batch in frame.batches]
        cuts = [[n % 3 == part for n in range(len(batch))] for batch in batches for part in range(3)]
        whole = [batch for batch in batches for _ in range(3)]
        pieces = [batch.take(np.array(cut, np.bool_)) for batch, cut in zip(whole, cuts, strict=True)]
        frames = [self._frame(Lane.BACKLOG, [piece], {}) for piece in pieces]
        random.shuffle(frames)
        yield from frames
        yield from random.sample(frames, len(frames) // 4)
        yield self._frame(Lane.LIVE, [], self._vouched(upto_us))


@pytest.mark.parametrize("name", shortcuts.some(NAMES, of=4))
def test_it_comes_out_the_same_however_its_samples_arrive(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(playing, "Post", Torn)
    played = play(worked(name))
    assert played.ok, as_text([played])
