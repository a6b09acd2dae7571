"""One edge node as its messages tell it: born, in order, waiting for a missing message, dead, asked to be born again.

Pure: told what came and when, and told that time passed; says what to ask. Sparkplug B 3.0 §5 (operational behaviour)
and §6.4.6 (sequence numbers). Nothing a node says is dropped for a gap: it waits; what is missing is asked for anew.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from dovetail.core import quality as q
from dovetail.core.clock import SECOND_US
from dovetail.drivers.clocks import DeviceClock
from dovetail.drivers.reported import Arrivals
from dovetail.drivers.sparkplug.address import NODE_ITSELF
from dovetail.drivers.sparkplug.metrics import Aliases, Moment, Names, Put, Wanted, take, time_us
from dovetail.drivers.sparkplug.quick import Quick
from dovetail.drivers.sparkplug.shapes import Table
from dovetail.mqtt.sparkplug import BDSEQ

FIRST_ASK_US: Final = 300_000  # after the start: a node that waits for its host is born by itself
REBIRTH_MAX_US: Final = 300 * SECOND_US  # a node that does not answer is asked no less often than this
CALM_US: Final = 600 * SECOND_US  # after so long without asking, patience begins anew
AHEAD_MAX: Final = 128  # messages that wait for a missing one

type Verb = Literal["NBIRTH", "NDEATH", "DBIRTH", "DDEATH", "NDATA", "DDATA"]
type Standing = Literal["unknown", "online", "offline"]


class Told(NamedTuple):
    """A message of a node as it came; `place`: which of the data messages that came together."""

    verb: Verb
    device: str
    data: bytes
    at_us: int
    place: int = -1


@dataclass(slots=True)
class Counted:
    """What was odd about a node since the start; gaps are messages that never came."""

    gaps: int = 0
    reordered: int = 0
    rebirths: int = 0
    unknown: int = 0
    old_deaths: int = 0
    unborn: int = 0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a missing message is waited for, and how often a node is asked to be born again (µs)."""

    reorder_us: int = 5 * SECOND_US
    rebirth_us: int = 10 * SECOND_US
    asks: bool = True


@dataclass(slots=True, eq=False)
class Node:
    """State of one (group, edge node). `wanted` by device and metric name; the node's own device is ""."""

    group: str
    edge: str
    arrivals: Arrivals
    patience: Patience
    since_us: int
    standing: Standing = "unknown"
    bdseq: int | None = None
    clock: DeviceClock = field(default_factory=DeviceClock)
    counted: Counted = field(default_factory=Counted)
    wanted: dict[str, dict[str, Wanted]] = field(default_factory=lambda: defaultdict(dict))
    devices: dict[str, Literal["awaited", "online", "offline"]] = field(default_factory=dict)
    _names: dict[str, Names] = field(default_factory=dict)
    _aliases: Aliases = field(default_factory=dict)
    _expected: int = 0
    _ahead: dict[int, tuple[Verb, str, Any, int]] = field(default_factory=dict)
    _gap_since_us: int | None = None
    _born_us: int = 0
    _must_ask: bool = True
    _asked_us: int | None = None
    _pause_us: int = 0
    _quick: Quick | None = None

    def want(self, device: str, metric: str, tag: tuple[int, Put]) -> None:
        """One more tag; a metric that the last birth already declared needs a new one to be learnt."""
        of = self.wanted[device]
        if metric not in of:
            of[metric] = Wanted()
            self._must_ask = True
        self._quick = None
        of[metric].tags.append(tag)

    # --- what comes -------------------------------------------------------------------------------------------

    def hear(self, verb: Verb, device: str, payload: Any, at_us: int) -> None:
        """One message, in the order the broker sent it."""
        if verb == "NBIRTH":
            self._birth(payload, at_us)
        elif verb == "NDEATH":
            self._death(payload, at_us)
        elif self.standing != "online":
            self.counted.unborn += 1
            self._must_ask = True  # it lives, and we do not know what its numbers mean
        elif payload.seq == self._expected and payload.HasField("seq"):
            self._in_order(verb, device, payload, at_us)
            self._close_gap(at_us)
        elif payload.HasField("seq") and len(self._ahead) < AHEAD_MAX:
            self._ahead[payload.seq % 256] = (verb, device, payload, at_us)
            if self._gap_since_us is None:
                self._gap_since_us = at_us
        else:
            self._must_ask = True

    def hear_data(self, told: Sequence[Told], table: Table, otherwise: Callable[[Told], None]) -> None:
        """Data messages as they came, those of a steady node together; each that is not simple by `otherwise`."""
        waiting = deque(told)
        while heads := [head for one in waiting if (head := table.heads[one.place]) is not None]:
            quick = self._quick = self._quick or Quick(self._aliases, self.arrivals)
            found = quick.find(table, heads)
            moments: list[Moment] = []
            at = 0  # of those that have a head
            while waiting and self._quick is quick:
                one = waiting.popleft()
                head = table.heads[one.place]
                if head is not None and found.is_simple[at] and self._is_next(one.device, head.seq):
                    self._expected = (self._expected + 1) % 256
                    self._gap_since_us = None
                    moments.append(self._moment(time_us(head.sent_ms), one.at_us))
                    at += 1
                    continue
                quick.put(found, at, moments)
                moments = []
                at += head is not None
                otherwise(one)
            quick.put(found, at, moments)
        for one in waiting:
            otherwise(one)

    def _is_next(self, device: str, seq: int) -> bool:
        """Whether a data message of this number is what is waited for, of somebody who is there."""
        if self.standing != "online" or seq != self._expected or self._ahead:
            return False
        return device == NODE_ITSELF or self.devices.get(device) == "online"

    def _birth(self, payload: Any, at_us: int) -> None:
        """Everything known of the node begins anew (§5.4)."""
        bdseq = _bdseq(payload)
        self.standing, self.bdseq = "online", bdseq
        self._expected = (payload.seq + 1) % 256
        self._ahead.clear()
        self._gap_since_us, self._born_us, self._must_ask = None, at_us, False
        self._names.clear()
        self._aliases.clear()
        self.devices = dict.fromkeys({*self.devices, *self.wanted} - {NODE_ITSELF}, "awaited")
        self._declare(NODE_ITSELF, payload, at_us)

    def _death(self, payload: Any, at_us: int) -> None:
        """The will of the session that the last birth opened; that of an older one says nothing any more (§5.7)."""
        bdseq = _bdseq(payload)
        if self.standing == "online" and bdseq is not None and self.bdseq is not None and bdseq != self.bdseq:
            self.counted.old_deaths += 1
            return
        was_offline = self.standing == "offline"
        self.standing, self._must_ask = "offline", False
        self._ahead.clear()
        self._gap_since_us = None
        self.devices = dict.fromkeys(self.devices, "offline")
        if not was_offline:
            for device in self.wanted:
                self._end(device, at_us)

    def _in_order(self, verb: Verb, device: str, payload: Any, at_us: int) -> None:
        self._expected = (self._expected + 1) % 256
        if verb == "DBIRTH":
            self.devices[device] = "online"
            self._declare(device, payload, at_us)
        elif verb == "DDEATH":
            if self.devices.get(device) != "offline":
                self.devices[device] = "offline"
                self._names.pop(device, None)
                self._end(device, at_us)
        elif verb == "DDATA" and self.devices.get(device) != "online":
            self.counted.unborn += 1
            self._must_ask = True
        else:
            self._values(device, payload, at_us)

    def _declare(self, device: str, payload: Any, at_us: int) -> None:
        """A birth: names, aliases, types, and the values with it; a wanted metric that is not in it is BAD_CONFIG."""
        self._quick = None
        wanted = self.wanted.get(device, {})
        for one in wanted.values():
            if one.alias is not None:
                self._aliases.pop(one.alias, None)
            one.forget()
        names: Names = {}
        for metric in payload.metrics:
            if metric.name in names:
                continue  # a birth declares a metric once: what it says the second time is not believed
            alias = metric.alias if metric.HasField("alias") else None
            one = wanted.get(metric.name)
            if one is not None:
                one.declare(metric)
                one = one if one.slot else None
            names[metric.name] = one
            if alias is not None:
                self._aliases[alias] = one
        self._names[device] = names
        self._values(device, payload, at_us)
        missing = [one for name, one in wanted.items() if name not in names or not one.slot]
        self.arrivals.bad += [(index, at_us, q.BAD_CONFIG, 0) for one in missing for index, _ in one.tags]

    def _values(self, device: str, payload: Any, at_us: int) -> None:
        moment = self._moment(time_us(payload.timestamp), at_us)
        unknown = take(payload, self._names.get(device, {}), self._aliases, moment, self.arrivals)
        if unknown:
            self.counted.unknown += unknown
            self._must_ask = True

    def _moment(self, sent_us: int, at_us: int) -> Moment:
        """How far the times of a message sent then are to be believed."""
        says = self.clock.judge(sent_us, at_us) if sent_us else "nothing"
        shift_us = 0 if says != "nothing" or not sent_us else self.clock.ahead_us
        return Moment(at_us, sent_us, says != "nothing", shift_us)

    def _close_gap(self, at_us: int) -> None:
        """What waited for the missing message goes on, as far as it is in order now."""
        if not self._ahead:
            self._gap_since_us = None
            return
        while self._expected in self._ahead:
            self.counted.reordered += 1
            verb, device, payload, came_us = self._ahead.pop(self._expected)
            self._in_order(verb, device, payload, came_us)
        self._gap_since_us = at_us if self._ahead else None

    def _end(self, device: str, at_us: int) -> None:
        """Nothing is known of the device any more."""
        tags = [index for one in self.wanted.get(device, {}).values() for index, _ in one.tags]
        self.arrivals.bad += [(index, at_us, q.BAD_NOT_CONNECTED, 0) for index in tags]

    # --- time passes ------------------------------------------------------------------------------------------

    def tick(self, now_us: int) -> bool:
        """What has waited long enough; whether the node is to be asked for a rebirth now (§5.6)."""
        if self._gap_since_us is not None and now_us - self._gap_since_us >= self.patience.reorder_us:
            self._give_up(now_us)
        if self._born_us and now_us - self._born_us >= self.patience.reorder_us:
            self._born_us = 0
            for device, state in self.devices.items():
                if state == "awaited":
                    self.devices[device] = "offline"
                    self._end(device, now_us)
        return self._asks(now_us)

    def _give_up(self, now_us: int) -> None:
        """The missing message does not come: what came after it is true all the same, and the rest is asked for."""
        self.counted.gaps += 1
        ordered = sorted(self._ahead, key=lambda seq: (seq - self._expected) % 256)
        for seq in ordered:
            verb, device, payload, came_us = self._ahead.pop(seq)
            self._expected = seq
            self._in_order(verb, device, payload, came_us)
        self._gap_since_us = None
        self._must_ask = True

    def _asks(self, now_us: int) -> bool:
        if not (self._must_ask and self.patience.asks) or now_us - self.since_us < FIRST_ASK_US:
            return False
        if self._asked_us is not None:
            waited_us = now_us - self._asked_us
            if waited_us < self._pause_us:
                return False
            if waited_us >= CALM_US:
                self._pause_us = 0
        self._pause_us = min(max(self._pause_us * 2, self.patience.rebirth_us), REBIRTH_MAX_US)
        self._asked_us = now_us
        self.counted.rebirths += 1
        return True

    def fault(self, device: str, metric: str) -> tuple[int, int]:
        """(quality, native code) of a metric that holds nothing, or nothing any more."""
        if self.standing == "unknown":
            return q.BAD_COMM, 0
        if self.standing == "offline" or (device and self.devices.get(device) == "offline"):
            return q.BAD_NOT_CONNECTED, 0
        return (q.GOOD if self.wanted[device][metric].datatype else q.BAD_CONFIG), 0


def _bdseq(payload: Any) -> int | None:
    """Which session of the node this birth or death belongs to."""
    for metric in payload.metrics:
        if metric.name == BDSEQ:
            return metric.long_value if metric.HasField("long_value") else metric.int_value
    return None
