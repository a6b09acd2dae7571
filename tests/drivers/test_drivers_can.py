"""What a plug-in says that it can is what its driver does: the manual's table is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, DovetailError, PointError
from dovetail.core.plugins import load, load_all
from dovetail.drivers.base import PACKAGE, Driver, Point, Surroundings

NAMES = [name for name, _ in load_all(PACKAGE)]
WEB = {"url": "http://127.0.0.1:9"}
OPTIONS: dict[str, dict[str, Any]] = {
    "ethernetip": {"host": "127.0.0.1"},
    "filedrop": {"folder": "/nowhere"},
    "http": WEB,
    "modbus": {"host": "127.0.0.1"},
    "mqtt": {"host": "127.0.0.1", "insecure": True},
    "mtconnect": WEB,
    "opcua": {"endpoint": "opc.tcp://127.0.0.1:9/", "security": {"policy": "None", "insecure": True}},
    "s7": {"host": "127.0.0.1"},
    "serialtext": {"link": "tcp", "host": "127.0.0.1", "port": 9},
    "sparkplug": {"host": "127.0.0.1", "insecure": True},
    "sql": {"url": "sqlite:////nowhere.db", "statement": "select 1 as n", "watermark": "n"},
    "webhook": {"token": "secret://token"},
}
ADDRESSES = {
    "ethernetip": "Speed",
    "modbus": "40001",
    "mqtt": "line/speed",
    "opcua": "ns=2;i=1",
    "s7": "DB1.DBW0",
    "sparkplug": "group/node/metric",
}


def closed(name: str) -> Driver:
    """A driver that was never opened."""
    spec = load(PACKAGE, name)
    return spec.open(spec.check(OPTIONS[name]), Surroundings(SystemClock(), {"token": "x" * 20}.__getitem__))


@pytest.mark.parametrize("name", NAMES)
async def test_only_what_says_so_can_be_written(name: str) -> None:
    """Of a link that is down a driver that writes says that it is; one that does not says that it never will."""
    point = Point(1, ADDRESSES.get(name, "speed"), Kind.F64)
    with pytest.raises(DovetailError) as refused:
        await closed(name).write(point, 1.0)
    assert (refused.value.code.endswith("read-only")) is not load(PACKAGE, name).writes
    assert isinstance(refused.value, PointError) is not load(PACKAGE, name).writes


@pytest.mark.parametrize("name", [name for name in NAMES if load(PACKAGE, name).keeps])
async def test_what_keeps_takes_nothing_where_nothing_can_be_kept(name: str) -> None:
    with pytest.raises(ConfigError) as refused:
        await closed(name).subscribe((), [].append)
    assert refused.value.code == "keeping-none"


@pytest.mark.parametrize("name", [name for name in NAMES if not load(PACKAGE, name).about.browses])
async def test_what_cannot_be_browsed_says_so(name: str) -> None:
    with pytest.raises(DovetailError):
        await closed(name).browse()
