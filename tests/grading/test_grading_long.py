"""What takes an hour or many tries, in short: points that are held, and a codec that is given what nobody would say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dovetail.core import plugins
from dovetail.core.errors import LinkError
from dovetail.drivers.base import PACKAGE
from dovetail.grading import fuzzing, holding
from dovetail.testing.benches import BENCHES, MqttBench
from dovetail.testing.benches.broker import WideMqtt

SOME, MINUTE_S, TRIES = 150, 60, 100


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "LISTENED_S", 0.6)  # the device says something each half second


# --- points that are held -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ["mqtt", "sparkplug"])
async def test_points_are_held_for_a_minute_of_the_plants_time(row: str) -> None:
    found = await holding.holds(BENCHES[row](), points=SOME, hour_s=MINUTE_S)
    assert (found.verdict, found.evidence) == ("holds", f"{7 * SOME:,} values of {SOME} points in {MINUTE_S} s")


class Silent(WideMqtt):
    """From its third round on a machine says nothing any more."""

    async def make(self, number: int) -> None:
        self._machines = self._machines[: 1 if number > 2 else None]
        await super().make(number)


class Growing(WideMqtt):
    """With each round some memory is gone."""

    kept: list[bytearray] = []  # noqa: RUF012 - it is what is wrong with it

    async def make(self, number: int) -> None:
        self.kept.append(bytearray(b"x" * (12 << 20)))
        await super().make(number)


@pytest.mark.parametrize(("wide", "said"), [(Silent, "51 points are silent after 30 s"), (Growing, "memory grew by ")])
async def test_what_is_not_held_is_found(monkeypatch: pytest.MonkeyPatch, wide: Any, said: str) -> None:
    bench = MqttBench()
    monkeypatch.setattr(bench, "wide", wide)
    monkeypatch.setattr(holding, "ARRIVES_S", 0.5)
    found = await holding.holds(bench, points=SOME, hour_s=MINUTE_S)
    Growing.kept.clear()
    assert (found.verdict, found.evidence[: len(said)]) == ("fails", said)


async def test_a_bench_without_so_many_points_is_not_tried() -> None:
    found = await holding.holds(BENCHES["modbus"]())
    assert (found.verdict, found.evidence) == ("not tried", "its bench has no device with 10,000 points")


# --- a codec and strangers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ["mqtt", "sparkplug"])
async def test_what_a_device_says_is_read_however_it_is_spoiled(row: str) -> None:
    found = await fuzzing.fuzzed(BENCHES[row](), tries=TRIES)
    assert found.verdict == "holds", found.evidence


@dataclass(frozen=True)
class Given:
    """A codec that stands nowhere."""

    take: Callable[[bytes], object]

    def load(self) -> Callable[..., Callable[[bytes], object]]:
        return lambda _options, _points: self.take


def breaks(data: bytes) -> None:
    raise IndexError("a length is longer than what follows")


def refuses(data: bytes) -> None:
    raise LinkError("no such packet")


def hangs(_data: bytes) -> None:
    sum(range(1_000_000))


held: list[bytes] = []


def keeps(_data: bytes) -> None:
    held.append(b"x" * (1 << 20))


@pytest.fixture
def lent() -> Iterator[Callable[[Any], None]]:
    """MQTT with another codec, until the test ends."""
    mqtt = plugins.load(PACKAGE, "mqtt")
    yield lambda codec: plugins.lend(PACKAGE, "mqtt", replace(mqtt, codec=codec))
    plugins.take_back(PACKAGE)
    held.clear()


@pytest.mark.parametrize(("codec", "verdict", "said"), [
    (Given(refuses), "holds", f"{TRIES} pieces of what its device says, spoiled: {TRIES} refused"),
    (Given(breaks), "fails", "IndexError (a length is longer than what follows) in breaks"),
    (Given(hangs), "fails", "busy for more than 0.001 s"),
    (Given(keeps), "fails", f"{TRIES} pieces of what its device says, spoiled: 0 refused, memory grew by"),
    (None, "not tried", "the driver does not name what reads its device's bytes"),
])  # fmt: skip
async def test_a_codec_is_worth_what_becomes_of_the_worst_piece(
    lent: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch, codec: Any, verdict: str, said: str
) -> None:
    monkeypatch.setattr(fuzzing, "CALL_S", {hangs: 0.001}.get(getattr(codec, "take", None), 1.0))
    lent(codec)
    found = await fuzzing.fuzzed(MqttBench(), tries=TRIES)
    assert (found.verdict, found.evidence[: len(said)]) == (verdict, said)
