"""A real installation for a benchmark: started as a process of its own, set up, and asked over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

PASSWORD = "a bench is not a secret"  # of an installation that lives for seconds
PATIENCE_S = 90.0
END_S = 10.0  # a demo that still imports its past takes longer; what it did is measured by then


class Installation:
    """A running `dovetail serve` or `dovetail demo`; `said` is what it printed when it answered."""

    def __init__(self, process: subprocess.Popen[str], data: Path) -> None:
        self.process = process
        self.data = data
        self.began_s = time.perf_counter()
        self.said = ""
        self.cookie = ""

    def answers(self, pattern: str) -> re.Match[str]:
        """Wait until it prints what matches."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if found := re.search(pattern, self.said):
                return found
        raise RuntimeError(f"it ended and said: {self.said}")

    @property
    def base(self) -> str:
        """Where it answers."""
        found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert found is not None
        return found[0]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """One call of its API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json", "cookie": self.cookie}
        request = urllib.request.Request(self.base + "/api/v1" + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            self.cookie = (answer.headers.get("set-cookie") or self.cookie).partition(";")[0]
            return json.loads(answer.read())

    def set_up(self) -> None:
        """Become its first person."""
        token = self.answers(r"#token=(\S+)")[1]
        self.call("POST", "/setup", {"token": token, "login": "bench", "name": "Bench", "password": PASSWORD})

    def until(self, found: Callable[[], Any]) -> Any:
        """Ask until there is an answer."""
        deadline = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < deadline:
            if (answer := found()) is not None:
                return answer
            time.sleep(0.02)
        raise TimeoutError("it did not come about")

    def processor_s(self) -> float:
        """Processor time so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def memory_mb(self) -> tuple[float, float]:
        """(now, most so far) resident, MB."""
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8"))
        assert peak is not None
        return psutil.Process(self.process.pid).memory_info().rss / 1e6, int(peak[1]) / 1e3


@contextmanager
def started(*arguments: str, data: Path) -> Iterator[Installation]:
    """Run `dovetail <arguments>` on the data folder for as long as the block lasts."""
    command = [sys.executable, "-m", "dovetail.cli", *arguments, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield Installation(process, data)
        finally:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table with the figures to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])
