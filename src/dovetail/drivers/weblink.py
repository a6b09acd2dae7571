"""One web server of the plant: asked for documents within bounds of time and size, its refusals told in our words."""

from __future__ import annotations

import ssl
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx2
from pydantic import Field, field_validator, model_validator

from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import CONNECT_TIMEOUT_S
from dovetail.drivers.base import Alive, DriverOptions, SecretName, Surroundings

DOCUMENT_BYTES_MAX: Final = 8_000_000  # 100,000 values as JSON; more is a broken or hostile server
CONNECTIONS_MAX: Final = 4  # a PLC's web server bears few at once


class WebOptions(DriverOptions):
    """How a web server is reached and trusted."""

    url: str = Field(description="http(s)://host:port/path that addresses are relative to")
    user: str | None = Field(None, description="user name for basic authentication")
    password: SecretName | None = Field(None, description="secret://name")
    token: SecretName | None = Field(None, description="secret://name of a bearer token, instead of user and password")
    ca_file: Path | None = Field(None, description="certificate authority of the server, PEM; else the system's own")
    insecure: bool = Field(False, description="allows https without checking the certificate: anyone may answer")
    timeout_s: float = Field(3.0, ge=0.1, le=10, description="how long the server may take for one answer")

    @field_validator("url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a URL looks like https://host:port/path")
        if parts.username or parts.password:
            raise ValueError("no user or password inside the URL: use `user` and `password: secret://name`")
        if parts.query or parts.fragment:
            raise ValueError("the URL ends with its path; a query belongs into the address")
        return value if value.endswith("/") else value + "/"

    @model_validator(mode="after")
    def _one_way_in(self) -> WebOptions:
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` belong together")
        if self.token is not None and self.user is not None:
            raise ValueError("either `token`, or `user` and `password`")
        return self

    def where(self) -> str:
        return self.url

    def is_insecure(self) -> bool:
        return self.insecure or self.url.startswith("http:")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: times are ours, µs UTC."""

    status: int
    body: bytes
    asked_us: int
    received_us: int

    @property
    def alive(self) -> Alive:
        return Alive(asked_us=self.asked_us, answered_us=self.received_us)


class WebLink:
    """A client of one server; nothing is followed, nothing is cached, no document is larger than the limit."""

    def __init__(self, options: WebOptions, around: Surroundings) -> None:
        self.where = options.where()
        self._clock = around.clock
        self.heard: Answer | None = None  # the last answer of any kind
        headers = {"accept-encoding": "gzip, identity", "user-agent": "dovetail"}
        auth: httpx2.BasicAuth | None = None
        if options.token is not None:
            headers["authorization"] = f"Bearer {around.behind(options.token)}"
        if options.user is not None:
            auth = httpx2.BasicAuth(options.user, around.behind(options.password) or "")
        self._client = httpx2.AsyncClient(
            base_url=options.url,
            auth=auth,
            headers=headers,
            verify=_trust(options),
            timeout=httpx2.Timeout(options.timeout_s, connect=min(options.timeout_s, CONNECT_TIMEOUT_S)),
            limits=httpx2.Limits(max_connections=CONNECTIONS_MAX + 1),  # and one that streams
            trust_env=False,  # a proxy of the office is no way to a machine
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Answer:
        """One document, whatever its status. LinkError when nobody answers, ConfigError when we are refused."""
        asked_us = self._clock.now_us()
        try:
            status, body = await self._ask(path)
        except Exception as error:
            raise self.in_our_words(error) from error
        self.refuse(status)
        self.heard = Answer(status, body, asked_us, self._clock.now_us())
        return self.heard

    def stream(self, path: str, *, silence_s: float) -> AbstractAsyncContextManager[httpx2.Response]:
        """A response that does not end, as an async context; its silence may last `silence_s`."""
        timeout = httpx2.Timeout(silence_s, connect=CONNECT_TIMEOUT_S)
        return self._client.stream("GET", path, timeout=timeout)

    def refuse(self, status: int) -> None:
        """Raise ConfigError when a person must mend how we come in."""
        if status in (401, 403):
            hint = "check `user` and `password`, or `token`, and what that account may read"
            raise ConfigError(f"{self.where} lets us not in (HTTP {status})", code="web-refused", hint=hint)

    def in_our_words(self, error: Exception) -> LinkError | ConfigError:
        """Whatever the library raised, for a person to act on."""
        if isinstance(error, (LinkError, ConfigError)):
            return error
        if isinstance(error, httpx2.TimeoutException):
            return LinkError(f"{self.where} does not answer in time", code="web-timeout")
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                hint = "give the certificate of its authority as `ca_file`; the host name must stand in the certificate"
                what = f"the certificate of {self.where} does not hold: {cause.verify_message}"
                return ConfigError(what, code="web-certificate", hint=hint)
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, (httpx2.InvalidURL, httpx2.UnsupportedProtocol)):
            return ConfigError(f"{self.where}: {error}", code="web-url", hint="check `url` and the address")
        return LinkError(f"{self.where}: {error or type(error).__name__}", code="web-connect")

    async def _ask(self, path: str) -> tuple[int, bytes]:
        """Asked once more where the server closed an idle connection while we were writing to it."""
        for is_last in (False, True):
            try:
                async with self._client.stream("GET", path) as response:
                    return response.status_code, await self._bounded(response)
            except httpx2.RemoteProtocolError:
                if is_last:
                    raise
        raise AssertionError

    async def _bounded(self, response: httpx2.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > DOCUMENT_BYTES_MAX:
                raise LinkError(f"{self.where} sends a document without end", code="web-flood")
            parts.append(part)
        return b"".join(parts)


def _trust(options: WebOptions) -> ssl.SSLContext | bool:
    if options.url.startswith("http:") or options.insecure:
        return False
    try:
        return ssl.create_default_context(cafile=None if options.ca_file is None else str(options.ca_file))
    except (OSError, ssl.SSLError) as error:
        hint = "`ca_file` names a file in PEM form that this service may read"
        raise ConfigError(f"cannot read {options.ca_file}: {error}", code="web-ca-file", hint=hint) from error
