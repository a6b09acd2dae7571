"""The questions a Modbus device understands and how its answers read; the only file that knows the library.

tmodbus makes and checks the PDUs (Application Protocol 1.1b3 §6). Its transports are not used: they cannot say that
a reply came late, and they cost a third of the speed. The link is ours, in `cable.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tmodbus.exceptions import InvalidResponseError
from tmodbus.pdu import (
    BaseClientPDU,
    MaskWriteRegisterPDU,
    ReadCoilsPDU,
    ReadDiscreteInputsPDU,
    WriteMultipleCoilsPDU,
    WriteSingleCoilPDU,
    WriteSingleRegisterPDU,
)
from tmodbus.pdu.holding_registers import (
    RawReadHoldingRegistersPDU,
    RawReadInputRegistersPDU,
    RawWriteMultipleRegistersPDU,
)

from dovetail.drivers.modbus.address import Area

type Pdu = BaseClientPDU[Any]

FAILED: Final = 0x80  # set in the function code of an exception reply (§7)
READS: Final[dict[Area, Callable[[int, int], Pdu]]] = {
    "coil": ReadCoilsPDU,
    "discrete": ReadDiscreteInputsPDU,
    "input": RawReadInputRegistersPDU,
    "holding": RawReadHoldingRegistersPDU,
}
WORDS: Final[dict[int, str]] = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}


def read_request(area: Area, position: int, length: int) -> bytes:
    """The PDU that asks for `length` bits or registers of an area."""
    return READS[area](position, length).encode_request()


def write_coil(position: int, *, value: bool) -> Pdu:
    """Function 5."""
    return WriteSingleCoilPDU(position, value)


def write_coils(position: int, *, values: list[bool]) -> Pdu:
    """Function 15."""
    return WriteMultipleCoilsPDU(position, values)


def write_register(position: int, content: bytes) -> Pdu:
    """Function 6: two bytes."""
    return WriteSingleRegisterPDU(position, int.from_bytes(content, "big"))


def write_registers(position: int, content: bytes) -> Pdu:
    """Function 16: two bytes for each register."""
    return RawWriteMultipleRegistersPDU(position, content)


def write_bit(position: int, bit: int, *, value: bool) -> Pdu:
    """Function 22: one bit of a register, without touching the others."""
    return MaskWriteRegisterPDU(position, 0xFFFF & ~(1 << bit), value << bit)


def accepts(pdu: Pdu, reply: bytes) -> bool:
    """Whether a reply is what this request must be answered with."""
    try:
        pdu.decode_response(reply)
    except InvalidResponseError:
        return False
    return True


def said(code: int) -> str:
    """An exception code in words: `0x02 illegal data address`.

    >>> said(2)
    '0x02 illegal data address'
    """
    return f"0x{code:02X} {WORDS.get(code, 'unknown exception')}"
