"""One Modbus device, or one unit behind a gateway: read in few requests, written to with read-back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from dovetail.core.batch import Batch, Value
from dovetail.core.clock import SECOND_US
from dovetail.core.errors import ConfigError, LinkError, PointError
from dovetail.drivers.base import Alive, Found, ListenGroup, Notice, Point, SilentError, Surroundings
from dovetail.drivers.columns import Answers
from dovetail.drivers.modbus import pdus
from dovetail.drivers.modbus.address import AREAS, Area, ModbusAddress, parse_address
from dovetail.drivers.modbus.cable import Cable
from dovetail.drivers.modbus.codec import to_registers
from dovetail.drivers.modbus.options import ModbusOptions
from dovetail.drivers.modbus.reading import ILLEGAL, Ask, Reading, ask_for, quality_of
from dovetail.drivers.modbus.rtu import Line
from dovetail.drivers.modbus.trunk import Job, Tap
from dovetail.drivers.planner import Block, Rules, Span, halves
from dovetail.drivers.refusals import Refusals

FRESH_US: Final = 1 * SECOND_US  # a reply this young is proof of life enough: a slow bus is not asked for more
SPLITS_MAX: Final = 200  # requests spent on finding bad addresses in one read; the next read goes on
READINGS_MAX: Final = 16  # scan classes of one link whose plans are kept
PLANNED_AT_ONCE_MAX: Final = 500  # points; a plan of more would hold the loop for over 10 ms
ROUNDS_MAX: Final = 3  # reads of one group while its plan is still being learned
_DEAD_UNIT: Final = frozenset({10, 11})  # the gateway answers, the unit behind it does not


class _Gather(Job):
    """A read: the data of all replies side by side, exception codes by block."""

    def __init__(self, asks: Sequence[Ask], size: int | None = None) -> None:
        super().__init__([ask.request for ask in asks], repeatable=True)
        self.asks = asks
        self.data = bytearray(asks[0].size if size is None else size)
        self.received_us = [0] * len(asks)
        self.native: dict[int, int] = {}

    def take(self, index: int, reply: bytes, start: int, stop: int, received_us: int) -> bool:
        ask = self.asks[index]
        function, size = reply[start], ask.size
        if function == ask.function:
            if stop - start != size + 2 or reply[start + 1] != size:
                return False
            self.data[ask.at : ask.at + size] = reply[start + 2 : stop]
        elif function == ask.function | pdus.FAILED and stop - start == 2:
            self.native[index] = reply[start + 1] or 0xFF
        else:
            return False
        self.received_us[index] = received_us
        return True


class _Order(Job):
    """One request that is sent at most once, and its reply."""

    def __init__(self, pdu: pdus.Pdu) -> None:
        super().__init__([pdu.encode_request()], repeatable=False)
        self._pdu = pdu
        self.native = 0

    def take(self, index: int, reply: bytes, start: int, stop: int, received_us: int) -> bool:
        function = self.requests[index][0]
        if reply[start] == function | pdus.FAILED and stop - start == 2:
            self.native = reply[start + 1] or 0xFF
            return True
        return pdus.accepts(self._pdu, reply[start:stop])


class ModbusDriver:
    """The client side of Modbus TCP behind the plant's small `Driver` protocol."""

    def __init__(self, options: ModbusOptions, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._clock = around.clock
        self._trunk: Cable | Line | None = None
        self._tap = Tap(
            options.unit,
            where=options.where(),
            timeout_s=options.timeout_s,
            window=options.window,
            pacing_s=options.pacing_ms / 1000,
        )
        self._rules: dict[Area, Rules] = {area: options.rules(area) for area in AREAS.values()}
        self._refused: Refusals[tuple[Area, Span]] = Refusals()
        self._readings: list[Reading] = []
        self._answers_at: tuple[Area, int] = ("holding", 0)  # where a probe asks; any reply to it proves life
        self._splits = 0

    # --- the link ---------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Join the cable or line that leads there; whether the unit answers, the first probe says."""
        options, shared = self._options, self._around.shared
        key = ("modbus", options.link, options.wire())

        def make() -> Cable | Line:
            def forget() -> None:
                shared.drop(key)

            if options.link == "tcp":
                return Cable(options.host, options.port, clock=self._clock, forget=forget)
            return Line(options.place(), clock=self._clock, forget=forget)

        trunk = shared.one(key, make)
        if isinstance(trunk, Line) and trunk.place != options.place():
            hint = "all units on one serial port share its baud rate, parity and stop bits"
            raise ConfigError(f"{options.wire()} is open with other settings", code="modbus-serial", hint=hint)
        await trunk.join(self._tap)
        self._trunk = trunk

    async def close(self) -> None:
        """Leave the cable; the last one takes it away."""
        trunk, self._trunk = self._trunk, None
        if trunk is not None:
            trunk.leave(self._tap)
            await trunk.gone()

    async def probe(self) -> Alive:
        """A reply of the last second, else one register or bit that is read anyway; an exception is an answer too."""
        heard = self._tap.heard
        if heard is None or self._clock.now_us() - heard[1] > FRESH_US:
            area, position = self._answers_at
            code = await self._ask_block(area, Block(position, 1, ()))
            self._refuse_dead_unit(code)
            heard = self._tap.heard or (self._clock.now_us(), self._clock.now_us())
        return Alive(asked_us=heard[0], answered_us=heard[1])

    async def subscribe(self, groups: Sequence[ListenGroup], on_notice: Callable[[Notice], None]) -> None:
        """Modbus devices report nothing by themselves."""
        raise ConfigError("Modbus has no subscriptions", code="modbus-subscribe", hint="poll instead: mode: poll")

    async def browse(self, address: str | None = None) -> list[Found]:
        """Modbus devices do not tell what they have."""
        hint = "take the addresses from the device's manual, or a range of registers to look at: 40001-40016"
        raise ConfigError("a Modbus device cannot be browsed", code="modbus-browse", hint=hint)

    # --- reading ----------------------------------------------------------------------------------------------

    async def read(self, points: Sequence[Point]) -> list[Batch]:
        """One sample per point. An address that the device does not have is BAD alone, its neighbours are read."""
        self._splits = SPLITS_MAX
        rounds = 0
        while True:
            rounds += 1
            reading = await self._reading_of(points)
            asleep = self._asleep(reading)
            asks = [ask for at, ask in enumerate(reading.asks) if at not in asleep] if asleep else reading.asks
            job = _Gather(asks, reading.size)
            await self._exchange(job)
            learned = (job.native or reading.lonely) and await self._learn(reading, job)
            if not learned or rounds == ROUNDS_MAX:
                now_us = self._clock.now_us()
                return [*reading.decoder.batches(_answers(reading, job, asleep, now_us)), *reading.never(now_us)]

    async def _reading_of(self, points: Sequence[Point]) -> Reading:
        """The plan for these points; a tuple's is kept while its rules hold. A long one is made beside the loop."""
        for reading in self._readings:
            if reading.points is points:
                return reading
        rules = dict(self._rules)
        make = partial(Reading, points, self._options, rules)
        reading = make() if len(points) <= PLANNED_AT_ONCE_MAX else await asyncio.to_thread(make)
        if reading.asks:
            first = reading.asks[0]
            self._answers_at = (first.area, first.block.start)
        if isinstance(points, tuple) and rules == self._rules:
            self._readings = [*self._readings[1 - READINGS_MAX :], reading]
        return reading

    def _asleep(self, reading: Reading) -> Mapping[int, int]:
        """Blocks that are not asked now because the device has said that it does not have them: index → code."""
        if not reading.lonely:
            return {}
        keys: dict[int, tuple[Area, Span]] = {at: (reading.asks[at].area, span) for at, span in reading.lonely.items()}
        return self._refused.asleep(keys, now_us=self._clock.now_us())

    async def _learn(self, reading: Reading, job: _Gather) -> bool:
        """Take from refusals which addresses stand alone; True when reading again would bring more."""
        again = False
        for at, ask in enumerate(job.asks):
            code = job.native.get(at, 0)
            self._refuse_dead_unit(code)
            span = Span(ask.block.start, ask.block.length)
            if code in ILLEGAL:
                again |= await self._isolate(ask.area, ask.block, reading.spans[ask.area], code=code)
            elif not code and self._refused.accept((ask.area, span)):
                self._set_rules(ask.area, self._rules[ask.area].accepted(span))
        return again and self._splits > 0

    async def _isolate(self, area: Area, block: Block, spans: Sequence[Span], *, code: int) -> bool:
        """Halve a refused block until what is bad stands alone; True when something else than it was in the block."""
        parts = halves(block, spans)
        if parts is None:
            span = Span(block.start, block.length)
            self._refused.note((area, span), code, now_us=self._clock.now_us())
            self._set_rules(area, self._rules[area].refused(span))
            return False
        if self._splits <= 0:
            return False
        codes = [await self._ask_block(area, part) for part in parts]
        refused = [(part, said) for part, said in zip(parts, codes, strict=True) if said in ILLEGAL]
        for part, said in refused:
            await self._isolate(area, part, spans, code=said)
        if not refused:
            self._set_rules(area, self._rules[area].cut_at(parts[1].start))
        return True

    def _set_rules(self, area: Area, rules: Rules) -> None:
        if rules != self._rules[area]:
            self._rules[area] = rules
            self._readings.clear()

    async def _ask_block(self, area: Area, block: Block) -> int:
        """Read one block only to see whether it is answered: the exception code, 0 for none."""
        self._splits -= 1
        job = _Gather([ask_for(area, block)])
        await self._exchange(job)
        return job.native.get(0, 0)

    def _refuse_dead_unit(self, code: int) -> None:
        if code in _DEAD_UNIT:
            what = f"the gateway says of {self._tap.where}: {pdus.said(code)}"
            raise SilentError(what, code="modbus-gateway", hint="check the unit's number, its power and its bus")

    async def _exchange(self, job: Job) -> None:
        if self._trunk is None:
            raise LinkError(f"{self._tap.where} is not connected", code="modbus-closed")
        await self._trunk.exchange(self._tap, job)

    # --- writing ----------------------------------------------------------------------------------------------

    async def write(self, point: Point, value: Value) -> None:
        """Write one coil, bit, register or value, and read it back; never sent twice when the outcome is unknown."""
        address = parse_address(point.address)
        if address.area in ("discrete", "input"):
            raise PointError(f"{point.address} can only be read", code="modbus-read-only", hint="inputs have no write")
        if address.type == "bit":
            await self._write_bit(point, address, value)
            return
        order = address.order_or(self._options.order)
        content = to_registers(point, address, order, value=value, encoding=self._options.encoding)
        one = len(content) == 2
        code = await self._send(pdus.write_register(address.position, content) if one else
                                pdus.write_registers(address.position, content))  # fmt: skip
        if code == 1 and one:  # not executed: some devices know only function 16
            code = await self._send(pdus.write_registers(address.position, content))
        self._refuse_write(point, code)
        await self._read_back(point, address, wanted=content)

    async def _write_bit(self, point: Point, address: ModbusAddress, value: Value) -> None:
        if not isinstance(value, bool):
            raise PointError(f"{point.address} takes true or false, not {value!r}", code="modbus-value")
        if address.area == "coil":
            code = await self._send(pdus.write_coil(address.position, value=value))
            if code == 1:  # not executed: some devices know only function 15
                code = await self._send(pdus.write_coils(address.position, values=[value]))
            self._refuse_write(point, code)
            await self._read_back(point, address, wanted=bytes([value]))
            return
        code = await self._send(pdus.write_bit(address.position, address.bit, value=value))
        if code == 1:
            what = f"{self._tap.where} cannot write one bit of a register (function 22)"
            hint = "read-change-write would undo what the PLC writes meanwhile: write the whole register or a coil"
            raise PointError(what, native=code, code="modbus-bit", hint=hint)
        self._refuse_write(point, code)
        await self._read_back(point, address, wanted=bytes([value]))

    async def _send(self, pdu: pdus.Pdu) -> int:
        """The exception code of the reply, 0 for none."""
        job = _Order(pdu)
        await self._exchange(job)
        self._refuse_dead_unit(job.native)
        return job.native

    def _refuse_write(self, point: Point, code: int) -> None:
        if code:
            raise PointError(f"{point.address} was not written: {pdus.said(code)}", native=code, code="modbus-refused")

    async def _read_back(self, point: Point, address: ModbusAddress, *, wanted: bytes) -> None:
        job = _Gather([ask_for(address.area, Block(address.position, address.length, ()))])
        await self._exchange(job)
        self._refuse_write(point, job.native.get(0, 0))
        found = bytes(job.data)
        if address.type == "bit":
            found = bytes([int.from_bytes(found, "big") >> address.bit & 1])
        if found != wanted:
            what = f"{point.address} was written but reads back {found.hex(' ')} instead of {wanted.hex(' ')}"
            raise PointError(what, code="modbus-read-back")


def _answers(reading: Reading, job: _Gather, asleep: Mapping[int, int], now_us: int) -> Answers:
    """The job's replies by block of the plan, with what is known of the blocks that were not asked."""
    if not asleep:
        return Answers.of(job.data, job.received_us, job.native, quality_of)
    asked = [at for at in range(len(reading.asks)) if at not in asleep]
    received = [now_us] * len(reading.asks)
    for at, received_us in zip(asked, job.received_us, strict=True):
        received[at] = received_us
    native = {**asleep, **{asked[index]: code for index, code in job.native.items()}}
    return Answers.of(job.data, received, native, quality_of)
