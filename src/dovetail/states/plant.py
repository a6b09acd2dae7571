"""The `reasons` of the plant code, and the check of every machine's `states` and `counters` mappings."""

from __future__ import annotations

from typing import Any, Final

from dovetail.equipment.resolve import Resolved, resolved
from dovetail.plantcode.fit import fit
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section
from dovetail.reasoning.checking import MEANINGS as RULE_MEANINGS
from dovetail.reasoning.checking import check_changeover, check_rules
from dovetail.reasoning.reasons import KEY_MAX, ReasonEntry, body_of, written_codes
from dovetail.reasoning.tree import OWN
from dovetail.states import service
from dovetail.states.schema import CountersEntry, StatesEntry, reasons_in, tags_in

NO_TAG: Final = "DT-P501"
TAG_KIND: Final = "DT-P502"
NO_REASON: Final = "DT-P503"
REASON_CODE: Final = "DT-P504"
REASON_LONG: Final = "DT-P507"

MEANINGS: Final[dict[str, str]] = {
    NO_TAG: "A mapping of states or counters names a tag that the equipment does not have.",
    TAG_KIND: "The kind of a tag does not fit what it is used for.",
    NO_REASON: "A mapping names a reason that is not there.",
    REASON_LONG: "A reason with all it lies under is too long a name.",
    REASON_CODE: "The code of a reason holds a slash, which stands between its levels.",
    **RULE_MEANINGS,
}
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "number": ("i64", "u64", "f64"),
    "value": ("i64", "u64", "f64", "bool", "str"),
    "contact": ("bool", "i64", "u64", "f64"),
    "count": ("u64", "i64", "f64", "bool"),
}


def check(plant: Plant, report: Report) -> None:
    """The reasons themselves, and everything that names a tag or a reason in the mappings of every equipment."""
    plant.entries("reasons", ReasonEntry)  # tells what does not fit
    for path, key in (written := list(written_codes(plant.raw("reasons")))):
        if "/" in path[-1]:
            report.error(REASON_CODE, ("reasons", *path), f"{path[-1]!r} cannot be the code of a reason")
        elif len(key) > KEY_MAX:
            what = f"{key[:40]}… is longer than {KEY_MAX} characters"
            report.error(REASON_LONG, ("reasons", *path), what, hint="give shorter codes; a `name` may be longer")
    reasons = frozenset({*OWN, *(key for _, key in written)})
    for node in (nodes := resolved(plant, report)).values():
        if (states := _check_node(report, node, reasons)) is not None:
            check_rules(report, nodes, node, states.rules)
            check_changeover(report, node, states.changeover)


def _check_node(report: Report, node: Resolved, reasons: frozenset[str]) -> StatesEntry | None:
    states = None
    if node.states is not None:
        states = fit(StatesEntry, node.states, lambda *keys: node.where("states", *keys), report)
    counters = fit(CountersEntry, node.counters, lambda *keys: node.where("counters", *keys), report)
    for where, tag, use in tags_in(states, counters or CountersEntry()):
        if tag not in node.tags:
            what = f"{node.path} has no tag {tag}"
            report.error(NO_TAG, node.where(*where), what, candidates=node.tags, given=tag)
        elif node.tags[tag].kind not in KINDS[use]:
            what = f"{tag} is {node.tags[tag].kind} and cannot be read as a {use}"
            report.error(TAG_KIND, node.where(*where), what, hint=f"kind: {' or '.join(KINDS[use])}")
    for where, reason in reasons_in(states):
        if reason not in reasons:
            what = f"there is no reason {reason}"
            report.error(NO_REASON, node.where(*where), what, candidates=reasons, given=reason)
    return states


def bodies(plant: Plant) -> Bodies:
    """Every reason with its children, names and categories filled in, as plain data."""
    return {code: body_of(code, entry) for code, entry in plant.entries("reasons", ReasonEntry).items()}


def apply(uow: Any, changes: Changes, valid_from_us: int) -> None:
    """New, changed and ended reasons from a moment on."""
    service.apply_reasons(uow, changes.put(), valid_from_us)


SECTIONS: tuple[Section, ...] = (
    Section(
        key="reasons",
        model=ReasonEntry,
        check=check,
        bodies=bodies,
        current=service.current_reasons,
        apply=apply,
    ),
)
