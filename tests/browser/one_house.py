"""One virtual line for all who test at once: who comes first starts it, and ends it when everybody has left."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from installation_process import Installation


@dataclass(frozen=True, slots=True)
class Visit:
    """The demo, and the session of the visitor who followed its printed link."""

    demo: Installation
    cookie: str


@contextmanager
def visit(folder: Path) -> Iterator[Visit]:
    """`folder` is the same for everybody. Its history arrives while the first tests run."""
    door, guests = (folder / "door.lock").open("w"), (folder / "guests.lock").open("w")
    known, mine = folder / "house.json", None
    with door, guests:
        fcntl.flock(door, fcntl.LOCK_EX)  # one at a time comes in
        fcntl.flock(guests, fcntl.LOCK_SH)
        try:
            if not known.exists():
                mine = Installation("demo", folder / "demo")
                mine.start()
                known.write_text(json.dumps({"port": mine.port, "cookie": signed_in(mine)}), encoding="utf-8")
            fcntl.flock(door, fcntl.LOCK_UN)
            told = json.loads(known.read_text(encoding="utf-8"))
            yield Visit(mine or Installation("demo", folder / "demo", port=told["port"]), told["cookie"])
        finally:
            if mine is not None:
                fcntl.flock(guests, fcntl.LOCK_EX)  # returns when the last guest has left
                mine.stop()


def signed_in(demo: Installation) -> str:
    """The cookie of whoever follows the printed link."""
    answer = httpx2.post(f"{demo.base}/api/v1/session", json={"once": demo.secret()}, timeout=60)
    assert answer.status_code == 201, answer.text
    return answer.cookies["dovetail"]
