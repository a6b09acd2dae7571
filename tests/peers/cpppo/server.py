"""A Logix controller made of cpppo, for the tests and the benchmark against it; runs in its own environment.

`server.py PORT` listens on loopback (0: a port from the system) and prints {"port": N}. Lines on standard input set and
tell its tags, each answered: `set Temps 3 2.5` with "ok", `get Temps 3` with JSON.
"""

import json
import logging
import socket
import sys
import threading
import time

from cpppo.server.enip import main as enip

TAGS = [
    "Speed=REAL", "Pieces=DINT", "Small=SINT", "Word=INT", "Long=LINT", "Precise=LREAL", "Total=UDINT", "Byte=USINT",
    "UWord=UINT", "Huge=ULINT", "Running=BOOL", "Bools=BOOL[64]", "Temps=REAL[10]", "Text=SSTRING", "Wide=STRING",
    "Big=DINT[2000]", "Program:Main.Step=DINT", *(f"N{number}=DINT" for number in range(300)),
]  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    logging.disable(logging.CRITICAL)
    port = int(sys.argv[1]) or free_port()
    arguments = ["--no-config", "--no-udp", "--address", f"127.0.0.1:{port}", *TAGS]
    threading.Thread(target=enip.main, kwargs={"argv": arguments}, daemon=True).start()
    while not listens(port):
        time.sleep(0.05)
    for number in range(300):
        enip.tags[f"N{number}"].attribute[0] = number
    print(json.dumps({"port": port}), flush=True)
    for line in sys.stdin:
        what, name, at, *value = line.split(" ", 3)
        held = enip.tags[name].attribute if "." not in name else dict.__getitem__(enip.tags, name).attribute
        if what == "set":
            held[int(at)] = json.loads(value[0])
            print("ok", flush=True)
        else:
            print(json.dumps(held[int(at)]), flush=True)


main()
