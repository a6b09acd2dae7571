"""OPC UA: the protocol in which most new machines of a plant speak for themselves (OPC 10000-4, -6)."""

from __future__ import annotations

from dovetail.drivers.base import About, AddressExample, DriverSpec, Lazily
from dovetail.drivers.opcua.address import EXAMPLES, parse_address
from dovetail.drivers.opcua.options import OpcUaOptions
from dovetail.drivers.opcua.status import CODE_MASK

CLIENT = Lazily("dovetail.drivers.opcua.client", "OpcUaDriver")

ABOUT = About(
    says="newer PLCs and machines that describe themselves: their signals can be browsed",
    needs="the address of its OPC UA server, and a user or certificates if it asks for them",
    first=("endpoint", "security.policy", "security.insecure", "user", "password"),
    start={"security": {"policy": "Basic256Sha256"}},
    examples=(
        AddressExample("nsu=urn:maker:line;s=Filler.State", "a node by its name, safe against renumbering"),
        AddressExample("nsu=urn:maker:line;path=Filler/State", "a node by its browse path"),
        AddressExample("ns=4;i=1001", "a node by number, as many tools show it"),
    ),
    browses=True,
)


def _words(status: int) -> str | None:
    """The name by which the standard calls a status code, without its flags."""
    from asyncua.ua.status_codes import code_to_name_doc

    known = code_to_name_doc.get(status & CODE_MASK)
    return None if known is None else known[0]


PLUGIN = DriverSpec(
    title="OPC UA client",
    options=OpcUaOptions,
    address=EXAMPLES,
    parse_address=parse_address,
    open=CLIENT,
    in_flight=4,
    prepare=CLIENT.load,
    about=ABOUT,
    words=_words,
    tells_time=True,
)
