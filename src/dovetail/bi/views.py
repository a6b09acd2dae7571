"""What each view for reports says, and each of its columns: the manual's table, and what a test holds the views to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_OF: Final = {"equipment_id": "the equipment's id", "equipment": "its path"}
_SPAN: Final = {
    "from_at": "when it began",
    "to_at": "when it ended; not included",
    "from_us": "the same in µs since 1970 UTC: filter by these, they are indexed",
    "to_us": "likewise",
}
_DURATION: Final = {"duration_s": "how long, in seconds"}
_SHIFT: Final = {
    "production_day": "the day it counts to, as the calendar has it",
    "shift_id": "the shift; null between shifts",
    "shift": "its name",
}
_COUNTED: Final = {"good": "good pieces", "scrap": "scrapped pieces", "rework": "pieces to rework"}
_FIGURES: Final = {
    "elapsed_s": "elapsed time",
    "not_planned_s": "not planned",
    "planned_down_s": "planned down",
    "pbt_s": "planned busy time (PBT) = APT + AUST + ADET + ADOT + NODT",
    "apt_s": "production time (APT)",
    "aust_s": "setup time (AUST)",
    "adet_s": "delay time (ADET)",
    "adot_s": "down time (ADOT)",
    "nodt_s": "time without knowledge (NODT)",
    "external_s": "the part of the delay that came from outside",
    "apt_rated_s": "production time with a standard rate",
    "ideal_s": "ideal time of the pieces (PRI·PQ)",
    **_COUNTED,
    "infeed": "pieces fed in",
    "good_observed": "good pieces in observed time (GQ)",
    "scrap_observed": "scrapped pieces in observed time (SQ)",
    "rework_observed": "pieces to rework in observed time (RQ)",
    "availability": "APT / (PBT − NODT); null: no denominator",
    "effectiveness": "PRI·PQ / APT with a rate; null: no good piece was counted",
    "quality_ratio": "GQ / (GQ + SQ + RQ); null likewise",
    "oee_index": "availability · effectiveness · quality ratio",
    "nee_index": "the same with setup not a loss",
    "teep": "OEE index · PBT / elapsed time",
    "coverage": "share of planned busy time that was observed: read it beside every ratio",
}


@dataclass(frozen=True, slots=True)
class View:
    """A view: what one row of it is, and what its columns say."""

    row: str
    columns: Mapping[str, str]


VIEWS: Final[Mapping[str, View]] = {
    "bi_version": View("The version of the views; one row", {"version": "1"}),
    "bi_equipment": View(
        "An equipment that is or was in the plant",
        {
            **_OF,
            "name": "what it is called",
            "level": "as in ISA-95: Enterprise … WorkUnit",
            "equipment_class": "its class",
            "timezone": "IANA name",
            "in_plant": "whether it is in the plant now; the other columns are null where it is not",
        },
    ),
    "bi_tag": View(
        "A tag of an equipment as the plant has it now",
        {
            "tag_id": "the tag's id, as the API takes it",
            "tag": "its path",
            "property": "its name at the equipment",
            **_OF,
            "kind": "f64, i64, u64, bool, str, json; null of what Dovetail keeps itself",
            "unit": "UCUM",
            "connection": "read over it; null: over none",
            "address": "there",
        },
    ),
    "bi_reason": View(
        "A reason as it is defined now",
        {
            "reason": "its key, as records carry it",
            "name": "what it is called",
            "reason_group": "the reason above it; null: it is a group",
            "category": "failure, setup, planned, external, other; null: as its group",
        },
    ),
    "bi_product": View("A product as it is defined now", {"product": "its key", "name": "what it is called"}),
    "bi_slice": View(
        "A slice of the ledger: time in which nothing changed; the slices of an equipment tile its time",
        {
            "slice_id": "the slice",
            **_OF,
            **_SPAN,
            **_DURATION,
            "state": "as in PackML where the machine has it",
            "mode": "likewise",
            "reason": "key of the reason",
            "external": "whether it came from outside",
            "time_class": "APT, AUST, ADET, ADOT, NODT, PLANNED_DOWN, NOT_PLANNED",
            "plan": "what the calendar planned: BUSY, PLANNED_DOWN, NOT_PLANNED",
            "unplanned": "it ran although nothing was planned",
            **_SHIFT,
            "crew": "who worked",
            "product": "what ran; of several jobs at once the first",
            "jobs": "how many jobs ran at once; their shares are in `bi_oee`",
            "job_response_id": "the run of a job",
            "standard_rate_upm": "pieces a minute",
            **_COUNTED,
            "infeed": "pieces fed in",
        },
    ),
    "bi_settled": View(
        "How far the ledger of an equipment is settled: nothing later is in any view",
        {**_OF, "settled_at": "up to here", "settled_us": "the same in µs since 1970 UTC"},
    ),
    "bi_state": View(
        "A stretch in one state, with one reason: slices that follow each other, as one",
        {
            **_OF,
            **_SPAN,
            **_DURATION,
            "state": "what it did",
            "mode": "likewise",
            "reason": "key",
            "external": "from outside",
        },
    ),
    "bi_stop": View(
        "A stop: known time without production, with one reason, planned or not",
        {**_OF, **_SPAN, **_DURATION, "reason": "key; null: nobody said", "planned": "in a break, or outside shifts"},
    ),
    "bi_count": View(
        "Pieces of one kind of a slice, of counters and of people",
        {
            "slice_id": "the slice",
            **_OF,
            **_SPAN,
            "kind": "good, scrap, rework, infeed",
            "quantity": "how many; below zero where a person took some back",
            **_SHIFT,
            "product": "what ran",
            "job_response_id": "the run of a job",
        },
    ),
    "bi_job": View(
        "A run of a job on a work unit",
        {
            "job_response_id": "the run",
            "run_id": "what was started together has one",
            **_OF,
            "job_order": "as the ERP has it",
            "product": "key",
            "lot": "the lot",
            **_SPAN,
            "standard_rate_upm": "pieces a minute",
            "crew": "who worked",
            **_COUNTED,
        },
    ),
    "bi_shift": View("A shift of an equipment that the ledger holds", {**_OF, **_SHIFT, **_SPAN}),
    "bi_oee": View(
        "Times, pieces and ratios by shift × crew × product × job",
        {**_OF, **_SHIFT, "crew": "who worked", "product": "key", "job_response_id": "the run", **_SPAN, **_FIGURES},
    ),
    "bi_oee_shift": View(
        "The same of a whole shift, and of the time between shifts", {**_OF, **_SHIFT, **_SPAN, **_FIGURES}
    ),
    "bi_oee_day": View("The same of a production day", {**_OF, "production_day": "the day", **_SPAN, **_FIGURES}),
    "bi_loss": View(
        "Where time went: by shift × product × class × reason",
        {
            **_OF,
            **_SHIFT,
            "product": "key",
            "time_class": "APT, AUST, ADET, ADOT, NODT, PLANNED_DOWN, NOT_PLANNED",
            "reason": "key",
            "reason_name": "what it is called",
            "category": "of the reason",
            **_SPAN,
            "slices": "how often",
            **_DURATION,
            **_COUNTED,
        },
    ),
}
