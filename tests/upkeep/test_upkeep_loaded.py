"""Somebody posts all the while: an older installation is migrated under that, killed, and loses nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import olden
import orjson
import posting
import pytest
import serving
from forked import ENDS_WITHIN_S, Cradle
from golden_writer import TOKEN
from upkeep_world import EVER_US, EVERYTHING, UNTIL_US

from dovetail.app.bootstrap import open_house
from dovetail.core.clock import SystemClock, to_rfc3339
from dovetail.core.quality import is_good
from dovetail.db.migrate import newest_step
from dovetail.demo.run import free_port
from dovetail.operations import store as audit
from dovetail.ownership.settings import Settings
from dovetail.upkeep.samplesfacts import look_at_samples
from dovetail.vitals.facts import look_at_records
from shortcuts import some

NAME = "step0022"
STEPS, STATEMENTS, OF_SAMPLES = 11, 30, 4  # so many at least are passed, and said to records and samples, on the way
MOMENTS = {
    "sqlite": ["migrate.step:1", "migrate.step:5", "statement:4", "statement:30"],
    "postgres": ["migrate.step:1", "migrate.step:5", "statement:4", "statement:30", "samples:2", "samples:4"],
}
PLACES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
KILLS = 6  # in `make soak`: of a server that serves again, while what has waited comes in
APART_US = UNTIL_US - SystemClock().now_us()
pytestmark = pytest.mark.kills


class Spool:
    """What whoever posts has written down."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self, what: str) -> list[int]:
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [int(number) for said, number in (line.split() for line in lines) if said == what]

    def grows(self, what: str, by: int) -> None:
        """Wait until so many more are there."""
        goal, end_s = len(self.all(what)) + by, time.monotonic() + ENDS_WITHIN_S
        while len(self.all(what)) < goal:
            assert time.monotonic() < end_s, f"{len(self.all(what))} of {goal} {what}"
            time.sleep(0.02)


@contextmanager
def somebody(port: int, spool: Spool) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that makes fifty numbers a second."""
    command = [sys.executable, posting.__file__, str(port), str(spool.path), "0.02", str(APART_US), TOKEN]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


def rows_of(data: Path, url: str | None) -> list[tuple[object, ...]]:
    with open_house(Settings(data=data, database_url=url), clock=serving.ApartClock(APART_US)) as house:
        account = house.rooms.historian.delivery()
        assert all(one.expected == one.stored + one.duplicate + one.refused + one.gap for one in account)
        with house.database.read() as reading:
            assert audit.first_broken(reading) is None
        tags = sorted(house.rooms.equipment.plant().tags)
        batches = house.rooms.historian.raw(tags, 0, EVER_US, scope=EVERYTHING)
        sent = house.rooms.equipment.plant().tags_of(house.rooms.equipment.plant().by_path("acme/brno/lab").id)["sent"]
        return [("sent" if row[0] == sent.id else row[0], *row[1:]) for batch in batches for row in batch.rows()]


def forms(data: Path, url: str | None) -> tuple[str, str]:
    """(step of the records, form of the samples)."""
    records = url or f"sqlite:///{data / 'records.db'}"
    return look_at_records(records).step or "", look_at_samples(data, records, None, at_us=0).form


def heard_once(
    lay_out: olden.LayOut, folder: Path, cradle: Cradle, *, moments: Sequence[str], kills: Sequence[int]
) -> None:
    """It dies at these moments of its migration, then each time so many more posts were kept, and serves in the end."""
    read, url = lay_out(NAME)
    data, port, spool = folder / "data", free_port(), Spool(folder / "spool")
    backup = {"made_at": to_rfc3339(UNTIL_US), "folder": "/b"}  # as PostgreSQL demands one
    (data / "last-backup.json").write_bytes(orjson.dumps(backup))
    before = forms(data, url)
    serve = partial(cradle.server, data, port, url, apart_us=APART_US)
    with somebody(port, spool) as poster:
        spool.grows("made", 10)
        for moment in sorted(
            moments, key=lambda one: one.startswith("samples")
        ):  # these come when the records are done
            with serve(moment=moment) as dying:
                assert dying.wait() == -signal.SIGKILL
            assert forms(data, url) == (newest_step() if moment.startswith("samples") else read["step"], before[1])
        for more in kills:
            with serve():
                spool.grows("kept", more)
        with serve() as living:
            spool.grows("kept", 30)
            poster.terminate()
            assert poster.wait(ENDS_WITHIN_S) == 0
            assert living.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    step, form = forms(data, url)
    assert step == newest_step()
    assert form != before[1]
    made = spool.all("made")
    assert spool.all("kept") == made == list(range(1, len(made) + 1))
    rows = rows_of(data, url)
    assert sorted(row[2] for row in rows if row[0] == "sent" and is_good(row[3])) == made
    assert {tuple(row[:3]) for row in read["samples"]} <= {row[:3] for row in rows}


@pytest.mark.parametrize("place", PLACES, indirect=True)
def test_who_posts_while_it_is_migrated_is_heard_once(
    tmp_path: Path, place: olden.LayOut, cradle: Cradle, request: pytest.FixtureRequest
) -> None:
    moments = some(MOMENTS[request.node.callspec.params["place"]], of=2)
    heard_once(place, tmp_path, cradle, moments=moments, kills=[30])


@pytest.mark.soak
@pytest.mark.parametrize("place", PLACES, indirect=True)
@pytest.mark.parametrize("seed", range(5))
def test_who_posts_is_heard_once_however_often_it_is_killed(
    tmp_path: Path, place: olden.LayOut, cradle: Cradle, request: pytest.FixtureRequest, seed: int
) -> None:
    chance = random.Random(seed)
    of = {"sqlite": {"migrate.step": STEPS, "statement": STATEMENTS}}
    of["postgres"] = {**of["sqlite"], "samples": OF_SAMPLES}
    last = of[request.node.callspec.params["place"]]
    kinds = [*last, *chance.choices(list(last), k=3)]
    moments = [f"{kind}:{chance.randint(1, last[kind])}" for kind in kinds]
    heard_once(place, tmp_path, cradle, moments=moments, kills=[chance.randint(1, 60) for _ in range(KILLS)])
