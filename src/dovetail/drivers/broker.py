"""How a broker is reached and trusted: by TLS and with a user or a certificate, unless a person says otherwise."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dovetail.core.errors import ConfigError
from dovetail.drivers.base import DriverOptions, HostName, SecretName, Surroundings, at_port
from dovetail.mqtt import packets
from dovetail.mqtt.client import IN_FLIGHT_MAX, PACKET_MAX, Client, connect

PORT, PORT_TLS = 1883, 8883
KEEP_ALIVE_S: Final = 15  # the broker says our will after one and a half of it


class Security(BaseModel):
    """TLS and certificates. Without TLS, `insecure: true` must say so, and the link shows a lasting warning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tls: bool = Field(True, title="TLS", description="encrypt, and check who the broker is")
    ca: Path | None = Field(
        None,
        title="Authority",
        description="PEM file of the authority that signed the broker's certificate; without it the system's list",
    )
    certificate: Path | None = Field(
        None, title="Our certificate", description="PEM, for brokers that ask clients for one"
    )
    private_key: Path | None = Field(
        None, title="Our key", description="the key of our certificate, PEM, not encrypted, mode 0600"
    )
    insecure: bool = Field(
        False,
        title="Allow clear text",
        description="allows TLS to be off: anyone on the wire may read and forge values",
    )

    @model_validator(mode="after")
    def _said_explicitly(self) -> Security:
        if not self.tls and not self.insecure:
            raise ValueError("without TLS everything is sent in clear: leave `tls` on, or say `insecure: true`")
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("a certificate and its key come together: `certificate` and `private_key`")
        if not self.tls and (self.ca or self.certificate):
            raise ValueError("certificates mean something only with TLS")
        return self


class BrokerOptions(DriverOptions):
    """One broker."""

    host: HostName = Field(title="Broker", description="name or IP address", min_length=1)
    port: int | None = Field(None, ge=1, le=65535, title="Port", description="8883 with TLS, 1883 without, unless said")
    version: Literal["3.1.1", "5"] = Field(
        "3.1.1", title="MQTT version", description="every broker speaks 3.1.1; 5 says more about why it refuses"
    )
    security: Security = Field(
        default_factory=lambda: Security.model_validate({}),
        title="Security",
        description="TLS and certificates",
    )
    user: str | None = Field(None, title="User", description="without it we connect without a name")
    password: SecretName | None = Field(None, title="Password", description="secret://name")
    client_id: str | None = Field(
        None,
        title="Client id",
        min_length=1,
        max_length=128,
        description="ours, and nobody else's: a broker drops the older of two; made up anew each time when absent",
    )

    @model_validator(mode="after")
    def _user_and_password(self) -> BrokerOptions:
        if self.password is not None and self.user is None:
            raise ValueError("a password needs a `user`")
        return self

    def where(self) -> str:
        return f"{'mqtts' if self.security.tls else 'mqtt'}://{at_port(self.host, self.port_or_default)}"

    @property
    def port_or_default(self) -> int:
        return self.port or (PORT_TLS if self.security.tls else PORT)

    def is_insecure(self) -> bool:
        return not self.security.tls


async def reach(
    options: BrokerOptions,
    around: Surroundings,
    *,
    session_s: int = 0,
    will: packets.Will | None = None,
    client_id: str | None = None,
) -> Client:
    """Connect to the broker; with `session_s` it keeps our subscriptions and messages that long without us.

    Raises LinkError or ConfigError; the caller closes the client.
    """
    version: packets.Version = 5 if options.version == "5" else 4
    given: dict[int, packets.Property] = {packets.PACKET_MAX: PACKET_MAX, packets.RECEIVE_MAX: IN_FLIGHT_MAX}
    if session_s:
        given[packets.SESSION_EXPIRY] = session_s
    password = around.behind(options.password)
    hello = packets.Hello(
        client_id=client_id or options.client_id or f"dovetail-{secrets.token_hex(6)}",
        version=version,
        session="resume" if session_s else "clean",
        keep_alive_s=KEEP_ALIVE_S,
        user=options.user,
        password=None if password is None else password.encode(),
        will=will,
        properties=given,
    )
    tls = None
    if options.security.tls:  # reading certificates is work for a thread
        tls = await asyncio.get_running_loop().run_in_executor(None, context, options.security)
    return await connect(options.host, options.port_or_default, hello, tls=tls, where=options.where())


def context(security: Security) -> ssl.SSLContext:
    """Whom we trust and who we are. Raises ConfigError for files that cannot be used."""
    try:
        made = ssl.create_default_context(cafile=None if security.ca is None else str(security.ca))
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if security.certificate is not None:
            made.load_cert_chain(security.certificate, security.private_key, password="")
    except (OSError, ValueError) as error:
        why = "is no PEM, or key and certificate do not belong together"
        said = why if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"a certificate file cannot be used: {said}",
            code="mqtt-own-certificate",
            hint="check `security.ca`, `security.certificate` and `security.private_key`",
        ) from error
    return made
