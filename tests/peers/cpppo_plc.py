"""A Logix controller that we did not write, as a process: cpppo's simulator with tags that tests set."""

from __future__ import annotations

from pathlib import Path

import pytest
from peers_world import Counterpart

FOLDER = Path(__file__).parent / "cpppo"
PYTHON = FOLDER / "env" / "bin" / "python"


class CpppoPlc(Counterpart):
    """The simulator on one port; `start` again takes the same port."""

    def __init__(self) -> None:
        if not (FOLDER / "env" / ".done").exists():
            pytest.skip("cpppo is not installed here: `make peers` installs it")
        super().__init__()

    def command(self) -> list[str]:
        return [str(PYTHON), str(FOLDER / "server.py"), str(self.port)]
