"""What went into an archive comes back out of it as the same samples, once, and stays until it is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clearing_world import ALL, EVER, GOOD, LIMIT, RECIPE, SPEED, TAGS, World, at

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import HOUR_US
from dovetail.core.errors import NotFoundError, RefusedError
from dovetail.core.quality import BAD_DEVICE, UNCERTAIN
from dovetail.core.scope import Actor, Scope
from dovetail.operations.operation import execute
from plug import PlugPulledError

NOON = at("2024-02-10") + 12 * HOUR_US
ODD = Batch(  # two values of one moment, one that is no number, one without a value; the device's own time and status
    Kind.F64,
    np.full(5, SPEED, dtype=np.int64),
    NOON + np.array([0, 0, 1, 2, 3], dtype=np.int64),
    np.array([1.5, -0.0, np.nan, 0.0, 2.5]),
    np.array([True, True, True, False, True]),
    np.array([GOOD, UNCERTAIN, GOOD, BAD_DEVICE, GOOD], dtype=np.uint16),
    NOON + np.array([0, -7, 1, 2, 900], dtype=np.int64),
    np.array([0, 0x80350000, 0, 3, 0], dtype=np.uint32),
)


def everything(world: World) -> list[list[Any]]:
    """Every sample there is, to the bit, with all that was said of it."""
    return [
        [tag, batch.kind, *(column.tobytes() for column in _columns(batch))]
        for tag in TAGS
        for batch in world.historian.raw([tag], *EVER, scope=ALL)
    ]


def _columns(batch: Batch) -> list[Any]:
    text = batch.value.dtype == object
    value = np.frombuffer("\n".join(batch.value.tolist()).encode(), np.uint8) if text else batch.value
    device = batch.ts if batch.ts_device is None else batch.ts_device
    native = np.zeros(len(batch), dtype=np.uint32) if batch.native is None else batch.native
    return [batch.ts, value, batch.valid, batch.quality, device, native]


@pytest.fixture
def gone(world: World) -> tuple[World, list[list[Any]]]:
    """A quarter of four signals has gone into files; and what there was before."""
    world.live()
    world.seq += 1
    ticks = replace(ODD, tag=np.full(5, LIMIT, dtype=np.int64), ts=ODD.ts + HOUR_US, ts_device=None, native=None)
    world.historian.put([Frame("edge", Lane.LIVE, 1, world.seq, (ODD, ticks))])
    while world.historian.seal_once():
        pass
    before = everything(world)
    world.rule(acme={"drop_after": "P1Y", "archive_after": "P6M"})
    world.clear()
    assert world.room.gone.samples > 0
    return world, before


def bring(world: World, path: Path | None = None) -> str:
    """Until nothing more is to be done; how it ended."""
    begun = world.do(world.keeper.bringing.bring, path=str(path or world.archive))
    world.clear()
    while world.historian.seal_once():
        pass
    return world.work.view(begun.job_id).state


def test_what_comes_back_is_what_went_and_is_held_until_released(gone: tuple[World, list[list[Any]]]) -> None:
    world, before = gone
    went = world.room.gone.samples
    assert bring(world) == "done"
    assert everything(world) == before
    assert (world.room.gone.samples, world.room.gone.of(SPEED, *EVER)) == (0, [])
    (back, *_) = [drop for drop in world.room.drops(ALL) if drop.act == "return"]
    assert (back.rule, back.is_done, len(back.files)) == ("acme", True, 1)
    world.clock.tick(24 * HOUR_US)
    world.restart()
    world.clear()
    assert everything(world) == before  # a hold keeps it, though its rule would let it go
    (hold,) = world.room.held(ALL)
    assert (hold.stands, hold.reason) == (True, "case 7")
    world.do(world.room.holds.release, hold_id=hold.id)
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.room.gone.samples == went


def test_bringing_it_twice_changes_nothing_and_the_account_balances(gone: tuple[World, list[list[Any]]]) -> None:
    world, before = gone
    assert [bring(world), bring(world)] == ["done", "done"]
    assert everything(world) == before
    assert [hold.stands for hold in world.room.held(ALL)] == [True]
    for one in world.historian.delivery():
        assert one.expected == one.stored + one.duplicate + one.refused + one.gap
    account = {one.source: one for one in world.historian.delivery()}["archive"]
    assert (account.lane, account.refused) == ("import", 0)
    assert account.duplicate >= account.stored > 0


@pytest.mark.parametrize("point", ["bringing.held", "bringing.stored"])
def test_begun_again_after_a_kill_it_is_whole(
    gone: tuple[World, list[list[Any]]], point: str, pull_plug_at: Callable[[str, int], None]
) -> None:
    world, before = gone
    pull_plug_at(point, 1)
    with pytest.raises(PlugPulledError):
        bring(world)
    pull_plug_at("never", 1)
    world.restart()
    assert bring(world) == "done"
    assert (everything(world), world.room.gone.samples) == (before, 0)


def test_only_what_this_plant_wrote_and_nobody_changed_is_taken(
    gone: tuple[World, list[list[Any]]], tmp_path: Path
) -> None:
    world, _ = gone
    assert world.archive is not None
    first = sorted(world.archive.rglob("*.parquet"))[0]
    moved = tmp_path / "elsewhere.parquet"
    moved.write_bytes(first.read_bytes() + b" ")
    begun = world.do(world.keeper.bringing.bring, path=str(tmp_path))
    world.clear()
    ended = world.work.view(begun.job_id)
    assert (ended.state, "no archive that this plant wrote" in ended.detail) == ("failed", True)
    assert [one.source for one in world.historian.delivery()] == ["edge"]  # one bad file, and nothing comes
    moved.write_bytes(first.read_bytes())
    assert bring(world, moved) == "done"  # wherever it lies
    with pytest.raises(NotFoundError, match="no archive"):
        world.do(world.keeper.bringing.bring, path=str(tmp_path / "nowhere"))
    over_the_network = Scope(actor=Actor("p1", "Ada"), system=frozenset({"plant.edit"}))
    asked = world.keeper.bringing.bring.input.model_validate({"path": str(moved)})
    with pytest.raises(RefusedError, match="command line"):
        execute(world.keeper.bringing.bring, asked, database=world.database, scope=over_the_network, reason="x")


def test_the_recipe_s_words_come_back_too(gone: tuple[World, list[list[Any]]]) -> None:
    world, _ = gone
    assert world.held(RECIPE)[RECIPE] < 91
    assert bring(world) == "done"
    assert world.held(RECIPE) == {RECIPE: 91}
