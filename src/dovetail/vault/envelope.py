"""Locks what must not be readable in the records store: AES-256-GCM, its keys wrapped by one that is not in the store.

The installation's key lies in its data folder, mode 0600. It wraps a data key per class of secrets, and that locks the
values; each is bound to its place (table|column|row), so that a value moved to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dovetail.core.errors import ConfigError

KEY_FILE: Final = "installation.key"
_HEAD: Final = "dovetail-key-1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12  # NIST SP 800-38D: random nonces are safe far beyond what one installation ever writes
_FORM: Final = b"\x01"  # of what is stored: form, nonce, ciphertext with its tag


@dataclass(frozen=True, slots=True)
class Key:
    """256 random bits and the id by which what they locked names them. Never shown, not even by accident."""

    id: str
    bits: bytes = field(repr=False)

    @classmethod
    def of(cls, bits: bytes) -> Key:
        """A key whose id is the beginning of its SHA-256."""
        return cls(hashlib.sha256(b"dovetail key id" + bits).hexdigest()[:16], bits)


def new_key() -> Key:
    """256 bits from the operating system."""
    return Key.of(os.urandom(_KEY_BYTES))


def lock(key: Key, plain: bytes, *, place: str) -> str:
    """`plain` locked to `place`, as text for a column."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.bits).encrypt(nonce, plain, _FORM + place.encode())
    return base64.b64encode(_FORM + nonce + sealed).decode()


def unlock(key: Key, locked: str, *, place: str) -> bytes:
    """What was locked to `place`. Raises ConfigError when the key is another, or somebody changed or moved it."""
    try:
        raw = base64.b64decode(locked, validate=True)
        if raw[:1] != _FORM:
            raise ValueError("another form")
        body = raw[1:]
        return AESGCM(key.bits).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _FORM + place.encode())
    except (InvalidTag, ValueError) as error:
        raise ConfigError(
            f"what is kept at {place} does not open with this installation's key",
            code="secret-locked",
            hint=f"put the secret again, or restore the {KEY_FILE} that belongs to these records",
        ) from error


def key_of_installation(data: Path, *, make: bool) -> Key:
    """The key in the data folder, made when there is none and `make` says so. Raises ConfigError."""
    path = data / KEY_FILE
    try:
        return _read(path)
    except FileNotFoundError:
        if not make:
            hint = "restore it from the backup of the data folder; without it the secrets have to be put again"
            raise ConfigError(f"{path} is missing", code="key-missing", hint=hint) from None
    _write(path, new_key())
    return _read(path)


def _read(path: Path) -> Key:
    if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"others may read {path}", code="key-readable", hint=f"chmod 600 {path}")
    head, _, text = path.read_text(encoding="ascii", errors="replace").strip().partition(" ")
    try:
        bits = base64.b64decode(text, validate=True)
    except ValueError:
        bits = b""
    if head != _HEAD or len(bits) != _KEY_BYTES:
        raise ConfigError(f"{path} holds no key", code="key-form", hint="restore it from the backup")
    return Key.of(bits)


def _write(path: Path, key: Key) -> None:
    """Durable before anything is locked with it, and never readable by others, not for a moment."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
        file.write(f"{_HEAD} {base64.b64encode(key.bits).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
