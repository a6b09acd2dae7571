"""An ingest worker as a process of its own: python worker_under_test.py DATABASE NATS LEASE_S ACK_S REPLICAS."""

from __future__ import annotations

import asyncio
import logging
import sys

from dovetail.core.clock import SystemClock
from dovetail.ingestion import store
from dovetail.ingestion.appending import Appender
from dovetail.ingestion.beside import Beside
from dovetail.ingestion.service import Worker
from dovetail.transport import link
from dovetail.transport.model import address

if __name__ == "__main__":
    database, nats, lease_s, ack_s, replicas = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    store.LEASE_S, link.TRANSPORT_ACK_S = float(lease_s), float(ack_s)
    appender = Appender(Beside(database), clock=SystemClock(), is_tag=lambda _tag: True)
    asyncio.run(Worker(database, address(nats, replicas=int(replicas)), appender).run())
