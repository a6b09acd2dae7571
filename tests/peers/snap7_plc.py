"""An S7 controller that we did not write, as a process: Snap7's C server with a memory that tests set."""

from __future__ import annotations

from pathlib import Path

import pytest
from peers_world import Counterpart

FOLDER = Path(__file__).parent / "snap7"
PYTHON = FOLDER / "env" / "bin" / "python"


class Snap7Plc(Counterpart):
    """The server on one port; `start` again takes the same port."""

    def __init__(self, *, pdu: int = 240) -> None:
        if not (FOLDER / "env" / ".done").exists():
            pytest.skip("Snap7 is not installed here: `make peers` installs it")
        super().__init__()
        self._pdu = pdu

    def command(self) -> list[str]:
        return [str(PYTHON), str(FOLDER / "server.py"), str(self.port), str(self._pdu)]
