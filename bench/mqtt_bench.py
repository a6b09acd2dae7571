"""What values that devices send through a broker cost: our driver beside the same client with nothing but orjson.

Prepared bytes are decoded in this process, in pieces as a socket brings them. Both cut packets with the same client
code and end in columns; the raw decoder checks nothing, knows one topic a message and no wildcard, no device's time, no
quality, and does not remember. Runs take turns and the processor's time counts.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
from installation import table

from dovetail.core.batch import Kind
from dovetail.drivers.base import Point
from dovetail.drivers.mqtt.intake import Intake
from dovetail.mqtt import packets as p
from dovetail.mqtt.stream import Message, Stream

TOPICS, MESSAGES, CHUNK = 1_000, 50_000, 65_536  # a socket brings about that much at once
MEMBERS = ("speed", "temperature", "torque", "count")
ROUNDS = 9

type Way = Callable[[list[bytes]], int]  # values made of these pieces


def stream_of(payload: Callable[[int], bytes]) -> list[bytes]:
    """Messages on 1,000 topics, as the pieces that a socket would bring."""
    sent = b"".join(p.publish(f"plant/line1/machine{n % TOPICS}", payload(n), version=4) for n in range(MESSAGES))
    return [sent[at : at + CHUNK] for at in range(0, len(sent), CHUNK)]


def plain(n: int) -> bytes:
    """The payload is the value."""
    return b"%.2f" % (n / 7)


def document(n: int) -> bytes:
    """Four values and a state, as a machine's gateway writes them."""
    values = {"speed": n / 8, "temperature": 20 + n % 500 / 10, "torque": n % 97 / 4, "count": n}
    return orjson.dumps({"machine": f"M{n % TOPICS}", "state": "running", **values})


def feed(chunks: list[bytes], take: Callable[[list[Message]], None]) -> None:
    """The client's own way from bytes to messages."""
    stream = Stream(packet_max=1_000_000, on_messages=take, on_control=lambda *_: None)
    for chunk in chunks:
        stream.feed(chunk)


def raw_plain(chunks: list[bytes]) -> int:
    """The least that gives columns of plain numbers."""
    number_of = {f"plant/line1/machine{n}".encode(): n for n in range(TOPICS)}
    done = 0

    def take(messages: list[Message]) -> None:
        nonlocal done
        topics: list[int] = []
        values: list[float] = []
        for topic, payload, _, _ in messages:
            topics.append(number_of[topic])
            values.append(float(payload))
        columns = np.array(topics), np.array(values), np.full(len(values), time.time_ns() // 1000)
        done += len(columns[1])

    feed(chunks, take)
    return done


def raw_documents(chunks: list[bytes]) -> int:
    """The least that gives columns of the members of documents."""
    number_of = {f"plant/line1/machine{n}".encode(): len(MEMBERS) * n for n in range(TOPICS)}
    done = 0

    def take(messages: list[Message]) -> None:
        nonlocal done
        tags: list[int] = []
        values: list[float] = []
        for topic, payload, _, _ in messages:
            said = orjson.loads(payload)
            for tag, member in enumerate(MEMBERS, start=number_of[topic]):
                tags.append(tag)
                values.append(said[member])
        columns = np.array(tags), np.array(values), np.full(len(values), time.time_ns() // 1000)
        done += len(columns[1])

    feed(chunks, take)
    return done


def ours(points: list[Point]) -> Way:
    """The driver's own way from bytes to batches."""

    intake = Intake(time=None, retained="use")
    intake.add(points, "reported")

    def way(chunks: list[bytes]) -> int:
        done = 0

        def take(messages: list[Any]) -> None:
            nonlocal done
            done += sum(len(batch) for batch in intake.take(messages, at_us=time.time_ns() // 1000).now)

        feed(chunks, take)
        return done

    return way


def rate(way: Way, chunks: list[bytes]) -> float:
    began = time.process_time()
    done = way(chunks)
    return done / (time.process_time() - began)


def main() -> int:
    topics = [f"plant/line1/machine{n}" for n in range(TOPICS)]
    of_texts = [Point(n, topic, Kind.F64) for n, topic in enumerate(topics)]
    places = [f"{topic}#/{member}" for topic in topics for member in MEMBERS]
    of_members = [Point(n, place, Kind.F64) for n, place in enumerate(places)]
    for title, chunks, raw, points in (
        ("JSON, 4 numbers a message, 1,000 topics", stream_of(document), raw_documents, of_members),
        ("plain numbers, 1,000 topics", stream_of(plain), raw_plain, of_texts),
    ):
        mine = ours(points)
        gc.collect()
        gc.freeze()  # as a started server does: what stays is not looked over again
        pairs = [(rate(mine, chunks), rate(raw, chunks)) for _ in range(ROUNDS)]
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        ours_per_s, raw_per_s = (f"{statistics.median(column):,.0f}" for column in zip(*pairs, strict=True))
        rows = [("client and raw decoder", raw_per_s, "1.00"), ("MQTT driver", ours_per_s, f"{ratio:.2f}")]
        print(f"{table((title, 'values/s of a core', '÷ raw'), rows)}\n")
    print("Limit: JSON ≥ 0.8 × raw. Plain numbers are for orientation: there is next to nothing to decode.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
