"""OPC UA: GetEndpoints and FindServers, which need no session: who the server is, and how it may be reached."""

# The library exports through stars:
# pyright: reportPrivateImportUsage=false

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from asyncua import Client, ua

from dovetail.drivers.base import at_port
from dovetail.drivers.opcua.security import CHUNKS_MAX, MESSAGE_BYTES_MAX, abort, first_certificate, in_our_words
from dovetail.finding.door import ANSWER_S, Door
from dovetail.finding.model import Find, Way

PORT: Final = 4840
BEST_FIRST: Final = ("Aes256Sha256RsaPss", "Aes128Sha256RsaOaep", "Basic256Sha256")
_ENCRYPTED: Final = ua.MessageSecurityMode.SignAndEncrypt


async def ask(door: Door) -> list[Find]:
    """The server with its endpoints. Raises LinkError for what speaks something else."""
    await door.knock()
    for name in ("asyncua.client", "asyncua.common.connection"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    url = f"opc.tcp://{at_port(door.host, door.port)}"
    client = Client(url, timeout=ANSWER_S * door.patience)
    client.max_messagesize, client.max_chunkcount = MESSAGE_BYTES_MAX, CHUNKS_MAX
    try:
        with in_our_words(url):
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
            endpoints = await client.get_endpoints()
            servers = await client.find_servers()
            await client.close_secure_channel()
    finally:
        abort(client)
        await door.pace.rest()
    with in_our_words(url):  # what a stranger wrote into its descriptions
        return _finds(door, url, endpoints, servers)


def _finds(door: Door, url: str, endpoints: Sequence[Any], servers: Sequence[Any]) -> list[Find]:
    if not endpoints:
        return []
    server = endpoints[0].Server
    offers = {((one.SecurityPolicyUri or "").rpartition("#")[2], one.SecurityMode): one for one in endpoints}
    details = [f"offers {policy}/{mode.name}" for policy, mode in offers]
    others = [one for one in servers if one.ApplicationUri != server.ApplicationUri]
    details += [f"knows of {_name(one)}: {', '.join(one.DiscoveryUrls or [])}" for one in others]
    path = urlsplit(endpoints[0].EndpointUrl or "").path
    security, notes = _security(offers)
    options = {"endpoint": url + path, "security": security}
    return [Find(door.host, door.port, "opcua", _name(server), options, tuple(details), tuple(notes))]


def _name(server: Any) -> str:
    return str(getattr(server.ApplicationName, "Text", None) or server.ApplicationUri or "an OPC UA server")


def _security(offers: dict[tuple[str, Any], Any]) -> tuple[dict[str, object], list[str]]:
    """The strongest that is offered, with the certificate as it was shown: a person compares it at the server."""
    for policy in BEST_FIRST:
        endpoint = offers.get((policy, _ENCRYPTED))
        if endpoint is not None and endpoint.ServerCertificate:
            leaf = first_certificate(bytes(endpoint.ServerCertificate))
            pinned = hashlib.sha256(leaf).hexdigest()
            notes = [f"compare its certificate at the server itself: SHA-256 {pinned}"]
            return {"policy": policy, "server_fingerprint": pinned}, notes
    if ("None", ua.MessageSecurityMode.None_) in offers:
        return {"policy": "None", "insecure": True}, ["it offers no encryption that we use: values go in clear"]
    return {}, ["it offers no encryption that we use"]


PLUGIN: Final = Way("OPC UA", (PORT,), ask)
