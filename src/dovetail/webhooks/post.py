"""One attempt to hand a message over: ten seconds at most, no redirect, and nothing of the answer but its status."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final

from dovetail.core.errors import DovetailError
from dovetail.webhooks.model import Tried
from dovetail.webhooks.target import Target, resolve

TOTAL_S: Final = 10.0  # for everything: a receiver that drips one byte a second is no receiver
CONNECT_S: Final = 5.0


class _ToAddress(http.client.HTTPConnection):
    """A connection to an address that was checked; the name goes into the Host header and the certificate's check."""

    def __init__(self, target: Target, address: str) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_S)
        self._target = target
        self._address = address
        self.default_port = 443 if target.scheme == "https" else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self._target.port), timeout=CONNECT_S)
        if self._target.scheme == "https":
            plain, context = self.sock, ssl.create_default_context()
            secured = context.wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
            self.sock = secured  # from here on it can be cut, also in the middle of a handshake that never ends
            secured.do_handshake()
        self.sock.settimeout(TOTAL_S)

    def cut(self) -> None:
        """End it from another thread: whatever waits for the receiver fails at once."""
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def post(target: Target, body: bytes, headers: Mapping[str, str], *, allowed: Collection[str]) -> Tried:
    """Send and say what came of it. Never raises for what the receiver or the network does."""
    try:
        address = resolve(target, allowed)
    except DovetailError as error:
        return Tried(None, error.message if error.hint is None else f"{error.message} ({error.hint})")
    connection = _ToAddress(target, address)
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        connection.cut()

    watch = threading.Timer(TOTAL_S, cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, dict(headers))
        status = connection.getresponse().status
        if is_over.is_set():  # an answer that was cut off is none
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        return Tried(None, _words(error, timed_out=is_over.is_set()))
    finally:
        watch.cancel()
        connection.close()
    if 300 <= status < 400:
        return Tried(status, f"answered {status}; redirects are not followed: enter the address they lead to")
    return Tried(status, None if 200 <= status < 300 else f"answered {status}")


def _words(error: Exception, *, timed_out: bool) -> str:
    """Why nothing was answered, in words that hold nothing of what was sent."""
    if timed_out or isinstance(error, TimeoutError):
        return f"no answer within {TOTAL_S:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS as it should"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection"
    if isinstance(error, http.client.HTTPException):
        return "its answer is not HTTP"
    return f"it cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"
