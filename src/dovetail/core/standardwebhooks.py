"""How a message to or from a plant is signed: Standard Webhooks (standardwebhooks.com, version 1). Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the form of a secret, not one
VERSION: Final = "v1,"  # before a signature


def decoded(text: str) -> bytes:
    """What base64 says; nothing where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def key_of(secret: str) -> bytes:
    """The bytes that are signed with: of `whsec_…` what it says in base64, of any other secret its own letters.

    Nothing where it says nothing: with such a key nobody signs and nobody is believed.
    """
    if secret.startswith(SECRET_PREFIX):
        return decoded(secret.removeprefix(SECRET_PREFIX))
    return secret.encode()


def mac(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    """HMAC-SHA256 over id, time (whole seconds) and body."""
    message = f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body
    return hmac.new(key, message, hashlib.sha256).digest()
