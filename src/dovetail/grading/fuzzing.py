"""What a device says, spoiled as bad cables and strangers spoil it, read by what the driver names as its codec.

The pieces are those that the bench's own device said on its cable. The long form, with parsers one by one and what
reaches new lines kept, belongs to the house's own tests; this one goes with the suite, for whose driver it may be.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from dovetail.core.clock import SystemClock
from dovetail.core.errors import DovetailError
from dovetail.drivers.base import DriverOptions, Point
from dovetail.grading import grades
from dovetail.grading.grades import Judged, judged
from dovetail.grading.looking import listening, opened
from dovetail.grading.memory import held_bytes
from dovetail.testing.bench import Bench, Wide
from dovetail.testing.chaos import ChaosProxy
from dovetail.testing.linked import spec_of
from dovetail.testing.mangling import mangled

TRIES: Final = 10_000
GOOD_EVERY: Final = 10  # what came right comes again, so that what is known of the device is not lost for good
LISTENED_S: Final = 1.5  # to the device, for what it says
POINTS: Final = 120  # of a device that can have so many: long messages have faults of their own
CALL_S: Final = 1.0  # of the processor: no piece may keep the codec busy for longer
WARM: Final = 0.2  # of the tries: what is held ready is there by then
GROWTH_BYTES: Final = 32 << 20

type Codec = Callable[[DriverOptions, Sequence[Point]], Callable[[bytes], object]]


async def fuzzed(bench: Bench, *, tries: int = TRIES, seed: int = 1) -> Judged:
    """Whatever comes is taken or refused in our words, soon, and nothing of it stays."""
    spec = spec_of(bench)
    if spec.codec is None:
        return Judged(grades.FUZZED, "not tried", "the driver does not name what reads its device's bytes")
    made = bench.wide(POINTS, SystemClock()) if isinstance(bench, Wide) else bench
    points = [scan.point for scan in made.points]
    said, options = await _listened(made, points)
    if not said:
        return Judged(grades.FUZZED, "not tried", "its cable does not tell what passes")
    take = cast("Codec", spec.codec.load())(options, points)
    spoiled = mangled(seed, said, ())
    refused, warm_bytes = 0, 0
    for turn in range(tries):
        data = said[turn // GOOD_EVERY % len(said)] if turn % GOOD_EVERY == 0 else next(spoiled)
        began = time.process_time()
        try:
            take(data)
        except DovetailError:
            refused += 1
        except Exception as fault:
            return judged(grades.FUZZED, False, f"{_place(fault)} at {data[:60].hex()}")
        if time.process_time() - began > CALL_S:
            return judged(grades.FUZZED, False, f"busy for more than {CALL_S:g} s with {data[:60].hex()}")
        if turn == round(tries * WARM):
            warm_bytes = held_bytes()
        await asyncio.sleep(0)
    grown = held_bytes() - warm_bytes
    what = f"{tries:,} pieces of what its device says, spoiled: {refused:,} refused"
    return judged(grades.FUZZED, grown < GROWTH_BYTES, f"{what}, memory grew by {grown >> 20} MB")


async def _listened(bench: Bench, points: Sequence[Point]) -> tuple[list[bytes], DriverOptions]:
    """What the device says to one who connects and listens, and the options with which he does."""
    async with opened(bench) as here:
        said: list[bytes] = []
        options = spec_of(bench).check(bench.options(here.cable.port))
        if not isinstance(here.cable, ChaosProxy):
            return said, options
        here.cable.answers = said
        async with listening(here, *points):
            await here.driver.read(points)
            await asyncio.sleep(LISTENED_S)
        here.cable.answers = None
    return said, options


def _place(fault: BaseException) -> str:
    """The kind of an error and the innermost line of it."""
    frames: Any = traceback.extract_tb(fault.__traceback__)
    return f"{type(fault).__name__} ({fault}) in {frames[-1].name}, line {frames[-1].lineno}"
