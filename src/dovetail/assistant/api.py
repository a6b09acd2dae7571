"""What a connection's signals seem to mean, over the API: claims with evidence, and what taking them over changes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from dovetail.assistant.meaning import MeanMachine
from dovetail.assistant.service import EDIT, AssistantRoom, Watched
from dovetail.core.clock import SECOND_US, to_rfc3339
from dovetail.core.scope import Scope
from dovetail.meanings.model import RUNNING_NEEDED_US, STOPS_NEEDED, Because, Meanings
from dovetail.meanings.words import said
from dovetail.onboarding.views import PreviewOut, preview_out
from dovetail.operations.http import Api, Page


class BecauseOut(BaseModel):
    """On what a claim rests: a code with its facts for catalogues, and the same as an English sentence."""

    code: str
    facts: dict[str, float | int | str]
    text: str


class ValueOut(BaseModel):
    """A value of the state signal; `state` null: one cannot tell what it means."""

    value: str
    state: str | None
    confidence: str
    seen_s: float
    dwells: int
    pieces: int


class StateOut(BaseModel):
    """What says what the machine does. `explained`: the share of its standing still that the signal tells of."""

    way: str
    tag: str
    confidence: str
    because: BecauseOut
    values: list[ValueOut]
    timeout_s: float | None
    explained: float


class CounterOut(BaseModel):
    """A signal that counts; `role` null: one cannot tell what. Moments are those at which it began anew."""

    tag: str
    role: str | None
    confidence: str
    because: BecauseOut
    rises: int
    pieces: int
    resets: list[str]
    rollovers: list[str]
    modulus: int | None
    against_name: bool


class PaceOut(BaseModel):
    """A rate that was held, and for how many minutes."""

    rate_upm: float
    minutes: float


class RateOut(BaseModel):
    """The best rate that was held, all that were, and how often which rate was seen: (from, to, stretches)."""

    rate_upm: float
    confidence: str
    because: BecauseOut
    paces: list[PaceOut]
    histogram: list[tuple[float, float, int]]


class ContactOut(BaseModel):
    """A contact that is on only while the machine stands."""

    tag: str
    use: str
    confidence: str
    because: BecauseOut


class LevelsOut(BaseModel):
    """A raw signal in which levels part running from idling: look at `/tags/{tag_id}/proposal`."""

    tag: str
    tag_id: int
    levels: list[str]
    warnings: list[str]


class SilentOut(BaseModel):
    """A signal of which nothing is claimed, and why."""

    tag: str
    because: BecauseOut


class SpanOut(BaseModel):
    """For how long the state signal said what."""

    value: str
    start: str
    end: str


class ProgressOut(BaseModel):
    """How much there was to learn from, and how much it takes: `enough` where both are reached."""

    heard_s: float
    running_s: float
    running_needed_s: float
    stops: int
    stops_needed: int
    enough: bool


class StandsOut(BaseModel):
    """What the plant says of the machine already, its class's included."""

    states: dict[str, Any] | None
    counters: dict[str, Any]
    standard_rate_upm: float | None


class MachineOut(BaseModel):
    """All that is claimed of one machine. `suggested` has the shape in which it is taken over.

    `pieces_upm`: what was made, in equal parts of the stretch; null where nobody knows.
    """

    equipment_id: int
    equipment_path: str
    name: str
    start: str
    end: str
    progress: ProgressOut
    stands: StandsOut
    state: StateOut | None
    counters: list[CounterOut]
    rate: RateOut | None
    contacts: list[ContactOut]
    levels: list[LevelsOut]
    silent: list[SilentOut]
    pieces_upm: list[float | None]
    spans: list[SpanOut]
    suggested: dict[str, Any]


def routes(api: Api, room: AssistantRoom) -> None:
    """Declare this room's routes."""
    api.change("POST", "/equipment/{equipment_id}/meaning", room.mean)

    @api.query(
        "GET",
        "/connections/{connection}/proposals",
        permission=EDIT,
        summary="What a connection's signals seem to mean",
    )
    def proposals(connection: str, scope: Scope, minutes: float = 480.0) -> Page[MachineOut]:
        """By what the historian holds of the last minutes, up to a day; ask again while it grows. Changes nothing.

        `sure` is kept for what the signals prove by themselves; a name alone proves nothing.
        """
        return Page(items=[machine_out(one) for one in room.watch(connection, minutes=minutes, scope=scope)])

    @api.query("POST", "/equipment/meaning/preview", permission=EDIT, summary="What saying so would change")
    def preview(asked: MeanMachine, scope: Scope) -> PreviewOut:
        """Changes nothing: the plan's steps, the lines of the files, and the faults."""
        return preview_out(room.consider(asked, scope=scope))


def machine_out(watched: Watched) -> MachineOut:
    """A machine as it goes out."""
    found, node = watched.found, watched.equipment
    return MachineOut(
        equipment_id=node.id,
        equipment_path=node.path,
        name=node.name,
        start=to_rfc3339(watched.from_us),
        end=to_rfc3339(watched.end_us),
        progress=ProgressOut(
            heard_s=watched.heard_us / SECOND_US,
            running_s=found.running_us / SECOND_US,
            running_needed_s=RUNNING_NEEDED_US / SECOND_US,
            stops=found.stops,
            stops_needed=STOPS_NEEDED,
            enough=found.is_enough,
        ),
        stands=StandsOut(
            states=dict(node.states) if node.states else None,
            counters=dict(node.counters or {}),
            standard_rate_upm=node.standard_rate_upm,
        ),
        **_claims(found),
        pieces_upm=list(watched.strip.pieces_upm),
        spans=[SpanOut(value=v, start=to_rfc3339(a), end=to_rfc3339(b)) for v, a, b in watched.strip.spans],
        suggested=dict(watched.suggested),
    )


def _claims(found: Meanings) -> dict[str, Any]:
    state, rate = found.state, found.rate
    return {
        "state": None
        if state is None
        else StateOut(
            way=state.way,
            tag=state.tag,
            confidence=state.confidence,
            because=_because(state.because),
            values=[ValueOut(**{name: getattr(one, name) for name in ValueOut.model_fields}) for one in state.values],
            timeout_s=state.timeout_s,
            explained=state.explained,
        ),
        "counters": [
            CounterOut(
                tag=one.tag,
                role=one.role,
                confidence=one.confidence,
                because=_because(one.because),
                rises=one.rises,
                pieces=one.pieces,
                resets=[to_rfc3339(at) for at in one.resets],
                rollovers=[to_rfc3339(at) for at in one.rollovers],
                modulus=one.modulus,
                against_name=one.against_name,
            )
            for one in found.counters
        ],
        "rate": None
        if rate is None
        else RateOut(
            rate_upm=rate.rate_upm,
            confidence=rate.confidence,
            because=_because(rate.because),
            paces=[PaceOut(rate_upm=one.rate_upm, minutes=one.minutes) for one in rate.paces],
            histogram=list(rate.histogram),
        ),
        "contacts": [
            ContactOut(tag=one.tag, use=one.use, confidence=one.confidence, because=_because(one.because))
            for one in found.contacts
        ],
        "levels": [
            LevelsOut(
                tag=one.tag,
                tag_id=one.tag_id,
                levels=[level.name for level in one.levels.levels],
                warnings=list(one.levels.warnings),
            )
            for one in found.levels
        ],
        "silent": [SilentOut(tag=one.tag, because=_because(one.because)) for one in found.silent],
    }


def _because(because: Because) -> BecauseOut:
    return BecauseOut(code=because.code, facts=dict(because.facts), text=said(because))
