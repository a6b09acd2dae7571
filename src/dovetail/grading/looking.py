"""What can be seen of a driver without spoiling anything: what it refuses, asks, browses, writes and leaves behind."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dovetail.core.batch import Batch
from dovetail.core.clock import SystemClock
from dovetail.core.errors import ConfigError, DovetailError
from dovetail.core.quality import is_good
from dovetail.drivers.base import Driver, DriverOptions, ListenGroup, Point, Surroundings
from dovetail.grading import grades
from dovetail.grading.grades import Judged, judged
from dovetail.testing.bench import BEHIND, Bench, Secured, Writable
from dovetail.testing.chaos import ChaosProxy
from dovetail.testing.linked import keeps, laid, spec_of
from dovetail.testing.sink import MemorySink

WRONG: Final = 2_000  # addresses that are tried
TOOK_S: Final = 1.0  # for one of them: more is a hang
SAID_S: Final = 5.0  # by then a device has said what it was told
ENDS_S: Final = 5.0  # by then nothing of a closed driver runs
ASKED_MAX: Final = 200  # folders that are browsed
NEVER: Final = ("", " ", "\0", "\n", "%", "..", "💥", "[", "x" * 10_000)  # that no maker means
LETTERS: Final = "0159aZ%/.:;=[]()#-_ \0é"
PASSWORD: Final = "hunter2-in-clear"  # noqa: S105 - it must not be seen again


def addresses(bench: Bench, seed: int) -> Iterator[str]:
    """Ways to write an address wrong: those that nobody means, then those of the bench with mistakes of the pen."""
    yield from NEVER
    rng = random.Random(seed)  # noqa: S311 - mistakes that can be made again
    right = [scan.point.address for scan in bench.points]
    for _ in range(WRONG - len(NEVER)):
        text = list(rng.choice(right))
        for _ in range(rng.randint(1, 4)):
            at = rng.randint(0, len(text))
            text[at : at + rng.randint(0, 2)] = rng.choice(LETTERS) * rng.randint(0, 2)
        yield "".join(text)


def refuses(bench: Bench, seed: int) -> Judged:
    """Each address is refused with a sentence, or could be one; nothing else comes of it, and at once."""
    spec, refused, slowest_s = spec_of(bench), 0, 0.0
    kind = bench.points[0].point.kind
    for address in addresses(bench, seed):
        begun = time.perf_counter()
        try:
            spec.accept(address, kind)
        except ConfigError as error:
            refused += bool(error.message)
        except Exception as fault:
            return judged(grades.REFUSES, False, f"{address[:40]!r} brings {type(fault).__name__}: {fault}"[:200])
        slowest_s = max(slowest_s, time.perf_counter() - begun)
    said = f"{refused:,} of {WRONG:,} badly written ones are refused, none breaks it"
    return judged(grades.REFUSES, refused > 0 and slowest_s < TOOK_S, said)


async def redacts(bench: Bench) -> Judged:
    """A secret is only named, and one that was written into the place of a device is not shown again."""
    async with laid(bench, MemorySink(), name="looked at") as link:
        spec, options = spec_of(bench), dict(bench.options(link.cable.port))
    secret = [name for name, field in spec.options.model_fields.items() if "secret://" in (field.description or "")]
    places = [name for name in ("host", "url", "endpoint") if name in spec.options.model_fields]
    given = [(name, PASSWORD) for name in secret]
    given += [(name, f"{way}user:{PASSWORD}@there") for name in places for way in ("", "http://", "opc.tcp://")]
    shown: list[str] = []
    for name, text in given:
        try:
            said = spec.check({**options, name: text}).where()
        except ConfigError as error:
            said = str(error)
        if PASSWORD in said:
            shown.append(name)
    return judged(grades.REDACTS, not shown, f"shown again: {shown}" if shown else f"tried in {secret + places}")


# --- with the device ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Opened:
    """A driver that is connected with its bench, and the cable between."""

    driver: Driver
    bench: Bench
    cable: Any


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[_Opened]:
    """A driver on trial, as a person's form has it: nothing is taken for good."""
    async with laid(bench, MemorySink(), name="looked at") as link:
        work = asyncio.create_task(link.work())
        spec = spec_of(bench)
        around = Surroundings(SystemClock(), lambda _name: BEHIND)
        driver = spec.open(spec.check(bench.options(link.cable.port)), around)
        try:
            await driver.open()
            yield _Opened(driver, bench, link.cable)
        finally:
            await driver.close()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def look(make: Callable[[], Bench]) -> list[Judged]:
    """All that is seen of a device that is well, one after the other."""
    found = [refuses(make(), 1), await redacts(make()), await closes(make())]
    for criterion, one in (
        (grades.COALESCES, coalesces), (grades.BROWSES, browses), (grades.WRITES, writes),
        (grades.SECURES, secures),
    ):  # fmt: skip
        try:
            found.append(await one(make()))
        except DovetailError as error:
            found.append(judged(criterion, False, error.message))
    return found


async def closes(bench: Bench) -> Judged:
    """Open, look, close: no task, no thread and no file more than before."""
    async with laid(bench, MemorySink(), name="closed") as link:
        await bench.make(1)
        spec = spec_of(bench)
        spec.prepare()
        before = (0, set[str](), 0)
        left: list[str] = []
        for turn in ("first", "counted"):  # what a library makes once and keeps for all is not left behind
            driver = spec.open(
                spec.check(bench.options(link.cable.port)), Surroundings(SystemClock(), lambda _: BEHIND)
            )
            await driver.open()
            await driver.probe()
            await driver.close()
            await driver.close()  # twice is once
            left = await _left(before) if turn == "counted" else []
            if turn == "first":
                await asyncio.sleep(0.5)
                before = _running()
    return judged(grades.CLOSES, not left, "; ".join(left) or "tasks, threads and files as before")


def _running() -> tuple[int, set[str], int]:
    """Tasks, threads other than the loop's own pool, and open files; 0 where the system does not tell them."""
    folder = Path("/proc/self/fd")
    threads = {one.name for one in threading.enumerate() if not one.name.startswith("asyncio_")}
    files = sum(1 for _ in folder.iterdir()) if folder.exists() else 0
    return len(asyncio.all_tasks()), threads, files


async def _left(before: tuple[int, set[str], int]) -> list[str]:
    deadline = time.monotonic() + ENDS_S
    while True:
        tasks, threads, files = _running()
        left = [f"{tasks - before[0]} tasks"] if tasks > before[0] else []
        left += [f"thread {name}" for name in sorted(threads - before[1])]
        left += [f"{files - before[2]} files"] if files > before[2] else []
        if not left or time.monotonic() > deadline:
            return left
        await asyncio.sleep(0.05)


async def coalesces(bench: Bench) -> Judged:
    """Three points of one device cost no more questions than one."""
    if keeps(bench):
        return Judged(grades.COALESCES, "does not apply", "values are taken as they come, not asked for")
    async with opened(bench) as here:
        if not isinstance(here.cable, ChaosProxy):
            return Judged(grades.COALESCES, "not tried", "its cable does not count questions")
        points = [scan.point for scan in bench.points]
        one, three = [await _questions(here.driver, here.cable, some) for some in (points[:1], points)]
    if not three:
        return Judged(grades.COALESCES, "does not apply", "values are told, nothing is asked")
    return judged(grades.COALESCES, three <= max(one, 1), f"{three} questions for three points, {one} for one")


async def _questions(driver: Driver, cable: ChaosProxy, points: list[Point]) -> int:
    await driver.read(points)  # the first time may learn
    before = cable.questions
    await driver.read(points)
    return cable.questions - before


async def browses(bench: Bench) -> Judged:
    """From the root an address is reached that could be a tag."""
    spec = spec_of(bench)
    if not spec.about.browses:
        return judged(grades.BROWSES, False, "the device does not tell what it has")
    async with opened(bench) as here:
        waiting: deque[str | None] = deque([None])
        for asked in range(ASKED_MAX):
            if not waiting:
                break
            for found in await here.driver.browse(waiting.popleft()):
                if not found.is_folder:
                    spec.parse_address(found.address)
                    return judged(grades.BROWSES, True, f"{found.address[:60]} after {asked + 1} questions")
                waiting.append(found.address)
    return judged(grades.BROWSES, False, "no address that could be a tag")


async def writes(bench: Bench) -> Judged:
    """Two values, one after the other, and each is what the device says afterwards."""
    if not spec_of(bench).writes:
        return judged(grades.WRITES, False, "nothing is written to such a device")
    if not isinstance(bench, Writable):
        return Judged(grades.WRITES, "not tried", "its bench has no point that may be written")
    async with opened(bench) as here, listening(here, bench.writable):
        await _said(here.driver, [bench.writable], bool)  # a device that tells what it has
        for value in bench.writes:
            await here.driver.write(bench.writable, value)
            said = await _said(here.driver, [bench.writable], lambda said, value=value: said == [value])
            if said != [value]:
                return judged(grades.WRITES, False, f"{value!r} was written, {said} is read")
    return judged(grades.WRITES, True, f"{len(bench.writes)} values")


async def secures(bench: Bench) -> Judged:
    """A device that lets nobody in who cannot prove himself gives its values, and the link is not called insecure."""
    options = spec_of(bench).options
    if not isinstance(bench, Secured):
        if options.is_insecure is DriverOptions.is_insecure:
            return judged(grades.SECURES, False, "the protocol, as it is spoken here, knows no proof and no secrecy")
        return Judged(grades.SECURES, "not tried", "its bench has no device that asks for a proof")
    secured = bench.secured()
    points = [scan.point for scan in secured.points]
    async with opened(secured) as here, listening(here, *points):
        insecure = spec_of(secured).check(secured.options(here.cable.port)).is_insecure()
        values = await _said(here.driver, points, lambda said: len(said) == len(points))
    said = f"{len(values)} values over a link that is {'' if insecure else 'not '}called insecure"
    return judged(grades.SECURES, not insecure and len(values) == len(secured.points), said)


@asynccontextmanager
async def listening(here: _Opened, *points: Point) -> AsyncIterator[None]:
    """As a link does with a device that tells by itself."""
    if not spec_of(here.bench).listens:
        yield
        return
    group = ListenGroup(1_000, points)
    told = asyncio.create_task(here.driver.subscribe([group], lambda _notice: None))
    try:
        yield
    finally:
        told.cancel()
        await asyncio.gather(told, return_exceptions=True)


async def _said(driver: Driver, points: list[Point], enough: Callable[[list[object]], bool]) -> list[object]:
    """What the points hold: a device that tells by itself is given a moment to say it."""
    deadline = time.monotonic() + SAID_S
    while True:
        said = _values(await driver.read(points))
        if enough(said) or time.monotonic() > deadline:
            return said
        await asyncio.sleep(0.05)


def _values(batches: list[Batch]) -> list[object]:
    return [value for batch in batches for _, _, value, quality in batch.rows() if is_good(quality)]
