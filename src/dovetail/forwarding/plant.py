"""The `forwarding` of the plant code: where samples are brought, as which site, and which of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dovetail.core.limits import FORWARD_TARGETS_MAX
from dovetail.forwarding import service
from dovetail.plantcode.plant import Plant
from dovetail.plantcode.report import Report
from dovetail.plantcode.section import Bodies, Changes, Section

NO_EQUIPMENT: Final = "DT-P801"
OPEN_LINE: Final = "DT-P802"
TOO_MANY: Final = "DT-P803"
MEANINGS: Final[dict[str, str]] = {
    NO_EQUIPMENT: "A copy is to have the tags of an equipment that is not in the plant.",
    OPEN_LINE: "Samples would leave this machine without TLS.",
    TOO_MANY: "There are more copies than one site keeps.",
}
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS: Final = {"postgresql": 5432, "clickhouse": 8443}

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]


class ForwardingEntry(BaseModel):
    """A copy of this site's samples elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Literal["postgresql", "clickhouse"] = Field(description="what holds the copy")
    site: Name = Field(description="what this site is called there; no other site may be called so")
    host: str = Field(min_length=1, max_length=253, description="one that DOVETAIL_FORWARD_HOSTS names on the server")
    port: int | None = Field(
        default=None, ge=1, le=65_535, description="default 5432, or 8443 of ClickHouse over HTTPS"
    )
    database: Name = Field(default="dovetail", description="an existing one; its tables are made")
    user: str = Field(default="dovetail", min_length=1, max_length=120)
    password: str = Field(default="", max_length=200, description="secret://name")
    tls: Literal["verify", "off"] = Field(default="verify", description="off: only to this very machine")
    ca: str | None = Field(
        default=None, description="a file on the server: who signed the certificate, if not a known one"
    )
    equipment: list[str] = Field(default=[], description="with all below them; none: the whole plant and its links")
    tags: list[str] = Field(default=[], description="patterns of paths (* and ?): only those; none: all")
    without: list[str] = Field(default=[], description="patterns of paths that stay here")
    every_s: float = Field(default=60.0, ge=5, le=86_400, description="how often the copy is compared")


def check(plant: Plant, report: Report) -> None:
    """Every equipment is there, and no line is open."""
    equipment = plant.names("equipment")
    entries = plant.entries("forwarding", ForwardingEntry)
    for at, (key, entry) in enumerate(entries.items()):
        where = ("forwarding", key)
        if at == FORWARD_TARGETS_MAX:
            report.error(TOO_MANY, where, f"there are more than {FORWARD_TARGETS_MAX} copies")
        if entry.tls == "off" and entry.host not in LOOPBACK:
            report.error(OPEN_LINE, (*where, "tls"), f"samples to {entry.host} need TLS; off is for this machine alone")
        for index, path in enumerate(entry.equipment):
            if path not in equipment:
                said = f"there is no equipment {path!r}"
                report.error(NO_EQUIPMENT, (*where, "equipment", index), said, candidates=equipment, given=path)


def bodies(plant: Plant) -> Bodies:
    """Every copy with its defaults filled in, as plain data."""
    entries = plant.entries("forwarding", ForwardingEntry)
    return {key: {**one.model_dump(mode="json"), "port": one.port or PORTS[one.to]} for key, one in entries.items()}


def apply(uow: Any, changes: Changes, valid_from_us: int) -> None:
    """New, changed and ended copies from a moment on; what was brought already stays where it is."""
    service.apply(uow, changes.put(), valid_from_us)


SECTIONS: tuple[Section, ...] = (
    Section(
        key="forwarding",
        model=ForwardingEntry,
        check=check,
        bodies=bodies,
        current=service.current,
        apply=apply,
    ),
)
