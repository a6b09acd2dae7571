"""A collecting process: python edge_under_test.py NATS FILE. Says each value that its outbox has accepted."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from dovetail.core.batch import Batch, Frame, Kind, Lane
from dovetail.core.clock import SystemClock
from dovetail.transport.model import address
from dovetail.transport.outbox import DiskOutbox
from dovetail.transport.sender import Sender

if __name__ == "__main__":
    nats, file = sys.argv[1:]
    outbox = DiskOutbox(Path(file), Sender(address(nats), "edge"), clock=SystemClock())
    epoch = outbox.resume("edge", [1, 2]).epoch
    for seq in range(1, 1_000_000):
        now_us, link = time.time_ns() // 1_000, 1 + seq % 2
        batch = Batch.of(Kind.F64, [(link + 100, now_us, float(now_us), 0xC0)])
        outbox.put([Frame("edge", Lane.LIVE, epoch, seq, (batch,), {link: now_us})])
        print(now_us, flush=True)
        time.sleep(0.003)
