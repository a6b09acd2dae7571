"""`dovetail serve` beside an unknown device, in a time that can be hurried: minutes of watching pass as they are read.

It begins an hour in the past, at the pace of real time. `hurry <seconds>` on standard input lets so much time pass,
second by second, each when the device has been read; `hold <state>` and `go` say what the device does. What was asked
is answered on standard output when it is done. The whole house, the device and the historian live by that one clock.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from typing import Final

import uvicorn.server
from unknown_device import UnknownDevice

from dovetail.app.bootstrap import House, open_house
from dovetail.app.server import configure_logging, serve_house
from dovetail.core.clock import HOUR_US, SECOND_US
from dovetail.ownership.settings import Settings

READ_WITHIN_S: Final = 60.0  # of real time: a device that is not asked any more lets time stand still
BACK_S: Final = 0.5  # for an answer, and for its reader to wait for its next turn
LOOK_S: Final = 0.0005


class HurriedClock:
    """Real time, an hour late. While it is held it stands still but for what is skipped, however long work takes."""

    def __init__(self) -> None:
        self._behind_us = HOUR_US  # of either time
        self._held: tuple[int, int] | None = None
        self._sleepers: set[asyncio.Event] = set()

    def now_us(self) -> int:
        return time.time_ns() // 1000 - self._behind_us if self._held is None else self._held[0]

    def monotonic_us(self) -> int:
        return time.monotonic_ns() // 1000 + HOUR_US - self._behind_us if self._held is None else self._held[1]

    async def sleep(self, duration_s: float) -> None:
        due_us, moved = self.monotonic_us() + round(duration_s * SECOND_US), asyncio.Event()
        self._sleepers.add(moved)
        try:
            while (left_us := due_us - self.monotonic_us()) > 0:
                moved.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if self._held else left_us / SECOND_US):
                        await moved.wait()
        finally:
            self._sleepers.discard(moved)

    def ring(self, after_s: float, bell: Callable[[], None]) -> Callable[[], object]:
        async def ring() -> None:
            await self.sleep(after_s)
            bell()

        return asyncio.create_task(ring()).cancel

    def hold(self) -> None:
        """Stand still from now on."""
        self._held = self.now_us(), self.monotonic_us()
        self._wake()

    def skip(self, duration_us: int) -> None:
        """So much time passes at once."""
        assert self._held is not None
        self._held = self._held[0] + duration_us, self._held[1] + duration_us
        self._wake()

    def go(self) -> None:
        """Go on at the pace of real time, from where it stands."""
        assert self._held is not None
        self._behind_us = time.time_ns() // 1000 - self._held[0]
        assert self._behind_us >= 0, "more time was skipped than there was"
        self._held = None
        self._wake()

    def _wake(self) -> None:
        for moved in list(self._sleepers):
            moved.set()


async def hurry(clock: HurriedClock, device: UnknownDevice, seconds: int) -> None:
    """Let time pass as fast as the device is read: once a second, unless its reader was not back at its post yet."""
    await read(device, times=3, within_s=READ_WITHIN_S)  # by then it is read regularly
    clock.hold()
    unread = 0
    for _ in range(seconds):
        clock.skip(SECOND_US)
        unread = 0 if await read(device, times=1, within_s=BACK_S) else unread + 1
        await asyncio.sleep(LOOK_S)  # its reader takes the answer in, and waits for its next turn
        assert unread * BACK_S < READ_WITHIN_S, "nobody reads the device"
    clock.go()


async def read(device: UnknownDevice, *, times: int, within_s: float) -> bool:
    """Whether the device is read so often from now on; returns as soon as it was."""
    wanted, end_s = device.reads + times, time.monotonic() + within_s
    while device.reads < wanted and time.monotonic() < end_s:  # noqa: ASYNC110 - a device tells nobody that it is read
        await asyncio.sleep(LOOK_S)
    return device.reads >= wanted


def listen(loop: asyncio.AbstractEventLoop, clock: HurriedClock, device: UnknownDevice) -> None:
    """Do what standard input says, one line after the other."""
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "hurry":
                asyncio.run_coroutine_threadsafe(hurry(clock, device, int(rest)), loop).result()
            else:
                loop.call_soon_threadsafe(device.hold, int(rest) if word == "hold" else None)
            print("done", flush=True)
        except Exception as fault:
            print(f"failed: {fault}", flush=True)


def live(house: House, clock: HurriedClock) -> None:
    """The device starts in the loop of the house, before anybody is let in."""
    device = UnknownDevice(clock)
    started = house.start

    async def start() -> None:
        await device.plug()
        await started()
        loop = asyncio.get_running_loop()
        threading.Thread(target=listen, args=(loop, clock, device), daemon=True).start()

    house.start = start  # type: ignore[method-assign]  # this house has a device in its cellar

    def ready(address: str) -> None:
        print(f"the device listens on {device.port}", flush=True)
        print(f"{address}/setup#token={house.security.new_set_up_token()}", flush=True)

    serve_house(house, on_ready=ready)


def tell_time(clock: HurriedClock) -> None:
    """The screens take the time from the Date of answers, which the web server takes from the system."""
    uvicorn.server.formatdate = lambda *_given, **_more: formatdate(clock.now_us() / SECOND_US, usegmt=True)  # type: ignore[attr-defined]  # its own import


if __name__ == "__main__":
    settings = Settings(data=Path(sys.argv[1]), port=int(sys.argv[2]))
    configure_logging(settings)
    timer = HurriedClock()
    tell_time(timer)
    with open_house(settings, clock=timer) as opened:
        live(opened, timer)
