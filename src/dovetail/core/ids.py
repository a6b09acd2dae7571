"""Names that never collide: UUIDv7 for what people and machines refer to, secrets for what must not be guessed."""

from __future__ import annotations

import hashlib
import secrets
import uuid

from dovetail.core.clock import Clock


def uuid7(clock: Clock) -> str:
    """A UUIDv7 (RFC 9562): sorts by time of making, 74 random bits behind it."""
    milliseconds = clock.now_us() // 1000
    random_bits = int.from_bytes(secrets.token_bytes(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_secret(*, bits: int = 256) -> str:
    """A URL-safe random secret of at least `bits` bits from the operating system."""
    return secrets.token_urlsafe((bits + 7) // 8)


def hash_secret(secret: str) -> str:
    """SHA-256 of a high-entropy secret, hex: what the store keeps instead of it. Not for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()
