"""Modbus TCP: one register is read of each unit that was named; who is there is asked by Read Device Identification."""

from __future__ import annotations

import struct
from typing import Final

from dovetail.finding.door import Door, Line
from dovetail.finding.model import Find, Way

PORT: Final = 502
SILENT_MAX: Final = 2  # units in a row that do not answer at all: the device takes no more questions
_HEADER: Final = struct.Struct(">HHHB")  # transaction, protocol 0, length, unit
_ONE_REGISTER: Final = struct.pack(">BHH", 3, 0, 1)
_IDENTIFY: Final = bytes((0x2B, 0x0E, 1, 0))  # basic: maker, product, version (Application Protocol §6.21)
_NOT_THERE: Final = frozenset({0x0A, 0x0B})  # a gateway has no way to the unit, or the unit is silent
_STALE_MAX: Final = 3  # late answers to earlier questions that are read past


class _NoModbusError(Exception):
    """What answers speaks something else."""


async def ask(door: Door) -> list[Find]:
    """The units that answer, each with what it calls itself."""
    there: dict[int, str] = {}
    silent = 0
    async with door.line() as line:
        for number, unit in enumerate(door.units, start=1):
            try:
                answer = await _answer(line, 2 * number, unit, _ONE_REGISTER)
                silent = 0
                if answer[0] & 0x80 and answer[1] in _NOT_THERE:
                    continue
                await door.pace.rest()
                there[unit] = _identity(await _answer(line, 2 * number + 1, unit, _IDENTIFY))
            except _NoModbusError:
                return []
            except TimeoutError:
                silent += 1
                if silent >= SILENT_MAX:
                    break
            await door.pace.rest()
    return _finds(door, there)


def _finds(door: Door, there: dict[int, str]) -> list[Find]:
    """One find per unit; a device that answers to every number the same is one, whatever it is called."""
    notes = ("Modbus knows no security: keep it inside its zone",)
    heedless = len(there) > 2 and set(there) == set(door.units) and len(set(there.values())) == 1
    finds: list[Find] = []
    for unit, says in there.items():
        options = {"host": door.host, **({} if door.port == PORT else {"port": door.port}), "unit": unit}
        details = (f"answers to every unit asked ({len(there)}): it pays no heed to the number",) if heedless else ()
        finds.append(Find(door.host, door.port, "modbus", says or "a Modbus device", options, details, notes))
        if heedless:
            break
    return finds


async def _answer(line: Line, transaction: int, unit: int, question: bytes) -> bytes:
    line.say(_HEADER.pack(transaction, 0, len(question) + 1, unit) + question)
    for _ in range(_STALE_MAX):
        heard, protocol, length, _ = _HEADER.unpack(await line.hear(_HEADER.size))
        if protocol or not 3 <= length <= 254:
            raise _NoModbusError
        answer = await line.hear(length - 1)
        if heard == transaction:
            return answer
    raise _NoModbusError


def _identity(answer: bytes) -> str:
    """Maker, product and version, as far as the device says them; empty for one that does not know the question."""
    if len(answer) < 7 or answer[0] != 0x2B:
        return ""
    said: dict[int, str] = {}
    at = 7
    for _ in range(answer[6]):
        if at + 2 > len(answer):
            break
        kind, length = answer[at], answer[at + 1]
        text = answer[at + 2 : at + 2 + length].decode("latin-1")
        said[kind] = "".join(letter for letter in text if letter.isprintable()).strip()
        at += 2 + length
    return " ".join(said[kind] for kind in sorted(said) if said[kind])


PLUGIN: Final = Way("Modbus TCP", (PORT,), ask)
