"""Timelines of small lines, written as an engineer would on a whiteboard: `unit  run 0-10, held/jam 10-20`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dovetail.core.clock import SECOND_US
from dovetail.lineflow.blame import Blame
from dovetail.lineflow.model import Buffer, Line, Piece
from dovetail.lineflow.standing import inferred, spells
from dovetail.timeline.model import StateRecord

WORDS: Mapping[str, tuple[str, str | None]] = {
    "run": ("Execute", None),
    "jam": ("Held", "mechanical/jam"),
    "motor": ("Aborted", "electrical/motor"),
    "held": ("Held", None),
    "clearing": ("Clearing", None),
    "idle": ("Idle", None),
    "completing": ("Completing", None),
    "changeover": ("CHANGEOVER", "setup/changeover"),
    "suspending": ("Suspending", None),
    "unsuspending": ("Unsuspending", None),
    "starved": ("Suspended", "external/starved"),
    "blocked": ("Suspended", "external/blocked"),
    "nothing": ("NO_DATA", None),
}


def records(unit: int, told: str) -> list[StateRecord]:
    """`run 10, jam 20, run 30`: each word up to that second."""
    found: list[StateRecord] = []
    at_s = 0
    for part in told.split(", "):
        word, until_s = part.split()
        state, reason = WORDS[word]
        external = (reason or "").startswith("external")
        found.append(
            StateRecord(unit, at_s * SECOND_US, int(until_s) * SECOND_US, state, "Production", reason, external)
        )
        at_s = int(until_s)
    return found


def blamed(
    told: Mapping[str, str],
    unit: str,
    *,
    steps: Sequence[Sequence[str]] | None = None,
    buffers: Mapping[str, Buffer] | None = None,
    cuts_s: Sequence[int] = (),
    silent: Sequence[str] = (),
    lanes: Sequence[str] = (),
) -> list[Piece]:
    """The pieces of one unit's whole time; units have the numbers of their letters (a is 1)."""
    ids = {name: ord(name) - 96 for name in told}
    cuts = [cut * SECOND_US for cut in cuts_s]
    end_us = max(int(line.split()[-1]) for line in told.values()) * SECOND_US
    plain = {ids[name]: spells(records(ids[name], line), 0, end_us, cuts=cuts) for name, line in told.items()}
    flow = [[ids[name] for name in step] for step in (steps or [[name] for name in told])]
    line = Line(
        tuple(map(tuple, flow)), {ids[name]: buffer for name, buffer in (buffers or {}).items()}, _lanes(ids, lanes)
    )
    found = plain | {
        ids[name]: inferred(plain[ids[name]], *(
            [plain[near] for near in line.neighbours(ids[name], side)] for side in ("starved", "blocked")
        ))
        for name in silent
    }  # fmt: skip
    return Blame(line, found).of(ids[unit], 0, end_us)


def _lanes(ids: Mapping[str, int], lanes: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(ids[name] for name in lane) for lane in lanes)


def said(pieces: Sequence[Piece]) -> str:
    """`10-20 b jam` of each piece that is no run, neighbours that say the same put together."""
    parts: list[list[str | int]] = []
    for piece in pieces:
        cause = piece.cause
        what = (cause.reason or "?").rpartition("/")[2] if cause.role in ("own", "outside") else cause.role
        who = f"{chr(96 + cause.unit)} {what}{' (inferred)' if piece.inferred else ''}"
        t0_s, t1_s = piece.t0_us // SECOND_US, piece.t1_us // SECOND_US
        if parts and parts[-1][2] == who and parts[-1][1] == t0_s:
            parts[-1][1] = t1_s
        else:
            parts.append([t0_s, t1_s, who])
    return ", ".join(f"{t0_s}-{t1_s} {who}" for t0_s, t1_s, who in parts)
