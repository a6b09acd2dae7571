"""What the demo remembers of its line's life, and how its plant code follows the ports that were free."""

from __future__ import annotations

from pathlib import Path

from dovetail.core.clock import DAY_US
from dovetail.demo.run import PATHS, World, documents, load_world, save_world, with_endpoints
from dovetail.sim.plant import PORTS

START_US = 1_780_000_000_000_000


def test_the_life_of_the_line_is_remembered(tmp_path: Path) -> None:
    assert load_world(tmp_path) is None
    world = World(seed=3, since_us=START_US, live_us=START_US + DAY_US, imported=True)
    save_world(tmp_path, world)
    assert load_world(tmp_path) == world


def test_the_plant_code_follows_the_ports_that_were_free() -> None:
    endpoints = {unit: f"opc.tcp://127.0.0.1:{50_000 + at}/" for at, unit in enumerate(PATHS)}
    files = with_endpoints(documents(), endpoints)
    text = b"".join(files.values()).decode()
    assert all(endpoint in text for endpoint in endpoints.values())
    assert not any(str(port) in text for port in PORTS)
