"""The server on an installation that an older version made; it serves until it is killed or told to end."""

from __future__ import annotations

from pathlib import Path

from dovetail.app.bootstrap import open_house
from dovetail.app.server import configure_logging, serve_house
from dovetail.core.clock import SystemClock
from dovetail.ownership.settings import Settings


class ApartClock(SystemClock):
    """The morning goes on where the older version ended it: a clock that is so far apart from this machine's."""

    def __init__(self, apart_us: int) -> None:
        self._apart_us = apart_us

    def now_us(self) -> int:
        return super().now_us() + self._apart_us


def serve(data: Path, port: int, url: str | None, apart_us: int) -> None:
    configure_logging()
    settings = Settings(data=data, port=port, database_url=url)
    with open_house(settings, clock=ApartClock(apart_us)) as house:
        serve_house(house, on_ready=lambda address: print(address, flush=True))
