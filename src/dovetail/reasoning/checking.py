"""What must hold of the rules of a machine: each can be asked, and what it asks of neighbours can be known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dovetail.equipment.entries import KINDS as ENTRY_KINDS
from dovetail.equipment.model import INTERNAL_TAGS
from dovetail.equipment.resolve import Resolved
from dovetail.expr.checking import Meaning
from dovetail.expr.errors import ExpressionError
from dovetail.expr.evaluate import KINDS
from dovetail.expr.naming import full_path, names_in
from dovetail.plantcode.report import Report
from dovetail.reasoning.binding import beside
from dovetail.reasoning.conditions import DOWNSTREAM_STATE, STATES, UPSTREAM_STATE, checked_rule
from dovetail.reasoning.written import ChangeoverEntry, RuleEntry

RULE: Final = "DT-P505"
NOTHING_ENDS: Final = "DT-P506"
MEANINGS: Final[dict[str, str]] = {
    RULE: "A rule for reasons cannot be asked: the place in its expression is said.",
    NOTHING_ENDS: "A changeover ends with good pieces, and nothing counts them.",
}
SIDES: Final = {UPSTREAM_STATE: "before", DOWNSTREAM_STATE: "behind"}


def check_rules(report: Report, nodes: Mapping[str, Resolved], node: Resolved, rules: Mapping[str, RuleEntry]) -> None:
    """Report every rule of an equipment that cannot be asked, at its line, with the remedy."""
    for name, entry in rules.items():
        at = node.where("states", "rules", name, "when")
        silent = next((said for said in names_in(entry.when) if said in SIDES and not _speaks(nodes, node, said)), None)
        if silent is not None:
            what = f"{name}: nothing whose state is known stands {SIDES[silent]} {node.path} in the flow of its line"
            hint = "name it in the `flow` of the line, or ask a tag instead; a state by `activity` cannot be asked"
            report.error(RULE, at, what, hint=hint)
            continue
        try:
            checked_rule(entry.when, lambda said: _meaning(nodes, node, said), names=[*node.tags, *STATES])
        except ExpressionError as error:
            report.error(RULE, at, f"{name}: {error.message}", hint=error.hint, inside=error.at)


def check_changeover(report: Report, node: Resolved, entry: ChangeoverEntry | None) -> None:
    """Report a changeover that no piece would ever end."""
    if entry is not None and not node.counters.keys() & {"total", "good"}:
        what = f"{node.path} has no counter of good pieces, which end a changeover"
        report.error(
            NOTHING_ENDS, node.where("states", "changeover"), what, hint="give it `counters: {good: …}` or `total`"
        )


def _meaning(nodes: Mapping[str, Resolved], node: Resolved, said: str) -> Meaning | None:
    if said in STATES:
        return Meaning("text")
    path, _, prop = full_path(node.path, said).rpartition(".")
    tag = nodes[path].tags.get(prop) if path in nodes else None
    found = (ENTRY_KINDS[tag.kind], tag.unit) if tag is not None else INTERNAL_TAGS.get(prop)
    kind = KINDS.get(found[0]) if found is not None and path in nodes else None
    return None if found is None or kind is None else Meaning(kind, found[1])


def _speaks(nodes: Mapping[str, Resolved], node: Resolved, said: str) -> bool:
    path, _, name = node.path.rpartition("/")
    steps = nodes[path].entry.flow if path in nodes else ()
    units = [nodes.get(f"{path}/{one}") for one in beside(steps, name, said)]
    return any(unit is not None and unit.states and "activity" not in unit.states for unit in units)
