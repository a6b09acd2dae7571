"""Prove copies of a plant: without a key that they are as they were written, with it that they come back.

The proof is a restore into a scratch place: every table and every month is read from there again, and what is read must
be what was copied, to the byte; and every sample that was expected must be accounted for.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dovetail.backups import encrypted, streams
from dovetail.backups.encrypted import Sealed
from dovetail.carrying import moving
from dovetail.chunkstore.files import Files, number_of
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError
from dovetail.repository import chain
from dovetail.repository.chain import Link
from dovetail.repository.keys import RecoveryKey
from dovetail.repository.place import Repository
from dovetail.upkeep import manifest as manifests
from dovetail.upkeep import records, restore
from dovetail.upkeep.layout import HISTORIAN, SCRATCH, SPOOL
from dovetail.upkeep.manifest import Manifest, Part, Progress
from dovetail.upkeep.samples import HEAD

ROWS_AT_ONCE = moving.ROWS_AT_ONCE


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was looked through, and found as it was written."""

    snapshots: int
    blocks: int
    bytes: int


def scrub(repository: Repository, signer: bytes, progress: Progress) -> Scrubbed:
    """Hold the chain, every snapshot and every block against what was written. Raises ConfigError for the first bad."""
    standing = chain.standing(repository.links(signer))
    blocks: dict[str, int] = {}
    for link in standing:
        blocks |= repository.snapshot(link).blocks
    progress.total += sum(blocks.values())
    for block_id, size in blocks.items():
        progress.add(repository.check(block_id, size))
    return Scrubbed(len(standing), len(blocks), sum(blocks.values()))


def choose(repository: Repository, key: RecoveryKey, snapshot_id: str | None) -> Link:
    """The snapshot of that id (its beginning is enough), or the newest. Raises ConfigError where there is none."""
    standing = chain.standing(repository.links(key.server().signer))
    found = [link for link in standing if link.id.startswith(snapshot_id or "")]
    if not found:
        said = f" {snapshot_id}" if snapshot_id else ""
        raise ConfigError(f"there is no backup{said} in {repository.place}", code="backup-none")
    return found[-1]


@contextmanager
def laid_out(
    repository: Repository, link: Link, key: RecoveryKey, *, scratch: Path | None, progress: Progress
) -> Iterator[tuple[Path, Manifest, list[Sealed]]]:
    """A snapshot as a backup in the clear, in a folder that only its owner can read and that goes with the block."""
    facts, parts = encrypted.opened(repository.snapshot(link), key)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
        to = Path(folder)
        (to / HISTORIAN).mkdir()
        (to / records.FOLDER).mkdir()
        samples = [part for part in parts if part.path.startswith(f"{HISTORIAN}/")]
        _samples(samples, repository, to / HISTORIAN, progress)
        for part in parts:
            if part not in samples:
                records.pack(to / f"{part.path}{records.SUFFIX}", encrypted.pieces(part, repository, progress))
        listed = tuple(_listed(to, part) for part in parts)
        found = replace(facts, parts=listed, encrypted=False)
        manifests.write(to, found)
        yield to, found, parts


def _listed(folder: Path, part: Sealed) -> Part:
    path = f"{part.path}{records.SUFFIX}" if part.rows is not None else part.path
    return manifests.describe(folder, path, rows=part.rows)


def _samples(parts: list[Sealed], repository: Repository, folder: Path, progress: Progress) -> None:
    storage = Files(folder)
    try:
        for part in parts:
            name = Path(part.path).name
            pieces = encrypted.pieces(part, repository, progress)
            if name == HEAD:
                moving.put_head(storage, streams.as_head(streams.unpack(pieces), moving.TABLES, at_once=ROWS_AT_ONCE))
            elif name == SPOOL:
                with (folder / name).open("wb") as opened:
                    opened.writelines(pieces)
            else:
                month = streams.as_month(streams.unpack(pieces), at_once=ROWS_AT_ONCE)
                moving.put_month(storage, number_of(name), month)
    finally:
        storage.head.close()


def prove(repository: Repository, link: Link, key: RecoveryKey, *, clock: Clock, progress: Progress) -> Manifest:
    """Restore a snapshot into a scratch place and compare. Raises ConfigError for what does not come back as it was."""
    with laid_out(repository, link, key, scratch=None, progress=progress) as (folder, found, parts):
        restore.verify(folder, clock=clock)
        again = dict(_again(folder / HISTORIAN))
        for part in parts:
            name = Path(part.path).name
            if again.get(name, part.sha256) != part.sha256:
                raise ConfigError(f"{part.path} did not come back as it was copied", code="backup-damaged")
    return replace(found, encrypted=True)


def _again(folder: Path) -> Iterator[tuple[str, str]]:
    """The checksums of head and months, read anew from where they were restored."""
    storage = Files(folder)
    try:
        for number in sorted(storage.there()):
            place, words = storage.month(number)
            try:
                with place.snapshot() as session:
                    yield place.path.name, _digest(streams.of_month(moving.month_of(session, words)))
            finally:
                place.close()
        with storage.head.snapshot() as session:
            yield HEAD, _digest(streams.of_head(moving.head_of(session)))
    finally:
        storage.head.close()


def _digest(rows: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(row)
    return found.hexdigest()
