"""A parser tried with spoiled messages: whatever comes, it answers or refuses in its own words, soon, keeping nothing.

What is found is written into a file of its own, which stays as a case for ever. Inputs that reach lines of the program
not reached before are kept and spoiled further: so the parser's rare branches are reached, too.
"""

from __future__ import annotations

import gc
import hashlib
import mmap
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import dovetail
from dovetail.testing.mangling import SIZE_MAX, mangled

SOURCE: Final = str(Path(dovetail.__file__).parent)
FOUND: Final = Path(__file__).parent / "found"
CALL_S: Final = 1.0  # no input may keep a parser busy for longer
CALL_BYTES: Final = 256 << 20  # nor make it take more memory than this
GROWTH_BYTES: Final = 48 << 20  # what a whole run may leave behind
KEPT_MAX: Final = 400  # inputs that reached something new
_SUSPECT_S: Final = 0.25
_TICK_S: Final = 0.5
_TOOL: Final = 4  # of sys.monitoring: no debugger's, profiler's or coverage's number


@dataclass(frozen=True, slots=True)
class Target:
    """A parser: valid examples, how it is called, the errors by which it refuses; `slow`: over about 200 µs a call."""

    name: str
    what: str
    seeds: tuple[bytes, ...]
    call: Callable[[bytes], object]
    refuses: tuple[type[BaseException], ...] = ()
    words: tuple[bytes, ...] = ()
    slow: bool = False


@dataclass(slots=True)
class Outcome:
    """What a run brought. `findings` by the place in the program where each began."""

    executions: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest_ms: float = 0.0
    kept: int = 0
    findings: dict[str, Path] = field(default_factory=dict[str, Path])
    files: set[str] = field(default_factory=set[str])


class EndlessError(BaseException):  # no Exception: a parser that takes anything for a bad message would swallow it
    """A call did not end."""


class GreedyError(Exception):
    """A run left memory behind."""


class _Reached:
    """Whether a call came to a line of the program that none came to before; costs nothing at lines known already."""

    def __init__(self) -> None:
        self.new = False
        self.files: set[str] = set()

    def __enter__(self) -> _Reached:
        watch = sys.monitoring
        watch.use_tool_id(_TOOL, "fuzz")
        watch.register_callback(_TOOL, watch.events.LINE, self._line)
        watch.set_events(_TOOL, watch.events.LINE)
        watch.restart_events()
        return self

    def __exit__(self, *_: object) -> None:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.register_callback(_TOOL, sys.monitoring.events.LINE, None)
        sys.monitoring.free_tool_id(_TOOL)

    def _line(self, code: CodeType, _line: int) -> Any:
        if code.co_filename.startswith(SOURCE):
            self.new = True
            self.files.add(code.co_filename)
        return sys.monitoring.DISABLE


class _Watch:
    """Ends a call that does not end: looks twice a second of the processor's time whether it is still the same one."""

    def __init__(self) -> None:
        self.call = 0
        self._seen = (-1, 0)

    def __enter__(self) -> _Watch:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGVTALRM, self._ring)
            signal.setitimer(signal.ITIMER_VIRTUAL, _TICK_S, _TICK_S)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, self._before)

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        call, times = self._seen
        self._seen = (self.call, times + 1 if call == self.call else 0)
        if self._seen[1] * _TICK_S >= CALL_S:
            self._seen = (-1, 0)
            raise EndlessError(f"no answer within {CALL_S:g} s of the processor's time")


@contextmanager
def _bounded() -> Iterator[None]:
    """Memory beyond the bound is refused by the system, so that the call that wants it says so itself."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError):
        yield  # elsewhere only what is left behind is measured
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + CALL_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def held_bytes() -> int:
    """What this process holds in memory now; 0 where that cannot be told."""
    gc.collect()
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class BlackBox:
    """The input of the call under way, in a file: it is still there when the call took the whole process with it."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._map = mmap.mmap(-1, SIZE_MAX + 4)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("w+b") as opened:
                opened.truncate(SIZE_MAX + 4)
                self._map = mmap.mmap(opened.fileno(), SIZE_MAX + 4)

    def hold(self, data: bytes) -> None:
        """This one is tried now."""
        self._map[: 4 + len(data)] = len(data).to_bytes(4, "little") + data

    def close(self) -> None:
        """All went well."""
        self._map.close()
        if self._file is not None:
            self._file.unlink(missing_ok=True)


class Trial:
    """One parser under trial: the corpus grows over its runs, findings are counted once for each place."""

    def __init__(self, target: Target, *, found: Path = FOUND, box: Path | None = None) -> None:
        self.target = target
        self.outcome = Outcome()
        self._found = found / target.name
        self._corpus = list(target.seeds)
        self._reached = _Reached()
        self._box = BlackBox(box)
        self._held: int | None = None

    def run(self, executions: int, *, seed: object) -> Outcome:
        """So many more, the valid examples first; the same ones for the same seed and past."""
        inputs = mangled((self.target.name, seed), self._corpus, self.target.words)
        if self.outcome.executions and self._held is None:
            self._held = held_bytes()  # what the first run left is what the parser holds ready
        with _Watch() as watch, _bounded(), self._reached as reached:
            began = time.process_time()
            for number in range(executions):
                first = self.outcome.executions < len(self.target.seeds)
                data = self.target.seeds[self.outcome.executions] if first else next(inputs)
                watch.call = number
                self._one(data)
                if reached.new:
                    reached.new = False
                    self._keep(data)
            self.outcome.seconds += time.process_time() - began
        self.outcome.files = reached.files
        self._judge_growth()
        return self.outcome

    def close(self) -> None:
        """It has ended of itself."""
        self._box.close()

    def _one(self, data: bytes) -> None:
        self._box.hold(data)
        outcome = self.outcome
        outcome.executions += 1
        began = time.perf_counter()
        try:
            self.target.call(data)
        except self.target.refuses:
            outcome.refused += 1
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a library's panic is no Exception
            self._find(data, error)
        took = time.perf_counter() - began
        if took * 1_000 > outcome.slowest_ms:
            outcome.slowest_ms = took * 1_000
            if took > _SUSPECT_S:
                self._judge_time(data)

    def _judge_time(self, data: bytes) -> None:
        """The clock on the wall says that it was slow; whether it was the parser, the processor's time says."""
        began = time.process_time()
        with suppress(BaseException):  # what it raises has been judged
            self.target.call(data)
        took = time.process_time() - began
        self.outcome.slowest_ms = took * 1_000
        if took > CALL_S:
            self._find(data, EndlessError(f"{took:.1f} s"))

    def _judge_growth(self) -> None:
        """After the first run nothing is added."""
        if self._held is not None and (left := held_bytes() - self._held) > GROWTH_BYTES:
            self._find(b"", GreedyError(f"{left >> 20} MB left behind"))

    def _keep(self, data: bytes) -> None:
        if len(self._corpus) < KEPT_MAX:
            self._corpus.append(data)
            self.outcome.kept += 1

    def _find(self, data: bytes, error: BaseException) -> None:
        place = where(error)
        if place not in self.outcome.findings:
            self._found.mkdir(parents=True, exist_ok=True)
            file = self._found / hashlib.sha256(data).hexdigest()[:12]
            file.write_bytes(data)
            self.outcome.findings[place] = file


def where(error: BaseException) -> str:
    """The kind of an error with the innermost line of the program, or of the trial, that it passed."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).is_absolute()]  # not C's
    own = [one for one in frames if one.filename.startswith(SOURCE)] or frames[-1:]
    at = f"{Path(own[-1].filename).relative_to(Path(SOURCE).parents[1], walk_up=True)}:{own[-1].lineno}" if own else ""
    return f"{type(error).__name__} {at}"


def replay(target: Target, data: bytes) -> None:
    """One input once more; raises what it should not."""
    with _Watch(), _bounded():
        try:
            target.call(data)
        except target.refuses:
            return


def cases(targets: Sequence[Target], folder: Path = FOUND) -> list[tuple[Target, Path]]:
    """What once did harm, each with its parser."""
    return [(one, file) for one in targets for file in sorted((folder / one.name).glob("*"))]
