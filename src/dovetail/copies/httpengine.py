"""The way to a ClickHouse: statements over HTTP, with TLS unless it is this very machine, and an end to every wait."""

from __future__ import annotations

import base64
import http.client
import ssl
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from dovetail.copies.clickhouse import answered
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.limits import FORWARD_ANSWER_MAX, FORWARD_WAIT_S

_SETTINGS: Final = {"output_format_json_quote_64bit_integers": "0", "wait_end_of_query": "1"}
_A_PERSONS: Final = {401: "user or password", 403: "user or password", 404: "address or database"}
_SAID_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Address:
    """Where it is and as whom it is asked. `tls` None: without."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None = None


class HttpEngine:
    """One connection, opened when it is needed. One thread."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None
        word = base64.b64encode(f"{address.user}:{address.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {word}"}

    def tell(self, sql: str, data: bytes = b"") -> None:
        """One that answers nothing."""
        self._post(sql, data)

    def ask(self, sql: str) -> list[list[Any]]:
        """The rows of one that answers."""
        return answered(self._post(f"{sql} format JSONCompactEachRow", b""))

    def _post(self, sql: str, data: bytes) -> bytes:
        asked = {"database": self._address.database, **_SETTINGS, **({"query": sql} if data else {})}
        try:
            if self._connection is None:
                self._connection = self._opened()
            self._connection.request("POST", f"/?{urlencode(asked)}", data or sql.encode(), self._headers)
            answer = self._connection.getresponse()
            body = answer.read(FORWARD_ANSWER_MAX + 1)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise ConfigError(
                f"the certificate of {self._address.host} is not accepted: {error.verify_message}",
                code="forwarding-tls", hint="name the authority that signed it: ca: /path/to/ca.pem",
            ) from error  # fmt: skip
        except (OSError, http.client.HTTPException) as error:
            self.close()
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise LinkError(f"the copy is away: {said}", code="forwarding-away") from error
        if len(body) > FORWARD_ANSWER_MAX:
            self.close()
            raise LinkError("the copy answers without an end", code="forwarding-away")
        if answer.status != http.client.OK:
            raise self._refused(answer.status, body)
        return body

    def _opened(self) -> http.client.HTTPConnection:
        where = self._address
        if where.tls is None:
            return http.client.HTTPConnection(where.host, where.port, timeout=FORWARD_WAIT_S)
        return http.client.HTTPSConnection(where.host, where.port, timeout=FORWARD_WAIT_S, context=where.tls)

    def _refused(self, status: int, body: bytes) -> ConfigError | LinkError:
        said = body[:_SAID_MAX].decode(errors="replace").strip() or f"HTTP {status}"
        if status in _A_PERSONS:
            return ConfigError(
                f"the copy refuses: {said}", code="forwarding-refused", hint=f"see to the {_A_PERSONS[status]}"
            )
        return LinkError(f"the copy cannot: {said}", code="forwarding-away")

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
