"""Try a link that is not in the plant yet: what answers, how fast, which values; nothing of it is kept.

It runs where the links of the plant run and with what they share, so that a trial reaches exactly what the edge would
reach. A link is held for some seconds after a look, because somebody who edits addresses looks again and again.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from dovetail.core import limits
from dovetail.core.batch import Value
from dovetail.core.clock import SECOND_US, Clock
from dovetail.core.errors import ConfigError, DovetailError, LinkError, RefusedError
from dovetail.core.quality import BAD_COMM
from dovetail.drivers.base import NO_DEVICE_TIME, Alive, Driver, DriverSpec, Found, Point, Shared, Surroundings
from dovetail.drivers.within import within

TYPED: Final = "typed/"  # secrets that were typed for a trial have names that cannot be in the vault's way


@dataclass(frozen=True, slots=True)
class Tried:
    """A link as somebody wrote it: `typed` are secrets by the name that stands for them in `options`."""

    driver: str
    options: Mapping[str, Any]
    typed: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def key(self) -> str:
        """The same for the same link; tells nothing of its secrets."""
        told = orjson.dumps([self.driver, self.options, sorted(self.typed.items())], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(told).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came from one address. `moved_us`: how long ago its value changed, None while it has not been seen to.

    `ts_us` is when we took it; `device_us` the device's own time for it, None where it gave none.
    """

    value: Value
    quality: int
    native: int = 0
    moved_us: int | None = None
    since_first: float | None = None
    ts_us: int | None = None
    device_us: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a trial saw. `connected_us`: how long connecting took, None where the link was still held."""

    alive: Alive
    connected_us: int | None
    answered_us: int
    readings: tuple[Reading, ...]


@dataclass(slots=True)
class _Seen:
    first: Value
    value: Value
    moved_at_us: int | None = None


@dataclass(slots=True)
class _Held:
    """An open link on trial. `seen` by what was asked (address, kind, scale, offset)."""

    driver: Driver
    used_us: int
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    seen: dict[tuple[object, ...], _Seen] = field(default_factory=dict[tuple[object, ...], _Seen])


class Trials:
    """The links on trial of one edge. Lives in the edge's loop."""

    def __init__(
        self, *, clock: Clock, load: Callable[[str], DriverSpec], secret: Callable[[str], str], shared: Shared
    ) -> None:
        self._clock = clock
        self._load = load
        self._secret = secret
        self._shared = shared
        self._held: dict[str, _Held] = {}
        self._opening = asyncio.Lock()
        self._tidying: asyncio.Task[None] | None = None

    async def look(self, tried: Tried, points: Sequence[Point]) -> Look:
        """Connect if need be, prove that somebody answers, and read; `points` number from 0. Raises LinkError."""

        async def ask(held: _Held, connected_us: int | None) -> Look:
            begun_us = self._clock.monotonic_us()
            alive = await held.driver.probe()
            answered_us = self._clock.monotonic_us() - begun_us
            batches = await held.driver.read(tuple(points)) if points else []
            found: dict[int, Reading] = {}
            for batch in batches:
                natives = [0] * len(batch) if batch.native is None else batch.native.tolist()
                devices = [0] * len(batch) if batch.ts_device is None else batch.ts_device.tolist()
                for (at, ts, value, quality), native, device in zip(batch.rows(), natives, devices, strict=True):
                    told = None if device == NO_DEVICE_TIME else device
                    found[at] = self._noted(held, points[at], Reading(value, quality, native, ts_us=ts, device_us=told))
            missing = Reading(None, BAD_COMM)
            return Look(alive, connected_us, answered_us, tuple(found.get(at, missing) for at in range(len(points))))

        return await self._with(tried, ask)

    async def browse(self, tried: Tried, address: str | None) -> list[Found]:
        """What the device says lies under an address. Raises ConfigError for a protocol that cannot tell."""

        async def ask(held: _Held, _connected_us: int | None) -> list[Found]:
            return await held.driver.browse(address)

        return await self._with(tried, ask)

    async def close(self) -> None:
        """End every trial."""
        task, self._tidying = self._tidying, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for key in list(self._held):
            await self._end(key)

    async def _with[T](self, tried: Tried, ask: Callable[[_Held, int | None], Coroutine[Any, Any, T]]) -> T:
        key = tried.key
        held, connected_us = await self._open(tried)
        try:
            async with held.turn:
                return await within(
                    self._clock, ask(held, connected_us), what="an answer", limit_s=limits.TRIAL_ANSWER_S
                )
        except LinkError:
            await self._end(key)  # the next look connects anew
            raise
        except DovetailError:
            raise
        except Exception as fault:
            await self._end(key)
            raise LinkError(f"the driver failed: {type(fault).__name__}: {fault}", code="driver-failed") from fault
        finally:
            held.used_us = self._clock.monotonic_us()

    async def _open(self, tried: Tried) -> tuple[_Held, int | None]:
        """The held link, or a new one and how long connecting took. One at a time: a trial is no scan."""
        async with self._opening:
            held = self._held.get(tried.key)
            if held is not None:
                held.used_us = self._clock.monotonic_us()
                return held, None
            await self._make_room()
            begun_us = self._clock.monotonic_us()
            driver = self._make(tried)
            try:
                await within(self._clock, driver.open(), what="connecting", limit_s=limits.TRIAL_OPEN_S)
            except Exception as fault:
                await driver.close()
                if isinstance(fault, DovetailError):
                    raise
                raise LinkError(f"the driver failed: {type(fault).__name__}: {fault}", code="driver-failed") from fault
            except asyncio.CancelledError:
                await driver.close()
                raise
            now_us = self._clock.monotonic_us()
            held = self._held[tried.key] = _Held(driver, now_us)
            if self._tidying is None or self._tidying.done():
                self._tidying = asyncio.create_task(self._tidy(), name="trials")
            return held, now_us - begun_us

    async def _make_room(self) -> None:
        """The link looked through longest ago goes; refused when all of them are being looked through."""
        if len(self._held) < limits.TRIALS_MAX:
            return
        idle = [(held.used_us, key) for key, held in self._held.items() if not held.turn.locked()]
        if not idle:
            what = f"{limits.TRIALS_MAX} connections are being tried already"
            raise RefusedError(what, code="trials-busy", hint="try again in a few seconds")
        await self._end(min(idle)[1])

    def _make(self, tried: Tried) -> Driver:
        def secret(name: str) -> str:
            return tried.typed[name] if name in tried.typed else self._secret(name)

        spec = self._load(tried.driver)
        try:
            return spec.open(spec.check(tried.options), Surroundings(self._clock, secret, self._shared))
        except DovetailError:
            raise
        except Exception as fault:
            raise ConfigError(f"the driver failed: {type(fault).__name__}: {fault}", code="driver-failed") from fault

    def _noted(self, held: _Held, point: Point, reading: Reading) -> Reading:
        """The same with what was seen of this address before, while this link was held."""
        if reading.value is None:
            return reading
        now_us, asked = self._clock.monotonic_us(), (point.address, point.kind, point.scale, point.offset)
        seen = held.seen.setdefault(asked, _Seen(reading.value, reading.value))
        if reading.value != seen.value:
            seen.value, seen.moved_at_us = reading.value, now_us
        moved_us = None if seen.moved_at_us is None else now_us - seen.moved_at_us
        return replace(reading, moved_us=moved_us, since_first=_distance(seen.first, reading.value))

    async def _tidy(self) -> None:
        """Let go of the links that nobody looks through any more."""
        while self._held:
            await self._clock.sleep(limits.TRIAL_HELD_S / 2)
            now_us = self._clock.monotonic_us()
            for key, held in list(self._held.items()):
                if not held.turn.locked() and now_us - held.used_us >= limits.TRIAL_HELD_S * SECOND_US:
                    await self._end(key)

    async def _end(self, key: str) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            await held.driver.close()


def _distance(first: Value, value: Value) -> float | None:
    if isinstance(first, bool | str) or isinstance(value, bool | str) or first is None or value is None:
        return None
    return float(value) - float(first)
