"""What machines of one installation say to each other, and what it keeps for later: frames on their way over NATS and
what is told of them, hours and minutes summed up, backups, answers of a copy, answers to a client."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from fuzz_judge import Target
from fuzz_sound import text_of

from dovetail.backups import streams
from dovetail.backups.encrypted import opened
from dovetail.client.tables import read_page
from dovetail.copies.clickhouse import answered
from dovetail.core.batch import Kind, Lane
from dovetail.core.errors import ConfigError, InvalidError, LinkError
from dovetail.packing import chunks, rollups
from dovetail.packing.columns import VALID, Block, DamagedError
from dovetail.repository import chain
from dovetail.repository.keys import RecoveryKey
from dovetail.repository.place import Snapshot
from dovetail.transport.model import Told, came_from, read_answer, up

NOW_US = 1_767_225_600_000_000  # a whole day
DAY = NOW_US // 86_400_000_000

# --- on the way ---------------------------------------------------------------------------------------------------

TOLD = Told(Lane.LIVE, 3, 5, [1, 2, 3, 2**53], {4: "frame-order", 5: "läuft nicht"})


def told(data: bytes) -> None:
    """What a worker tells of frames: read again it is the same."""
    found = Told.of(data)
    assert Told.of(found.as_bytes()) == found


SUBJECTS = tuple(up("edge-1", 3, lane).encode() for lane in (Lane.LIVE, Lane.BACKLOG))


def subject(data: bytes) -> None:
    """Source and shard of a message, and whether it waited."""
    source, shard, waited = came_from(text_of(data))
    assert came_from(up(source, shard, Lane.BACKLOG if waited else Lane.LIVE)) == (source, shard, waited)


def worker_answer(data: bytes) -> None:
    """What a worker answers a gateway: the two answers there are, with what belongs into them."""
    found = read_answer(data)
    assert isinstance(found, dict)


# --- kept ---------------------------------------------------------------------------------------------------------

N = 100
TS = NOW_US + np.arange(N, dtype=np.int64) * 60_000_000 + np.arange(N) ** 2 % 977
STATUS = np.full(N, 192 | VALID, dtype=np.uint32)
BLOCK = Block(Kind.F64, np.full(N, 1, dtype=np.int64), TS, np.arange(N) * 0.1, STATUS)
HOURS, MINUTES = (rollups.summed(BLOCK, unit_us) for unit_us in (3_600_000_000, 60_000_000))
REST, TIMES = chunks.without_times(chunks.encode(BLOCK))


def hours(data: bytes) -> None:
    """A day summed up by the hour: what it was, or refused."""
    assert rollups.unpack_hours([(1, data)])[0].tobytes() == HOURS.tobytes()


def minutes(data: bytes) -> None:
    """A day summed up by the minute: what it was, or refused."""
    assert np.array_equal(rollups.unpack_minutes(data, tag=1, day=DAY).n, MINUTES["n"])


def shared_moments(data: bytes) -> None:
    """A chunk whose moments lie beside it, for all who share them: what it was, or refused."""
    assert np.array_equal(chunks.decode(chunks.with_times(REST, data), tag=1).ts, TS)


def cut_chunk(data: bytes) -> None:
    """Whatever lies in a chunk's place is cut for its moments, and put together again as it was."""
    assert chunks.with_times(*chunks.without_times(data)) == data


# --- backups ------------------------------------------------------------------------------------------------------

KEY = RecoveryKey(bytes(31) + b"\x01", bytes(31) + b"\x02", bytes(31) + b"\x03")
LINK = chain.Link(0, "snapshot", "2026-01-01T00:00:00Z", chain.FIRST, "b1", "ab" * 32)
SECOND = chain.Link(1, "pruned", "2026-01-02T00:00:00Z", chain.digest(chain.line(LINK, KEY.server())), ids=("b1",))
SNAPSHOT = Snapshot("b1", "i1", LINK.at, "1.0", {}, b"")


def chain_lines(data: bytes) -> None:
    """The chain of a repository: as it was signed, or refused at the first line that is not."""
    found = chain.read(data.split(b"\n"), KEY.server().signer, named="backup")
    assert found in ([LINK], [LINK, SECOND])


def sealed_snapshot(data: bytes) -> None:
    """What of a snapshot only the recovery key opens."""
    opened(replace(SNAPSHOT, sealed=data), KEY)


def rows(data: bytes) -> None:
    """Rows of a backup: what is read can be written again and is the same."""
    again = b"".join(map(streams.pack, streams.unpack([data])))
    assert b"".join(map(streams.pack, streams.unpack([again]))) == again  # not as values: NaN is not equal to itself


# --- answers ------------------------------------------------------------------------------------------------------


def copy_answer(data: bytes) -> None:
    """What a copy in ClickHouse answers: rows."""
    assert all(isinstance(row, list) for row in answered(data))


def _arrow() -> bytes:
    columns = {
        "tag": pa.array([1, 2, 2], pa.int64()), "ts": pa.array([NOW_US] * 3, pa.timestamp("us", tz="UTC")),
        "value_f64": pa.array([1.5, None, 2.0]), "value_str": pa.array([None, "läuft", ""]),
        "quality": pa.array([192, 0, 192], pa.uint16()),
    }  # fmt: skip
    tags = {"tags": [{"id": 1, "path": "a.b", "unit": "mm"}, {"id": 2, "path": "a.c", "unit": None}]}
    table = pa.table(columns).replace_schema_metadata({b"dovetail": orjson.dumps(tags)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def arrow_answer(data: bytes) -> None:
    """A page of samples as a client gets it: every value of it can be copied, none points beyond what came."""
    page = read_page(data)
    with pa.ipc.new_stream(pa.BufferOutputStream(), page.schema) as copied:
        copied.write_table(page)


TARGETS = [
    Target("nats-told", "what workers tell of frames, over NATS", (TOLD.as_bytes(),), told, (InvalidError,)),
    Target(
        "nats-subjects",
        "subjects of frames in NATS",
        (up("edge-1", 3).encode(), up("edge-1", 3, Lane.BACKLOG).encode()),
        subject,
        (InvalidError,),
    ),
    Target(
        "nats-answers",
        "answers of workers to gateways, over NATS",
        (b'{"epoch":3,"marks":{"9":1767225600000000}}', b'{"held":[1,2],"waiting":false}', b'{"wait":"3 messages"}'),
        worker_answer,
        (LinkError,),
        (b'{"error":"no"}', b"null", b"[]", b"-1"),
    ),
    Target("rollup-hours", "hours that were summed up", (rollups.pack_hours(HOURS),), hours, (DamagedError,)),
    Target("rollup-minutes", "minutes that were summed up", (rollups.pack_minutes(MINUTES),), minutes, (DamagedError,)),
    Target("shared-moments", "moments that chunks share", (TIMES,), shared_moments, (DamagedError,)),
    Target("cut-chunks", "chunks whose moments are cut out", (chunks.encode(BLOCK), REST), cut_chunk),
    Target(
        "backup-chains",
        "the signed chain of a backup repository",
        (chain.line(LINK, KEY.server()), b"\n".join(chain.line(one, KEY.server()) for one in (LINK, SECOND))),
        chain_lines,
        (ConfigError,),
    ),
    Target(
        "backup-snapshots",
        "what of a backup only its key opens",
        ((Path(__file__).parent / "examples" / "backup-snapshot.bin").read_bytes(),),
        sealed_snapshot,
        (ConfigError,),
        slow=True,
    ),
    Target(
        "backup-rows",
        "rows of a backup, as they come out of it",
        (streams.pack(("sealed", 7)) + streams.pack((1, 2.5, float("nan"), b"body", None, "läuft")),),
        rows,
        (ValueError,),
        (b'{"b":4}', b'{"f":"inf"}', b"[]"),
    ),
    Target(
        "copy-answers",
        "answers of a copy in ClickHouse",
        (b'[1,"ab"]\n["x",null]\n',),
        copy_answer,
        (LinkError,),
        (b"{}", b"[", b"Code: 60. DB::Exception"),
    ),
    Target(
        "arrow-answers", "samples as Arrow, read by the client", (_arrow(),), arrow_answer, (ValueError,), slow=True
    ),
]
