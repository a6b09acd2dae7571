"""kill -9 of the server right after it answered: whatever it said it has, the next life brings to the historian."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from intake_world import BY_TOKEN, kept, running, until

HERE = Path(__file__).parent
LIFE = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:4]
from intake_world import open_bench
from dovetail.app.server import serve_house
from dovetail.core.errors import LinkError

def away(_frames):
    raise LinkError("away")

with open_bench(Path(sys.argv[1])) as house:
    if sys.argv[4] == "away":
        house.rooms.historian.put = away
    serve_house(house, on_ready=lambda address: print(address, flush=True))
"""


def live(data: Path, values: Sequence[float], historian: str) -> None:
    """A server that is posted to, one after the other, and killed when it has answered the last."""
    command = [sys.executable, "-c", LIFE, str(data), str(HERE), str(HERE.parent), historian]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as life:
        assert life.stdout is not None
        address = urlsplit(life.stdout.readline().strip())
        assert address.hostname is not None
        for value in values:
            connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
            connection.request("POST", "/api/v1/intake/mes", orjson.dumps({"force": value}), BY_TOKEN)
            assert connection.getresponse().status == 202
            connection.close()
        os.kill(life.pid, signal.SIGKILL)


@pytest.mark.kills
async def test_what_was_answered_202_outlives_a_kill(tmp_path: Path) -> None:
    """In the first life nothing reaches the historian at all, in the second it may have had some of it."""
    data = tmp_path / "data"
    live(data, [float(n) for n in range(20)], "away")
    live(data, [float(n) for n in range(20, 40)], "there")
    promised = Counter(float(n) for n in range(40))
    async with running(data) as house:
        await until(lambda: Counter(kept(house, "force")) == promised)
