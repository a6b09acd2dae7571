"""What the doctor says of an installation of several machines, and who can mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dovetail.cli.main import app
from dovetail.core.errors import ConfigError
from dovetail.core.limits import SHARDS
from dovetail.fleet.api import transport_view
from dovetail.fleet.model import Transported, judge
from dovetail.ingestion.model import Standing
from dovetail.ownership.settings import Settings, from_environment
from dovetail.transport.model import ShardState, StreamState

ALL_SHARDS = tuple(range(SHARDS))


def stream(**changed: Any) -> StreamState:
    plain = {
        "messages": 3, "bytes": 1_000, "bytes_max": 1_000_000, "replicas": 3, "replicas_current": 3, "leader": "n1",
        "shards": (ShardState(0, waiting=2, taken=1, redelivered=0),),
    }  # fmt: skip
    return StreamState(**plain | changed)


def worker(name: str, shards: tuple[int, ...], *, is_alive: bool = True) -> Standing:
    return Standing(name, "box", 0, is_alive, frames=1, samples=1, redelivered=0, refused=0, shards=shards)


BOTH = (worker("a", ALL_SHARDS[:8]), worker("b", ALL_SHARDS[8:]))


@pytest.mark.parametrize(
    "found, verdict, says, who",
    [
        (Transported(stream(), BOTH), "well", "2 workers share 16 shards", "nobody"),
        (Transported(fault="no server answers"), "ill", "no server answers", "administrator"),
        (Transported(stream(), ()), "ill", "no ingest worker", "administrator"),
        (Transported(stream(), (worker("a", ALL_SHARDS, is_alive=False),)), "ill", "no ingest worker", "administrator"),
        (Transported(stream(), BOTH[:1]), "look", "nobody stores shards 8, 9", "time"),
        (Transported(stream(replicas_current=2), BOTH), "look", "2 times instead of 3", "administrator"),
        (Transported(stream(bytes=900_000), BOTH), "ill", "90 % full", "administrator"),
        (Transported(stream(messages=5_000), BOTH), "look", "5000 messages", "time"),
        (Transported(stream(), BOTH, on_disk=70, backlog=60), "look", "60 messages of an outage follow", "time"),
    ],
)
def test_the_doctor_says_what_ails_the_transport(found: Transported, verdict: str, says: str, who: str) -> None:
    first = next(iter(judge(found)))
    assert (first[0], first[2]) == (verdict, who)
    assert says in first[1]


def test_the_doctor_passes_on_how_a_fault_is_mended() -> None:
    seen = Transported(fault="there is no stream for frames", hint="start an ingest worker: it makes the stream")
    assert next(iter(judge(seen)))[3].startswith("start an ingest worker: it makes the stream.")
    assert next(iter(judge(Transported(fault="no answer"))))[3].startswith("are the NATS servers running?")


@pytest.mark.parametrize(
    "found, used, orphans, messages, alive",
    [
        (None, False, [], None, []),
        (Transported(stream(), BOTH), True, [], 3, [True, True]),
        (Transported(stream(), (BOTH[0], worker("b", (), is_alive=False))), True, [*ALL_SHARDS[8:]], 3, [True, False]),
        (Transported(on_disk=7, fault="no server answers"), True, [*ALL_SHARDS], None, []),
    ],
)
def test_the_transport_is_shown_as_it_stands(
    found: Transported | None, used: bool, orphans: list[int], messages: int | None, alive: list[bool]
) -> None:
    shown = transport_view(found)
    assert (shown.used, shown.orphans) == (used, orphans)
    assert (shown.stream and shown.stream.messages) == messages
    assert [one.alive for one in shown.workers] == alive


def test_several_processes_need_a_server_for_samples() -> None:
    with pytest.raises(ConfigError, match="only in PostgreSQL"):
        Settings(nats="nats://127.0.0.1:4222").transport()


def test_one_process_needs_no_transport() -> None:
    assert Settings().transport() is None


def test_what_is_shown_to_the_servers_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    given = {
        "NATS": "tls://a:4222, tls://b:4222", "NATS_CA": str(ca), "NATS_REPLICAS": "3",
        "DATABASE_URL": "postgresql+psycopg://db/plant",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(f"DOVETAIL_{name}", value)
    found = from_environment().transport()
    assert found is not None
    assert (found.servers, found.ca, found.replicas) == (("tls://a:4222", "tls://b:4222"), ca, 3)


@pytest.mark.usefixtures("root_log")
@pytest.mark.parametrize(
    "arguments, says",
    [
        ([], "needs the NATS servers"),
        (
            ["--nats", "nats://hub:4222", "--database-url", "postgresql+psycopg://db/plant"],
            "only for this machine itself",
        ),
        (["--nats", "nats://127.0.0.1:4222"], "only in PostgreSQL"),
    ],
)
def test_a_worker_says_what_it_lacks(arguments: list[str], says: str) -> None:
    outcome = CliRunner().invoke(app, ["ingest", *arguments])
    assert isinstance(outcome.exception, ConfigError)
    assert says in str(outcome.exception)
