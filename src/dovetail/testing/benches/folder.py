"""A machine that writes a small file for each number into a share, which may be away, slow, or full of nonsense."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.testing.bench import QUICK, STEP, Fault, Shows, Trial
from dovetail.testing.benches.first import FirstPoint
from dovetail.testing.chaos import NONE

NAMES: Final = ("rejects", "pieces", "speed")
NO_HANG: Final = "a folder on this machine answers or is away; it does not hang"


class FileDropBench(FirstPoint):
    """A share on a path of its own; a file is whole when it has been still for a second."""

    driver = "filedrop"
    points = tuple(ScanPoint(Point(n, name, Kind.F64)) for n, name in enumerate(NAMES, 1))
    late_s = 2.5
    cannot: Mapping[Trial, str] = {"cable pull": NO_HANG, "half-open link": NO_HANG, "late reply": NO_HANG}
    shows: Mapping[Trial, Shows] = {  # a file that is not as agreed is put aside, whole
        "garbage reply": "held",
        "address gone": "held",
        "type changed": "held",
        "clock skew": "held",
    }

    def __init__(self) -> None:
        self.fault = NONE
        self._clock = SystemClock()
        self._folder: Path | None = None
        self._rng = random.Random()  # noqa: S311 - noise that can be made again
        self._given: list[int] = []
        self._off_us = 0

    @property
    def port(self) -> int:
        return 0

    @property
    def share(self) -> Path:
        """Where the files go."""
        assert self._folder is not None
        return self._folder / "share"

    def options(self, port: int) -> Mapping[str, object]:
        times = {"time": "time", "time_format": "unix"}
        return {"folder": str(self.share), "every_s": 0.2, "stable_s": 1.0, "after": "delete", **times}

    def cable(self, seed: int) -> Share:
        """The way to the folder."""
        self._rng.seed(seed)
        return Share(self)

    def given(self, n: int) -> Sequence[int]:
        return self._given

    async def start(self) -> None:
        self._folder = Path(mkdtemp(prefix="dovetail-share-", dir=QUICK))
        self.share.mkdir()

    async def stop(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def switch_off(self) -> None:
        with suppress(FileNotFoundError):
            self.share.rename(self.share.with_name("away"))

    async def switch_on(self) -> None:
        with suppress(FileNotFoundError):
            self.share.with_name("away").rename(self.share)

    async def make(self, number: int) -> None:
        """One file of one row; none while the share is away."""
        body, path = self._body(number), self.share / f"{number:06}.csv"
        is_wrong = self._is_lost or self._is_text or self._off_us or self.fault.kind == "garbage"
        half = len(body) // 2 if self.fault.kind == "slow" else len(body)
        try:
            with path.open("wb") as file:
                file.write(body[:half])
                file.flush()
                await asyncio.sleep(self.fault.delay_s)
                file.write(body[half:])
        except OSError:
            return
        if not is_wrong:
            self._given.append(number)

    def skew(self, offset_us: int) -> None:
        self._off_us = offset_us

    def _body(self, number: int) -> bytes:
        cells = {"time": str(self._clock.now_us() + self._off_us)}
        cells |= {name: str(STEP * number + n) for n, name in enumerate(NAMES, 1)}
        if self._is_text:
            cells[NAMES[0]] = "text"
        if self._is_lost:
            del cells[NAMES[0]]
        body = f"{','.join(cells)}\n{','.join(cells.values())}\n".encode()
        return self._rng.randbytes(len(body)) if self.fault.kind == "garbage" else body


class Share:
    """What is wrong with the way to a folder: it is away, what is written comes in two pieces, or it is noise."""

    port = 0
    connections = 0

    def __init__(self, bench: FileDropBench) -> None:
        self.fault = NONE
        self._bench = bench

    async def lay(self, target_port: int) -> None:
        """It is there as soon as the folder is."""

    async def remove(self) -> None:
        """It goes with the folder."""

    async def suffer(self, fault: Fault) -> None:
        self.fault = self._bench.fault = fault
        if fault.kind == "refused":
            await self._bench.switch_off()
        else:
            await self._bench.switch_on()
