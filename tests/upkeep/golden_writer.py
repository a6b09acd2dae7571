"""Write down a small installation as the code that runs this makes it: run by `make_golden.py` with an older version's.

A morning of the virtual line is in it: sealed, in the head, and a little that was accepted and not looked at yet.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import inspect, text
from upkeep_world import EVERYTHING, documents, opened

import dovetail
from dovetail.operations.operation import execute
from dovetail.vault.service import PutSecret

FRAMES = (6, 10, 13)  # sealed, derived, only accepted
TOKEN = "the-token-of-the-laboratory-0123456789"
POSTED = b"""
connections: {lab: {driver: webhook, options: {token: "secret://lab-token", time: at, time_format: unix}}}
equipment:
  acme/brno/lab:
    level: WorkUnit
    tags: {sent: {connection: lab, address: /sent, kind: f64}}
"""


def plain(value: Any) -> Any:
    """As JSON says it."""
    return json.loads(json.dumps(value, default=lambda other: dataclasses.asdict(other), sort_keys=True))


def taking_posts(plant: Any) -> None:
    """One connection that somebody posts to, for who sends while it is migrated."""
    put = PutSecret(name="lab-token", value=SecretStr(TOKEN))
    execute(plant.house.rooms.vault.operations[0], put, database=plant.house.database, scope=EVERYTHING)
    files = {**documents(), "posted.yaml": POSTED}
    plant.house.rooms.equipment.apply(files, scope=EVERYTHING)


def main(data: Path, url: str | None, to: Path) -> None:
    sealed, derived, accepted = FRAMES
    with opened(data, database_url=url) as plant:
        taking_posts(plant)
        plant.put(plant.frames[:sealed])
        plant.house.rooms.historian.seal_once()
        plant.put(plant.frames[sealed:derived])
        plant.house.rooms.historian.put(plant.frames[derived:accepted])
    with opened(data, database_url=url) as plant:  # read as it is found, not as it is remembered
        with plant.house.database.read() as reading:
            names = [name for name in inspect(reading.connection).get_table_names() if name != "alembic_version"]
            rows = {name: reading.connection.scalar(text(f"select count(*) from {name}")) for name in sorted(names)}
            step = reading.connection.scalar(text("select version_num from alembic_version"))
        found = {
            "version": dovetail.__version__,
            "step": step,
            "samples": plain(plant.samples()),
            "told": plain(plant.told()),
            "delivery": plain(plant.house.rooms.historian.delivery()),
            "rows": rows,
        }
    to.write_text(json.dumps(found, sort_keys=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None, Path(sys.argv[3]))
