"""For what takes an hour at the plant: an installation beside an unknown device, whose time can be hurried."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from installation_process import Installation

HOUSE = Path(__file__).parent / "hurried_house.py"
LISTENS = re.compile(r"the device listens on (\d+)")


@dataclass
class HurriedInstallation(Installation):
    """`hurried_house.py` as a process of its own."""

    device_port: int = 0

    def command(self) -> list[str]:
        return [sys.executable, str(HOUSE), str(self.data), str(self.port)]

    def heard(self, line: str) -> None:
        found = LISTENS.search(line)
        self.device_port = int(found[1]) if found else self.device_port

    def say(self, words: str) -> None:
        """`hurry <seconds>`, `hold <state>` or `go`; returns when it is done."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(words + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer == "done\n", f"{words}: {answer}{self.log.read_text(encoding='utf-8')[-2000:]}"
