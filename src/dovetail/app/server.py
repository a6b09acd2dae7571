"""Run an installation as a process: own the data folder, open the socket, start the roles, and end in good order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvicorn

from dovetail.app.bootstrap import House, open_house
from dovetail.app.roles import Worker
from dovetail.core import limits
from dovetail.core.bus import Bus
from dovetail.core.clock import SystemClock
from dovetail.core.errors import LinkError
from dovetail.db.uow import Database
from dovetail.ownership.control import AsCli, ControlServer
from dovetail.ownership.settings import Settings
from dovetail.upkeep.layout import SET_UP_LINK
from dovetail.vitals import logs, servicemanager
from dovetail.vitals.ballast import Ballast

log = logging.getLogger("dovetail")

NOT_STARTED = 3  # the log says why; a service manager must not take it for a good end


def configure_logging(settings: Settings | None = None) -> None:
    """One line per event on standard error; libraries speak only when something is wrong."""
    asked = settings or Settings()
    logs.configure(asked.log, asked.log_level)


def base_url(settings: Settings) -> str:
    """Where a browser on this machine finds the screens."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host  # noqa: S104  # compared
    return f"{'https' if settings.secure else 'http'}://{host}:{settings.port}"


def run(settings: Settings) -> None:
    """`dovetail serve`: until interrupted. Prints the one-time set-up link while nobody exists."""
    configure_logging(settings)
    settings.check()
    if hasattr(os, "umask"):
        os.umask(0o077)  # what we make is ours alone
    await_records(settings, patience_s=limits.RECORDS_START_S if servicemanager.writes_to_journal() else 0.0)
    with open_house(settings, patience_s=limits.FOLDER_PATIENCE_S) as house:
        keep_reserve(house)

        def ready(address: str) -> None:
            print(f"Dovetail answers on {address}", flush=True)
            link = settings.data / SET_UP_LINK
            link.unlink(missing_ok=True)
            if house.security.needs_set_up():
                offer_set_up(f"{address}/setup#token={house.security.new_set_up_token()}", link)

        serve_house(house, on_ready=ready)


def await_records(settings: Settings, *, patience_s: float) -> None:
    """After a power cut a database on another machine may come later than we do. Raises LinkError that says why."""
    if settings.database_url is None:
        return
    until_s, is_told = time.monotonic() + patience_s, False
    database = Database(settings.records_url, clock=SystemClock(), bus=Bus())
    while (away := _away(database)) is not None:
        why = str(getattr(away.__cause__, "orig", None) or away).strip().splitlines()[0]
        if time.monotonic() >= until_s:
            hint = "is PostgreSQL running, and are address, user and password right? DOVETAIL_DATABASE_URL"
            raise LinkError(f"{away.message}: {why}", code=away.code, hint=hint) from away
        if not is_told:
            log.warning("%s: %s; waiting up to %.0f s for it", away.message, why, patience_s)
        is_told = True
        time.sleep(limits.RECORDS_LOOK_S)
    database.close()


def _away(database: Database) -> LinkError | None:
    try:
        with database.read():
            return None
    except LinkError as error:
        return error


def keep_reserve(house: House) -> None:
    """Look after the disk under the data folder while the roles run."""
    settings = house.settings
    reserve = Ballast(settings.data, size=settings.ballast_mb << 20, on_full=house.disk_full)
    house.workers.append(Worker("disk", reserve.step, rest_s=limits.DISK_LOOK_S))


def offer_set_up(address: str, file: Path) -> None:
    """Give the one-time link to whoever started us; a journal is read by more people, so there it goes to a file."""
    if not servicemanager.writes_to_journal():
        print(f"Set it up, once, within 15 minutes: {address}", flush=True)
        return
    file.touch(mode=0o600)
    file.write_text(address + "\n", encoding="utf-8")
    print(f"Set it up, once, within 15 minutes, with the link in {file}; a restart makes a new one", flush=True)


def serve_house(house: House, *, on_ready: Callable[[str], None]) -> None:
    """Serve the screens and the control socket until a signal ends the process; roles start and stop with it.

    `on_ready` is told where a browser on this machine finds the screens: a port 0 is by then a real one.
    """
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

    def ready(port: int) -> None:
        start_is_over()
        on_ready(base_url(replace(settings, port=port)))

    server = _Server(config, ready)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)  # uvicorn raises it again when it has ended, which would skip what follows
    if control is not None:
        control.start()
    try:
        asyncio.run(server.serve())
    finally:
        if control is not None:
            control.stop()
    if not server.started:
        raise SystemExit(NOT_STARTED)


def start_is_over() -> None:
    """Look for garbage from now on, but not in what was made to start with, where none was looked for."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _end(_signal: int, _frame: object) -> None:
    """A service manager stops us: stores are closed on the way out, and the exit is a clean one."""
    raise SystemExit(0)


class _Server(uvicorn.Server):
    """Says when it answers, so that whoever started it need not guess."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # looser than uvicorn's
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            await asyncio.to_thread(self._on_ready, self.servers[0].sockets[0].getsockname()[1])
            servicemanager.notify("READY=1", f"STATUS=Serving, process {os.getpid()}")

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # looser than uvicorn's
        servicemanager.notify("STOPPING=1")
        await super().shutdown(sockets)  # type: ignore[arg-type]
