"""The metrics of one edge node and its devices: what a birth declared, and which tags of the plant want it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from dovetail.core import quality as q
from dovetail.drivers.base import NO_DEVICE_TIME
from dovetail.drivers.reported import Arrivals, Put
from dovetail.mqtt.sparkplug import form_of, value_of

QUALITY: Final = "Quality"  # the property that carries an OPC quality (§6.4.21)
STALE: Final = 500
TIME_MS_MAX: Final = 253_402_300_800_000  # the year 10,000: what is later says nothing


@dataclass(slots=True, eq=False)
class Wanted:
    """Tags that want one metric, with what the node's last birth said of it; `datatype` 0: it did not declare it."""

    tags: list[tuple[int, Put]] = field(default_factory=list)
    datatype: int = 0
    alias: int | None = None
    slot: str = ""  # the field of a metric that holds its value
    get: Callable[[Any], Any] = attrgetter("name")
    convert: Callable[[Any], Any] | None = None

    def declare(self, metric: Any) -> None:
        """A birth says what the metric is, and shows where the node puts its value."""
        self.datatype = metric.datatype
        self.alias = metric.alias if metric.HasField("alias") else None
        self.slot, self.convert = form_of(metric.datatype, metric.WhichOneof("value"))
        self.get = attrgetter(self.slot or "name")

    def forget(self) -> None:
        """No birth declares it any more."""
        self.datatype, self.alias, self.slot = 0, None, ""


type Names = dict[str, Wanted | None]  # None: declared, and no tag wants it
type Aliases = dict[int, Wanted | None]
UNKNOWN: Final = Wanted()  # no birth declared it


@dataclass(slots=True)
class Moment:
    """When a message came, and how far its times are to be believed. `shift_us`: what a far clock is ahead of ours."""

    received_us: int
    sent_us: int
    believes: bool
    shift_us: int = 0


def take(payload: Any, names: Names, aliases: Aliases, moment: Moment, arrivals: Arrivals) -> int:
    """Put the metrics of a message where they are wanted; how many no birth declared. The hot path."""
    received_us, unknown = moment.received_us, 0
    find_alias, find_name = aliases.get, names.get
    sent_us, believes = moment.sent_us, moment.believes
    for metric in payload.metrics:
        alias = metric.alias
        if alias:
            wanted = find_alias(alias, UNKNOWN)
        else:
            name = metric.name
            wanted = find_name(name, UNKNOWN) if name else find_alias(0, UNKNOWN)
        if wanted is None:
            continue
        if wanted is UNKNOWN:
            wanted = find_name(metric.name, UNKNOWN)  # some senders give both, and an alias of their own
            if wanted is UNKNOWN:
                unknown += 1
            if not wanted or wanted is UNKNOWN:
                continue
        if metric.is_historical or metric.HasField("properties") or not metric.HasField(wanted.slot):
            _odd(metric, wanted, moment, arrivals)
            continue
        raw = wanted.get(metric)
        if wanted.convert is not None:
            raw = wanted.convert(raw)
            if raw is None:
                _bad(wanted, received_us, q.BAD_DEVICE, arrivals)
                continue
        device_us = (time_us(metric.timestamp) or sent_us) if believes else NO_DEVICE_TIME
        for index, put in wanted.tags:
            put(((index,), (raw,), received_us, device_us))
    return unknown


def time_us(sent_ms: int) -> int:
    """A time of the wire, µs; 0 for none, and for one that no calendar has."""
    return sent_ms * 1000 if sent_ms <= TIME_MS_MAX else 0


def _odd(metric: Any, wanted: Wanted, moment: Moment, arrivals: Arrivals) -> None:
    """A metric that is not simply a value of now."""
    quality = _quality(metric)
    raw = None if metric.is_null else value_of(metric, wanted.datatype)
    said_us = time_us(metric.timestamp) or moment.sent_us
    if metric.is_historical:
        then_us = min(said_us - moment.shift_us, moment.received_us)
        if raw is not None and quality == q.GOOD and said_us and then_us > 0:
            arrivals.late += [(index, raw, then_us, NO_DEVICE_TIME) for index, _ in wanted.tags]
    elif raw is None or quality != q.GOOD:
        _bad(wanted, moment.received_us, q.BAD_DEVICE if quality == q.GOOD else quality, arrivals)
    else:
        device_us = said_us if moment.believes else NO_DEVICE_TIME
        for index, put in wanted.tags:
            put(((index,), (raw,), moment.received_us, device_us))


def _bad(wanted: Wanted, at_us: int, quality: int, arrivals: Arrivals) -> None:
    arrivals.bad += [(index, at_us, quality, 0) for index, _ in wanted.tags]


def _quality(metric: Any) -> int:
    """GOOD, or the BAD that the sender's own quality property means. Codes that are not OPC's mean nothing."""
    if not metric.HasField("properties"):
        return q.GOOD
    properties = metric.properties
    for key, value in zip(properties.keys, properties.values, strict=False):
        if key == QUALITY and value.HasField("int_value"):
            code = value.int_value
            if code == STALE:
                return q.BAD_STALE
            return (code if code in q.NAMES else q.BAD_DEVICE) if code < q.UNCERTAIN else q.GOOD
    return q.GOOD
