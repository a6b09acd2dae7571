"""The receipt of a backup that came back: whoever holds the recovery key, elsewhere, tells the plant with it.

It is signed with the key that backups are signed with, which the recovery key brings along: one of another plant, or a
mistyped one, is none. Backups in the clear have no key, so only who is on the server itself may hand their receipt in.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from typing import Any, Final

import orjson

from dovetail.core.clock import from_rfc3339
from dovetail.core.errors import DovetailError, InvalidError
from dovetail.repository.keys import ServerKey, is_signed
from dovetail.upkeep.manifest import Manifest
from dovetail.upkeep.proofs import Proof

FORM: Final = "dovetail-proof-1"
LENGTH_MAX: Final = 2_000
_HINT: Final = "copy all of the line that `dovetail backup verify` ended with"


def written(found: Manifest, *, at_us: int, key: ServerKey | None) -> str:
    """One word that says which backup came back, and when."""
    proof = Proof(found.id, from_rfc3339(found.made_at), at_us, found.head["last"], found.rows)
    body = orjson.dumps({**asdict(proof), "installation": found.installation})
    return ".".join((FORM, _coded(body), "" if key is None else _coded(key.sign(_said(body)))))


def read(text: str, *, installation: str, signer: bytes | None) -> tuple[Proof, bool]:
    """What a receipt says, and whether it is signed by `signer`. Raises InvalidError for one that is none of ours."""
    form, _, rest = text.strip().partition(".")
    coded, _, signature = rest.partition(".")
    try:
        if form != FORM:
            raise ValueError(form)
        body = base64.urlsafe_b64decode(coded)
        told: dict[str, Any] = orjson.loads(body)
        whose = told.pop("installation")
        proof = Proof(**told)
        sealed = base64.urlsafe_b64decode(signature)
        numbers = (proof.made_us, proof.at_us, proof.head, proof.rows)
        if any(type(one) is not int for one in numbers) or not isinstance(proof.backup, str):
            raise TypeError(form)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, DovetailError) as error:
        raise InvalidError("this is no receipt of a proven backup", pointer="/receipt", hint=_HINT) from error
    if whose != installation:
        raise InvalidError("this receipt is another installation's", pointer="/receipt", code="proof-whose")
    if not sealed:
        return proof, False
    if signer is None or not is_signed(signer, sealed, _said(body)):
        hint = "prove a backup that this installation made with its present key"
        raise InvalidError(
            "this receipt is not signed by this installation's key", pointer="/receipt", code="proof-key", hint=hint
        )
    return proof, True


def _said(body: bytes) -> bytes:
    return FORM.encode() + b"\0" + body


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii")
