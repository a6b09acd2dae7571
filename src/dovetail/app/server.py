"""Run an installation as a process: own the data folder, open the socket, start the roles, and end in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Callable

import uvicorn

from dovetail.app.bootstrap import House, open_house
from dovetail.app.control import AsCli, ControlServer
from dovetail.app.settings import Settings

log = logging.getLogger("dovetail")


def configure_logging() -> None:
    """One line per event on standard error; libraries speak only when something is wrong."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    for noisy in ("asyncua", "uvicorn", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("asyncua.server").setLevel(logging.CRITICAL)  # the virtual PLCs: what matters is raised to us


def base_url(settings: Settings) -> str:
    """Where a browser on this machine finds the screens."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host  # noqa: S104  # compared
    return f"{'https' if settings.secure else 'http'}://{host}:{settings.port}"


def run(settings: Settings) -> None:
    """`dovetail serve`: until interrupted. Prints the one-time set-up link while nobody exists."""
    configure_logging()
    settings.check()
    with open_house(settings) as house:

        def ready() -> None:
            print(f"Dovetail answers on {base_url(settings)}", flush=True)
            if house.security.needs_set_up():
                token = house.security.new_set_up_token()
                print(f"Set it up, once, within 15 minutes: {base_url(settings)}/setup#token={token}", flush=True)

        serve_house(house, on_ready=ready)


def serve_house(house: House, *, on_ready: Callable[[], None]) -> None:
    """Serve the screens and the control socket until a signal ends the process; roles start and stop with it."""
    settings = house.settings
    config = uvicorn.Config(
        house.gated,
        host=settings.host,
        port=settings.port,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        proxy_headers=settings.behind_proxy is not None,
        forwarded_allow_ips=settings.behind_proxy or "",
        server_header=False,
        access_log=False,
        log_config=None,
        ws_max_size=65_536,
        timeout_graceful_shutdown=3,
    )
    control = ControlServer(AsCli(house.app), settings.data) if sys.platform != "win32" else None
    server = _Server(config, on_ready)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)  # uvicorn raises it again when it has ended, which would skip what follows
    if control is not None:
        control.start()
    try:
        asyncio.run(server.serve())
    finally:
        if control is not None:
            control.stop()


def _end(_signal: int, _frame: object) -> None:
    """A service manager stops us: stores are closed on the way out, and the exit is a clean one."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Says when it answers, so that whoever started it need not guess."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # looser than uvicorn's
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            await asyncio.to_thread(self._on_ready)
