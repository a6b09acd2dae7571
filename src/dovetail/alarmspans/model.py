"""From samples of fault codes and alarm tags to the stretches of time in which each of them stood.

Pure. A fault stands from the sample that tells it to the next that tells something else, or that must not be believed:
what nobody knows is no alarm, and no end of one is made up. Times are µs UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from dovetail.reasoning.model import FaultSignal, Scalar, written
from dovetail.reasoning.written import ALARM
from dovetail.tracks.series import Series

NO_FAULT: Final = frozenset(("", "0", "false"))  # what a tag of codes says while nothing is wrong


@dataclass(frozen=True, slots=True)
class Span:
    """[t0, t1) in which a code or an alarm stood; t1 None: it still does. `reason` None: the plant code names none.

    `n`: so many times, with less between them than anybody sees. `began_before`: it stood when the stretch began.
    """

    tag: int
    code: str
    reason: str | None
    text: str | None
    t0_us: int
    t1_us: int | None
    n: int = 1
    began_before: bool = False

    @property
    def says(self) -> tuple[int, str, str | None, str | None]:
        """What it tells, whenever it stood."""
        return self.tag, self.code, self.reason, self.text


def spans(signal: FaultSignal, samples: Series, from_us: int, to_us: int | None) -> Iterator[Span]:
    """The spans of one signal among samples that begin at or before `from_us`, by time; `to_us` None: and go on."""
    edges = changes(samples)
    ends = [*edges.ts[1:].tolist(), to_us]
    for t0_us, t1_us, value, good in zip(
        edges.ts.tolist(), ends, edges.value.tolist(), edges.good.tolist(), strict=True
    ):
        said = _told(signal, value) if good else None
        if said is None or (t1_us is not None and t1_us <= from_us) or (to_us is not None and t0_us >= to_us):
            continue
        code, reason, text = said
        yield Span(signal.tag, code, reason, text, max(t0_us, from_us), t1_us, began_before=t0_us < from_us)


def changes(samples: Series) -> Series:
    """Those of the samples that say something else than the one before them, and the first."""
    value, good = samples.value, samples.good
    if not len(samples):
        return samples
    says_else = (good[1:] != good[:-1]) | (good[1:] & np.asarray(value[1:] != value[:-1], dtype=np.bool_))
    which = np.concatenate(([True], says_else))
    return Series(samples.ts[which], value[which], good[which])


def _told(signal: FaultSignal, value: Scalar) -> tuple[str, str | None, str | None] | None:
    """(code, reason, words) of a value; a code that the plant code does not name is told as it is."""
    said = written(value)
    fault = signal.faults.get(said)
    if fault is not None:
        return fault.code, fault.reason, fault.text
    return None if ALARM in signal.faults or said in NO_FAULT else (said, None, None)


def joined(found: Iterable[Span], apart_us: int) -> list[Span]:
    """By time, with those of one fault as one between which less than `apart_us` passed."""
    last: dict[tuple[int, str, str | None, str | None], int] = {}
    told: list[Span] = []
    for span in sorted(found, key=lambda one: one.t0_us):
        at = last.get(span.says)
        before = None if at is None else told[at]
        if at is None or before is None or before.t1_us is None or span.t0_us - before.t1_us > apart_us:
            last[span.says] = len(told)
            told.append(span)
        else:
            is_same = span.began_before and span.t0_us == before.t1_us  # cut where definitions changed
            told[at] = replace(before, t1_us=span.t1_us, n=before.n + (0 if is_same else span.n))
    return told


def followed(before: Series | None, then: Sequence[Series]) -> Series | None:
    """Parts of one signal in their order as one, of each only what changed; None where there is nothing."""
    parts = [part for part in (before, *then) if part is not None and len(part)]
    if not parts:
        return None
    kinds = {part.value.dtype for part in parts}
    kind = kinds.pop() if len(kinds) == 1 else np.dtype(object)
    return Series(
        np.concatenate([part.ts for part in parts]),
        np.concatenate([part.value.astype(kind) for part in parts]),
        np.concatenate([part.good for part in parts]),
    )
