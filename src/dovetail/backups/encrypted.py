"""A copy of a plant that only its recovery key opens, and of which only what is new is written.

What the snapshot says in the open is when it was made and which blocks it needs; what is in them, it says to the
recovery key alone.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import zstandard

from dovetail.backups import streams
from dovetail.backups.moment import Moment
from dovetail.carrying import moving
from dovetail.core import faults
from dovetail.core.errors import ConfigError
from dovetail.repository.keys import RecoveryKey, ServerKey
from dovetail.repository.place import Block, Repository, Snapshot
from dovetail.upkeep import records
from dovetail.upkeep.layout import HISTORIAN, SCRATCH
from dovetail.upkeep.manifest import Manifest, Progress
from dovetail.upkeep.samples import HEAD, Pinned

LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Sealed:
    """One table, the head, a month or a file: its stream's SHA-256, and its blocks in order."""

    path: str
    rows: int | None
    sha256: str
    blocks: tuple[Block, ...]


def write(
    moment: Moment, repository: Repository, key: ServerKey, *, facts: Manifest, scratch: Path, progress: Progress
) -> Snapshot:
    """Put everything that is not there yet; nothing of it counts before the repository commits the snapshot.

    What has to be laid out in the clear meanwhile lies in `scratch`, among the plant's own data.
    """
    sizes = moment.sizes
    progress.total = max(1, sum(sizes.values()))
    packer = zstandard.ZstdCompressor(level=LEVEL)

    def kept(path: str, rows: Iterable[bytes], *, is_table: bool = False) -> Sealed:
        digest, count, blocks = hashlib.sha256(), 0, list[Block]()

        def seen() -> Iterator[bytes]:
            nonlocal count
            for row in rows:
                digest.update(row)
                count += 1
                yield row

        for piece in streams.cut(seen()):
            blocks.append(repository.put(key, packer.compress(piece)))
            progress.add(len(piece))
        faults.point("backup.copied")
        return Sealed(path, count - 1 if is_table else None, digest.hexdigest(), tuple(blocks))

    connection = moment.reading.connection
    parts = [
        kept(f"{records.FOLDER}/{table.name}", _rows(records.lines_of(connection, table)), is_table=True)
        for table in records.tables(connection)
    ]
    parts += [kept(f"{HISTORIAN}/{part.name}", _stream(part, scratch)) for part in moment.samples.parts]
    body = {"facts": asdict(facts), "parts": [_said(part) for part in parts]}
    sealed = key.seal(packer.compress(orjson.dumps(body)), place=_place(facts.id, facts.installation))
    blocks = {block.id: block.bytes for part in parts for block in part.blocks}
    return Snapshot(facts.id, facts.installation, facts.made_at, facts.version, blocks, sealed)


def _rows(groups: Iterable[list[bytes]]) -> Iterator[bytes]:
    for group in groups:
        yield from group


def _stream(part: Pinned, scratch: Path) -> Iterator[bytes]:
    if part.name == HEAD:
        yield from streams.of_head(moving.head_of(part.session))
    elif part.words is not None:
        yield from streams.of_month(moving.month_of(part.session, part.words))
    else:
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
            part.copy(Path(folder), on_bytes=lambda _n: None)
            yield from streams.of_file(Path(folder) / part.name)


def _said(part: Sealed) -> dict[str, Any]:
    blocks = [(block.id, base64.b64encode(block.key).decode(), block.bytes) for block in part.blocks]
    return {"path": part.path, "rows": part.rows, "sha256": part.sha256, "blocks": blocks}


def _place(snapshot_id: str, installation: str) -> str:
    return f"backup {snapshot_id} of installation {installation}"


def opened(snapshot: Snapshot, key: RecoveryKey) -> tuple[Manifest, list[Sealed]]:
    """What a snapshot says to the recovery key. Raises ConfigError for another key."""
    packed = key.unseal(snapshot.sealed, place=_place(snapshot.id, snapshot.installation))
    said: dict[str, Any] = orjson.loads(zstandard.ZstdDecompressor().decompress(packed))
    told: dict[str, Any] = said["facts"]
    facts: dict[str, Any] = {**told, "parts": (), "left_out": tuple(told["left_out"]), "encrypted": True}
    parts = [
        Sealed(
            part["path"],
            part["rows"],
            part["sha256"],
            tuple(Block(one, base64.b64decode(own), size) for one, own, size in part["blocks"]),
        )
        for part in said["parts"]
    ]
    return Manifest(**facts), parts


def pieces(part: Sealed, repository: Repository, progress: Progress) -> Iterator[bytes]:
    """The stream of a part, held against its checksum when it ends. Raises ConfigError."""
    digest = hashlib.sha256()
    unpacker = zstandard.ZstdDecompressor()
    for block in part.blocks:
        piece = unpacker.decompress(repository.get(block))
        digest.update(piece)
        progress.add(len(piece))
        yield piece
    if digest.hexdigest() != part.sha256:
        raise ConfigError(f"{part.path} is not what was copied", code="backup-damaged")
