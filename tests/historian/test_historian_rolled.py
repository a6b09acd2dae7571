"""A trend rests on hours and minutes that were summed up, never on stale ones, and says so where one is damaged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from naive_historian import frame

from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, HOUR_US, MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.packing import chunks, rollups
from dovetail.reading import rolled
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from plug import PlugPulledError
from samples_stores import FileStore, Store

ALL = system_scope("test")
GOOD = 0xC0
MIDNIGHT_US = DAY_ZERO_US // DAY_US * DAY_US
BY_HOUR = (MIDNIGHT_US, MIDNIGHT_US + 2 * DAY_US, 48)  # from, to, px
BY_MINUTE = (MIDNIGHT_US + HOUR_US, MIDNIGHT_US + 2 * HOUR_US, 60)


@pytest.fixture(autouse=True)
def everything_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few samples a day are summed up as if they were many, and lie in small chunks."""
    monkeypatch.setattr(rollups, "HOURS_FROM", 0)
    monkeypatch.setattr(rollups, "MINUTES_FROM", 0)
    monkeypatch.setattr(chunks, "CHUNK_SAMPLES_MAX", 8)


def start(store: Store, clock: ManualClock) -> Historian:
    return Historian(store.open(), clock=clock, bus=Bus(), owner_of=lambda _tag: 1)


def roll(historian: Historian) -> None:
    while historian.compact_once():
        pass


def trend(historian: Historian, period: tuple[int, int, int]) -> list[tuple[object, ...]]:
    found = historian.series(1, *period, scope=ALL)
    columns = (found.t0_us, found.min, found.max, found.first, found.last, found.n, found.n_good)
    listed = [[None if number != number else number for number in column.tolist()] for column in columns]
    return list(zip(*listed, strict=True))


@pytest.fixture
def day(each_store: Store) -> Iterator[tuple[Historian, ManualClock, Store]]:
    """A day of a sample every five minutes, summed up."""
    clock = ManualClock(MIDNIGHT_US + DAY_US + HOUR_US)
    historian = start(each_store, clock)
    rows = [(1, MIDNIGHT_US + i * 5 * MINUTE_US, float(i), GOOD) for i in range(288)]
    historian.put([frame(1, rows)])
    historian.seal_once()
    roll(historian)
    yield historian, clock, each_store
    historian.close()


LATE = (1, MIDNIGHT_US + 3 * HOUR_US + 1, -5.0, GOOD)


def opened(historian: Historian, monkeypatch: pytest.MonkeyPatch, period: tuple[int, int, int]) -> int:
    """How many chunks a trend opens."""
    count = 0
    decode = chunks.decode

    def counted(data: bytes, *, tag: int) -> object:
        nonlocal count
        count += 1
        return decode(data, tag=tag)

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "decode", counted)
        trend(historian, period)
    return count


def test_a_trend_of_hours_opens_no_chunk(
    day: tuple[Historian, ManualClock, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    historian, _, _ = day
    assert historian.rollups() == (2, 0)
    assert opened(historian, monkeypatch, BY_HOUR) == 0
    assert opened(historian, monkeypatch, BY_MINUTE) == 0


def test_what_comes_late_is_in_the_answer_at_once_and_summed_up_within_the_hour(
    day: tuple[Historian, ManualClock, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    historian, clock, _ = day
    historian.put([frame(2, [LATE])])
    assert trend(historian, BY_HOUR)[3][1] == -5.0  # not sealed yet: its hour alone is opened
    assert historian.rollups() == (2, 0)
    historian.seal_once()
    assert historian.rollups() == (2, 2)
    assert trend(historian, BY_HOUR)[3][1] == -5.0
    assert opened(historian, monkeypatch, BY_HOUR) > 0
    clock.step(HOUR_US)
    roll(historian)
    assert historian.rollups() == (2, 0)
    assert trend(historian, BY_HOUR)[3][1] == -5.0
    assert opened(historian, monkeypatch, BY_HOUR) == 0


def test_a_repeat_of_what_is_there_soils_nothing(day: tuple[Historian, ManualClock, Store]) -> None:
    historian, _, _ = day
    historian.put([frame(2, [(1, MIDNIGHT_US, 0.0, GOOD)])])
    historian.seal_once()
    assert historian.rollups() == (2, 0)


@pytest.mark.parametrize("point", ["historian.chunk-written", "historian.sealed", "historian.rolled"])
def test_a_kill_between_sealing_and_summing_up_serves_nothing_stale(
    day: tuple[Historian, ManualClock, Store], point: str, pull_plug_at: Callable[[str, int], None]
) -> None:
    historian, clock, store = day
    expected = trend(historian, BY_HOUR)
    expected[3] = (expected[3][0], -5.0, *expected[3][2:5], 13, 13)
    historian.put([frame(2, [LATE])])
    pull_plug_at(point, 1)
    with pytest.raises(PlugPulledError):
        historian.seal_once()
        clock.step(2 * DAY_US)
        roll(historian)
    pull_plug_at("never", 1)
    store.kill(historian)
    again = start(store, clock)
    assert trend(again, BY_HOUR) == expected
    again.seal_once()
    assert trend(again, BY_HOUR) == expected
    roll(again)
    assert trend(again, BY_HOUR) == expected
    again.close()


@pytest.mark.parametrize("unit", [60, 3_600])
def test_a_damaged_rollup_is_said_and_its_day_is_read_from_samples(
    day: tuple[Historian, ManualClock, Store], unit: int, caplog: pytest.LogCaptureFixture
) -> None:
    historian, _, _ = day
    period = {60: BY_MINUTE, 3_600: BY_HOUR}[unit]
    expected = trend(historian, period)
    (number,) = historian._months.newest_first()
    with historian._months.use(number) as month:
        with month.view() as view:
            (one,) = view.rolled((1,), unit=unit, days=(0, 1 << 30))
        spoiled = bytes((*one.body[:-1], one.body[-1] ^ 1))
        month.roll([type(one)(one.tag, one.unit, one.day, one.upto_us, spoiled)])
    with caplog.at_level(logging.ERROR, logger=rolled.__name__):
        assert trend(historian, period) == expected
    assert "a rollup of tag 1 has the wrong checksum" in caplog.text


@pytest.mark.parametrize(
    "spoilt",
    ["body = substr(body, 1, 20)", "upto = upto - 3600000000", "body = substr(body, 1, 20), checked = 0"],
    ids=["its body", "its end", "one that an earlier version wrote"],
)
def test_a_day_whose_morning_is_spoilt_is_summed_up_anew_as_a_whole(tmp_path: Path, spoilt: str) -> None:
    """Else its evening alone would be the day, and nobody could know."""
    clock = ManualClock(MIDNIGHT_US + 10 * HOUR_US + 30 * MINUTE_US)
    historian = Historian(tmp_path, clock=clock, bus=Bus(), owner_of=lambda _tag: 1)
    morning, evening = (
        [(1, MIDNIGHT_US + i * 5 * MINUTE_US, float(i), GOOD) for i in some] for some in (range(120), range(120, 240))
    )
    historian.put([frame(1, morning)])
    historian.seal_once()
    roll(historian)
    (number,) = historian.chunks.newest_first()
    with historian.chunks.use(number) as month, month._place.transaction() as session:
        session.execute(f"update rollup set {spoilt} where unit = 3600")
    clock.step(11 * HOUR_US)
    historian.put([frame(2, evening)])
    historian.seal_once()
    roll(historian)
    found = historian.hourly([1], MIDNIGHT_US, MIDNIGHT_US + 20 * HOUR_US, scope=ALL)
    assert len(found.places) == 1  # it is summed up, and not read in another way
    assert [row[5] for row in trend(historian, BY_HOUR)] == [12] * 20
    historian.close()


def test_a_month_of_version_1_gets_rollups(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As an earlier Dovetail left it: without the table."""
    store = FileStore(tmp_path_factory.mktemp("older"))
    clock = ManualClock(MIDNIGHT_US + DAY_US + HOUR_US)
    historian = start(store, clock)
    historian.put([frame(1, [(1, MIDNIGHT_US, 1.0, GOOD)])])
    historian.seal_once()
    historian.close()
    from dovetail.chunkstore.files import connect

    connection = connect(store.folder / "chunks-2026-01.db", role="writer")
    connection.executescript(
        "drop index chunk_moments; alter table chunk drop column moments; drop table moments; drop table rollup;"
        "alter table chunk drop column checked; pragma user_version=1;"
    )
    connection.close()
    again = start(store, clock)
    roll(again)
    assert again.rollups() == (2, 0)
    assert [row[5] for row in trend(again, BY_HOUR)] == [1]
    again.close()
