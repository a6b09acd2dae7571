"""One connection to the plant's NATS servers, for as long as it lasts; whoever holds it makes the next.

Nothing is mended beneath us: a pull or a subscription that only seems to live is how frames stop for ever.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, cast

from dovetail.core.batch import Lane
from dovetail.core.errors import ConfigError, DovetailError, LinkError
from dovetail.core.limits import (
    CONNECT_TIMEOUT_S,
    SHARDS,
    TRANSPORT_ACK_S,
    TRANSPORT_PENDING_MAX,
    TRANSPORT_STREAM_BYTES,
)
from dovetail.transport.model import BACKLOG, LANES, STREAM, Address, ShardState, StreamState, durable, up

try:
    import nats
    from nats import errors, js
    from nats.aio.client import Client
    from nats.js import api
    from nats.js import errors as js_errors
except ImportError as missing:
    raise ConfigError(
        "the client of NATS is not installed", code="nats-missing", hint="pip install 'dovetail[nats]'"
    ) from missing

log = logging.getLogger(__name__)

PING_S: Final = 4  # a server that is gone without a word is missed after three of them (SECURITY §1 row 3: ≤ 15 s)
PINGS_MISSED: Final = 2
REFUSALS: Final = ("authorization violation", "authentication", "permissions violation")
STREAM_FULL: Final = 10077  # the stream's own word for: as many bytes as it may keep
NO_ROOM: Final = "insufficient storage"  # in the words of a server, and of a cluster
TROUBLE = (errors.Error, js_errors.Error, OSError, TimeoutError)


@dataclass(slots=True, eq=False)
class Link:
    """A connection that stands. `gone` is set when it does not any more."""

    client: Client
    jetstream: js.JetStreamContext
    gone: asyncio.Event
    server: str

    async def close(self) -> None:
        """Say good-bye."""
        with suppress(*TROUBLE):
            await self.client.close()


async def connect(address: Address, *, name: str, inbox: str, rng: random.Random | None = None) -> Link:
    """To the first server that takes us, of all in any order. Raises LinkError, ConfigError.

    `inbox`: under which word answers come to us; nobody else may hear them.
    """
    said: list[DovetailError] = []
    servers = list(address.servers)
    (rng or random.SystemRandom()).shuffle(servers)
    for server in servers:
        try:
            return await _connect(address, server, name=name, inbox=inbox)
        except DovetailError as error:
            said.append(error)
    refused = [error for error in said if isinstance(error, ConfigError)]
    raise (refused or said)[0]


async def _connect(address: Address, server: str, *, name: str, inbox: str) -> Link:
    gone = asyncio.Event()
    told: list[Exception] = []

    async def over() -> None:
        gone.set()

    async def trouble(error: Exception) -> None:
        told.append(error)
        log.debug("NATS: %s", error)

    options: dict[str, Any] = {} if address.creds is None else {"user_credentials": str(address.creds)}
    if server.startswith("tls:"):
        # TLS before the first word: a server that asks for it only in its greeting could be made to forget that
        options |= {"tls": _context(address), "tls_handshake_first": True}
    try:
        async with asyncio.timeout(2 * CONNECT_TIMEOUT_S):
            client = await nats.connect(
                server, name=name, allow_reconnect=False, connect_timeout=int(CONNECT_TIMEOUT_S),
                ping_interval=PING_S, max_outstanding_pings=PINGS_MISSED, closed_cb=over, disconnected_cb=over,
                error_cb=trouble, inbox_prefix=f"_INBOX.{inbox}", **options,
            )  # fmt: skip
    except (*TROUBLE, ValueError) as error:
        raise _why(server, told[0] if told else error) from error
    return Link(client, client.jetstream(), gone, server)


def _context(address: Address) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=None if address.ca is None else str(address.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if address.cert is not None:
        try:
            context.load_cert_chain(address.cert, address.key)
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(f"{address.cert} and its key cannot be used: {error}", code="nats-certificate") from error
    return context


def _why(server: str, error: BaseException) -> DovetailError:
    words = str(error) or type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = "name the authority that signed it with DOVETAIL_NATS_CA; is the host's name in the certificate?"
        return ConfigError(f"{server} is not believed: {error.verify_message}", code="nats-certificate", hint=hint)
    if isinstance(error, ssl.SSLError):
        hint = "the servers must say `tls { handshake_first: true }`, and take our certificate where they ask for one"
        return LinkError(f"{server} does not speak TLS with us: {words}", code="nats-tls", hint=hint)
    if any(word in words.lower() for word in REFUSALS):
        hint = "the name in our certificate must be a user there (plant.conf); or give credentials: DOVETAIL_NATS_CREDS"
        return ConfigError(f"{server} does not let us in: {words}", code="nats-refused", hint=hint)
    return LinkError(f"{server} does not answer: {words}", code="nats-away")


def passing(error: BaseException, what: str) -> DovetailError:
    """What a server answered, as who can mend it: time, or an administrator."""
    if isinstance(error, js_errors.APIError) and error.err_code == STREAM_FULL:
        hint = "are ingest workers running? dovetail doctor says how much waits"
        return LinkError(f"{what}: the stream is full", code="transport-full", hint=hint)
    if isinstance(error, js_errors.NoStreamResponseError | js_errors.NotFoundError):
        hint = "start an ingest worker: it makes the stream"
        return LinkError(f"{what}: there is no stream for frames", code="transport-no-stream", hint=hint)
    words = str(error) or type(error).__name__
    if NO_ROOM in words:
        hint = f"`max_file_store` of each NATS server: {TRANSPORT_STREAM_BYTES // 10**9} GB for frames"
        return LinkError(f"{what}: {words}", code="transport-no-room", hint=hint)
    return LinkError(f"{what}: {words}", code="transport")


@asynccontextmanager
async def asking(what: str) -> AsyncIterator[None]:
    """What goes wrong inside is a LinkError."""
    try:
        yield
    except TROUBLE as error:
        raise passing(error, what) from error


def stream_config(address: Address, *, bytes_max: int = TRANSPORT_STREAM_BYTES) -> api.StreamConfig:
    """The stream: a message stands until it is held, and when it is full who sends waits."""
    return api.StreamConfig(
        name=STREAM, subjects=[up("*", "*", lane) for lane in LANES], retention=api.RetentionPolicy.WORK_QUEUE,
        discard=api.DiscardPolicy.NEW, storage=api.StorageType.FILE, max_bytes=bytes_max, num_replicas=address.replicas,
    )  # fmt: skip


async def make_stream(link: Link, address: Address, *, bytes_max: int = TRANSPORT_STREAM_BYTES) -> None:
    """The stream and a durable consumer for each shard; safe to repeat. Raises LinkError."""
    wanted = stream_config(address, bytes_max=bytes_max)
    async with asking("the stream cannot be made"):
        try:
            found = (await link.jetstream.stream_info(STREAM)).config
        except js_errors.NotFoundError:
            await link.jetstream.add_stream(wanted)
        else:
            if _kept(found) != _kept(wanted):
                await link.jetstream.update_stream(wanted)
        for shard, lane in product(range(SHARDS), LANES):
            config = api.ConsumerConfig(
                durable_name=durable(shard, lane), filter_subject=up("*", shard, lane),
                ack_policy=api.AckPolicy.EXPLICIT, ack_wait=TRANSPORT_ACK_S, max_ack_pending=TRANSPORT_PENDING_MAX,
                max_deliver=-1,
            )  # fmt: skip
            await link.jetstream.add_consumer(STREAM, config)


def _kept(config: api.StreamConfig) -> tuple[object, ...]:
    """What may differ after an update of ours, or another wish of the administrator's."""
    return sorted(config.subjects or ()), config.num_replicas, config.max_bytes


async def look(link: Link) -> StreamState:
    """How the stream stands. Raises LinkError."""
    async with asking("the stream cannot be seen"):
        info = await link.jetstream.stream_info(STREAM)
        consumers = await link.jetstream.consumers_info(STREAM)
    cluster = info.cluster
    peers: Sequence[api.PeerInfo] = [] if cluster is None or cluster.replicas is None else cluster.replicas
    return StreamState(
        messages=info.state.messages,
        bytes=info.state.bytes,
        bytes_max=info.config.max_bytes or 0,
        replicas=info.config.num_replicas or 1,
        replicas_current=1 + sum(1 for peer in peers if peer.current and not peer.offline),
        leader="" if cluster is None else cluster.leader or "",
        shards=tuple(sorted((_shard(one) for one in consumers), key=lambda one: (one.shard, one.lane))),
    )


def _shard(info: api.ConsumerInfo) -> ShardState:
    kind, _, number = cast("str", info.name).rpartition("-")
    lane = Lane.BACKLOG if kind == BACKLOG else Lane.LIVE
    return ShardState(int(number), info.num_pending or 0, info.num_ack_pending or 0, info.num_redelivered or 0, lane)
