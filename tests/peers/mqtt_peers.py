"""Counterparts that we did not write: Eclipse Mosquitto as broker, Cirrus Link's sparkplug-client as edge node."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from node_plc import free_port

EDGE = Path(__file__).parent / "sparkplug"
READY_S = 20


class Mosquitto:
    """One broker on one loopback port; `settings` are lines of its configuration."""

    def __init__(self, folder: Path, *settings: str) -> None:
        program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
        if program is None:
            pytest.skip("mosquitto is not installed here: `make peers` installs it")
        self.port = free_port()
        self._program = program
        self._config = folder / "mosquitto.conf"
        lines = (f"listener {self.port} 127.0.0.1", *settings)
        self._config.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when the port answers."""
        self._process = subprocess.Popen([self._program, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        until = time.monotonic() + READY_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < until and self._process.poll() is None, "mosquitto does not start"
                time.sleep(0.05)

    def stop(self) -> None:
        """Power off: no goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class NpmEdge:
    """The edge node as a process of its own."""

    def __init__(self, port: int) -> None:
        if shutil.which("node") is None or not (EDGE / "node_modules").is_dir():
            pytest.skip("sparkplug-client is not installed here: `make peers` installs it")
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when it has said its births."""
        self._process = subprocess.Popen(
            ["node", "edge.js", str(self._port)],
            cwd=EDGE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith('{"born"'), f"it ended with {self._process.poll()}"

    def set(self, **values: Any) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """Power off: the broker says its will."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None
