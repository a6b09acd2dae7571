"""What a person fills in to connect a device: the link, its signals, the machine they belong to, and what they mean."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from dovetail.core import limits
from dovetail.equipment.entries import Address, Deadband, KindWord, Level, Name, Number, Rate, Words
from dovetail.operations.operation import Input

AROUND_THE_CLOCK: Final = "around-the-clock"  # a calendar that is made when it is chosen and not there yet
SCANS: Final[dict[str, dict[str, Any]]] = {
    "second": {"mode": "poll", "interval_ms": 1_000},
    "slow": {"mode": "poll", "interval_ms": 10_000},
}  # offered beside the plant's own; written when one is chosen

type ConnectionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
type Property = Annotated[str, StringConstraints(min_length=1, max_length=63)]
type OptionPath = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Part(BaseModel):
    """Base of what stands inside an input."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LinkBody(Part):
    """The way to a controller, as under `connections:`. `secrets`: typed values by the option they belong to.

    `security.password` names an option inside another. Typed values go to the vault; plant code names them.
    """

    driver: Name
    options: dict[str, Any] = {}
    secrets: dict[OptionPath, SecretStr] = {}
    time: Literal["auto", "device", "gateway"] = "auto"
    alert_after_min: Annotated[float, Field(ge=0, le=10_080, allow_inf_nan=False)] | None = None


class SignalBody(Part):
    """One tag to be. Engineering value = raw · scale + offset. `kind` null while trying: find one that fits."""

    property: Property
    address: Address
    kind: KindWord | None = None
    unit: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = None
    scale: Number = 1.0
    offset: Number = 0.0
    deadband: Deadband = 0.0
    scan: Name = "default"


class NodeBody(Part):
    """A node above the machine that is not in the plant yet."""

    path: Name
    level: Level
    name: Words | None = None
    timezone: Name | None = None


class MachineBody(Part):
    """The machine at the end of the link. `signals` are all of its own tags over it, `above` goes from the top down.

    `states` and `counters` as in plant code; null leaves them as they are.
    """

    path: Name
    name: Words | None = None
    standard_rate_upm: Rate | None = None
    calendar: Name | None = None
    above: tuple[NodeBody, ...] = ()
    signals: tuple[SignalBody, ...] = Field(default=(), max_length=limits.TRIAL_POINTS_MAX)
    states: dict[str, Any] | None = None
    counters: dict[str, Any] | None = None


class RemoveConnection(Input):
    """Take a connection out of the plant, with the tags that are read over it and what only they told."""

    connection: ConnectionName
    seen: int | None = Field(
        default=None, description="the plant version that was looked at; refused when another holds"
    )


class PutConnection(RemoveConnection):
    """Make this the connection of that name, and its machine's signals what is said here."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    link: LinkBody
    machine: MachineBody | None = None
    plant_name: Words | None = Field(default=None, description="of a plant that is not there yet")


class TakeBack(Input):
    """Make the plant what version `to` said, as long as `over` still holds."""

    to: int = Field(ge=1)
    over: int = Field(ge=1)


class ConnectionChange(BaseModel):
    """What came of it: the versions that hold now and held before, and the names of what was put into the vault."""

    connection: str
    version: int
    previous: int
    equipment_path: str | None
    secrets: list[str]
