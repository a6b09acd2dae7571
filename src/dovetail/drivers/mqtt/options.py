"""What a broker is asked for besides its address: how sure, whose time, and how a device's absence is known."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dovetail.drivers.base import spelled
from dovetail.drivers.broker import BrokerOptions
from dovetail.drivers.mqtt.address import Pointer, parse_address, parse_pointer
from dovetail.mqtt import topics

NAME: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
SESSION_S: Final = 86_400  # what a broker keeps for us: a day; more would come as one flood


class Presence(BaseModel):
    """A topic that says whether a device is there, as its last will does. A name in braces stands for one level."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str = Field(title="Status topic", description="e.g. line1/{device}/status, or #/member for JSON after it")
    covers: str = Field(title="Covers", description="the topics that are bad while it is away, e.g. line1/{device}/#")
    offline: str = Field("offline", title="Offline", description="what it says when the device is away")

    @model_validator(mode="after")
    def _holds(self) -> Presence:
        address = spelled(parse_address, self.topic)
        for pattern in (address.topic, self.covers):
            fault = topics.fault_of_filter(NAME.sub("+", pattern))
            if fault is not None:
                raise ValueError(f"{pattern!r} {fault}")
        if "+" in self.covers:
            raise ValueError("`covers` has no `+`: name the level in both, like {device}")
        unknown = set(NAME.findall(self.covers)) - set(NAME.findall(address.topic))
        if unknown:
            raise ValueError(f"`covers` names {', '.join(sorted(unknown))}, which the status topic does not")
        return self


class MqttOptions(BrokerOptions):
    """One broker, and what is common to the topics that are read from it."""

    qos: Literal[0, 1] = Field(1, title="QoS", description="1: the broker sends again what did not arrive; 0: once")
    timestamp: str | None = Field(
        None,
        title="Time in JSON",
        description="where a JSON payload has the device's time, e.g. /ts: seconds, ms, µs, ns or RFC 3339",
    )
    retained: Literal["use", "ignore"] = Field(
        "use",
        title="Retained values",
        description="use: what the broker remembers is the value until the next; ignore: wait for the device itself",
    )
    presence: tuple[Presence, ...] = Field(
        (), title="Presence", description="topics that say whether devices are there (last will, availability)"
    )
    silent_after_s: float | None = Field(
        None,
        ge=1,
        le=86_400,
        title="Silent after (s)",
        description="a topic without a message for so long is stale; without it, only presence and the link say so",
    )
    session: Literal["clean", "resume"] = Field(
        "clean",
        title="Session",
        description="resume: the broker keeps QoS 1 messages while we are away; needs `client_id` and `timestamp`",
    )

    @field_validator("timestamp")
    @classmethod
    def _pointer(cls, value: str | None) -> str | None:
        if value is not None:
            spelled(parse_pointer, value)
        return value

    @model_validator(mode="after")
    def _resumes(self) -> MqttOptions:
        if self.session == "resume" and not (self.client_id and self.timestamp):
            raise ValueError(
                "`session: resume` needs a `client_id` to be known by, and a `timestamp`, "
                "because what was kept came earlier than it arrives"
            )
        return self

    @property
    def time(self) -> Pointer | None:
        return None if self.timestamp is None else parse_pointer(self.timestamp)
