"""Before samples leave the store they stand in a file that was read again; from it all of them can be had back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from clearing_world import ALL, EVER, LIMIT, RECIPE, SPEED, TAGS, VIBRATION, World, at

from dovetail.clearing.archive import Archives
from dovetail.core.clock import HOUR_US
from dovetail.core.errors import LinkError
from plug import PlugPulledError

BOTH = {"drop_after": "P1Y", "archive_after": "P6M"}


def files(world: World) -> list[Path]:
    assert world.archive is not None
    return sorted(world.archive.rglob("*.parquet"))


def archived(world: World, tag: int) -> list[tuple[int, Any, int]]:
    """(ts, value, quality) of a tag in all files, without repeats."""
    found = set[tuple[int, Any, int]]()
    for file in files(world):
        for row in pq.read_table(file).to_pylist():
            moment = round(row["ts"].timestamp() * 1_000_000)
            value = row["value_str"] if row["value_str"] is not None else row["value_f64"]
            found |= {(moment, value, row["quality"])} if row["tag"] == tag else set()
    return sorted(found)


def stored(world: World, tag: int) -> list[tuple[int, Any, int]]:
    batches = world.historian.raw([tag], *EVER, scope=ALL)
    return [
        row for one in batches for row in zip(one.ts.tolist(), one.value.tolist(), one.quality.tolist(), strict=True)
    ]


def test_what_goes_is_in_a_file_with_all_that_was_said_of_it(world: World) -> None:
    world.live()
    world.rule(acme=BOTH)
    before = {tag: stored(world, tag) for tag in TAGS}
    world.clear()
    after = {tag: stored(world, tag) for tag in TAGS}
    assert world.held() == {SPEED: 2, VIBRATION: 2, RECIPE: 31, LIMIT: 1}
    for tag in TAGS:
        gone = [row for row in before[tag] if row not in after[tag]]
        assert set(gone) <= set(archived(world, tag))
    assert {drop.files and drop.files[0].startswith("rule=acme/month=2024-") for drop in world.room.drops(ALL)} == {
        True
    }
    assert not [file for file in files(world) if file.name.startswith(".")]


def test_samples_are_archived_before_they_go_and_only_once(world: World) -> None:
    world.live()
    world.rule(acme={"drop_after": "P9Y", "archive_after": "P1Y"})
    world.clear()
    assert world.gone(SPEED) == 0
    first = {file: file.stat().st_mtime_ns for file in files(world)}
    assert len(archived(world, SPEED)) == 91 * 4
    world.restart()
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert {file: file.stat().st_mtime_ns for file in files(world)} == first
    world.rule(acme={"drop_after": "P1Y", "archive_after": "P1Y"})
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4
    assert {file: file.stat().st_mtime_ns for file in files(world)} == first


def test_what_came_late_is_written_before_it_goes(world: World) -> None:
    world.live()
    world.rule(acme={"drop_after": "P9Y", "archive_after": "P1Y"})
    world.clear()
    late = at("2024-02-03") + 7
    world.send(SPEED, [late])
    world.rule(acme=BOTH)
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4 + 1
    assert late in [row[0] for row in archived(world, SPEED)]


def test_without_a_folder_nothing_goes_that_must_be_archived_and_all_else_does(world: World) -> None:
    world.archive = None
    world.restart()
    world.live()
    world.rule(
        acme={"drop_after": "P1Y"},
        acme__filler={"archive_after": "P1Y", "tags": {"recipe": {"archive_after": "never"}}},
    )
    world.clear()
    assert (world.gone(SPEED), world.gone(RECIPE)) == (0, 60)
    (job,) = world.work.views()
    assert job.state == "failed"
    assert "DOVETAIL_ARCHIVE" in job.detail == world.keeper.trouble


def test_a_file_that_does_not_say_what_was_written_lets_nothing_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.live()
    world.rule(acme=BOTH)
    writes = Archives._write

    def and_spoils(self: Archives, path: Path, tables: Any) -> None:
        writes(self, path, iter(list(tables)[::-1]))

    monkeypatch.setattr(Archives, "_write", and_spoils)
    with pytest.raises(LinkError, match="does not say"):
        world.clear()
    assert world.gone(SPEED) == 0
    monkeypatch.undo()
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4


@pytest.mark.parametrize("name", ["retention.written", "retention.verified", "retention.archived", "retention.begun"])
def test_a_kill_between_two_steps_of_archiving_lets_nothing_go_that_is_not_kept(
    world: World, pull_plug_at: Callable[[str, int], None], name: str
) -> None:
    world.live()
    world.rule(acme=BOTH)
    before = stored(world, SPEED)
    pull_plug_at(name, 2)
    with pytest.raises(PlugPulledError):
        world.clear()
    pull_plug_at("never", 1)
    world.restart()
    assert set(before) <= {*stored(world, SPEED), *archived(world, SPEED)}
    world.clear()
    assert world.gone(SPEED) == 91 * 4
    assert set(before) <= {*stored(world, SPEED), *archived(world, SPEED)}
