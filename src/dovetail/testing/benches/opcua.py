"""A PLC with an OPC UA server: three variables, of which one may be deleted or become a text."""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Literal

from asyncua import ua

from dovetail.core.batch import Kind
from dovetail.core.clock import SystemClock, to_datetime
from dovetail.drivers.base import Point
from dovetail.links.model import ScanPoint
from dovetail.sim.line import Change
from dovetail.sim.servers.opcua import NAMESPACE, TAGS, StandardNodes, UnitServer, make_identity
from dovetail.testing.bench import SCAN_S, Trial
from dovetail.testing.benches.plc import change

LOST, PIECES, SPEED = "Admin.ProdDefectiveCount", "Admin.ProdProcessedCount", "Status.CurMachSpeed"
LOGS: Final = "asyncua.server.monitored_item_service"  # with a log below it for each subscription
logging.getLogger(LOGS)  # a log that is there itself does not keep those below it


class _Server(UnitServer):
    """A server whose counter of rejects can be taken away."""

    first: Literal["there", "gone", "text"] = "there"

    async def forget(self) -> None:
        """End the sessions that were cut, kept by the library for 30 s, and its log of each, kept for ever."""
        for session in list(self._server.iserver._external_sessions.values()):
            await session.close_session()
        known = logging.Logger.manager.loggerDict
        for name in [name for name in known if name.startswith(f"{LOGS}.")]:
            del known[name]

    async def publish(self, change: Change, *, counters: Literal["confirm", "when changed"] = "confirm") -> None:
        if self.first == "there":
            await super().publish(change, counters=counters)
            return
        at = to_datetime(change.t_us)
        for tag, value in ((PIECES, change.counts.processed), (SPEED, change.speed_upm)):
            said = ua.DataValue(ua.Variant(value, TAGS[tag]), SourceTimestamp=at, ServerTimestamp=at)
            await self._server.write_attribute_value(self._nodes[tag], said)

    async def may_be_written(self) -> None:
        """One point more, which clients may write."""
        index = self._nodes[LOST].NamespaceIndex
        name = ua.QualifiedName("Setpoint", index)
        point = await self._server.nodes.objects.add_variable(ua.NodeId("Tried.Setpoint", index), name, 0.0)
        await point.set_writable()

    async def delete(self) -> None:
        self.first = "gone"
        await self._server.get_node(self._nodes[LOST]).delete()

    async def restore(self) -> None:
        self.first = "there"
        await self._add(ua.Variant(1, TAGS[LOST]))

    async def retype(self) -> None:
        await self.delete()
        self.first = "text"
        await self._add(ua.Variant("text", ua.VariantType.String))

    async def untype(self) -> None:
        await self.delete()
        await self.restore()

    async def _add(self, value: ua.Variant) -> None:
        node_id = self._nodes[LOST]
        name = ua.QualifiedName("Again", node_id.NamespaceIndex)
        await self._server.nodes.objects.add_variable(node_id, name, value)


class OpcUaBench:
    """An OPC UA server without security; the point that goes away is polled, the others are listened to."""

    driver = "opcua"
    late_s = 4.0
    points: tuple[ScanPoint, ...] = (
        ScanPoint(
            Point(1, f"nsu={NAMESPACE};s=Tried.{LOST}", Kind.U64), mode="poll", interval_ms=round(1_000 * SCAN_S)
        ),
        ScanPoint(Point(2, f"nsu={NAMESPACE};s=Tried.{PIECES}", Kind.U64)),
        ScanPoint(Point(3, f"nsu={NAMESPACE};s=Tried.{SPEED}", Kind.F64)),
    )
    cannot: Mapping[Trial, str] = {}
    writable = Point(9, f"nsu={NAMESPACE};s=Tried.Setpoint", Kind.F64)
    writes = (12.5, -3.0)

    def __init__(self) -> None:
        self._folder: Path | None = None  # of the identities, where it is secured
        self._clock = SystemClock()
        self._off_us = 0
        self._number = 0
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        return self._plc.port

    @property
    def _plc(self) -> _Server:
        assert self._server is not None
        return self._server

    def options(self, port: int) -> Mapping[str, object]:
        return {"endpoint": f"opc.tcp://127.0.0.1:{port}/", "security": self._security()}

    def _security(self) -> Mapping[str, object]:
        if self._folder is None:
            return {"policy": "None", "insecure": True}
        pinned = hashlib.sha256((self._folder / "tried.der").read_bytes()).hexdigest()
        ours = {"certificate": str(self._folder / "ours.der"), "private_key": str(self._folder / "ours.pem")}
        return {**ours, "server_fingerprint": pinned}

    def secured(self) -> OpcUaBench:
        other = OpcUaBench()
        other._folder = Path(mkdtemp(prefix="dovetail-identity-"))
        make_identity(other._folder, name="ours")
        return other

    async def start(self) -> None:
        identity = None if self._folder is None else make_identity(self._folder, name="tried")
        self._server = _Server("tried", port=0, standard=await StandardNodes.make(), identity=identity)
        _there.add(self)
        await self._plc.start(change(0, at_us=self._clock.now_us()))
        await self._plc.may_be_written()

    async def stop(self) -> None:
        await self._plc.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        _there.discard(self)
        if not _there:
            await _tidy()

    async def switch_off(self) -> None:
        await self._plc.unplug()

    async def switch_on(self) -> None:
        await self._plc.plug()

    async def make(self, number: int) -> None:
        self._number = number
        await self._plc.publish(change(number, at_us=self._clock.now_us() + self._off_us))

    async def lose(self) -> None:
        await self._plc.delete()

    async def find(self) -> None:
        await self._plc.restore()

    async def retype(self) -> None:
        await self._plc.retype()

    async def untype(self) -> None:
        await self._plc.untype()

    async def forget(self) -> None:
        await self._plc.forget()

    def skew(self, offset_us: int) -> None:
        self._off_us = offset_us


_there: set[OpcUaBench] = set()


async def _tidy() -> None:
    """Once no server is there: end what the library's leave running for sessions that were cut off."""
    left = [task for task in asyncio.all_tasks() if "asyncua/server" in _file(task)]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _file(task: asyncio.Task[Any]) -> str:
    code = getattr(task.get_coro(), "cr_code", None)
    return "" if code is None else code.co_filename.replace("\\", "/")
