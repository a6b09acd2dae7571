"""An S7 controller that we did not write, as a process: Snap7's C server with a memory that tests set."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "snap7"
PYTHON = FOLDER / "env" / "bin" / "python"


class Snap7Plc:
    """The server on one port; `start` again takes the same port."""

    def __init__(self, *, pdu: int = 240) -> None:
        if not (FOLDER / "env" / ".done").exists():
            pytest.skip("Snap7 is not installed here: `make peers` installs it")
        self.port = 0
        self._pdu = pdu
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve; returns when it listens."""
        command = [str(PYTHON), str(FOLDER / "server.py"), str(self.port), str(self._pdu)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        self.port = json.loads(process.stdout.readline())["port"]
        self._process = process

    def say(self, line: str) -> str:
        """One command of server.py; what it answers."""
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
