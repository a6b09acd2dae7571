"""A server that demands a password gets it from the vault; until somebody puts it there, the link says what to do."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock
from dovetail.core.scope import Scope
from dovetail.core.sink import Resumed
from dovetail.db.uow import Database
from dovetail.drivers.base import Point
from dovetail.edge import session
from dovetail.edge.model import LinkPlan
from dovetail.edge.runtime import EdgeRuntime
from dovetail.links.model import ScanPoint
from dovetail.operations.operation import execute
from dovetail.vault.service import PutSecret, VaultRoom

PASSWORD = "s3cret"


class Nowhere:
    """A store that keeps nothing."""

    def resume(self, _source, _links):
        return Resumed(1, {})

    def put(self, _frames): ...


async def test_the_link_waits_for_its_password(
    plc, identity, until, sqlite_database: Database, everyone: Scope, tmp_path: Path, monkeypatch, caplog
) -> None:
    caplog.set_level(logging.DEBUG, logger="dovetail")
    monkeypatch.setattr(session, "BACKOFF_REFUSED_S", 0.2)
    vault = VaultRoom(sqlite_database, data=tmp_path, bus=sqlite_database.bus)
    options = {
        "endpoint": plc.endpoint,
        "security": {
            "certificate": str(identity.certificate),
            "private_key": str(identity.key),
            "server_fingerprint": plc.machine.identity.fingerprint,
        },
        "user": "operator",
        "password": "secret://line1/plc1",
    }
    points = (ScanPoint(Point(1, "i=2258", Kind.STR)),)
    plan = LinkPlan("plc1", "opcua", options, 900, 901, "auto", points)
    edge = EdgeRuntime([plan], Nowhere(), clock=SystemClock(), secret=vault.value)
    await edge.start()
    await until(lambda: "no secret" in edge.status()[0].cause)
    wanted = "there is no secret named 'line1/plc1' (dovetail secret put line1/plc1)"
    assert edge.status()[0].cause == wanted

    def put(value: str) -> None:
        given = PutSecret(name="line1/plc1", value=SecretStr(value))
        execute(vault.put, given, database=sqlite_database, scope=everyone)

    put("wrong-guess")
    await until(lambda: "refuses" in edge.status()[0].cause)
    assert not edge.status()[0].up
    put(PASSWORD)
    await until(lambda: edge.status()[0].up)
    await edge.stop()
    assert PASSWORD not in caplog.text
    assert "wrong-guess" not in caplog.text


@pytest.mark.parametrize("options", [{"password": "secret://a"}, {"user": "u", "password": "in clear"}])
def test_a_password_is_only_ever_named(options) -> None:
    from dovetail.core.errors import ConfigError
    from dovetail.drivers.opcua import PLUGIN

    security = {"policy": "None", "insecure": True}
    with pytest.raises(ConfigError) as refused:
        PLUGIN.check({"endpoint": "opc.tcp://10.0.0.1", "security": security, **options})
    assert "in clear" not in str(refused.value)
