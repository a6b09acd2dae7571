"""A folder of encrypted backups of one plant: each block once, by what it is; a snapshot counts when the chain has it.

What a kill leaves is a block that is found again by the next backup, or a snapshot that nobody counts.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from dovetail.core import faults
from dovetail.core.errors import ConfigError, LinkError
from dovetail.repository import chain
from dovetail.repository.chain import Link
from dovetail.repository.keys import RecoveryKey, ServerKey, key_id, unlock_block

FORMAT: Final = 1
PREFIX: Final = "encrypted-"
INFO: Final = "repository.json"
LOCKED: Final = "recovery.locked"  # the recovery key under its passphrase, where there is one
CHAIN: Final = "chain.jsonl"
SNAPSHOTS: Final = "snapshots"
BLOCKS: Final = "blocks"
NEW: Final = ".new"
_DAMAGED: Final = "remove it: the next backup writes it anew, if the plant still has what was in it"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of what was copied: the SHA-256 of its file, the key of its own, and its size in the file."""

    id: str
    key: bytes = field(repr=False)
    bytes: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What everybody may see of a backup (`blocks`: id and bytes), and what only the recovery key opens."""

    id: str
    installation: str
    made_at: str
    version: str
    blocks: dict[str, int]
    sealed: bytes = field(repr=False)

    @property
    def bytes(self) -> int:
        """Size of all its blocks, whoever else has them too."""
        return sum(self.blocks.values())


class Repository:
    """One folder. Who writes is the owner of the installation's data folder, so there is one."""

    def __init__(self, place: Path) -> None:
        """Raises ConfigError for a folder that is no repository, or a newer version's."""
        self.place = place
        try:
            said: dict[str, Any] = orjson.loads((place / INFO).read_bytes())
            self.installation = str(said["installation"])
            self.signer = base64.b64decode(said["signer"], validate=True)
            self.recipient = base64.b64decode(said["recipient"], validate=True)
            written = int(said["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(f"{place} holds no repository of backups", code="backup-repository") from error
        if written > FORMAT:
            raise ConfigError(f"{place} was made by a newer Dovetail", code="backup-newer", hint="use that version")
        self._touched: set[Path] = set()
        self.written = 0  # bytes that were not there before
        self.found = 0  # bytes that were

    # --- the key --------------------------------------------------------------------------------------------------
    @property
    def key_id(self) -> str:
        """Of the key it was made with."""
        return key_id(self.signer, self.recipient)

    def check_key(self, key: ServerKey | RecoveryKey) -> None:
        """Raise ConfigError for another key than the one it was made with."""
        half = key.server() if isinstance(key, RecoveryKey) else key
        if half.id != self.key_id:
            raise ConfigError(
                f"{self.place} was made with another key ({self.key_id}, not {half.id})",
                code="backup-key",
                hint="give the key that belongs to it, or take backups into another folder",
            )

    # --- blocks ---------------------------------------------------------------------------------------------------
    def put(self, key: ServerKey, plain: bytes) -> Block:
        """Keep a piece; what is there already is not written again. Raises LinkError when the disk refuses."""
        own, locked = key.lock_block(plain)
        block = Block(hashlib.sha256(locked).hexdigest(), own, len(locked))
        file = self._file(block.id)
        if file.exists() and file.stat().st_size == len(locked):
            self.found += len(locked)
            return block
        try:
            if not file.parent.exists():
                file.parent.mkdir(mode=0o700)
                self._touched.add(file.parent.parent)
            _write(file, locked)
        except OSError as error:
            raise LinkError(f"{self.place} cannot be written: {error.strerror}", code="backup-write") from error
        self._touched.add(file.parent)
        self.written += len(locked)
        faults.point("repository.block")
        return block

    def get(self, block: Block) -> bytes:
        """A piece as it was put. Raises ConfigError for one that is missing or damaged."""
        locked = self._read(block.id, block.bytes)
        try:
            return unlock_block(block.key, locked)
        except ValueError as error:
            raise ConfigError(f"block {block.id} is not what was kept", code="backup-damaged") from error

    def check(self, block_id: str, size: int) -> int:
        """Raise ConfigError for a block that is missing, cut or changed; no key is needed. Answers its size."""
        return len(self._read(block_id, size))

    def _read(self, block_id: str, size: int) -> bytes:
        file = self._file(block_id)
        try:
            locked = file.read_bytes()
        except FileNotFoundError as error:
            raise ConfigError(f"{file} is missing", code="backup-damaged", hint="take another backup") from error
        except OSError as error:
            raise LinkError(f"{file} cannot be read: {error.strerror}", code="backup-read") from error
        if len(locked) != size or hashlib.sha256(locked).hexdigest() != block_id:
            raise ConfigError(f"{file} was changed or damaged", code="backup-damaged", hint=_DAMAGED)
        return locked

    def _file(self, block_id: str) -> Path:
        if len(block_id) != 64 or not set(block_id) <= set("0123456789abcdef"):
            raise ConfigError(f"{block_id!r} is no block", code="backup-damaged")
        return self.place / BLOCKS / block_id[:2] / block_id

    # --- snapshots and the chain ----------------------------------------------------------------------------------
    def commit(self, key: ServerKey, snapshot: Snapshot) -> Link:
        """From when this returns the snapshot counts; before, nothing of it does. Its blocks are there already."""
        head = {
            "format": FORMAT, "id": snapshot.id, "installation": snapshot.installation, "made_at": snapshot.made_at,
            "version": snapshot.version, "blocks": sorted(snapshot.blocks.items()),
        }  # fmt: skip
        content = orjson.dumps(head) + b"\n" + snapshot.sealed
        try:
            for folder in self._touched:
                sync_folder(folder)
            self._touched.clear()
            _write(self._snapshot(snapshot.id), content)
            sync_folder(self.place / SNAPSHOTS)
            faults.point("repository.snapshot")
            sha256 = hashlib.sha256(content).hexdigest()
            return self._append(key, what="snapshot", at=snapshot.made_at, id=snapshot.id, sha256=sha256)
        except OSError as error:
            raise LinkError(f"{self.place} cannot be written: {error.strerror}", code="backup-write") from error

    def lines(self) -> list[bytes]:
        """The chain as it is kept; a last line that was cut by a kill is not there."""
        file = self.place / CHAIN
        return file.read_bytes().split(b"\n")[:-1] if file.exists() else []

    def links(self, signer: bytes | None = None) -> list[Link]:
        """The chain, held against who must have signed it (None: who the repository itself names)."""
        return chain.read(self.lines(), signer or self.signer, named=str(self.place))

    def snapshot(self, link: Link) -> Snapshot:
        """A snapshot that the chain names. Raises ConfigError for one that is missing or another."""
        file = self._snapshot(link.id)
        content = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != link.sha256:
            raise ConfigError(f"{file} is missing, changed or damaged", code="backup-damaged")
        head, _, sealed = content.partition(b"\n")
        said = orjson.loads(head)  # as the chain has it, so it is ours
        if said["format"] > FORMAT:
            raise ConfigError(f"{file} was made by Dovetail {said['version']}", code="backup-newer")
        blocks = dict(said["blocks"])
        return Snapshot(said["id"], said["installation"], said["made_at"], said["version"], blocks, sealed)

    def prune(self, key: ServerKey, ids: Iterable[str], *, at: str) -> int:
        """Take snapshots out, and every block that no other one needs; how many bytes that were."""
        gone = tuple(sorted(ids))
        if gone:
            self._append(key, what="pruned", at=at, ids=gone)
            faults.point("repository.pruned")
        standing = chain.standing(self.links(key.signer))
        needed = {block_id for link in standing for block_id in self.snapshot(link).blocks}
        left = {self._snapshot(link.id) for link in standing}
        for file in (self.place / SNAPSHOTS).iterdir():
            if file not in left:
                file.unlink()
        return self._sweep(needed)

    def _sweep(self, needed: set[str]) -> int:
        freed = 0
        for file in (self.place / BLOCKS).glob("??/*"):
            if file.name not in needed:
                freed += file.stat().st_size
                file.unlink()
                faults.point("repository.swept")
        return freed

    def _append(self, key: ServerKey, **said: Any) -> Link:
        lines = self.lines()
        previous = chain.digest(lines[-1]) if lines else chain.FIRST
        link = Link(n=len(lines), previous=previous, **said)
        _write(self.place / CHAIN, b"".join(one + b"\n" for one in (*lines, chain.line(link, key))))
        sync_folder(self.place)
        return link

    def _snapshot(self, snapshot_id: str) -> Path:
        return self.place / SNAPSHOTS / f"{snapshot_id}.snapshot"


def make(folder: Path, installation: str, key: ServerKey) -> Repository:
    """The repository of an installation in a folder, made if there is none. Raises ConfigError, LinkError."""
    place = folder / f"{PREFIX}{installation[:8]}"
    try:
        for one in (place, place / BLOCKS, place / SNAPSHOTS):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not (place / INFO).exists():
            said = {
                "format": FORMAT, "installation": installation,
                "signer": base64.b64encode(key.signer).decode(), "recipient": base64.b64encode(key.recipient).decode(),
            }  # fmt: skip
            if key.locked:
                _write(place / LOCKED, key.locked.encode())
            _write(place / INFO, orjson.dumps(said, option=orjson.OPT_INDENT_2))
            sync_folder(place)
            sync_folder(folder)
    except OSError as error:
        raise LinkError(f"{place} cannot be written: {error.strerror}", code="backup-write") from error
    found = Repository(place)
    found.check_key(key)
    if found.installation != installation:
        raise ConfigError(f"{place} is of another installation", code="backup-repository", hint="take another folder")
    return found


def within(folder: Path) -> list[Repository]:
    """The repositories in a folder, or the one that it is."""
    found: list[Repository] = []
    for place in (folder, *sorted(folder.glob(f"{PREFIX}*"))):
        with suppress(ConfigError):
            found.append(Repository(place))
    return found


def _write(file: Path, content: bytes, *, sync: Callable[[int], None] = os.fsync) -> None:
    """Whole and safe under its name, or not there; the folder's own turn comes with `sync_folder`."""
    new = file.with_name(file.name + NEW)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        sync(opened.fileno())
    new.replace(file)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
