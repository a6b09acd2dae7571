"""What may be written in a scenario's file: the signals, what people do, and what is expected to come of it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

SIGNALS_MAX: Final = 20_000  # rows of one scenario; a longer past is a recording, and `dovetail replay` is for those
EXPECTED_MAX: Final = 200  # checks of one scenario


def _text(value: object) -> object:
    """0.7479 and 480 may stand without quotes where a figure is expected; nothing is a ratio without a denominator."""
    if value is None:
        return "–"
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)]
Moment = Annotated[str, Field(description='a time: "06:00", "06:00+1d" for the next day, or RFC 3339', max_length=40)]
Stretch = Annotated[str, Field(description="a stretch of time: 06:00..14:00", max_length=80)]
Row = Annotated[str, StringConstraints(min_length=3, max_length=400, strip_whitespace=True)]
Figure = Annotated[str, BeforeValidator(_text), Field(description="88.81 %, 0.8881, 74.79 % ± 0.02, or –")]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Entry(BaseModel):
    """Base of everything that may be written: what the schema does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class JobEntry(Entry):
    """A product runs on an equipment, as somebody starts and ends it."""

    equipment: Words
    product: Words
    start: Moment = Field(alias="from")
    end: Moment | None = Field(default=None, alias="to", description="when it ends; default: it still runs at the end")
    order: Words | None = None
    lot: Words | None = None
    rate_upm: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        default=None, description="a standard rate of this job alone"
    )
    crew: Words | None = None
    beside: bool = Field(default=False, description="beside what runs there")
    at: Moment | None = Field(default=None, description="when it was entered, where that is not when it began")
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class EditEntry(Entry):
    """Somebody says what an equipment did, or why it stood: what is left out stays as it is."""

    equipment: Words
    start: Moment = Field(alias="from")
    end: Moment | None = Field(default=None, alias="to", description="default: the end of the stop")
    reason: Words | None = None
    state: Words | None = None
    mode: Words | None = None
    comment: Words | None = None
    at: Moment | None = Field(default=None, description="when it was said; default: at the end of the scenario")
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class CountEntry(Entry):
    """Somebody enters pieces by hand."""

    equipment: Words
    start: Moment | None = Field(default=None, alias="from")
    end: Moment | None = Field(default=None, alias="to")
    good: int | None = None
    scrap: int | None = None
    rework: int | None = None
    infeed: int | None = None
    reason: Words | None = None
    at: Moment | None = Field(default=None, description="when it was entered; default: `to`, else the scenario's end")
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class CorrectionEntry(Entry):
    """Somebody says what a signal was: each sample had this value, or value · scale + offset; or there were none."""

    tag: Words
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to", description="the first moment that is not corrected")
    value: float | int | bool | str | None = None
    scale: Number | None = None
    offset: Number | None = None
    quality: Literal["good", "uncertain", "bad"] | None = None
    none: bool = Field(default=False, description="there were no samples then")
    at: Moment | None = Field(default=None, description="when it was said; default: at the end of the scenario")
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class ReviewEntry(Entry):
    """Somebody decides on what is held: on a counter's jump, or without `counter` on an entry by hand."""

    equipment: Words
    held: Moment = Field(description="the moment of the jump, or the end of the entry's time")
    counter: Words | None = None
    pieces: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="how many count (of an entry: good ones); 0: nothing does; default: all"
    )
    at: Moment | None = Field(default=None, description="when it was decided; default: at the end of the scenario")
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class ChangeEntry(Entry):
    """The scenario's own plant changes: sections that take the place of those before, from then on."""

    at: Moment
    plant: dict[str, Any]
    refused: Words | None = Field(default=None, description="the code with which it has to be refused")


class ExpectEntry(Entry):
    """What has to come of it on one equipment over one period; what is not named is not looked at."""

    equipment: Words
    period: Stretch | None = Field(default=None, description="default: the whole scenario")
    known: Moment | None = Field(default=None, description="as it was known at this moment; default: at the end")
    within: Words | None = Field(default=None, description="how far times may be off, as 1 s; default: not at all")
    states: tuple[Row, ...] | None = Field(
        default=None, description="`06:00 Execute`, `07:30 Held technical/jam`: each up to the next; `mode=Setup`"
    )
    slices: tuple[Row, ...] | None = Field(
        default=None, description="`06:00..07:30 APT product=cola good=90`: slices alike in what is named are one"
    )
    slow: tuple[Row, ...] | None = Field(
        default=None,
        description="`06:10..06:20 70% pieces=700`: where it ran slowly, at which share of its rate; []: nowhere",
    )
    counts: dict[str, Annotated[int, Field()] | None] = Field(
        default={}, description="pieces: good, scrap, rework, infeed, outside; empty: nothing counts them"
    )
    times: dict[str, Figure] = Field(default={}, description="durations by ISO name: {PBT: 7 h, APT: 6 h 13 min}")
    kpis: dict[str, Figure] = Field(default={}, description="KPIs by id: {oee_index: 74.79 %}; also coverage, unrated")
    definitions: dict[str, Figure] = Field(
        default={},
        description="OEE by other definitions: {traksys: 58.8 %, classic.availability: 71.1 %, traksys.OEE2: 60 %}",
    )
    held: tuple[Row, ...] | None = Field(
        default=None, description="`07:00 good 500 jump`: what a counter did that no machine can; [] for nothing"
    )


class ScenarioEntry(Entry):
    """A scenario: a stretch of a plant's time, and what has to come of it."""

    scenario: Words = Field(description="what it shows, in a sentence")
    source: Words | None = Field(default=None, description="where the example is from")
    about: Words | None = None
    day: Words = Field(description='the date of every time that names none, "2026-01-05"')
    timezone: Words | None = Field(default=None, description="IANA; default: the plant's")
    until: Moment | None = Field(
        default=None, description="the moment it is looked at; default: the last that is named"
    )
    plant: dict[str, Any] | None = Field(
        default=None, description="plant code of its own; default: the plant around it"
    )
    signals: tuple[Row, ...] = Field(
        default=(),
        max_length=SIGNALS_MAX,
        description="`time tag value`: `06:00 press.state 6`, `06:00..07:00 press.good 0..480`; after it a quality, "
        "`every 10s`, `late 14:00`, `twice`",
    )
    links: tuple[Row, ...] = Field(default=(), description="`09:00..09:20 plc`: nobody was there to ask")
    jobs: tuple[JobEntry, ...] = ()
    edits: tuple[EditEntry, ...] = ()
    counts: tuple[CountEntry, ...] = ()
    corrections: tuple[CorrectionEntry, ...] = ()
    reviews: tuple[ReviewEntry, ...] = ()
    changes: tuple[ChangeEntry, ...] = ()
    expect: tuple[ExpectEntry, ...] = Field(max_length=EXPECTED_MAX)


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario's file, for editors."""
    found = ScenarioEntry.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "Dovetail scenario"}
