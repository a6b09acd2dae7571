"""The server on an installation that an older version made: `serving.py DATA PORT URL MOMENT APART_US`.

It dies by SIGKILL at that moment of the migration, if there is one; else it serves until it is killed or told to end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from killed_at import die_migrating

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


if __name__ == "__main__":
    data, port, url, moment, apart_us = sys.argv[1:]
    configure_logging()
    die_migrating(moment)
    settings = Settings(data=Path(data), port=int(port), database_url=url or None)
    with open_house(settings, clock=ApartClock(int(apart_us))) as house:
        serve_house(house, on_ready=lambda address: print(address, flush=True))
