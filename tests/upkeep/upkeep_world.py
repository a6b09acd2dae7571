"""A small installation with a morning of the virtual line in it, on either records store, without a server."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import zstandard
from sqlalchemy import create_engine, text

from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Frame
from dovetail.core.clock import MINUTE_US, from_rfc3339
from dovetail.core.scope import system_scope
from dovetail.demo import history
from dovetail.demo.run import PATHS, documents
from dovetail.ownership.settings import Settings
from dovetail.sim.hours import TWO_SHIFT
from dovetail.sim.line import Line, Setting
from dovetail.sim.samples import Sampler
from dovetail.testing.clock import ManualClock
from dovetail.upkeep import records

EVERYTHING = system_scope("test")
START_US = from_rfc3339("2026-01-05T05:50:00Z")  # ten minutes before the early shift of a Monday
UNTIL_US = START_US + 40 * MINUTE_US
WINDOW_US = 2 * MINUTE_US  # of one frame
EVER_US = 1 << 61


@dataclass(slots=True)
class Plant:
    """An open installation, and the frames of the morning that are still to come."""

    house: House
    frames: list[Frame] = field(default_factory=list[Frame])

    def put(self, frames: list[Frame], *, at_once: int = 20) -> None:
        """Accept them, and derive what follows from them."""
        for first in range(0, len(frames), at_once):
            self.house.rooms.historian.put(frames[first : first + at_once])
            self.work()

    def work(self) -> None:
        """What the background roles do, until nothing is left to do."""
        rooms = self.house.rooms
        while rooms.production.step(500) + rooms.states.step(500):
            pass
        while rooms.performance.step():
            pass

    def samples(self) -> list[Any]:
        """Every sample held, of every tag."""
        tags = sorted(self.house.rooms.equipment.plant().tags)
        batches = self.house.rooms.historian.raw(tags, 0, EVER_US, scope=EVERYTHING)
        return sorted((tuple(row) for batch in batches for row in batch.rows()), key=repr)

    def told(self) -> dict[str, Any]:
        """States, counts and slices of every unit: what people are told, whenever it became known."""
        rooms, plant = self.house.rooms, self.house.rooms.equipment.plant()
        found: dict[str, Any] = {}
        with self.house.database.read() as reading:
            for path in PATHS.values():
                unit = plant.by_path(path).id
                answers = (
                    rooms.states.records(reading, unit, 0, EVER_US, scope=EVERYTHING),
                    rooms.states.counts(reading, unit, 0, EVER_US, scope=EVERYTHING),
                    rooms.performance.slices(unit, START_US, UNTIL_US, scope=EVERYTHING),
                )
                found[path] = [[replace(one, known_from=0) for one in answer] for answer in answers]
        return found


@contextmanager
def opened(data: Path, *, database_url: str | None = None, backups: Path | None = None) -> Iterator[Plant]:
    """The installation in `data`; a new one gets the demo's plant."""
    settings = Settings(data=data, database_url=database_url, backups=backups)
    with open_house(settings, clock=ManualClock(UNTIL_US)) as house:
        equipment = house.rooms.equipment
        if not equipment.plant().equipment:
            equipment.apply(documents(), scope=EVERYTHING, valid_from_us=START_US - MINUTE_US)
        yield Plant(house, morning(house))


def morning(house: House) -> list[Frame]:
    """What the line's PLCs say in that time."""
    tags = history.unit_tags(house.rooms.equipment.plant(), PATHS)
    sampler = Sampler(Line(Setting(seed=3, hours=TWO_SHIFT), start_us=START_US), tags, "morning")
    return [
        frame for to_us in range(START_US + WINDOW_US, UNTIL_US + 1, WINDOW_US) for frame in sampler.frames(to_us)[0]
    ]


def rows_of(backup: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table of a backup, row by row."""
    found: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((backup / records.FOLDER).glob(f"*{records.SUFFIX}")):
        with file.open("rb") as packed:
            lines = io.BytesIO(zstandard.ZstdDecompressor().stream_reader(packed).read()).readlines()
        columns = orjson.loads(lines[0])["columns"]
        found[file.name.removesuffix(records.SUFFIX)] = [
            dict(zip(columns, orjson.loads(line), strict=True)) for line in lines[1:]
        ]
    return found


@contextmanager
def new_database(server: str, name: str) -> Iterator[str]:
    """An empty database on a PostgreSQL server."""
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name}"))
    base, _, query = server.replace("postgresql://", "postgresql+psycopg://").partition("?")
    try:
        yield f"{base.rsplit('/', 1)[0]}/{name}?{query}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        admin.dispose()
