"""Cut what comes from a socket into MQTT packets, as fast as Python can: most of them are values on their way.

Pure. Messages that arrive together are handed over together; a packet longer than `packet_max` is refused before it
is collected, and one that comes byte by byte costs no more than one that comes at once.
"""

from __future__ import annotations

from collections.abc import Callable

from dovetail.mqtt.packets import PUBLISH, MalformedError, Version

# topic, payload, flags (the low four bits of the first byte: again 8, QoS 6, retained 1), packet id (0 at QoS 0)
type Message = tuple[bytes, bytes, int, int]


class Stream:
    """One direction of one connection. `on_messages` and `on_control(first byte, body)` are called in order."""

    def __init__(
        self,
        *,
        packet_max: int,
        on_messages: Callable[[list[Message]], None],
        on_control: Callable[[int, bytes], None],
        version: Version = 4,
    ) -> None:
        self.version = version
        self._packet_max = packet_max
        self._on_messages = on_messages
        self._on_control = on_control
        self._rest = bytearray()
        self._need = 2  # bytes without which nothing more can be said

    def feed(self, data: bytes) -> None:
        """Take in what was received. Raises MalformedError; what came before the fault has been handed over."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._need:
                return
            data = bytes(self._rest)
            self._rest.clear()
        elif len(data) < 2:
            self._rest += data
            return
        messages: list[Message] = []
        try:
            at = self._cut(data, messages)
        finally:
            if messages:
                self._on_messages(messages)
        if at < len(data):
            self._rest += data[at:]

    def _cut(self, data: bytes, messages: list[Message]) -> int:
        """Cut packets off the front; where the first incomplete one begins. `messages` collects in place."""
        at, end = 0, len(data)
        is_5 = self.version == 5
        self._need = 2
        while at + 2 <= end:
            head, length = data[at], data[at + 1]
            start = at + 2
            if length & 0x80:
                length, start = self._length(data, at)
                if start == 0:
                    self._need = min(end - at + 1, 5)
                    break
            stop = start + length
            if stop > end:
                self._need = stop - at
                break
            if head & 0xF0 != PUBLISH:
                if messages:
                    self._on_messages(messages[:])
                    messages.clear()
                self._on_control(head, data[start:stop])
                is_5 = self.version == 5
                at = stop
                continue
            named = start + 2
            topic_stop = named + (data[start] << 8 | data[start + 1]) if named <= stop else named
            rest, number = topic_stop, 0
            if head & 0x06:
                number = int.from_bytes(data[rest : rest + 2], "big")
                rest += 2
                if head & 0x06 == 0x06 or not number:
                    raise MalformedError("a message has no valid QoS or packet number")
            if is_5:
                rest = self._past_properties(data, rest, stop)
            if rest > stop or topic_stop == named:
                raise MalformedError("a message ends before its topic does, or has none")
            messages.append((data[named:topic_stop], data[rest:stop], head & 0x0F, number))
            at = stop
        return at

    def _length(self, data: bytes, at: int) -> tuple[int, int]:
        """(length of the rest, where it begins); (0, 0) while the length itself is incomplete."""
        length = 0
        for index, shift in enumerate((0, 7, 14, 21), start=at + 1):
            if index >= len(data):
                return 0, 0
            length |= (data[index] & 0x7F) << shift
            if data[index] < 0x80:
                if length > self._packet_max:
                    raise MalformedError(f"a packet of {length} bytes is longer than the {self._packet_max} we take")
                return length, index + 1
        raise MalformedError("a length has more than four bytes")

    @staticmethod
    def _past_properties(data: bytes, at: int, stop: int) -> int:
        """Where the payload begins. Nothing in a message's properties changes a value; aliases were not allowed."""
        length = 0
        for index, shift in enumerate((0, 7, 14, 21), start=at):
            if index >= stop:
                break
            length |= (data[index] & 0x7F) << shift
            if data[index] < 0x80:
                return index + 1 + length
        raise MalformedError("a message's properties have no end")
