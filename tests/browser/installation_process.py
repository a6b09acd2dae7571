"""An installation as a process of its own, as a newcomer starts it: own port, own data folder, ended by its pid."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

START_S = 300.0  # a dozen times what it takes: other work may hold the processors
END_S = 30.0
ONE_TIME = re.compile(r"(?P<base>https?://[^/\s]+)(?P<path>/(?:sign-in#once|setup#token)=(?P<secret>\S+))")
DEMO_ZONE = ZoneInfo("Europe/Prague")
EVENING = 16
DOVETAIL = (sys.executable, "-m", "dovetail.cli")


def days_of_history() -> int:
    """One, or two where too little of the demo's yesterday would be left: each takes half a minute to import."""
    return 1 if datetime.now(DEMO_ZONE).hour < EVENING else 2


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """`dovetail demo` or `dovetail serve` on a port and a folder of its own."""

    verb: Literal["demo", "serve"]
    data: Path
    port: int = field(default_factory=free_port)
    days: int = field(default_factory=days_of_history)  # of a demo
    _process: subprocess.Popen[str] | None = None
    _unused_link: str | None = None

    @property
    def base(self) -> str:
        """Where the browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it said on standard error, over all its starts."""
        return self.data.with_suffix(".log")

    def has_history(self) -> bool:
        """Whether a demo has imported its line's past."""
        world = self.data / "demo.json"
        return world.exists() and bool(json.loads(world.read_text(encoding="utf-8"))["imported"])

    def command(self) -> list[str]:
        """What is started."""
        extra = ["--no-browser", "--days", str(self.days)] if self.verb == "demo" else []
        return [*DOVETAIL, self.verb, "--data", str(self.data), "--port", str(self.port), *extra]

    def heard(self, line: str) -> None:
        """What it prints before it is ready."""

    def start(self) -> None:
        """Return when it has printed its one-time link. Raises AssertionError with its log when it does not."""
        with self.log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.PIPE,  # for whoever has something to say to it
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        patience = threading.Timer(START_S, self._process.kill)
        patience.daemon = True
        patience.start()
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.heard(line)
            if found := ONE_TIME.search(line):
                self._unused_link = found["path"]
                break
        patience.cancel()
        assert self._unused_link, (
            f"no one-time link within {START_S} s:\n{self.log.read_text(encoding='utf-8')[-4000:]}"
        )

    def stop(self) -> int:
        """End it in good order; its exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            return self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            assert self._process.stdout is not None
            self._process.stdout.close()
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process = None

    def restart(self) -> None:
        """The same folder and port once more; it prints a new one-time link."""
        self.stop()
        self.start()

    def one_time_path(self) -> str:
        """`/sign-in#once=…` or `/setup#token=…`, not used yet; starts it anew when the last one is used up."""
        if self._unused_link is None:
            self.restart()
        assert self._unused_link is not None
        link, self._unused_link = self._unused_link, None
        return link

    def secret(self) -> str:
        """The secret in such a link."""
        return self.one_time_path().partition("=")[2]
