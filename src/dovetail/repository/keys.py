"""The two halves of a plant's backup key: the server's writes and signs, the recovery key reads what was written.

A server that is stolen or taken over cannot read the backups it made: it seals for a recipient (X25519) whose private
half lies elsewhere. It signs (Ed25519), so nobody else can put a backup in its place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dovetail.core.errors import ConfigError

SCRYPT_LOG_N: Final = 17  # 128 MB and half a second for each guess (OWASP's first choice)
SCRYPT_LOG_N_MAX: Final = 20  # 1 GB: a file that asks for more was not made by us
_SERVER: Final = "dovetail-backup-key-1"
_RECOVERY: Final = "dovetail-recovery-key-1"
_LOCKED: Final = "dovetail-recovery-locked-1"
_BITS: Final = 32
_ONCE: Final = bytes(12)  # the nonce of a key that locks one thing only
_SNAPSHOT: Final = b"dovetail snapshot 1"
_BLOCK: Final = b"dovetail block 1"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """What a server needs to make backups: it cannot read them. `locked`: the recovery key under a passphrase."""

    signing: bytes = field(repr=False)
    mixing: bytes = field(repr=False)
    recipient: bytes
    locked: str = ""

    @property
    def signer(self) -> bytes:
        """The public half by which what it signed is known."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        """By which repositories name it."""
        return key_id(self.signer, self.recipient)

    def sign(self, content: bytes) -> bytes:
        """A signature of it."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(content)

    def seal(self, plain: bytes, *, place: str) -> bytes:
        """`plain` for the recovery key alone, bound to `place`."""
        once = X25519PrivateKey.generate()
        public = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(self.recipient))
        return public + AESGCM(_derived(shared, public, self.recipient)).encrypt(_ONCE, plain, place.encode())

    def lock_block(self, plain: bytes) -> tuple[bytes, bytes]:
        """(its own key, it locked): the same content gives the same bytes, and only who has this key finds them alike.

        The key is a secret function of the content, so that it never locks anything else: a nonce need not differ.
        """
        key = hmac.digest(self.mixing, plain, "sha256")
        return key, AESGCM(key).encrypt(_ONCE, plain, _BLOCK)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """What opens backups, and makes a server's half anew. Keep it where the server is not."""

    private: bytes = field(repr=False)
    signing: bytes = field(repr=False)
    mixing: bytes = field(repr=False)

    @property
    def recipient(self) -> bytes:
        """The public half that backups are sealed for."""
        return X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def server(self, *, locked: str = "") -> ServerKey:
        """The half that a server may have."""
        return ServerKey(self.signing, self.mixing, self.recipient, locked)

    def unseal(self, sealed: bytes, *, place: str) -> bytes:
        """What was sealed for it. Raises ConfigError for another key, or where somebody changed or moved it."""
        public, body = sealed[:_BITS], sealed[_BITS:]
        try:
            shared = X25519PrivateKey.from_private_bytes(self.private).exchange(
                X25519PublicKey.from_public_bytes(public)
            )
            return AESGCM(_derived(shared, public, self.recipient)).decrypt(_ONCE, body, place.encode())
        except (InvalidTag, ValueError) as error:
            raise ConfigError(
                f"{place} does not open with this recovery key", code="backup-key", hint="give the one it was made for"
            ) from error


def new_key() -> RecoveryKey:
    """A key for one installation, from the operating system's random bits."""
    return RecoveryKey(X25519PrivateKey.generate().private_bytes_raw(), os.urandom(_BITS), os.urandom(_BITS))


def key_id(signer: bytes, recipient: bytes) -> str:
    """By which a pair is known; it tells nothing of what it opens."""
    return hashlib.sha256(b"dovetail backup key" + signer + recipient).hexdigest()[:16]


def is_signed(signer: bytes, signature: bytes, content: bytes) -> bool:
    """Whether `signer` signed it."""
    try:
        Ed25519PublicKey.from_public_bytes(signer).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def unlock_block(key: bytes, locked: bytes) -> bytes:
    """What `lock_block` locked. Raises ValueError."""
    try:
        return AESGCM(key).decrypt(_ONCE, locked, _BLOCK)
    except InvalidTag as error:
        raise ValueError("not what was locked") from error


def _derived(shared: bytes, public: bytes, recipient: bytes) -> bytes:
    return HKDF(SHA256(), _BITS, salt=public + recipient, info=_SNAPSHOT).derive(shared)


# --- as text --------------------------------------------------------------------------------------------------


def server_text(key: ServerKey) -> str:
    """A server's half as a file holds it."""
    return f"{_SERVER} {_b64(key.signing + key.mixing + key.recipient)}\n{key.locked}"


def recovery_text(key: RecoveryKey) -> str:
    """A recovery key as a file holds it, open to whoever reads the file."""
    return f"{_RECOVERY} {_b64(key.private + key.signing + key.mixing)}\n"


def locked_text(key: RecoveryKey, passphrase: str) -> str:
    """A recovery key as a file holds it, opened by a passphrase alone (scrypt, AES-256-GCM)."""
    salt = os.urandom(16)
    sealed = AESGCM(_of_passphrase(passphrase, salt, SCRYPT_LOG_N)).encrypt(_ONCE, recovery_text(key).encode(), None)
    return f"{_LOCKED} {SCRYPT_LOG_N} {_b64(salt + sealed)}\n"


def read_server(text: str, *, named: str) -> ServerKey:
    """A server's half. Raises ConfigError for text that is none, which came from `named`."""
    first, _, rest = text.lstrip().partition("\n")
    head, _, body = first.partition(" ")
    bits = _bits(body, 3 * _BITS) if head == _SERVER else None
    if bits is None:
        raise ConfigError(
            f"{named} holds no backup key", code="backup-key", hint="dovetail backup key, or the copy that you kept"
        )
    return ServerKey(*_thirds(bits), locked=rest)


def read_recovery(text: str, passphrase: str | None, *, named: str) -> RecoveryKey:
    """A recovery key, locked or not. Raises ConfigError."""
    head, *words = text.split() or [""]
    if head == _LOCKED and passphrase is None:
        raise ConfigError(
            f"{named} is opened by a passphrase", code="backup-passphrase", hint="set DOVETAIL_BACKUP_PASSPHRASE"
        )
    plain = _opened(words, passphrase or "", named) if head == _LOCKED else text
    head, _, body = plain.strip().partition(" ")
    bits = _bits(body, 3 * _BITS) if head == _RECOVERY else None
    if bits is None:
        raise ConfigError(
            f"{named} holds no recovery key", code="backup-key", hint="the file that `dovetail backup key` wrote"
        )
    return RecoveryKey(*_thirds(bits))


def is_locked(text: str) -> bool:
    """Whether a passphrase is asked for."""
    return text.startswith(_LOCKED)


def _opened(words: list[str], passphrase: str, named: str) -> str:
    try:
        log_n, body = int(words[0]), base64.b64decode(words[1], validate=True)
        if not 1 <= log_n <= SCRYPT_LOG_N_MAX:
            raise ValueError("not ours")
        return AESGCM(_of_passphrase(passphrase, body[:16], log_n)).decrypt(_ONCE, body[16:], None).decode()
    except InvalidTag as error:
        raise ConfigError(
            f"the passphrase does not open {named}", code="backup-passphrase", hint="mind upper case and layout"
        ) from error
    except (ValueError, IndexError) as error:
        raise ConfigError(f"{named} is damaged", code="backup-key", hint="take another copy of it") from error


def _of_passphrase(passphrase: str, salt: bytes, log_n: int) -> bytes:
    return Scrypt(salt=salt, length=_BITS, n=1 << log_n, r=8, p=1).derive(passphrase.encode())


def _b64(bits: bytes) -> str:
    return base64.b64encode(bits).decode()


def _bits(text: str, length: int) -> bytes | None:
    try:
        bits = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        return None
    return bits if len(bits) == length else None


def _thirds(bits: bytes) -> tuple[bytes, bytes, bytes]:
    return bits[:_BITS], bits[_BITS : 2 * _BITS], bits[2 * _BITS :]


# --- files ----------------------------------------------------------------------------------------------------


def read_private(path: Path) -> str:
    """The text of a key file. Raises ConfigError for one that is missing, or that others may read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", code="backup-key") from error
    if sys.platform != "win32" and mode & 0o077:
        raise ConfigError(f"others may read {path}", code="key-readable", hint=f"chmod 600 {path}")
    return text


def write_private(path: Path, text: str) -> None:
    """A key file that is new and nobody else's, durable. Raises ConfigError for one that is there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}", code="backup-key") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
