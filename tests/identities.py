"""Certificates with their keys, as a plant's engineers make them for servers, installations and users."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from asyncua.crypto.cert_gen import dump_private_key_as_pem, generate_private_key, generate_self_signed_app_certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID


@dataclass(frozen=True)
class Identity:
    """A certificate and its key on disk."""

    certificate: Path
    key: Path
    fingerprint: str


def make_identity(folder: Path, name: str, uri: str) -> Identity:
    key = generate_private_key()
    made = generate_self_signed_app_certificate(
        key,
        name,
        {"organizationName": "Dovetail test"},
        [x509.UniformResourceIdentifier(uri), x509.DNSName("localhost")],
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
        days=2,
    )
    certificate_path, key_path = folder / f"{name}.der", folder / f"{name}.pem"
    der = made.public_bytes(Encoding.DER)
    certificate_path.write_bytes(der)
    key_path.write_bytes(dump_private_key_as_pem(key))
    return Identity(certificate_path, key_path, hashlib.sha256(der).hexdigest())
