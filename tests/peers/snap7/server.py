"""An S7 controller made of Snap7's C server, for the tests and the benchmark against it; runs in its own environment.

`server.py PORT PDU` listens on loopback (0: a port from the system) with messages of at most PDU bytes, and prints
{"port": N}. It has data blocks 1, 2 and 3 of 4,096, 64 and 65,535 bytes, and inputs, outputs and flags of 256. Lines
on standard input set and tell memory, each answered: `set DB1 20 0A0B` with "ok", `get M 4 2` with hexadecimal digits.
"""

import ctypes
import json
import logging
import socket
import sys

from snap7.server import Server
from snap7.type import Parameter, SrvArea

AREAS = {"I": SrvArea.PE, "Q": SrvArea.PA, "M": SrvArea.MK}
BLOCKS = {"DB1": 4_096, "DB2": 64, "DB3": 65_535}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    logging.disable(logging.CRITICAL)
    port, pdu = int(sys.argv[1]) or free_port(), int(sys.argv[2])
    server = Server(log=False)
    memory = {name: (ctypes.c_uint8 * size)() for name, size in BLOCKS.items()}
    memory |= {name: (ctypes.c_uint8 * 256)() for name in AREAS}
    for name, held in memory.items():
        if name in AREAS:
            server.register_area(AREAS[name], 0, held)
        else:
            server.register_area(SrvArea.DB, int(name[2:]), held)
    server.set_param(Parameter.PDURequest, pdu)
    server.start_to("127.0.0.1", port)
    print(json.dumps({"port": port}), flush=True)
    for line in sys.stdin:
        what, name, at, value = line.split()
        held, at = memory[name], int(at)
        if what == "set":
            for ahead, byte in enumerate(bytes.fromhex(value)):
                held[at + ahead] = byte
            print("ok", flush=True)
        else:
            print(bytes(held[at : at + int(value)]).hex(), flush=True)


main()
