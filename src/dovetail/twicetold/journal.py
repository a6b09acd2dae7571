"""A second telling of what came into the plant's log: of each frame whose it is and how much, in a file beside.

One line each, with a sum over it; no values. A line that a disk has spoilt is passed over. It is not made durable by
itself: it stands against a log that is spoilt, and a power cut leaves the log whole. When it has grown it is written
anew: what the log has counted and received so far, and the frames that no chunk holds yet.
"""

from __future__ import annotations

import errno
import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from dovetail.core.limits import WITNESS_BYTES_MAX
from dovetail.core.spans import Spans
from dovetail.headlog.head import COUNTERS, ReceivedKey
from dovetail.headlog.told import Told, line_of
from dovetail.headlog.told import opened as opened_line

log = logging.getLogger(__name__)

NAME: Final = "head.witness"
type Origin = tuple[str, str]
type FrameKey = tuple[str, str, int, int]  # source, lane, epoch, seq


class Row(NamedTuple):
    """A frame, and the row of the log that holds it; 0: nothing of it was new."""

    head_id: int
    of: Told


@dataclass(slots=True)
class Said:
    """All that the file says, up to row `upto`. `frames` are counted in `counts`, their numbers are in `received`.

    `is_whole`: no line of it was passed over.
    """

    id: int
    upto: int = 0
    counts: dict[Origin, Counter[str]] = field(default_factory=dict[Origin, Counter[str]])
    received: dict[ReceivedKey, Spans] = field(default_factory=dict[ReceivedKey, Spans])
    epochs: dict[str, int] = field(default_factory=dict[str, int])
    frames: list[Row] = field(default_factory=list[Row])
    lost: dict[FrameKey, int] = field(default_factory=dict[FrameKey, int])
    is_whole: bool = True

    def count(self, origin: Origin, **added: int) -> None:
        """Add to an account."""
        self.counts.setdefault(origin, Counter()).update(added)

    def take(self, said: list[Any], *, round_max: int) -> None:
        """One more line. Raises ValueError, TypeError, KeyError, IndexError: it is not one."""
        kind, *rest = said
        if kind == "count":
            source, lane, *numbers = rest
            self.counts[source, lane] = Counter(dict(zip(COUNTERS, numbers, strict=True)))
        elif kind == "received":
            source, lane, epoch, ranges = rest
            self.received[source, lane, epoch] = Spans(tuple((first, last) for first, last in ranges))
        elif kind == "epoch":
            self.epochs[rest[0]] = max(rest[1], self.epochs.get(rest[0], 0))
        elif kind in ("frame", "held"):
            self._frame(Row(rest[0], Told(*rest[1:])), is_new=kind == "frame")
        elif kind == "upto":
            self.upto = rest[0]
        elif kind == "gap":
            self.count((rest[0], rest[1]), expected=rest[2], gap=rest[2])
        elif kind == "lost" and rest[0] <= round_max:
            self._lost(*rest)

    def _lost(self, at: int, source: str, lane: str, epoch: int, seq: int, n: int) -> None:
        """Those of round 0 are so counted already; another round may be told twice, by who was killed in it."""
        if at and (source, lane, epoch, seq) not in self.lost:
            self.count((source, lane), stored=-n, gap=n)
            if (key := (source, lane, epoch)) in self.received:
                self.received[key] = self.received[key].without(seq)
        self.lost[source, lane, epoch, seq] = n

    def _frame(self, row: Row, *, is_new: bool) -> None:
        self.frames.append(row)
        self.upto = max(self.upto, row.head_id)
        if not is_new:
            return
        of = row.of
        returned = self.lost.pop(of.key, 0)
        self.count((of.source, of.lane), frames=1, gap=-returned, **of.counts())
        self.count((of.source, of.lane), expected=-returned)
        key = (of.source, of.lane, of.epoch)
        self.received[key] = self.received.get(key, Spans()).add(of.seq)
        self.epochs[of.source] = max(of.epoch, self.epochs.get(of.source, 0))


def read(path: Path, *, round_max: int) -> Said | None:
    """What a file says; None: there is none, or what it began with is not whole.

    What was lost in a later round than `round_max` was never declared. A frame of which it does not say is passed over.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return None
    opened = [opened_line(line) for line in lines]
    if not opened or opened[0] is None or opened[0][0] != "of" or None in opened[: 1 + opened[0][2]]:
        return None
    said = Said(int(opened[0][1]), is_whole=None not in opened[:-1] and not lines[-1])
    for line in filter(None, opened[1:]):
        with suppress(ValueError, TypeError, KeyError, IndexError):
            said.take(line, round_max=round_max)
    return said


class Journal:
    """The file as it grows. One thread at a time. A disk that does not take it loses it: there is then no witness."""

    def __init__(self, path: Path) -> None:
        self.path, self._new = path, path.with_name(path.name + ".new")
        self._file: int | None = None
        self._bytes = self._begun = 0

    @property
    def is_long(self) -> bool:
        """Whether it is time to write it anew; where what is told so far is long, only once as much came behind it."""
        return self.is_there and self._bytes > max(WITNESS_BYTES_MAX, 2 * self._begun)

    @property
    def is_there(self) -> bool:
        """Whether what is told is kept."""
        return self._file is not None

    def tell(self, lines: Iterable[Sequence[Any]]) -> None:
        """Add lines."""
        if self._file is None:
            return
        text = b"".join(map(line_of, lines))
        try:
            if os.write(self._file, text) < len(text):
                raise OSError(errno.ENOSPC, "a part of it only")
        except OSError as error:
            self.give_up(error)
        self._bytes += len(text)

    def reopen(self) -> None:
        """Go on where it ends."""
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    def durable(self) -> None:
        """What was told so far is on the disk."""
        try:
            if self._file is not None:
                os.fsync(self._file)
        except OSError as error:
            self.give_up(error)

    def begin(self, number: int, lines: Iterable[Sequence[Any]]) -> None:
        """Write it anew: whose it is, and what is told so far."""
        self.close()
        so_far = list(lines)
        text = b"".join(map(line_of, [("of", number, len(so_far)), *so_far]))
        try:
            self._new.write_bytes(text)
            self._new.replace(self.path)
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            self.give_up(error)
        self._bytes = self._begun = len(text)

    def give_up(self, error: Exception) -> None:
        """Be no witness any more, till Dovetail starts again."""
        log.warning("what comes in is told once only, until Dovetail starts again: %s: %s", self.path, error)
        self.close()
        for path in (self._new, self.path):  # it says less than the log, which is then what counts
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def lines_of(
    counts: Mapping[Origin, Mapping[str, int]],
    received: Mapping[ReceivedKey, Spans],
    epochs: Mapping[str, int],
    lost: Mapping[FrameKey, int],
) -> list[Sequence[Any]]:
    """What a log has counted and received so far, as lines; what is lost of it was said in a round that is over."""
    lines: list[Sequence[Any]] = [
        ("count", *key, *(one.get(name, 0) for name in COUNTERS)) for key, one in counts.items()
    ]
    lines += [("received", *key, spans.ranges) for key, spans in received.items()]
    lines += [("epoch", source, epoch) for source, epoch in epochs.items()]
    return lines + [("lost", 0, *key, n) for key, n in lost.items()]
