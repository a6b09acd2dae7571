"""Try what a person has filled in so far: whether the device answers, what its addresses hold, what it would mean.

Nothing is kept and nothing is written. What is wrong comes back as words at the field it belongs to, or as the cause
that the device gave, with who can mend it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol, cast

from dovetail.core import plugins
from dovetail.core import quality as q
from dovetail.core.batch import Kind
from dovetail.core.clock import Clock
from dovetail.core.errors import ConfigError, DovetailError, InvalidError, PointError, RefusedError, UnapprovedError
from dovetail.core.scope import Scope
from dovetail.drivers.base import PACKAGE, DriverOptions, DriverSpec, Found, Point
from dovetail.equipment.entries import KINDS
from dovetail.equipment.model import Equipment, PlantModel, Tag
from dovetail.onboarding import compose
from dovetail.onboarding.schema import LinkBody, SignalBody
from dovetail.onboarding.service import Onboarding, refuse_clear
from dovetail.reasoning.model import Seen
from dovetail.states.decide import decide
from dovetail.states.model import Decision, Snapshot
from dovetail.states.rules import machine_rules
from dovetail.trials.links import TYPED, Look, Reading, Tried
from dovetail.vault.model import named_in

log = logging.getLogger(__name__)

GUESSES: Final = (Kind.JSON, Kind.I64, Kind.U64, Kind.F64, Kind.BOOL, Kind.STR)  # JSON tells the device's own type
# Options that say how a link is protected and who is believed.
PROTECTION: Final = {"security", "insecure", "ca_file", "user_certificate"}
PLAIN: Final = (1.0, 0.0)  # scale and offset of a value that is taken as it is


class Edge(Protocol):
    """The edge as it may be asked from a thread; both wait for the answer, and not for long."""

    def look(self, tried: Tried, points: Sequence[Point]) -> Look: ...
    def browse(self, tried: Tried, address: str | None) -> list[Found]: ...


@dataclass(frozen=True, slots=True)
class SignalRead:
    """A signal as it is now. `kind` is the one it was read as; with an `error` nothing was asked."""

    property: str
    address: str
    kind: Kind | None = None
    reading: Reading | None = None
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to. Not `look`: nobody answered, and why. `mends` says who can do something about it."""

    look: Look | None
    where: str
    signals: tuple[SignalRead, ...] = ()
    cause: str | None = None
    code: str | None = None
    hint: str | None = None
    mends: Literal["form", "site"] | None = None
    unapproved: UnapprovedError | None = None


class Trying:
    """Live tests of connections that are not saved."""

    def __init__(self, onboarding: Onboarding, edge: Edge, clock: Clock) -> None:
        self.onboarding = onboarding
        self._edge = edge
        self._clock = clock

    def look(self, link: LinkBody, signals: Sequence[SignalBody], *, scope: Scope) -> Outcome:
        """Connect, ask and read. Raises InvalidError for options that do not fit, RefusedError without the right."""
        spec, tried, where = self._tried(link, scope)
        asked = [list(_points(spec, signal)) for signal in signals]
        flat = [point for one in asked if not isinstance(one[0], _Wrong) for point in cast("list[Point]", one)]
        points = [replace(point, tag_id=at) for at, point in enumerate(flat)]
        try:
            look = self._edge.look(tried, points)
        except (ConfigError, DovetailError) as error:
            return _failed(where, error)
        read: list[SignalRead] = []
        at = 0
        for signal, one in zip(signals, asked, strict=True):
            if isinstance(one[0], _Wrong):
                read.append(SignalRead(signal.property, signal.address, error=one[0].message, hint=one[0].hint))
                continue
            found = list(zip(points[at : at + len(one)], look.readings[at : at + len(one)], strict=True))
            at += len(one)
            kind, reading = _chosen({point.kind: reading for point, reading in found})
            read.append(SignalRead(signal.property, signal.address, kind, reading))
        return Outcome(look, where, tuple(read))

    def browse(self, link: LinkBody, address: str | None, *, scope: Scope) -> list[Found]:
        """What the device says it has. Raises InvalidError and LinkError."""
        _spec, tried, _where = self._tried(link, scope)
        try:
            return self._edge.browse(tried, address)
        except PointError as error:
            raise InvalidError(error.message, pointer="/address", code=error.code, hint=error.hint) from error

    def meaning(self, outcome: Outcome, states: Mapping[str, Any]) -> Decision | None:
        """What these readings would make of the machine now, by the rule that will decide it. Raises InvalidError."""
        now_us = self._clock.now_us()
        tags = [
            Tag(at, f"trial.{one.property}", 0, one.property, "trial", one.address, one.kind or Kind.F64)
            for at, one in enumerate(outcome.signals, start=1)
        ]
        machine = _machine(states)
        try:
            rules = machine_rules(PlantModel(equipment=[machine], tags=tags), machine)
        except ConfigError as error:
            raise InvalidError(error.message, pointer="/states", code=error.code) from error
        if rules is None or rules.state is None:
            return None
        seen: dict[int, Seen] = {}
        moved: list[int] = []
        for tag, one in zip(tags, outcome.signals, strict=True):
            if one.reading is None:
                continue
            good = (one.reading.quality & q.MAJOR_MASK) == q.GOOD
            seen[tag.id] = Seen(one.reading.value, good)
            if tag.id in rules.state_tags and one.reading.moved_us is not None:
                moved.append(now_us - one.reading.moved_us)
        return decide(rules, None, Snapshot(seen, max(moved, default=None)), at_us=now_us)

    def _tried(self, link: LinkBody, scope: Scope) -> tuple[DriverSpec, Tried, str]:
        scope.require("plant.edit", None)
        refuse_clear(link.options)
        try:
            spec: DriverSpec = plugins.load(PACKAGE, link.driver)
        except ConfigError as error:
            raise InvalidError(error.message, pointer="/link/driver", code=error.code, hint=error.hint) from error
        options = compose.with_secrets(TYPED.rstrip("/"), link)
        try:
            checked = spec.options.model_validate(options)
        except ValueError as error:
            raise wrong_option(error) from error
        where = checked.where()
        self._may_name(set(named_in(link.options)), link.driver, checked, scope)
        spec.prepare()
        log.info("%s tries %s over %s", scope.actor.name, where, link.driver)
        typed = {f"{TYPED}{option}": value.get_secret_value() for option, value in link.secrets.items()}
        return spec, Tried(link.driver, options, typed), where

    def _may_name(self, secrets: set[str], driver: str, options: DriverOptions, scope: Scope) -> None:
        """A kept secret goes only where it goes already, and no less protected on the way.

        Else a try would carry it to any place one likes, or in clear past whoever listens. Raises RefusedError.
        """
        if not secrets or scope.holds("system.manage"):
            return
        for connection in self.onboarding.equipment.plant().connections.values():
            spec: DriverSpec = plugins.load(PACKAGE, connection.driver)
            if connection.driver == driver and _way(spec.check(connection.options)) == _way(options):
                secrets = secrets - set(named_in(connection.options))
        if secrets:
            names = ", ".join(sorted(secrets))
            message = f"{names} is kept for another way than {options.where()}, and would leave by it"
            raise RefusedError(message, code="secret-elsewhere", hint="type it again, or ask a system administrator")


def _way(options: DriverOptions) -> tuple[object, ...]:
    """Where a link leads, and what protects it on the way there."""
    return options.where(), options.is_insecure(), options.model_dump(mode="json", include=PROTECTION)


@dataclass(frozen=True, slots=True)
class _Wrong:
    message: str
    hint: str | None


def _points(spec: DriverSpec, signal: SignalBody) -> Iterator[Point | _Wrong]:
    """A point for each kind the signal may be of, or what is wrong with it."""
    wanted = (KINDS[signal.kind],) if signal.kind is not None else GUESSES
    if signal.kind is None and (signal.scale, signal.offset) != PLAIN:
        wanted = (Kind.F64,)
    wrong: DovetailError | None = None
    some = False
    for kind in wanted:
        try:
            spec.accept(signal.address, kind)
        except DovetailError as error:
            wrong = error
            continue
        some = True
        plain = kind in (Kind.BOOL, Kind.STR, Kind.JSON)
        yield Point(0, signal.address, kind, 1.0 if plain else signal.scale, 0.0 if plain else signal.offset)
    if not some and wrong is not None:
        yield _Wrong(wrong.message, wrong.hint or f"an address looks like {spec.address}")


def _chosen(readings: Mapping[Kind, Reading]) -> tuple[Kind, Reading]:
    """The kind that a value is best taken as: what its JSON says it is, else the first that brought one."""
    good = {kind: one for kind, one in readings.items() if (one.quality & q.MAJOR_MASK) == q.GOOD}
    told = good.get(Kind.JSON)
    named = _named(str(told.value)) if told is not None else None
    kind = next((one for one in (named, *GUESSES[1:], Kind.JSON) if one in good), None)
    return (kind, good[kind]) if kind is not None else list(readings.items())[-1]


def _named(text: str) -> Kind:
    """The kind of a JSON value; a structure that also reads as a text (a name in some language) is one.

    >>> [_named(text).name for text in ("true", "12", "0.0", '"AUTO"')]
    ['BOOL', 'I64', 'F64', 'STR']
    """
    if text in ("true", "false"):
        return Kind.BOOL
    if text[:1] in ('"', "{", "["):
        return Kind.STR
    return Kind.I64 if text.lstrip("-").isdigit() else Kind.F64


def _failed(where: str, error: DovetailError) -> Outcome:
    mends: Literal["form", "site"] = "form" if isinstance(error, ConfigError) else "site"
    unapproved = error if isinstance(error, UnapprovedError) else None
    return Outcome(None, where, (), error.message, error.code, error.hint, mends, unapproved)


def wrong_option(error: ValueError) -> InvalidError:
    """The first misfit of the options at its field; what was typed is not repeated, it may be a password."""
    faults: list[Any] = getattr(error, "errors", lambda **_: [])(include_url=False, include_input=False)
    first = faults[0] if faults else {"loc": (), "msg": str(error)}
    pointer = "/".join(["/link/options", *(str(part) for part in first["loc"])])
    said = str(first["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return InvalidError(said, pointer=pointer, code="driver-options")


def _machine(states: Mapping[str, Any]) -> Equipment:
    return Equipment(
        id=0, path="trial", name="", level="WorkUnit", parent_id=None, class_name=None, timezone="UTC", calendar=None,
        standard_rate_upm=None, flow=(), constraint=None, outfeed=None, states=states, counters={}, job=None,
        parameters={},
    )  # fmt: skip
