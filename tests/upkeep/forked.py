"""Processes that do upkeep or serve, forked from one that has imported everything; any of them may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import killed_at
import orjson

ENDS_WITHIN_S = 120.0  # on a machine that is busy otherwise


class Cradle:
    """The process that they are forked from."""

    def __init__(self) -> None:
        command = [sys.executable, killed_at.__file__]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)

    def ask(self, do: str, **about: Any) -> str:
        """What it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps({"do": do, **about}) + b"\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().decode().strip()

    def die(self, do: str, data: Path, other: Path | str, point: str) -> int:
        """Do something to a folder in a process that dies at a point; how the process ended."""
        return int(self.ask(do, data=str(data), other=str(other), point=point))

    @contextmanager
    def server(self, data: Path, port: int, url: str | None, *, apart_us: int, moment: str = "") -> Iterator[Forked]:
        """A server on a folder, on a clock that is apart from this machine's; its log lies beside the folder."""
        log = str(data.parent / "server.log")
        about = {"data": str(data), "port": port, "url": url, "point": moment, "apart_us": apart_us, "log": log}
        one = Forked(self, int(self.ask("serve", **about)))
        try:
            yield one
        finally:
            if one.exitcode is None:
                one.end(9)

    def close(self) -> None:
        """No more of them; it has nothing to finish."""
        self._process.kill()
        self._process.wait(ENDS_WITHIN_S)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@dataclass(slots=True)
class Forked:
    """One server."""

    cradle: Cradle
    pid: int
    _ended: int | None = None

    @property
    def exitcode(self) -> int | None:
        """None while it runs."""
        if self._ended is None and (said := self.cradle.ask("ended", pid=self.pid)):
            self._ended = int(said)
        return self._ended

    def wait(self) -> int:
        """Until it has ended; how."""
        end_s = time.monotonic() + ENDS_WITHIN_S
        while (code := self.exitcode) is None:
            assert time.monotonic() < end_s, f"process {self.pid} does not end"
            time.sleep(0.02)
        return code

    def end(self, number: int) -> int:
        """Send it a signal and wait."""
        os.kill(self.pid, number)
        return self.wait()
