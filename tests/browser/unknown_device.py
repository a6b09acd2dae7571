"""A device of which nobody has papers: sixteen holding registers over Modbus TCP, and a machine that lives behind them.

| register | |
|---|---|
| 40003 | what it does: 3 makes pieces, 8 has a fault, 1 waits |
| 40005 | all pieces |
| 40006 | scrap |
| 40008 | pieces a minute, as the drive shows them |
| 40009 | a temperature that nobody asked for, in tenths |
| 40011 | a clamp around the motor's cable, in hundredths of an ampere |

The others hold 0. What it did at a moment is a function of the moment, so that its truth is known.
"""

from __future__ import annotations

import struct
from random import Random
from typing import Final

from dovetail.core.clock import SECOND_US, Clock
from dovetail.sim.servers.modbus import UNIT, ModbusUnitServer

REGISTERS: Final = 16
RUNS, FAULT, WAITS = 3, 8, 1
RATE_UPM: Final = 120
SCRAP_EVERY: Final = 20  # about: by chance, one of so many
# From the moment it is looked at: (seconds, what it does); then from the beginning.
ROUND: Final = ((130, RUNS), (14, FAULT), (130, RUNS), (16, WAITS), (66, RUNS), (12, FAULT), (130, RUNS), (20, WAITS))
AMPS: Final = {RUNS: 9.2, FAULT: 0.05, WAITS: 1.8}
_READ_HOLDING: Final = 3
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2


class UnknownDevice(ModbusUnitServer):
    """It answers to unit 1 on loopback. `reads` grows with each reading of registers."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("unknown", port=0)
        self._clock = clock
        self._since_us = clock.now_us()
        self._held: int | None = None
        self._made_s = 0.0  # seconds of running until `_since_us`
        self._chance = Random(7)  # not for secrets
        self._scrap_at: list[int] = []
        self.reads = 0

    def hold(self, state: int | None) -> None:
        """Do this from now on, whatever the round says; None: go on with the round."""
        self._made_s, self._since_us = self._ran_s(), self._clock.now_us()
        self._held = state

    def _now_s(self) -> float:
        return (self._clock.now_us() - self._since_us) / SECOND_US

    def _ran_s(self) -> float:
        """For how long it made pieces in all."""
        if self._held is not None:
            return self._made_s + (self._now_s() if self._held == RUNS else 0.0)
        rounds, left = divmod(self._now_s(), sum(seconds for seconds, _ in ROUND))
        ran = self._made_s + rounds * sum(seconds for seconds, state in ROUND if state == RUNS)
        for seconds, state in ROUND:
            ran += min(left, seconds) if state == RUNS else 0.0
            left = max(0.0, left - seconds)
        return ran

    def _state(self) -> int:
        if self._held is not None:
            return self._held
        left = self._now_s() % sum(seconds for seconds, _ in ROUND)
        for seconds, state in ROUND:
            if left < seconds:
                return state
            left -= seconds
        return RUNS

    def registers(self) -> list[int]:
        """All of them, as they are now."""
        pieces, state = int(self._ran_s() * RATE_UPM / 60), self._state()
        while not self._scrap_at or self._scrap_at[-1] <= pieces:
            last = self._scrap_at[-1] if self._scrap_at else 0
            self._scrap_at.append(last + 1 + int(self._chance.expovariate(1 / SCRAP_EVERY)))
        scrap = sum(at <= pieces for at in self._scrap_at)
        shown = RATE_UPM * 10 + self._chance.randint(-30, 30) if state == RUNS else 0
        amps = max(0.0, self._chance.gauss(AMPS[state], 0.02 if state == FAULT else 0.2))
        found = {2: state, 4: 4000 + pieces, 5: 90 + scrap, 7: shown, 8: 412 + self._chance.randint(-3, 3)}
        return [found.get(place, round(amps * 100) if place == 10 else 0) % 65536 for place in range(REGISTERS)]

    def answer(self, unit: int, pdu: bytes) -> bytes:
        if unit != UNIT or pdu[0] != _READ_HOLDING or len(pdu) != 5:
            return bytes((pdu[0] | 0x80, _ILLEGAL_FUNCTION))
        start, count = struct.unpack(">HH", pdu[1:])
        if start + count > REGISTERS:
            return bytes((pdu[0] | 0x80, _ILLEGAL_ADDRESS))
        self.reads += count > 1  # a proof of life asks for one
        found = self.registers()[start : start + count]
        return struct.pack(f">BB{count}H", pdu[0], 2 * count, *found)
