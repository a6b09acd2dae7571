"""A secret that is kept goes only where it goes already, by the same driver and no less protected on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dovetail.app.bootstrap import House, open_house
from dovetail.core import plugins
from dovetail.core.errors import RefusedError
from dovetail.core.scope import Actor, Scope
from dovetail.drivers.base import PACKAGE, DriverSpec, Found, Point
from dovetail.onboarding.schema import LinkBody
from dovetail.onboarding.trying import PROTECTION, Trying
from dovetail.ownership.settings import Settings
from dovetail.trials.links import Look, Tried

PLANT = """
plant: {format: 1, name: Test}
connections:
  plc1:
    driver: opcua
    options:
      endpoint: "opc.tcp://plc1.plant:4840/"
      security: {certificate: ours.der, private_key: ours.pem, server_fingerprint: "FINGERPRINT"}
      user: mes
      password: secret://plc1
  web1:
    driver: http
    options: {url: "https://scale.plant/api", token: "secret://scale"}
  broker:
    driver: mqtt
    options: {host: broker.plant, user: mes, password: "secret://broker"}
"""
OPCUA = {
    "endpoint": "opc.tcp://plc1.plant:4840/",
    "security": {"certificate": "ours.der", "private_key": "ours.pem", "server_fingerprint": "0" * 64},
    "user": "mes",
    "password": "secret://plc1",
}
WEB = {"url": "https://scale.plant/api", "token": "secret://scale"}
BROKER = {"host": "broker.plant", "user": "mes", "password": "secret://broker"}
OURS = {"certificate": "ours.der", "private_key": "ours.pem"}
CLEAR = {"security": {"policy": "None", "insecure": True}}


class Edge:
    """The edge as far as a secret is concerned: what reaches it has been let through."""

    def __init__(self) -> None:
        self.reached: list[Tried] = []

    def look(self, tried: Tried, points: list[Point]) -> Look:
        raise AssertionError("nobody looks here")

    def browse(self, tried: Tried, address: str | None) -> list[Found]:
        self.reached.append(tried)
        return []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(Settings(data=tmp_path_factory.mktemp("kept") / "data")) as opened:
        opened.rooms.equipment.apply(
            {"plant.yaml": PLANT.replace("FINGERPRINT", "0" * 64).encode()}, scope=opened.scope
        )
        yield opened


def browsed(house: House, driver: str, options: dict[str, Any], *permissions: str, typed: Any = None) -> int:
    """How many links reached the edge for somebody with these permissions over the whole plant."""
    edge = Edge()
    trying = Trying(house.rooms.trying.onboarding, edge, house.clock)
    scope = Scope(Actor("olga", "Olga"), system=frozenset({"plant.edit", *permissions}))
    trying.browse(LinkBody(driver=driver, options=options, secrets=typed or {}), None, scope=scope)
    return len(edge.reached)


@pytest.mark.parametrize("driver, options", [
    ("opcua", OPCUA),
    ("opcua", {**OPCUA, "user": "other"}),  # the same server, asked as somebody else
    ("http",  WEB),
    ("http",  {**WEB, "timeout_s": 9}),
    ("mqtt",  BROKER),
    ("mqtt",  {**BROKER, "port": 8883}),  # which is where it goes anyway
])  # fmt: skip
def test_where_it_goes_already_it_may_go(house: House, driver: str, options: dict[str, Any]) -> None:
    assert browsed(house, driver, options) == 1


@pytest.mark.parametrize("driver, options", [
    ("opcua", {**OPCUA, "endpoint": "opc.tcp://evil.plant:4840/"}),
    ("opcua", {**OPCUA, "endpoint": "opc.tcp://plc1.plant.evil:4840/"}),
    ("opcua", {**OPCUA, "endpoint": "opc.tcp://plc1.plant:4841/"}),
    ("opcua", {**OPCUA, "endpoint": "opc.tcp://PLC1.plant:4840/"}),  # another word is another place
    ("opcua", {**OPCUA, "password": "secret://scale"}),  # another's secret to a place of the plant
    ("opcua", {**OPCUA, "password": "secret://never-put"}),
    ("opcua", {**OPCUA, **CLEAR}),  # the same place, and everybody on the way reads it
    ("opcua", {**OPCUA, "security": {**OURS, "server_fingerprint": "1" * 64}}),
    ("http",  {**WEB, "url": "https://evil.plant/api"}),
    ("http",  {**WEB, "url": "https://scale.plant:8443/api"}),
    ("http",  {**WEB, "url": "http://scale.plant/api"}),
    ("http",  {**WEB, "url": "https://scale.plant/other"}),
    ("http",  {**WEB, "insecure": True}),
    ("http",  {**WEB, "ca_file": "/tmp/mine.pem"}),
    ("mtconnect", {"url": "https://scale.plant/api", "token": "secret://scale"}),  # another driver
    ("sparkplug", BROKER),
    ("mqtt",  {**BROKER, "host": "evil.plant"}),
    ("mqtt",  {**BROKER, "port": 8884}),
    ("mqtt",  {**BROKER, "security": {"tls": False, "insecure": True}}),
])  # fmt: skip
def test_anywhere_else_it_may_not(house: House, driver: str, options: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="is kept for another way") as refused:
        browsed(house, driver, options)
    assert refused.value.hint is not None and "type it again" in refused.value.hint
    assert browsed(house, driver, options, "system.manage") == 1  # whoever keeps the secrets may


def test_what_is_typed_is_theirs_to_send(house: House) -> None:
    options = {name: value for name, value in OPCUA.items() if name != "password"} | {"endpoint": "opc.tcp://new:4840/"}
    assert browsed(house, "opcua", options, typed={"password": "typed-by-hand"}) == 1


@pytest.mark.parametrize("name, spec", [
    pytest.param(name, spec, id=name)
    for name, spec in plugins.load_all(PACKAGE)
    if any(named in spec.options.model_fields for named in ("password", "token"))
])  # fmt: skip
def test_no_option_of_a_driver_with_secrets_is_forgotten(name: str, spec: DriverSpec) -> None:
    """Who adds an option that changes how such a link is protected adds it to PROTECTION."""
    words = ("secur", "tls", "ca_", "cert", "trust", "verify", "insecure", "proxy", "redirect")
    protecting = {field for field in spec.options.model_fields if any(word in field for word in words)}
    assert protecting <= PROTECTION, name
