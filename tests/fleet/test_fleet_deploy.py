"""The files of a plant of several machines: servers start with them, and let each do only what is its own."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nats import errors

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.errors import LinkError
from dovetail.core.limits import SHARDS
from dovetail.core.sink import Resumed
from dovetail.packing import frames as codec
from dovetail.testing.certificate import make_certificate
from dovetail.testing.natsserver import free_ports, program
from dovetail.transport import sender
from dovetail.transport.link import Link, connect, make_stream
from dovetail.transport.model import Address, address, up
from dovetail.transport.receiver import Counted, Receiver
from dovetail.transport.sender import Sender

DEPLOY = Path(__file__).parents[2] / "deploy"
FRAME = Frame("edge", Lane.LIVE, 1, 1, (Batch.of(Kind.F64, [(1, 1_767_225_600_000_000, 1.0, 0xC0)]),), {3: 1})


class Keeper:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.kept: list[int] = []

    def put(self, arrivals: list[tuple[int, Frame]]) -> None:
        self.kept += [frame.seq for _, frame in arrivals]

    def held(self, _shard: int, _numbered: object, seqs: list[int]) -> list[int]:
        return [seq for seq in seqs if seq in self.kept]

    def resume(self, _source: str, _links: list[int]) -> Resumed:
        return Resumed(7, {})


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """The files with certificates of this test, and ports that are free."""
    made = [make_certificate(tmp_path, called=name, file=name) for name in ("server", "ingest", "edge")]
    (tmp_path / "ca.pem").write_bytes(b"".join(certificate.read_bytes() for certificate, _ in made))
    (tmp_path / "gateway.pem").write_bytes((tmp_path / "edge.pem").read_bytes())
    (tmp_path / "gateway.key").write_bytes((tmp_path / "edge.key").read_bytes())
    client, leaf, gateway = free_ports(3)
    (tmp_path / "ports").write_text(f"{client} {gateway}")
    for file in (DEPLOY / "nats").glob("*.conf"):
        text = file.read_text(encoding="utf-8").replace("/etc/nats", str(tmp_path))
        text = text.replace("/var/lib/nats", str(tmp_path / "store")).replace("0.0.0.0", "127.0.0.1")
        text = text.replace("127.0.0.1:4222", f"127.0.0.1:{gateway if file.stem == 'leaf' else client}")
        text = text.replace("n1.plant.example:7422", f"127.0.0.1:{leaf}").replace(":7422", f":{leaf}")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["plant.conf", "cluster.conf", "leaf.conf"])
def test_a_server_reads_the_file(plant: Path, name: str) -> None:
    command = [program(), "-t", "-c", str(plant / name)]
    looked = subprocess.run(command, capture_output=True, text=True, env={"NATS_NAME": "n1"}, check=False)
    assert looked.returncode == 0, looked.stderr


type Start = Callable[[str], None]


@pytest.fixture
def start(plant: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[bytes]] = []

    def begin(name: str) -> None:
        with (plant / f"{name}.log").open("wb") as log:
            running.append(subprocess.Popen([program(), "-c", str(plant / name)], stdout=log, stderr=log))

    yield begin
    for one in running:
        one.kill()
        one.wait(10)


def shown_by(plant: Path, name: str) -> Address:
    """The address of the plant's server, with the certificate of one of its users."""
    (port, _) = (plant / "ports").read_text().split()
    files = {"cert": plant / f"{name}.pem", "key": plant / f"{name}.key"}
    return address(f"tls://127.0.0.1:{port}", ca=plant / "ca.pem", **files)


async def linked(where: Address, inbox: str) -> Link:
    async with asyncio.timeout(20):
        while True:
            with suppress(LinkError):
                return await connect(where, name="test", inbox=inbox)
            await asyncio.sleep(0.05)


async def test_each_does_its_own_work_and_no_more(plant: Path, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Directly, and through a gateway's own server; and nobody speaks for another, or reads what others send."""
    start("plant.conf")
    start("leaf.conf")
    monkeypatch.setattr(sender, "TRANSPORT_ASK_S", 1.0)
    keeper = Keeper()
    link = await linked(shown_by(plant, "ingest"), "ingest")
    await make_stream(link, shown_by(plant, "ingest"))
    receiver = Receiver(link, keeper, Counted())
    storing = asyncio.create_task(receiver.run())
    await receiver.serve(range(SHARDS))
    (_, gateway) = (plant / "ports").read_text().split()
    direct, through_leaf = shown_by(plant, "edge"), address(f"nats://127.0.0.1:{gateway}")
    for where in (direct, through_leaf):
        edge = Sender(where, "edge")
        assert (await asyncio.to_thread(edge.resume, "edge", [3])).epoch == 7
        await asyncio.to_thread(edge.put, [FRAME])
        await asyncio.to_thread(edge.close)
        other = await linked(where, "edge")
        for subject, said in ((up("press", 3), codec.encode(FRAME)), ("$JS.API.STREAM.MSG.GET.DOVETAIL", b'{"seq":1}')):
            with pytest.raises((errors.Error, TimeoutError)):
                await other.client.request(subject, said, timeout=0.3)
        await other.close()
    assert keeper.kept == [1, 1]
    await receiver.serve(())
    storing.cancel()
    await asyncio.gather(storing, return_exceptions=True)
    await link.close()


def test_the_units_run_what_there_is() -> None:
    unit = (DEPLOY / "systemd" / "dovetail-ingest@.service").read_text(encoding="utf-8")
    assert "ExecStart=/opt/dovetail/bin/dovetail ingest\n" in unit
    server = (DEPLOY / "systemd" / "nats-server.service").read_text(encoding="utf-8")
    assert "/etc/nats/cluster.conf" in server
