"""What the demo remembers of its line's life, and how its plant code follows the ports that were free."""

from __future__ import annotations

from pathlib import Path

import yaml

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
    """Each keeps its own, even where one got what is another's usual port."""
    free = (PORTS[1], 50_001, 50_002, PORTS[0])
    endpoints = {unit: f"modbus://127.0.0.1:{port}/1" for unit, port in zip(PATHS, free, strict=True)}
    files = with_endpoints(documents(), endpoints)
    connections = yaml.safe_load(files["connections.yaml"])["connections"]
    assert {name: options(connection) for name, connection in connections.items()} == {
        "plc-filler": f"opc.tcp://127.0.0.1:{free[0]}/",
        "plc-capper": f"opc.tcp://127.0.0.1:{free[1]}/",
        "plc-labeller": free[2],
        "plc-palletiser": free[3],
    }


def options(connection: dict[str, dict[str, object]]) -> object:
    return connection["options"].get("endpoint", connection["options"].get("port"))
