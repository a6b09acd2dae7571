"""An OPC UA server that we did not write, as a process: started, told values, stopped, started again."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "node-opcua"
READY_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class NodePlc:
    """node-opcua's server on one port; `start` may number its nodes anew, with the same browse names."""

    def __init__(self, keys: Path) -> None:
        if shutil.which("node") is None or not (FOLDER / "node_modules").is_dir():
            pytest.skip("node-opcua is not installed here: `make peers` installs it")
        self.port = free_port()
        self._keys = keys
        self._process: subprocess.Popen[str] | None = None

    @property
    def endpoint(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/plc"

    def start(self, *, first_id: int = 1) -> None:
        """Serve; returns when it answers."""
        command = ["node", "server.js", str(self.port), str(first_id), str(self._keys)]
        self._process = subprocess.Popen(
            command,
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"ready"'):
                return
        raise AssertionError(f"node-opcua ended with {self._process.wait()}")

    def set(self, **values: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """Power off: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None
