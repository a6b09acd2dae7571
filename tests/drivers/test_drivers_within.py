"""A question to a device ends in time, whatever the driver does; a machine that stood still gives it its time again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from dovetail.core.clock import SECOND_US
from dovetail.core.errors import LinkError
from dovetail.drivers.within import within
from dovetail.testing.clock import ManualClock

LIMIT_S = 12.0


async def for_ever() -> str:
    await asyncio.Event().wait()
    return "never"


async def stubborn() -> str:
    """Does not let itself be cancelled."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "too late"
    return "never"


async def cross() -> str:
    """Fails where it is cancelled."""
    try:
        await asyncio.Event().wait()
    finally:
        raise OSError("closed")


def asked(clock: ManualClock, work: Callable[[], Coroutine[Any, Any, str]]) -> asyncio.Task[str]:
    return asyncio.create_task(within(clock, work(), what="an answer", limit_s=LIMIT_S))


async def test_an_answer_in_time_is_the_answer(clock: ManualClock) -> None:
    async def answers() -> str:
        await clock.sleep(LIMIT_S - 1)
        return "42"

    asking = asked(clock, answers)
    await clock.advance(LIMIT_S * 3)
    assert await asking == "42"


@pytest.mark.parametrize("work", [for_ever, stubborn, cross])
async def test_what_takes_longer_is_given_up(clock: ManualClock, work: Callable[[], Coroutine[Any, Any, str]]) -> None:
    asking = asked(clock, work)
    await clock.advance(LIMIT_S - 0.1)
    assert not asking.done()
    await clock.advance(0.2)
    with pytest.raises(LinkError, match="an answer takes longer than 12 s"):
        await asking
    assert asking.cancelling() == 0  # whoever asked goes on living


@pytest.mark.parametrize("stood_still_s, given_up", [(0.5, True), (2.0, False)])
async def test_a_timer_that_rings_late_gives_the_device_its_time_once_more(
    clock: ManualClock, stood_still_s: float, given_up: bool
) -> None:
    asking = asked(clock, for_ever)
    await asyncio.sleep(0)
    clock.tick(round((LIMIT_S + stood_still_s) * SECOND_US))
    await clock.advance(0)
    assert asking.done() == given_up
    await clock.advance(LIMIT_S + 0.1)
    with pytest.raises(LinkError, match="takes longer"):
        await asking


@pytest.mark.parametrize("work", [for_ever, stubborn, cross])
async def test_who_is_cancelled_while_it_asks_is_cancelled(
    clock: ManualClock, work: Callable[[], Coroutine[Any, Any, str]]
) -> None:
    asking = asked(clock, work)
    await clock.advance(LIMIT_S / 2)
    asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled()
    await clock.advance(LIMIT_S)


async def test_a_cancellation_that_a_library_leaves_behind_is_nobodys(clock: ManualClock) -> None:
    async def work() -> str:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError as error:  # and does not take it back
            raise OSError("no answer in time") from error
        return "never"

    asking = asked(clock, work)
    await clock.advance(1)
    with pytest.raises(OSError, match="no answer in time"):
        await asking


async def test_who_is_cancelled_in_the_moment_time_is_up_is_cancelled(clock: ManualClock) -> None:
    async def work() -> str:
        try:
            return await for_ever()
        finally:
            asking.cancel()

    asking = asked(clock, work)
    await clock.advance(LIMIT_S)
    assert asking.cancelled()
