"""Who answers at the other end of the wire: certificates, the pinned server, errors a person can act on."""

# The library annotates its integers with types of its own and exports through stars:
# pyright: reportArgumentType=false, reportPrivateImportUsage=false

from __future__ import annotations

import hashlib
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from asyncua import Client, ua
from asyncua.crypto import security_policies, uacrypto
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key, load_pem_private_key

from dovetail.core.errors import ConfigError, DovetailError, LinkError, UnapprovedError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.base import Surroundings
from dovetail.drivers.opcua.options import OpcUaOptions
from dovetail.drivers.opcua.status import CODE_MASK, PERSON

SESSION_TIMEOUT_MS: Final = 30_000  # a PLC has few sessions: one we lost must not be kept for an hour
MESSAGE_BYTES_MAX: Final = 16_000_000  # 100,000 initial values; more is a broken or hostile server
CHUNKS_MAX: Final = 512

_POLICIES: Final = {
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128Sha256RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256Sha256RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}


@contextmanager
def in_our_words(where: str) -> Iterator[None]:
    """Turn whatever the protocol library raises into LinkError or ConfigError."""
    try:
        yield
    except DovetailError:
        raise
    except TimeoutError as error:
        raise LinkError(f"{where} does not answer in time", code="opcua-timeout") from error
    except OSError as error:
        raise LinkError(f"{where}: {error.strerror or error}", code="opcua-connect") from error
    except ua.UaStatusCodeError as error:
        raise _by_status(where, error) from error
    except ua.UaError as error:
        raise _by_text(where, error) from error
    except Exception as error:  # the library decodes a stranger's bytes: anything may come out of it
        raise LinkError(f"{where}: {type(error).__name__}: {error}", code="opcua-protocol") from error


def _by_status(where: str, error: ua.UaStatusCodeError) -> DovetailError:
    code = int(error.code)
    text = f"{where} refuses: {ua.StatusCode(code).name}"
    if code & CODE_MASK in PERSON:
        return ConfigError(
            text, code="opcua-refused", hint="check the user, our certificate and the server's trust list"
        )
    return LinkError(text, code="opcua-status")


def _by_text(where: str, error: ua.UaError) -> DovetailError:
    if "No matching endpoints" in str(error):
        return ConfigError(f"{where} does not offer this security policy and mode", code="opcua-endpoint")
    if "certificate mismatch" in str(error):
        return ConfigError(f"{where} changed its certificate while connecting", code="opcua-certificate")
    return LinkError(f"{where}: {error}", code="opcua-protocol")


async def connect(options: OpcUaOptions, around: Surroundings) -> Client:
    """A client with an activated session; the caller closes it. Raises LinkError or ConfigError."""
    logging.getLogger("asyncua.client").setLevel(logging.CRITICAL)  # the session says it once; this library each time
    logging.getLogger("asyncua.common.connection").setLevel(logging.CRITICAL)
    client = Client(options.endpoint, timeout=CONNECT_TIMEOUT_S)
    client.name = client.description = f"Dovetail on {socket.gethostname()}"
    client.session_timeout = SESSION_TIMEOUT_MS
    client.max_messagesize = MESSAGE_BYTES_MAX
    client.max_chunkcount = CHUNKS_MAX
    password = around.behind(options.password)
    with in_our_words(options.endpoint):
        if options.security.policy != "None":
            await _secure(client, options)
        await _establish(client, options, password)
    return client


async def _establish(client: Client, options: OpcUaOptions, password: str | None) -> None:
    """Socket, channel, session: without the library's supervisor, because our session reconnects."""
    await client.connect_socket()
    try:
        await client.send_hello()
        await client.open_secure_channel()
        await client.create_session()
        if password is not None:
            _refuse_clear_password(client, options)
        await client.activate_session(
            username=options.user, password=password, certificate=_user_certificate(client, options)
        )
    except BaseException:
        abort(client)
        raise


def _refuse_clear_password(client: Client, options: OpcUaOptions) -> None:
    """A password crosses the wire only encrypted, by the channel or by the token policy, unless said otherwise."""
    policy = client.server_policy(ua.UserTokenType.UserName)
    in_clear = policy.SecurityPolicyUri in (None, "", security_policies.SecurityPolicyNone.URI)
    encrypted = client.security_policy.Mode == ua.MessageSecurityMode.SignAndEncrypt
    if in_clear and not encrypted and not options.security.insecure:
        raise ConfigError(
            f"{options.endpoint} wants the password in clear", code="opcua-clear-password", hint="use SignAndEncrypt"
        )


def _user_certificate(client: Client, options: OpcUaOptions) -> x509.Certificate | None:
    """The certificate by which the user signs in, its key laid out for the library; None without one."""
    if options.user_certificate is None:
        return None
    content, key = _own_file(options.user_certificate), _own_file(options.user_key)
    try:
        load = x509.load_pem_x509_certificate if _is_pem(content) else x509.load_der_x509_certificate
        unlock = load_pem_private_key if _is_pem(key) else load_der_private_key
        client.user_private_key, certificate = unlock(key, None), load(content)
    except (ValueError, TypeError) as error:
        raise ConfigError(
            "the user's certificate or its key cannot be used",
            code="opcua-user-certificate",
            hint=f"RSA, PEM or DER, without a pass phrase: {error}",
        ) from error
    return certificate


async def _secure(client: Client, options: OpcUaOptions) -> None:
    """Ask for the server's certificate, compare it with the pinned one, and load ours."""
    security = options.security
    policy, mode = _POLICIES[security.policy], ua.MessageSecurityMode[security.mode]
    endpoints = await client.connect_and_get_server_endpoints()
    offered = {(e.SecurityPolicyUri, e.SecurityMode): e.ServerCertificate for e in endpoints}
    certificate = offered.get((policy.URI, mode))
    if not certificate:
        names = ", ".join(sorted(f"{(uri or '').rpartition('#')[2]}/{m.name}" for uri, m in offered))
        raise ConfigError(
            f"{options.endpoint} does not offer {security.policy}/{security.mode}",
            code="opcua-endpoint",
            hint=f"it offers: {names}",
        )
    leaf = x509.load_der_x509_certificate(first_certificate(certificate)).public_bytes(Encoding.DER)
    check_pin(options, leaf)
    ours, key = _own_file(security.certificate), _own_file(security.private_key)
    client.application_uri = options.application_uri or _uri_of(ours) or client.application_uri
    try:
        await client.set_security(
            policy, certificate=_loaded(ours), private_key=_loaded(key), server_certificate=leaf, mode=mode
        )
    except ValueError as error:
        raise ConfigError(
            "our certificate or its key cannot be used", code="opcua-own-certificate", hint=f"RSA, PEM or DER: {error}"
        ) from error


def check_pin(options: OpcUaOptions, certificate: bytes) -> None:
    """Raise ConfigError unless the server's certificate (DER) is the one a person approved."""
    seen = hashlib.sha256(certificate).hexdigest()
    pinned = options.security.server_fingerprint
    if pinned == seen:
        return
    what = (
        "presents a certificate that nobody has approved" if pinned is None else "has another certificate than before"
    )
    raise UnapprovedError(
        f"{options.endpoint} {what}: SHA-256 {seen}",
        option="security.server_fingerprint",
        value=seen,
        shows=[("sha256", seen), *_named(certificate), *([("approved", pinned)] if pinned else [])],
        code="opcua-certificate",
        hint="compare it at the server itself, then set security.server_fingerprint to it",
    )


def _named(certificate: bytes) -> list[tuple[str, str]]:
    """What a certificate (DER) says of its owner; nothing of one that cannot be read."""
    try:
        said = x509.load_der_x509_certificate(certificate)
        return [
            ("subject", said.subject.rfc4514_string()),
            ("issuer", said.issuer.rfc4514_string()),
            ("valid_from", said.not_valid_before_utc.date().isoformat()),
            ("valid_to", said.not_valid_after_utc.date().isoformat()),
        ]
    except ValueError:
        return []


def first_certificate(der: bytes) -> bytes:
    """The leading certificate of a chain that servers send concatenated (X.690 §8.1.3 long-form length)."""
    if len(der) < 4 or der[0] != 0x30 or der[1] != 0x82:
        return der
    return der[: int.from_bytes(der[2:4], "big") + 4]


def _own_file(path: Path | None) -> bytes:
    """Our certificate or key; read here, because the library would keep a thread of its own for it."""
    try:
        return b"" if path is None else path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}",
            code="opcua-own-certificate",
            hint="correct the path or its mode",
        ) from error


def _loaded(content: bytes) -> uacrypto.CertProperties:
    return uacrypto.CertProperties(content, extension="pem" if _is_pem(content) else "der")


def _is_pem(content: bytes) -> bool:
    return content.startswith(b"-----")


def _uri_of(content: bytes) -> str | None:
    """The application URI in our own certificate: the server compares it with what we say (OPC 10000-6 §6.2.2)."""
    load = x509.load_pem_x509_certificate if _is_pem(content) else x509.load_der_x509_certificate
    try:
        names = load(content).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return None
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), None)


def abort(client: Client) -> None:
    """Drop the socket at once: a dead peer would otherwise hold it until its buffer is sent."""
    protocol = client.uaclient.protocol
    transport = None if protocol is None else protocol.transport
    client.disconnect_socket()
    if transport is not None:
        transport.abort()
