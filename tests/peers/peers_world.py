"""What tests against counterparts share: a process that answers line by line, a house over a plant, and patience."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dovetail.app.bootstrap import House, open_house
from dovetail.historian.model import Sample
from dovetail.ownership.settings import Settings
from waiting import until as until


class Counterpart:
    """A device that we did not write, as a process: it says its port, then obeys commands, one line each."""

    def __init__(self) -> None:
        self.port: Any = 0  # a number; the name of a serial port as a serial line
        self._process: subprocess.Popen[str] | None = None

    def command(self) -> Sequence[str]:
        """What starts it on `port`; 0: any."""
        raise AssertionError("each counterpart has its own")

    def start(self) -> None:
        """Serve; returns when it listens."""
        process = subprocess.Popen(self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        self.port = json.loads(process.stdout.readline())["port"]
        self._process = process

    def say(self, line: str) -> str:
        """One command; what it answers."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        """Power off: no goodbye."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


@asynccontextmanager
async def house_of(data: Path, plant: Mapping[str, bytes]) -> AsyncIterator[House]:
    """An installation whose links run over this plant."""
    with open_house(Settings(data=data)) as opened:
        opened.rooms.equipment.apply(dict(plant), scope=opened.scope)
        assert opened.gated
        await opened.start()
        yield opened
        await opened.stop()


def last_of(house: House, path: str) -> dict[str, Sample]:
    """The newest sample of each tag of an equipment, by the tag's name."""
    model = house.rooms.equipment.plant()
    tags = model.tags_of(model.by_path(path).id)
    found = house.rooms.historian.last([tag.id for tag in tags.values()], scope=house.scope)
    return {name: found[tag.id] for name, tag in tags.items() if tag.id in found}
