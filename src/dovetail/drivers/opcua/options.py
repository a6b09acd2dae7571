"""How an OPC UA server is reached and trusted: encrypted, authenticated and pinned, unless a person says otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dovetail.drivers.base import DriverOptions, SecretName


class Security(BaseModel):
    """Policy, mode and certificates. `None` needs `insecure: true`, and then the link shows a lasting warning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Literal["None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss"] = "Basic256Sha256"
    mode: Literal["Sign", "SignAndEncrypt"] = "SignAndEncrypt"
    certificate: Path | None = Field(None, description="our application certificate, PEM or DER")
    private_key: Path | None = Field(None, description="the key of our certificate, PEM or DER, mode 0600")
    server_fingerprint: str | None = Field(None, description="SHA-256 of the server's certificate, hex; pins it")
    insecure: bool = Field(False, description="allows policy None: anyone on the wire may read and forge values")

    @field_validator("server_fingerprint")
    @classmethod
    def _hex(cls, value: str | None) -> str | None:
        if value is None:
            return None
        plain = re.sub(r"[\s:]", "", value).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", plain):
            raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
        return plain

    @model_validator(mode="after")
    def _said_explicitly(self) -> Security:
        if self.policy == "None" and not self.insecure:
            raise ValueError("policy None sends everything in clear: choose Basic256Sha256, or say `insecure: true`")
        if self.policy != "None" and (self.certificate is None or self.private_key is None):
            raise ValueError(f"policy {self.policy} needs `certificate` and `private_key` of this installation")
        return self


class OpcUaOptions(DriverOptions):
    """One OPC UA server."""

    endpoint: str = Field(description="opc.tcp://host:4840/path")
    security: Security = Field(description="policy, mode, certificates")
    user: str | None = Field(None, description="user name; without it the session is anonymous")
    password: SecretName | None = Field(None, description="secret://name")
    user_certificate: Path | None = Field(None, description="a user's certificate instead of a password, PEM or DER")
    user_key: Path | None = Field(None, description="the key of the user's certificate, PEM or DER, mode 0600")
    application_uri: str | None = Field(None, description="ours; taken from our certificate when absent")

    @field_validator("endpoint")
    @classmethod
    def _opc_tcp(cls, value: str) -> str:
        parts = urlparse(value)
        if parts.scheme != "opc.tcp" or not parts.hostname:
            raise ValueError("an endpoint looks like opc.tcp://host:4840/path")
        if parts.username or parts.password:
            raise ValueError("no user or password inside the endpoint: use `user` and `password: secret://name`")
        return value if parts.port else value.replace(parts.netloc, f"{parts.netloc}:4840", 1)

    @model_validator(mode="after")
    def _one_user(self) -> OpcUaOptions:
        if self.password is not None and self.user is None:
            raise ValueError("a password needs a `user`")
        if (self.user_certificate is None) != (self.user_key is None):
            raise ValueError("`user_certificate` and `user_key` belong together")
        if self.user_certificate is not None and self.user is not None:
            raise ValueError("a user signs in by password or by certificate: say `user` or `user_certificate`")
        if self.user_certificate is not None and self.security.policy == "None":
            raise ValueError("a user's certificate proves nothing on a link with policy None: choose Basic256Sha256")
        return self

    def where(self) -> str:
        return self.endpoint

    def is_insecure(self) -> bool:
        return self.security.policy == "None"
