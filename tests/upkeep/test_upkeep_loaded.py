"""Somebody posts all the while: an older installation is migrated under that, killed, and loses nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import olden
import orjson
import posting
import pytest
import serving
from upkeep_world import EVER_US, EVERYTHING, UNTIL_US

from dovetail.app.bootstrap import open_house
from dovetail.core.clock import SystemClock, to_rfc3339
from dovetail.core.quality import is_good
from dovetail.db.migrate import newest_step
from dovetail.demo.run import free_port
from dovetail.operations import store as audit
from dovetail.ownership.settings import Settings
from dovetail.vitals.facts import look_at_records
from shortcuts import some

NAME = "step0022"
UNTIL_S = 120.0  # on a machine that is busy otherwise
MOMENTS = ["migrate.step:1", "migrate.step:5", "statement:4", "statement:30"]
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
        goal, end_s = len(self.all(what)) + by, time.monotonic() + UNTIL_S
        while len(self.all(what)) < goal:
            assert time.monotonic() < end_s, f"{len(self.all(what))} of {goal} {what}"
            time.sleep(0.02)


@contextmanager
def somebody(port: int, spool: Spool) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own that makes fifty numbers a second."""
    command = [sys.executable, posting.__file__, str(port), str(spool.path), "0.02", str(APART_US)]
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def server(data: Path, port: int, url: str | None, moment: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The server in a process of its own."""
    command = [sys.executable, serving.__file__, str(data), str(port), url or "", moment, str(APART_US)]
    with (data.parent / "server.log").open("ab") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
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


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_who_posts_while_it_is_migrated_is_heard_once(tmp_path: Path, place: olden.LayOut) -> None:
    read, url = place(NAME)
    data, port, spool = tmp_path / "data", free_port(), Spool(tmp_path / "spool")
    backup = {"made_at": to_rfc3339(UNTIL_US), "folder": "/b"}  # as PostgreSQL demands one
    (data / "last-backup.json").write_bytes(orjson.dumps(backup))
    records = url or f"sqlite:///{data / 'records.db'}"
    with somebody(port, spool) as poster:
        spool.grows("made", 10)
        for moment in some(MOMENTS, of=2):
            with server(data, port, url, moment) as dying:
                assert dying.wait(UNTIL_S) == -signal.SIGKILL
            assert look_at_records(records).step == read["step"]
        with server(data, port, url):
            spool.grows("kept", 30)  # it is killed while what has waited comes in
        with server(data, port, url) as living:
            spool.grows("kept", 30)
            poster.terminate()
            assert poster.wait(UNTIL_S) == 0
            living.terminate()
            living.wait(UNTIL_S)
    assert look_at_records(records).step == newest_step()
    made = spool.all("made")
    assert spool.all("kept") == made == list(range(1, len(made) + 1))
    rows = rows_of(data, url)
    assert sorted(row[2] for row in rows if row[0] == "sent" and is_good(row[3])) == made
    assert {tuple(row[:3]) for row in read["samples"]} <= {row[:3] for row in rows}
