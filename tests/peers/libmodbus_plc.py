"""A Modbus TCP device that we did not write, as a process: libmodbus's server with a memory that tests set."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest

SERVER = Path(__file__).parent / "libmodbus" / "server"


class LibmodbusPlc:
    """The server on one port, or as a serial line; over TCP, `start` again takes the same port."""

    def __init__(self, *, rtu: Literal["", "rtu"] = "") -> None:
        if not SERVER.exists():
            pytest.skip("the libmodbus server is not built here: `make peers` builds it")
        self.port: Any = 0  # a number; the name of a serial port as a serial line
        self._rtu = rtu
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve; returns when it listens."""
        command = [str(SERVER), self._rtu or str(self.port)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        self.port = json.loads(process.stdout.readline())["port"]
        self._process = process

    def say(self, line: str) -> str:
        """One command of server.c; what it answers."""
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
