"""A Modbus TCP device that we did not write, as a process: libmodbus's server with a memory that tests set."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from peers_world import Counterpart

SERVER = Path(__file__).parent / "libmodbus" / "server"


class LibmodbusPlc(Counterpart):
    """The server on one port, or as a serial line; over TCP, `start` again takes the same port."""

    def __init__(self, *, rtu: Literal["", "rtu"] = "") -> None:
        if not SERVER.exists():
            pytest.skip("the libmodbus server is not built here: `make peers` builds it")
        super().__init__()
        self._rtu = rtu

    def command(self) -> list[str]:
        return [str(SERVER), self._rtu or str(self.port)]
