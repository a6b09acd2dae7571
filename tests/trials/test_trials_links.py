"""A link on trial: held for a moment, let go of when nobody looks, never more than a few, never a hang."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.errors import ConfigError, LinkError, RefusedError
from dovetail.core.limits import TRIAL_ANSWER_S, TRIAL_HELD_S, TRIAL_OPEN_S, TRIALS_MAX
from dovetail.core.quality import GOOD
from dovetail.drivers.base import Alive, Driver, DriverOptions, DriverSpec, Found, Point, Shared, Surroundings
from dovetail.testing.clock import ManualClock
from dovetail.trials.links import Look, Reading, Trials, Tried

POINT = Point(0, "pieces", Kind.F64)


class Options(DriverOptions):
    """Where the device is."""

    host: str = "here"
    password: str | None = None


@dataclass
class Device:
    """The far end, and the driver in front of it."""

    clock: ManualClock
    value: Value = 1.0
    hangs: str = ""
    fault: Exception | None = None
    opened: int = 0
    closed: int = 0
    secrets: list[str] = field(default_factory=list)
    around: Surroundings | None = None

    def make(self, options: Options, around: Surroundings) -> Driver:
        self.around = around
        if options.password is not None:
            self.secrets.append(around.secret(options.password.removeprefix("secret://")))
        return self  # type: ignore[return-value]  # it has what a trial asks of a driver

    async def open(self) -> None:
        self.opened += 1
        await self._answer("open")

    async def close(self) -> None:
        self.closed += 1

    async def probe(self) -> Alive:
        await self._answer("probe")
        return Alive(self.clock.now_us(), self.clock.now_us())

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        return [Batch.of(Kind.F64, [(point.tag_id, self.clock.now_us(), self.value, GOOD) for point in points])]

    async def browse(self, address: str | None = None) -> list[Found]:
        return [Found(f"{address or 'top'}/below", "below", is_folder=False)]

    async def _answer(self, what: str) -> None:
        if self.hangs == what:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault


@pytest.fixture
def device(clock: ManualClock) -> Device:
    return Device(clock)


@pytest.fixture
def trials(clock: ManualClock, device: Device) -> Trials:
    spec = DriverSpec("Test", Options, "anything", parse_address=str, open=device.make)
    return Trials(clock=clock, load=lambda _name: spec, secret=lambda name: f"kept {name}", shared=Shared())


def link(host: str = "plc", **options: str) -> Tried:
    return Tried("test", {"host": host, **options}, {"typed/password": "quiet"})


async def look(trials: Trials, tried: Tried) -> Look:
    return await trials.look(tried, (POINT,))


async def test_a_second_look_uses_the_same_link_and_knows_what_moved(
    trials: Trials, device: Device, clock: ManualClock
) -> None:
    begun_us = clock.now_us()
    first = await look(trials, link())
    clock.tick(1_000_000)
    device.value = 4.0
    second = await look(trials, link())
    clock.tick(2_000_000)
    third = await look(trials, link())
    assert [one.connected_us for one in (first, second, third)] == [0, None, None]
    assert [one.readings[0] for one in (first, second, third)] == [
        Reading(1.0, GOOD, 0, None, 0.0, begun_us),
        Reading(4.0, GOOD, 0, 0, 3.0, begun_us + 1_000_000),
        Reading(4.0, GOOD, 0, 2_000_000, 3.0, begun_us + 3_000_000),
    ]
    assert device.opened == 1
    await trials.close()
    assert device.closed == 1


async def test_a_link_that_nobody_looks_through_is_let_go_of(
    trials: Trials, device: Device, clock: ManualClock
) -> None:
    await look(trials, link())
    await clock.advance(TRIAL_HELD_S * 1.6)
    assert device.closed == 1
    again = await look(trials, link())
    assert again.connected_us is not None
    await trials.close()


async def test_no_more_than_a_few_links_at_once(trials: Trials, device: Device) -> None:
    for n in range(TRIALS_MAX + 2):
        await look(trials, link(f"plc{n}"))
    assert (device.opened, device.closed) == (TRIALS_MAX + 2, 2)
    await trials.close()
    assert device.closed == device.opened


async def test_when_all_links_are_being_looked_through_another_is_refused(
    trials: Trials, device: Device, clock: ManualClock
) -> None:
    device.hangs = "probe"
    looking = [asyncio.create_task(look(trials, link(f"plc{n}"))) for n in range(TRIALS_MAX)]
    await clock.advance(0)
    with pytest.raises(RefusedError, match="being tried already"):
        await look(trials, link("one more"))
    await clock.advance(TRIAL_ANSWER_S)
    ended = await asyncio.gather(*looking, return_exceptions=True)
    assert [type(one) for one in ended] == [LinkError] * TRIALS_MAX
    await trials.close()
    assert device.closed == TRIALS_MAX


@pytest.mark.parametrize(("hangs", "limit_s"), [("open", TRIAL_OPEN_S), ("probe", TRIAL_ANSWER_S)])
async def test_a_device_that_hangs_costs_seconds(
    trials: Trials, device: Device, clock: ManualClock, hangs: str, limit_s: float
) -> None:
    device.hangs = hangs
    looking = asyncio.create_task(look(trials, link()))
    await clock.advance(limit_s)
    with pytest.raises(LinkError, match="takes longer than"):
        await looking
    assert device.closed == 1
    await trials.close()


@pytest.mark.parametrize(
    ("fault", "raised", "said"),
    [
        (LinkError("refuses the connection"), LinkError, "refuses the connection"),
        (ConfigError("wrong password"), ConfigError, "wrong password"),
        (ZeroDivisionError("of a driver's own"), LinkError, "the driver failed: ZeroDivisionError"),
    ],
)
async def test_why_it_failed_comes_out_as_it_was_said(
    trials: Trials, device: Device, fault: Exception, raised: type[Exception], said: str
) -> None:
    device.fault = fault
    with pytest.raises(raised, match=said):
        await look(trials, link())
    assert (device.opened, device.closed) == (1, 1)
    await trials.close()


async def test_typed_secrets_reach_the_driver_and_kept_ones_are_asked_for(trials: Trials, device: Device) -> None:
    await look(trials, link(password="secret://typed/password"))  # its name
    await look(trials, link(password="secret://plc/password"))
    assert device.secrets == ["quiet", "kept plc/password"]
    assert "quiet" not in repr(link()) + link().key
    await trials.close()


async def test_browsing_goes_over_the_same_link(trials: Trials, device: Device) -> None:
    await look(trials, link())
    assert [one.address for one in await trials.browse(link(), "Line")] == ["Line/below"]
    assert device.opened == 1
    await trials.close()
