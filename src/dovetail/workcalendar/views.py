"""Shifts as planners, screens and programs see them: whole, with their crew, their breaks and why they are special."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.workcalendar.model import Note, Pause, Shift


class NoteOut(BaseModel):
    """Why a date is not as usual."""

    kind: Literal["holiday", "exception"]
    name: str | None


class PauseOut(BaseModel):
    """A stretch of a shift that is not worked: a break, or planned down."""

    name: str | None
    start: str
    end: str


class ShiftOut(BaseModel):
    """One shift as it takes place, whole also where the period asked for cuts it."""

    id: str
    name: str
    start: str
    end: str
    crew: str | None
    breaks: list[PauseOut]
    notes: list[NoteOut]


def note_out(note: Note) -> NoteOut:
    """A note as it is shown."""
    return NoteOut(kind=note.kind, name=note.name)


def shift_out(shift: Shift) -> ShiftOut:
    """A shift as it is shown."""
    return ShiftOut(
        id=shift.id,
        name=shift.name,
        start=to_rfc3339(shift.t0_us),
        end=to_rfc3339(shift.t1_us),
        crew=shift.crew,
        breaks=[_pause_out(pause) for pause in shift.pauses],
        notes=[note_out(note) for note in shift.notes],
    )


def _pause_out(pause: Pause) -> PauseOut:
    return PauseOut(name=pause.name, start=to_rfc3339(pause.t0_us), end=to_rfc3339(pause.t1_us))
