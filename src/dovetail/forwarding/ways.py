"""From what the plant code says of a copy to the copy itself: which tags it has, and how it is reached."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from dovetail.copies.clickhouse import ColumnCopy
from dovetail.copies.httpengine import Address, HttpEngine
from dovetail.copies.model import TagName
from dovetail.copies.postgres import SCHEMA, ServerCopy
from dovetail.copies.target import Copy
from dovetail.core.errors import ConfigError
from dovetail.core.secretname import name_of
from dovetail.equipment.model import PlantModel, Tag
from dovetail.forwarding.model import Selection
from dovetail.serverlink.sessions import connect

type Body = Mapping[str, Any]

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def selection_of(plant: PlantModel, body: Body) -> Selection:
    """The tags that a copy is to have; with those of an equipment come the marks of their links, which say how far.

    Without an equipment named it is the whole plant, the connections' own tags included.
    """
    wanted = [tag for tag in plant.tags.values() if _is_wanted(plant, tag, body)]
    links = {tag.connection for tag in wanted if tag.connection is not None}
    marks = [plant.tags[one.good_through_tag] for name, one in plant.connections.items() if name in links]
    return Selection.of(TagName(tag.id, tag.path, tag.unit or "", int(tag.kind)) for tag in [*wanted, *marks])


def _is_wanted(plant: PlantModel, tag: Tag, body: Body) -> bool:
    inside = not body["equipment"]
    if tag.equipment_id is not None and not inside:
        path = plant.get(tag.equipment_id).path
        inside = any(path == one or path.startswith(f"{one}/") for one in body["equipment"])
    listed = not body["tags"] or _fits(tag.path, body["tags"])
    return inside and listed and not _fits(tag.path, body["without"])


def _fits(path: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(path, one) for one in patterns)


def copy_of(body: Body, *, owner: str, hosts: Collection[str], secret: Callable[[str], str]) -> Copy:
    """The way to a copy; nothing is asked of it yet. Raises ConfigError for what a person must mend."""
    host = str(body["host"])
    if host.lower() not in hosts:
        raise ConfigError(
            f"samples may not leave this server for {host}", code="forwarding-host",
            hint="whoever runs the server allows it: DOVETAIL_FORWARD_HOSTS names the host",
        )  # fmt: skip
    if body["tls"] == "off" and host not in LOOPBACK:
        raise ConfigError(f"samples to {host} need TLS", code="forwarding-tls", hint="tls: verify")
    password = secret(name_of(body["password"])) if body["password"] else ""
    if body["to"] == "clickhouse":
        tls = None if body["tls"] == "off" else _context(body["ca"])
        address = Address(host, body["port"], body["database"], body["user"], password, tls)
        return ColumnCopy(HttpEngine(address), site=body["site"], owner=owner)
    asked = {
        "host": host, "port": body["port"], "dbname": body["database"], "user": body["user"], "password": password,
        "application_name": "dovetail-forwarding",
        **({} if body["tls"] == "off" else {"sslmode": "verify-full", "sslrootcert": body["ca"] or "system"}),
    }  # fmt: skip
    return ServerCopy(lambda: connect("", schema=SCHEMA, **asked), site=body["site"], owner=owner)


def _context(ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{ca} is no file of certificates", code="forwarding-tls", hint="PEM, readable here"
        ) from error
