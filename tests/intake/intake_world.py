"""A running installation with two connections that are posted to, and whoever posts."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

import httpx2
from pydantic import SecretStr

import waiting
from dovetail.app.bootstrap import House, open_house
from dovetail.core.batch import Value
from dovetail.core.quality import is_good
from dovetail.operations.operation import execute
from dovetail.ownership.settings import Settings
from dovetail.vault.service import PutSecret
from dovetail.webhooks.model import headers

until = partial(waiting.until, within_s=30.0)

TOKEN = "the-token-of-the-mes-0123456789"
SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()
BASE = "http://127.0.0.1"
BY_TOKEN = {"authorization": f"Bearer {TOKEN}"}

PLANT = """
plant: {format: 1, name: Bench}
connections:
  mes: {driver: webhook, options: {token: "secret://mes-token"}}
  cloud: {driver: webhook, options: {signing_secret: "secret://cloud", per_minute: 12000, max_kb: 20}}
  idle: {driver: webhook, options: {token: "secret://mes-token"}}
  lax: {driver: webhook, options: {token: "secret://mes-token", bad_row: skip}}
  other: {driver: filedrop, options: {folder: /nowhere/at/all}}
equipment:
  acme: {level: Enterprise, timezone: UTC}
  acme/site: {level: Site}
  acme/site/bench:
    level: WorkUnit
    tags:
      force: {connection: mes, address: /force}
      speed: {connection: cloud, address: /speed}
      weight: {connection: lax, address: /weight}
"""


@contextmanager
def open_bench(data: Path) -> Iterator[House]:
    """The installation with its plant and its secrets; nothing runs yet."""
    with open_house(Settings(data=data, port=0)) as house:
        for name, value in (("mes-token", TOKEN), ("cloud", SIGNING)):
            put = PutSecret(name=name, value=SecretStr(value))
            execute(house.rooms.vault.operations[0], put, database=house.database, scope=house.scope)
        house.rooms.equipment.apply({"plant.yaml": PLANT.encode()}, scope=house.scope)
        yield house


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[House]:
    """The installation, whose links take."""
    with open_bench(data) as house:
        assert house.gated
        await house.start()
        yield house
        await house.stop()


def sender(house: House) -> httpx2.AsyncClient:
    """Somebody on the network."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.gated, raise_app_exceptions=False), base_url=BASE
    )


def signed(body: bytes, *, key: str, at_s: int) -> dict[str, str]:
    """The headers of a rightly signed post."""
    return headers(SIGNING, key, at_s, body)


def kept(house: House, name: str) -> list[Value]:
    """The good values of a tag of the bench, as the historian has them."""
    model = house.rooms.equipment.plant()
    tag = model.tags_of(model.by_path("acme/site/bench").id)[name].id
    batches = house.rooms.historian.raw([tag], 0, 1 << 60, scope=house.scope)
    return [
        value for batch in batches for _, _, value, quality in batch.rows() if value is not None and is_good(quality)
    ]
