"""What travels where: the subjects of a plant's frames, in which part of them a link stands, and who may listen.

A link belongs to one shard, by its good-through tag, which stays the same when it is renamed; so do all its tags. What
a link brings is stored in its order by one worker at a time, and its good-through never overtakes its samples.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import numpy as np
import orjson

from dovetail.core.batch import Frame, Lane
from dovetail.core.errors import ConfigError, InvalidError, LinkError
from dovetail.core.limits import SHARDS, TRANSPORT_MESSAGE_BYTES
from dovetail.packing import frames as codec
from dovetail.packing.columns import TEXT_KINDS

STREAM: Final = "DOVETAIL"
UP: Final = "dovetail.up"  # .<source>.<shard>: frames, kept by the stream until they are held
BACKLOG: Final = "backlog"  # the last word of the same, for what waited: so it goes beside what is live, not before it
HELD: Final = "dovetail.held"  # .<source>: which of them the historian holds, told once and not kept
ASK: Final = "dovetail.ask"  # .<source>: a question of a source, answered by any worker
AWAY: Final = "transport-away"  # whoever says so has waited for it to be otherwise
WAITS: Final = "transport-waits"  # so has this one
LANES: Final = (Lane.LIVE, Lane.BACKLOG)
SAMPLE_BYTES_MAX: Final = 40  # of a number with both its times and statuses, before it is compressed
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Address:
    """The NATS servers of a plant, and what we show them. Raises ConfigError: a person must mend it."""

    servers: tuple[str, ...]
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    creds: Path | None = None
    replicas: int = 1

    def check(self) -> None:
        """Nothing leaves this machine in the clear, and every file that is named is there."""
        if not self.servers:
            raise ConfigError("no NATS server is named", code="nats-address", hint="name one as tls://host:4222")
        for server in self.servers:
            parts = urlsplit(server)
            if parts.scheme not in ("nats", "tls") or not parts.hostname:
                raise ConfigError(
                    f"{_shown(server)} is no address of a NATS server",
                    code="nats-address",
                    hint="name them as tls://host:4222, with commas between several",
                )
            if parts.scheme == "nats" and not is_this_machine(parts.hostname):
                raise ConfigError(
                    f"plain NATS is only for this machine itself, not for {parts.hostname}",
                    code="nats-plain",
                    hint="say tls://, and give the authority's certificate with DOVETAIL_NATS_CA",
                )
            if parts.password is not None or parts.username is not None:
                raise ConfigError(
                    "a password stands in the address of a NATS server",
                    code="nats-password",
                    hint="use a credentials file (DOVETAIL_NATS_CREDS) or a client certificate",
                )
        if (self.cert is None) != (self.key is None):
            raise ConfigError("a client certificate needs its key, and a key its certificate", code="nats-half")
        for file in (self.ca, self.cert, self.key, self.creds):
            if file is not None and not file.is_file():
                raise ConfigError(f"{file} does not exist", code="nats-file")
        if self.replicas not in (1, 3, 5):
            raise ConfigError(
                f"a stream is kept 1, 3 or 5 times, not {self.replicas}",
                code="nats-replicas",
                hint="3 where three servers form a cluster",
            )

    @property
    def is_secured(self) -> bool:
        """Whether the way is encrypted."""
        return all(server.startswith("tls:") for server in self.servers)


def address(text: str, **given: Any) -> Address:
    """An address from `tls://a:4222,tls://b:4222`."""
    return Address(tuple(one.strip() for one in text.split(",") if one.strip()), **given)


def is_this_machine(host: str) -> bool:
    """Whether nobody else hears what is said to `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(server: str) -> str:
    return repr(server.rpartition("@")[2])


def check_source(name: str) -> str:
    """A source's name stands in subjects, and in the rights of who may speak for it."""
    if _NAME.fullmatch(name) is None:
        raise ConfigError(
            f"{name!r} cannot be the name of a source",
            code="source-name",
            hint="letters, digits, - and _; at most 64",
        )
    return name


def shard_of(frame: Frame) -> int:
    """The shard of the link that a frame is of."""
    return min((*frame.good_through, *frame.ahead), default=0) % SHARDS


def up(source: str, shard: int | str, lane: Lane = Lane.LIVE) -> str:
    """The subject of a source's frames of one shard and lane."""
    return f"{UP}.{source}.{shard}.{BACKLOG}" if lane is Lane.BACKLOG else f"{UP}.{source}.{shard}"


def came_from(subject: str) -> tuple[str, int, bool]:
    """Source, shard and whether it waited; the servers let nobody else publish so. Raises InvalidError."""
    parts = subject.split(".")
    waited = parts[4:] == [BACKLOG]
    is_shard = len(parts) == 4 + waited and re.fullmatch("[0-9]{1,9}", parts[3]) is not None
    if not is_shard or f"{parts[0]}.{parts[1]}" != UP or int(parts[3]) >= SHARDS:
        raise InvalidError(f"{subject} carries no frames", code="transport-subject")
    return parts[2], int(parts[3]), waited


def durable(shard: int, lane: Lane = Lane.LIVE) -> str:
    """The name of the consumer of one shard and lane."""
    return f"backlog-{shard}" if lane is Lane.BACKLOG else f"ingest-{shard}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way: what is in it is known to the historian by its number, for ever."""

    lane: Lane
    epoch: int
    shard: int
    seq: int
    body: bytes


class Numbering:
    """Gives the frames of one source numbers within lane and shard, in order; a number left out stays left out.

    A frame that is too large for a message goes in several; its marks go with the last, so that none overtakes it.
    Frames may go another lane than they came.
    """

    def __init__(self) -> None:
        self._epoch = 0
        self._came: dict[Lane, int] = {}
        self._next: dict[tuple[Lane, int], int] = {}

    def parcels(self, frame: Frame, lane: Lane | None = None) -> list[Parcel]:
        """The messages of a frame that was not seen before, on its own lane or another."""
        self._renew(frame.epoch)
        left_out = max(0, frame.seq - self._came.get(frame.lane, 0) - 1)
        self._came[frame.lane] = max(frame.seq, self._came.get(frame.lane, 0))
        return self._numbered(frame, lane or frame.lane, left_out)

    def beside(self, frame: Frame) -> list[Parcel]:
        """The messages of a frame that the source did not number: what it said is said again."""
        self._renew(frame.epoch)
        return self._numbered(frame, frame.lane, 0)

    def _renew(self, epoch: int) -> None:
        if epoch != self._epoch:
            self._epoch = epoch
            self._came.clear()
            self._next.clear()

    def _numbered(self, frame: Frame, lane: Lane, left_out: int) -> list[Parcel]:
        shard = shard_of(frame)
        at = self._next.get((lane, shard), 1) + left_out
        found = [
            Parcel(lane, frame.epoch, shard, at + i, codec.encode(replace(piece, lane=lane, seq=at + i)))
            for i, piece in enumerate(pieces(frame))
        ]
        self._next[lane, shard] = at + len(found)
        return found


def pieces(frame: Frame, *, bytes_max: int = TRANSPORT_MESSAGE_BYTES) -> Iterator[Frame]:
    """The frame, in as many parts as fit into messages; the marks are with the last."""
    if len(frame) <= 1 or _surely_fits(frame, bytes_max) or len(codec.encode(frame)) <= bytes_max:
        yield frame
        return
    first, second = _halves(frame)
    yield from pieces(first, bytes_max=bytes_max)
    yield from pieces(second, bytes_max=bytes_max)


def _surely_fits(frame: Frame, bytes_max: int) -> bool:
    numbers_only = not any(batch.kind in TEXT_KINDS for batch in frame.batches)
    return numbers_only and len(frame) * SAMPLE_BYTES_MAX + 1_000 <= bytes_max


def _halves(frame: Frame) -> tuple[Frame, Frame]:
    if len(frame.batches) > 1:
        middle = len(frame.batches) // 2
        first, second = frame.batches[:middle], frame.batches[middle:]
    else:
        batch = next(iter(frame.batches))
        middle = len(batch) // 2
        first = (batch.take(np.arange(middle)),)
        second = (batch.take(np.arange(middle, len(batch))),)
    return replace(frame, batches=first, good_through={}, ahead={}), replace(frame, batches=second)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of messages of one source, lane, epoch and shard: stored for good, or refused for good."""

    lane: Lane
    epoch: int
    shard: int
    held: Sequence[int]
    refused: Mapping[int, str]

    def as_bytes(self) -> bytes:
        """As it travels."""
        refused = {str(seq): why for seq, why in self.refused.items()}
        return orjson.dumps([self.lane.value, self.epoch, self.shard, list(self.held), refused])

    @classmethod
    def of(cls, body: bytes) -> Told:
        """What was told. Raises InvalidError."""
        try:
            lane, epoch, shard, held, refused = orjson.loads(body)
            return cls(
                Lane(lane),
                _whole(epoch),
                _whole(shard),
                [_whole(seq) for seq in held],
                {int(seq): str(why) for seq, why in refused.items()},
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise InvalidError("what a worker told cannot be read", code="transport-told") from error


def _whole(number: Any) -> int:
    if not isinstance(number, int):
        raise TypeError(number)
    return number


def read_answer(body: bytes) -> dict[str, Any]:
    """What a worker answered a source. Raises LinkError: it says no, or what it says cannot be read."""
    try:
        answer: Any = orjson.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise LinkError("the answer of a worker cannot be read", code="transport-told")
    told = cast("dict[str, Any]", answer)
    if "error" in told:
        raise LinkError(f"the worker says: {told['error']}", code="transport-asked")
    return told


@dataclass(frozen=True, slots=True)
class ShardState:
    """How far one shard and lane is: messages that wait, those a worker has, how many of those came out twice."""

    shard: int
    waiting: int
    taken: int
    redelivered: int
    lane: Lane = Lane.LIVE


@dataclass(frozen=True, slots=True)
class StreamState:
    """The stream as `dovetail doctor` and the metrics show it."""

    messages: int
    bytes: int
    bytes_max: int
    replicas: int
    replicas_current: int
    leader: str
    shards: tuple[ShardState, ...]
