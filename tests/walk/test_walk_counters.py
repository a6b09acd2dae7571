"""Twelve ways in which the counter of a machine misbehaves, and how many pieces are counted then: exact to the piece.

A machine makes a piece each second and is read each second, through the whole walk: session, store, engine, counts.
`unseen` are pieces that the counter itself never showed, with the reason; all others are counted once. What cannot be
pieces is held for a person's review, with the quantity that it would have been. Nothing is ever negative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from faulty_plc import Counter, Hall, Machine, hall

from dovetail.testing.clock import DAY_ZERO_US

# When it goes wrong, meanwhile, when it is mended, when it is looked at: after a piece, and well before it is read.
# Until all is stored the clock goes on by some hundredths of a second, by more of them on a busy machine.
A, DURING, B, ENDS = 9.6, 14.6, 24.6, 39.6
U32 = 1 << 32

type Act = Callable[[Machine], None]


def counter(begins: float, modulus: int = 65_536) -> Counter:
    """A piece is made 0.3 s after each second; it is read early in the next one, after an outage at 25.6 s."""
    return Counter(begins, modulus, piece_us=300_000)


BEGINS = counter(100)


def it(**values: object) -> Act:
    """The machine is like this from now on."""

    def act(machine: Machine) -> None:
        machine.live()
        for name, value in values.items():
            setattr(machine, name, value)

    return act


def back(pieces: int) -> Act:
    """Somebody takes pieces off the counter."""

    def act(machine: Machine) -> None:
        machine.live()
        machine.counter -= pieces

    return act


OUT, IN = it(is_connected=False), it(is_connected=True)


@dataclass(frozen=True, slots=True)
class Case:
    """`held`: (cause, quantity) of what waits for a review."""

    name: str
    script: tuple[tuple[float, Act], ...] = ()
    counter: Counter = BEGINS
    unseen: int = 0
    held: tuple[tuple[str, int], ...] = ()


CASES = [
    Case("the first reading is no piece"),
    Case("u16 rolls over", counter=counter(65_520)),
    Case("u32 rolls over", counter=counter(U32 - 16, U32)),
    Case("it rolls over while the cable is out", ((A, OUT), (B, IN)), counter(65_518)),
    Case("reset to 0", ((A, it(counter=0.0)),), unseen=1),  # the piece since the last reading
    Case("reset to 0 while the cable is out", ((A, OUT), (DURING, it(counter=0.0)), (B, IN)), unseen=6),  # until then
    Case("reset to n", ((A, it(counter=20.0)),), unseen=1, held=(("swap", 0),)),
    Case("a jump", ((A, it(counter=50_000.0)),), unseen=1, held=(("jump", 50_000 - 109),)),
    Case("a jump while the cable is out", ((A, OUT), (DURING, it(counter=50_000.0)), (B, IN)), unseen=17,
         held=(("jump", 50_011 - 109),)),
    Case("backwards", ((A, back(3)),), unseen=3),  # shown again up to the old mark: counted already
    Case("unreadable for a while", ((A, it(is_unreadable=True)), (B, it(is_unreadable=False)))),
    Case("another PLC, lower", ((A, it(counter=30_000.0)),), counter(60_000), unseen=1, held=(("swap", 0),)),
]  # fmt: skip


async def play(in_hall: Hall, case: Case) -> None:
    machine = in_hall.machines["plc-a"]
    for second, act in case.script:
        await in_hall.run(second - in_hall.elapsed_s)
        act(machine)
    await in_hall.run(ENDS - in_hall.elapsed_s)


def test_there_are_twelve() -> None:
    assert len({case.name for case in CASES}) == 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_pieces_are_counted_exactly(tmp_path: Path, case: Case) -> None:
    async with hall(tmp_path, start_us=DAY_ZERO_US, counter=case.counter) as in_hall:
        await play(in_hall, case)
        made = in_hall.machines["plc-a"].made
        assert (in_hall.counted("a"), tuple(in_hall.held("a"))) == (made - case.unseen, case.held)
        assert in_hall.counted("b") == in_hall.machines["plc-b"].made  # its neighbour
