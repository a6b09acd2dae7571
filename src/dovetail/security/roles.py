"""What each role may do in the plant: one table, from which grants, screens, tests and the manual all read.

A role is a named set of permissions. The last two are the halves of an administrator, for a plant that keeps those who
run the computers away from production data (SECURITY C13), and for installations whose set-up gave both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

VIEWER: Final = "viewer"
OPERATOR: Final = "operator"
ENGINEER: Final = "engineer"
ADMINISTRATOR: Final = "administrator"
PLANT_OWNER: Final = "plant-owner"
SYSTEM_ADMINISTRATOR: Final = "system-administrator"
NAMES: Final = (VIEWER, OPERATOR, ENGINEER, ADMINISTRATOR, PLANT_OWNER, SYSTEM_ADMINISTRATOR)

type Covers = Literal["equipment", "installation", "both"]


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that may be done: where it is asked for, which roles hold it, and what it allows."""

    name: str
    covers: Covers
    roles: frozenset[str]
    allows: str


@dataclass(frozen=True, slots=True)
class Role:
    """Permissions held at the granted node and below it, and permissions held for the installation."""

    name: str
    at: frozenset[str] = frozenset()
    system: frozenset[str] = frozenset()


def _row(name: str, covers: Covers, marks: str, allows: str) -> Permission:
    held = frozenset(role for role, mark in zip(NAMES, marks.split(), strict=True) if mark == "x")
    return Permission(name, covers, held, allows)


PERMISSIONS: Final[tuple[Permission, ...]] = (
    # name                  asked for at     view oper engin admin owner sysadm
    _row("plant.view",            "equipment",    "x x x x x -", "see equipment, signals, states, figures and why"),
    _row("job.operate",           "equipment",    "- x x x x -", "start, change and end jobs"),
    _row("timeline.edit",         "equipment",    "- x x x x -", "say why a machine stood, correct the timeline"),
    _row("timeline.edit-closed",  "equipment",    "- x x x x -", "the same, pieces and jobs of shifts that are over"),
    _row("shift.sign",            "equipment",    "- - x x x -", "sign shifts that are over: they stand"),
    _row("shift.reopen",          "equipment",    "- - - x x -", "take the signature of a shift back"),
    _row("count.enter",           "equipment",    "- x x x x -", "enter pieces by hand"),
    _row("count.review",          "equipment",    "- - x x x -", "decide about counter jumps that are held back"),
    _row("samples.correct",       "equipment",    "- - x x x -", "say what samples were, leave out and add some"),
    _row("calendar.edit",         "both",         "- - - x x -", "change shifts, breaks and holidays"),
    _row("sim.operate",           "equipment",    "- - - x x -", "jam and free the machines of the virtual plant"),
    _row("plant.edit",            "installation", "- - - x x -", "plan, apply and export plant code"),
    _row("plant.restate",         "installation", "- - - x x -", "apply definitions to a stretch of the past"),
    _row("token.create",          "installation", "- - x x x x", "make API tokens of one's own"),
    _row("person.manage",         "installation", "- - - x - x", "add people, change their roles, end their sessions"),
    _row("metrics.read",          "installation", "x x x x - x", "read the installation's own numbers, for monitoring"),
    _row("system.manage",         "installation", "- - - x - x", "look after the installation, verify the audit"),
)  # fmt: skip


def _role(name: str) -> Role:
    held = [permission for permission in PERMISSIONS if name in permission.roles]
    at = frozenset(permission.name for permission in held if permission.covers != "installation")
    return Role(name, at, frozenset(permission.name for permission in held if permission.covers != "equipment"))


ROLES: Final[dict[str, Role]] = {name: _role(name) for name in NAMES}


def administers(roles: Collection[str]) -> bool:
    """Whether these roles on the whole tree come to everything an administrator may do, by one name or by halves."""
    wanted, held = ROLES[ADMINISTRATOR], [ROLES[name] for name in roles]
    at, system = [role.at for role in held], [role.system for role in held]
    return wanted.at <= frozenset[str]().union(*at) and wanted.system <= frozenset[str]().union(*system)
