"""All samples are looked through: what a disk has spoilt is found before anybody asks, and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from dovetail.app.bootstrap import open_house
from dovetail.chunkstore.aside import EVERY
from dovetail.chunkstore.files import name_of
from dovetail.cli.main import app
from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.bus import Bus
from dovetail.core.clock import DAY_US, SECOND_US
from dovetail.core.errors import LinkError
from dovetail.core.limits import SCRUB_ROUND_US
from dovetail.core.scope import system_scope
from dovetail.historian.service import Historian
from dovetail.ownership.settings import Settings
from dovetail.scrubbing import service
from dovetail.scrubbing.model import Round, last_round, told_of
from dovetail.scrubbing.service import Scrub, Search, faults_of, put_in_order
from dovetail.testing.clock import DAY_ZERO_US, ManualClock
from dovetail.upkeep.layout import HISTORIAN

GOOD, N = 0xC0, 3_000
ALL = system_scope("test")


@pytest.fixture
def historian(tmp_path: Path, clock: ManualClock, bus: Bus) -> Iterator[Historian]:
    """Two months of three tags, with the hours of their days."""
    opened = Historian(tmp_path / HISTORIAN, clock=clock, bus=bus, owner_of=lambda _tag: 1)
    clock.step(50 * DAY_US)
    for seq, day in enumerate((0, 40), start=1):
        from_us = DAY_ZERO_US + day * DAY_US
        rows = [(tag, from_us + i * SECOND_US, float(i), GOOD) for tag in (1, 2, 3) for i in range(N)]
        opened.put([Frame("edge", Lane.LIVE, 1, seq, (Batch.of(Kind.F64, rows),))])
    opened.seal_once()
    assert 0 in [opened.compact_once() for _ in range(30)]
    yield opened
    opened.close()


@pytest.fixture
def scrub(tmp_path: Path, historian: Historian, clock: ManualClock) -> Scrub:
    return Scrub(tmp_path, historian, clock=clock)


def now(scrub: Scrub) -> Round:
    """A round at full pace."""
    scrub._begin(None, Search())  # type: ignore[arg-type]  # who calls is the audit's
    while scrub.view().now:
        scrub.step()
    assert scrub.round is not None
    return scrub.round


def sql(historian: Historian, month: int, change: str) -> None:
    with historian.chunks.use(month) as opened, opened._place.transaction() as session:
        session.execute(change)


def test_what_is_whole_is_told_to_be(scrub: Scrub, clock: ManualClock) -> None:
    found = now(scrub)
    assert (found.done, found.total, found.found) == (6 * N, 6 * N, False)
    verdict, says, _, _ = found.told(clock.now_us())
    assert (verdict, "nothing is other" in says) == ("well", True)


def test_who_asks_as_a_round_ends_does_not_wait_for_the_next_one(
    scrub: Scrub, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """He asks when all is looked through, and that is not said yet."""
    ends = scrub._next

    def asked_meanwhile(found: Round, number: int | None) -> Round:
        after = ends(found, number)
        assert scrub._begin(None, Search()).now  # type: ignore[arg-type]  # who calls is the audit's
        return after

    monkeypatch.setattr(scrub, "_next", asked_meanwhile)
    assert now(scrub).ended_us == clock.now_us()
    assert not scrub.view().now


def test_each_kind_of_damage_is_found_told_and_mended_where_that_can_be(
    historian: Historian, scrub: Scrub, clock: ManualClock
) -> None:
    new, old = historian.chunks.newest_first()
    sql(historian, old, "update chunk set body = zeroblob(40) where tag = 1")
    sql(historian, old, "update chunk set max = 77777 where tag = 2")
    sql(historian, new, "update rollup set upto = upto + 3600000000 where tag = 3")
    rollups = historian.rollups()
    found = now(scrub)
    assert (found.chunks, found.headers, found.sums, found.faults) == (1, 1, 1, ())
    assert [(one.of.tag, one.n, one.is_aside) for one in historian.damage.all()] == [(1, N, True)]
    assert historian.damage.mended == 1
    verdict, says, who, _ = found.told(clock.now_us())
    assert (verdict, who) == ("look", "administrator")
    assert "1 chunks cannot be read, 1 headers were derived anew from their samples, 1 days were summed up anew" in says
    clock.step(3_600 * SECOND_US)
    assert 0 in [historian.compact_once() for _ in range(30)]
    assert historian.rollups() == (rollups[0] - 1, 0)  # the day that cannot be read has no hours any more
    assert not replace(now(scrub)).found


def test_pages_that_do_not_fit_together_are_told(tmp_path: Path, historian: Historian, scrub: Scrub) -> None:
    """An index that has lost a row: each chunk is whole, and one is not found by who asks for its tag."""
    new, _ = historian.chunks.newest_first()
    sql(historian, new, "drop index chunk_at")
    sql(historian, new, "create index chunk_at on chunk (tag, t0, t1, kind, n) where tag <> 2")
    with historian.chunks.use(new) as opened:
        opened._place.writer.executescript(  # type: ignore[attr-defined]  # a file's
            "pragma writable_schema=on; update sqlite_schema set sql = replace(sql, ' where tag <> 2', '') "
            "where name = 'chunk_at'; pragma writable_schema=off;"
        )
    (fault, *_) = faults_of(tmp_path / HISTORIAN / name_of(new))
    assert name_of(new) in fault
    assert "chunk_at" in fault
    historian.chunks.close()
    assert len(historian.raw([2], 0, 1 << 60, scope=ALL)) == 1
    found = now(scrub)
    assert any("chunk_at" in one and "mended" in one for one in found.faults)
    assert found.told(found.ended_us)[0] == "ill"
    assert faults_of(tmp_path / HISTORIAN / name_of(new)) == []


def test_pages_that_no_index_mends_are_set_aside(tmp_path: Path, historian: Historian, scrub: Scrub) -> None:
    new, _ = historian.chunks.newest_first()
    path = tmp_path / HISTORIAN / name_of(new)
    historian.chunks.replaced(new, lambda: path.write_bytes(path.read_bytes()[: -3 * 4096]))
    now(scrub)
    assert [(one.of.tag, one.month) for one in historian.damage.all()] == [(EVERY, new)]
    assert faults_of(path) == []


@pytest.mark.parametrize("then", [[], ["a fault"]], ids=["as it is read", "as it is mended"])
def test_a_disk_that_does_not_answer_sets_no_month_aside(
    tmp_path: Path, historian: Historian, monkeypatch: pytest.MonkeyPatch, then: list[str]
) -> None:
    new, _ = historian.chunks.newest_first()
    path = tmp_path / HISTORIAN / name_of(new)
    with monkeypatch.context() as broken, pytest.raises(LinkError, match="disk I/O error"):
        broken.setattr(service.files, "connect", Mock(side_effect=service.sqlite3.OperationalError("disk I/O error")))
        broken.setattr(service, "faults_of", lambda path: then or faults_of(path))
        put_in_order(historian, new, path)
    assert (historian.damage.all(), historian.chunks.malformed) == ([], set())
    assert len(historian.raw([2], 0, 1 << 60, scope=ALL)) == 1


def test_it_goes_on_where_it_was_and_takes_a_week(
    tmp_path: Path, historian: Historian, scrub: Scrub, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SCRUB_STEP_SAMPLES", 1)  # a tag a step
    assert scrub.step() == N
    assert scrub.step() == 0
    clock.step(SCRUB_ROUND_US // 2)
    steps = [scrub.step() for _ in range(6)]
    assert steps == [N, N, 0, 0, 0, 0]
    again = Scrub(tmp_path, historian, clock=clock)
    assert again.round is not None
    assert again.round.done == 2 * N  # what was done since it was last kept is done again
    clock.step(SCRUB_ROUND_US // 2 + SECOND_US)
    assert [again.step() for _ in range(4)] == [N, N, N, N]
    ended = again.round
    assert ended is not None
    assert ended.ended_us == clock.now_us()
    assert last_round(tmp_path) == ended
    again.step()
    assert again.round is not None
    assert (again.round.began_us, again.round.last_us) == (clock.now_us(), ended.ended_us)


def test_a_month_that_goes_meanwhile_is_passed_over(historian: Historian, scrub: Scrub) -> None:
    scrub._begin(None, Search())  # type: ignore[arg-type]  # who calls is the audit's
    scrub.round = replace(scrub.round or Round(0), month=5)
    scrub.step()
    assert scrub.round.ended_us


@pytest.mark.parametrize("found, verdict, who", [
    #  the round                                                    is     and time, or who, mends it
    (None,                                                          "well", "time"),
    (Round(DAY_ZERO_US, 10, 5),                                     "well", "time"),
    (Round(DAY_ZERO_US, 10, 5, last_us=DAY_ZERO_US - 1),            "well", "nobody"),
    (Round(DAY_ZERO_US - 3 * SCRUB_ROUND_US, 10, 5),                "look", "administrator"),
    (Round(DAY_ZERO_US, 10, 5, sums=1),                             "look", "administrator"),
    (Round(DAY_ZERO_US, 10, 5, faults=("head.db: page 3",)),        "ill",  "administrator"),
])  # fmt: skip
def test_the_doctor_says_how_the_search_is(found: Round | None, verdict: str, who: str) -> None:
    said = told_of(found, DAY_ZERO_US + DAY_US)
    assert (said[0], said[2]) == (verdict, who)


def test_the_doctor_looks_deep_with_nothing_running_and_the_api_tells(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with open_house(Settings(data=data)):
        pass
    done = CliRunner().invoke(app, ["doctor", "--deep", "--json", "--data", str(data)])
    findings = {one["id"]: one for one in json.loads(done.stdout)["findings"]}
    assert "nothing is other than it was written" in findings["search"]["says"]
    kept = last_round(data)
    assert kept is not None
    with open_house(Settings(data=data)) as house, TestClient(house.app) as client:
        assert client.get("/api/v1/samples/search").status_code == 401
    assert kept.ended_us
