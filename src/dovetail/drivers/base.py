"""What the plant's links ask of a protocol: open, close, probe, read, listen, write, browse. Retries live elsewhere.

A driver does one thing and does not worry: it raises LinkError when nobody answers, ConfigError when a person must
change something, and turns a single wrong point into a BAD sample. The session in `edge/` reconnects, schedules
and chooses the timestamp (DESIGN §4, §6).
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from dovetail.core import plugins
from dovetail.core.batch import Batch, Kind, Value
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError, LinkError
from dovetail.core.secretname import REFERENCE, name_of
from dovetail.drivers.flow import Flow

PACKAGE: Final = "dovetail.drivers"  # where the plug-ins are
NO_DEVICE_TIME: Final = 0  # in `Batch.ts_device`: the device gave this sample no time of its own


@dataclass(frozen=True, slots=True)
class Point:
    """A tag as a driver reads it. Engineering value = raw · scale + offset."""

    tag_id: int
    address: str
    kind: Kind
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class ListenGroup:
    """Points that are to be reported on change, looked at every `interval_ms` by the device."""

    interval_ms: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """One message a device sent by itself; without batches it only says "still here, nothing changed".

    Batches as a driver makes them: `ts` is our receive time, `ts_device` the device's own (NO_DEVICE_TIME where it
    gave none). `device_us` is when the device closed the message, by its clock: what changed before is in it, unless
    it `has` "more" to send. `late` are samples of the past that the device kept while it could not send: their `ts`
    is when they were true by the device's clock, and what is true now is not touched by them. `true_us`: what is told
    elsewhere (`keeping`) reaches up to here, and good-through with it.
    """

    received_us: int
    batches: tuple[Batch, ...] = ()
    device_us: int | None = None
    has: Literal["all", "more"] = "all"
    lost_samples: int = 0  # the device said that its queue overflowed this often
    late: tuple[Batch, ...] = ()
    next_within_us: int | None = None  # the device promised its next message, if only a keep-alive, within this time
    true_us: int | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """A proof of life, and the device's clock beside ours when it tells it (both µs UTC).

    `in_order`: the answer came on the way of what the device reports, so everything before the question is here.
    """

    asked_us: int
    answered_us: int
    device_us: int | None = None
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a device's address space, as a person browses it. `unit`: UCUM, where the device tells it."""

    address: str
    name: str
    is_folder: bool
    kind: Kind | None = None
    unit: str | None = None


class SilentError(LinkError):
    """The physical link stands, but this device behind it does not answer (a unit behind a serial gateway).

    The session then demotes the device: it keeps the driver open and asks `probe` now and then, at a pace that does
    not starve the neighbours on the same wire. Where the link itself may be dead, raise LinkError instead.
    """

    code = "device-silent"


class Driver(Protocol):
    """One open or closed link to one device. Methods raise LinkError when time may heal it, ConfigError when not.

    SilentError is the LinkError of a device that does not answer although its link stands. A method may be cancelled
    at any time; an answer that comes later is drained, never taken for that of another question.
    """

    async def open(self) -> None:
        """Connect, authenticate and check who answers."""
        ...

    async def close(self) -> None:
        """Leave nothing behind: no task, no socket, no session. Never raises; safe to call twice."""
        ...

    async def probe(self) -> Alive:
        """The cheapest question the device answers."""
        ...

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point, in batches by kind; points that fail come back BAD."""
        ...

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Report changes until cancelled. `on_notice` is called in the loop and must not block.

        While the link's `flow` is held (`Surroundings`), nothing more is taken from the wire.
        Points that cannot be listened to are reported BAD in a notice. Raises LinkError when the link is lost.
        """
        ...

    async def write(self, point: Point, value: Value) -> None:
        """Write one engineering value. Raises PointError with the device's own status when it refuses."""
        ...

    async def browse(self, address: str | None = None) -> list[Found]:
        """What lies under an address (None: the root of the plant's part)."""
        ...


def no_secrets(name: str) -> str:
    """Where nothing keeps secrets, every name is unknown."""
    raise ConfigError(f"there is no secret named {name!r}", code="secret-unknown", hint="store it before use")


class Shared:
    """What links of one edge have in common, e.g. the one cable to a gateway with many units behind it.

    A driver keeps its things under a key that begins with its own name, and drops them when nobody uses them.
    """

    def __init__(self) -> None:
        self._held: dict[Hashable, Any] = {}

    def one[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """What is held under `key`, made when nothing is."""
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    def held(self, key: Hashable) -> Any:
        """What is held under `key`, None for nothing."""
        return self._held.get(key)

    def drop(self, key: Hashable) -> None:
        """Nobody needs it any more."""
        self._held.pop(key, None)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a driver gets from outside: time, the values behind `secret://name`, and what links share.

    `link` is the link's good-through tag, which is its own for ever; 0 for one that is only tried. `flow` says when
    what a device sends by itself must wait: who is pushed to stops reading while it is held.
    """

    clock: Clock
    secret: Callable[[str], str] = field(default=no_secrets)
    shared: Shared = field(default_factory=Shared)
    link: int = 0
    flow: Flow = field(default_factory=Flow)

    def behind(self, reference: str | None) -> str | None:
        """The value behind `secret://name`; None for none."""
        return None if reference is None else self.secret(name_of(reference))


@dataclass(frozen=True, slots=True)
class AddressExample:
    """One way in which an address may be written, and what stands there."""

    address: str
    means: str


@dataclass(frozen=True, slots=True)
class About:
    """What a driver tells a person who connects a device with it for the first time, in the words of the shop floor.

    `says`: which machines speak it. `needs`: what to have at hand. `first`: the options that are asked for at once,
    the others are folded (empty: those without a default). `start`: what the form begins with. `browses`: a device
    tells what it has.
    """

    says: str = ""
    needs: str = ""
    examples: tuple[AddressExample, ...] = ()
    first: tuple[str, ...] = ()
    start: Mapping[str, object] = field(default_factory=dict[str, object])
    browses: bool = False


@dataclass(frozen=True, slots=True)
class Lazily:
    """A driver's class by its place: imported by the first link that needs it, for checking a plant does not."""

    module: str
    name: str

    def load(self) -> Callable[[Any, Surroundings], Driver]:
        """Import the client and with it the protocol's library."""
        return getattr(importlib.import_module(self.module), self.name)

    def __call__(self, options: Any, around: Surroundings) -> Driver:
        return self.load()(options, around)


def _nothing_to_prepare() -> None:
    """The driver imports at once."""


def _no_words(_status: int) -> None:
    """The protocol's status is shown as the number it is."""


def _any_kind(_address: str, _kind: Kind) -> None:
    """What kind of value an address brings is only known by asking the device."""


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """How a protocol presents itself; `drivers/<name>.py` or a folder of that name holds it as `PLUGIN`.

    `options` is the form, the check and the manual page; `address` shows examples; `parse_address` is pure and raises
    ConfigError; `open` makes an unconnected driver from checked options. `in_flight` is how many requests one
    device bears at once; `prepare` does the slow imports and is called in a thread, so that no link waits for them
    (a `Lazily` serves as both). `fits` raises ConfigError when an address cannot bring values of a kind. A driver that
    does not `listen` has no subscriptions: what a plant wants on change is polled instead, at the same interval.
    `about` is for whoever connects a device by clicks; `words` says what a status of the protocol's own means.
    `writes`: a value can be written to a device; `tells_time`: it says itself when a value was true; `keeps`: what
    comes is on our disk before it counts as taken (`keeping`), so that it is taken once whatever happens. `codec`:
    `(options, points)` to what reads the bytes of a device with these points, a piece of one connection at a time,
    whoever wrote them; it raises nothing but DovetailError. Not named: nobody can try it without a link.
    """

    title: str
    options: type[DriverOptions]
    address: str
    parse_address: Callable[[str], object]
    open: Callable[[Any, Surroundings], Driver]
    in_flight: int = 1
    prepare: Callable[[], object] = _nothing_to_prepare
    fits: Callable[[str, Kind], None] = _any_kind
    listens: bool = True
    about: About = field(default_factory=About)
    words: Callable[[int], str | None] = _no_words
    writes: bool = True
    tells_time: bool = False
    keeps: bool = False
    codec: Lazily | None = None

    def accept(self, address: str, kind: Kind) -> None:
        """Raise ConfigError when the address is badly written or cannot bring values of this kind. Pure."""
        self.parse_address(address)
        self.fits(address, kind)

    def check(self, options: Mapping[str, object]) -> DriverOptions:
        """The options as a checked model. Raises ConfigError with every field at fault."""
        try:
            return self.options.model_validate(dict(options))
        except ValidationError as error:
            faults = [f"{'.'.join(str(part) for part in e['loc']) or 'options'}: {e['msg']}" for e in error.errors()]
            raise ConfigError(f"{self.title}: {'; '.join(faults)}", code="driver-options") from error


def where(driver: str, options: Mapping[str, object]) -> str | None:
    """A connection's place for people to read, without secrets; None for a driver or options that do not hold."""
    try:
        spec: DriverSpec = plugins.load(PACKAGE, driver)
        return spec.check(options).where()
    except ConfigError:
        return None


def native_words(driver: str, status: int) -> str | None:
    """What a protocol calls its own status; None for one without a name, and for a driver that is not there."""
    try:
        spec: DriverSpec = plugins.load(PACKAGE, driver)
    except ConfigError:
        return None
    return spec.words(status)


async def run_together(*jobs: Coroutine[Any, Any, None]) -> None:
    """Run until the first job fails (its error is raised) or all have ended; nothing is left running."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _only_by_name(value: str) -> str:
    if not value.startswith(REFERENCE):
        raise ValueError("a secret never stands in plant code: use secret://name")
    return value


def _plain_host(value: str) -> str:
    if "/" in value or "@" in value or any(letter.isspace() for letter in value):
        raise ValueError("a host is a name or an IP address; port, user and the like have fields of their own")
    return value


def spelled[T](parse: Callable[[str], T], text: str) -> T:
    """Parse inside a model's check: what the parser refuses becomes the field's own fault."""
    try:
        return parse(text)
    except ConfigError as error:
        raise ValueError(f"{error.message}; {error.hint}") from error


def at_port(host: str, port: int) -> str:
    """Host and port as they stand in a URL.

    >>> at_port("fe80::1", 502)
    '[fe80::1]:502'
    """
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


HostName = Annotated[str, AfterValidator(_plain_host)]  # a field of options that names a host and nothing else
SecretName = Annotated[str, AfterValidator(_only_by_name)]  # a field of options that only names a secret


class DriverOptions(BaseModel):
    """Base of every driver's options: frozen, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def where(self) -> str:
        """The device's place for people to read, without secrets."""
        return ""

    def wire(self) -> str | None:
        """The physical link that several connections share (gateway host:port, serial port); None: it has its own."""
        return None

    def is_insecure(self) -> bool:
        """Whether this link runs without authentication or encryption because somebody said so."""
        return True
