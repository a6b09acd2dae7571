"""Sites beside each other in one PostgreSQL: each its own tags and its own name, and a server that goes and comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from stores_of_copies import ServerElsewhere

from dovetail.copies.copyreader import EnterpriseCopy
from dovetail.core.batch import Batch, Frame, Kind, Lane, Value
from dovetail.core.clock import DAY_US
from dovetail.core.errors import ConfigError, LinkError
from dovetail.reading.read import Range
from plain_samples import Row, Said
from samples_stores import FileStore
from site_copied import EVER, CopiedLife
from site_life import MONTH_ENDS_US

pytestmark = pytest.mark.postgres
GOOD = 0xC0


@pytest.fixture(scope="module")
def server(postgres_url: str) -> Iterator[ServerElsewhere]:
    place = ServerElsewhere(postgres_url)
    yield place
    place.close()


@pytest.fixture
def elsewhere(server: ServerElsewhere) -> ServerElsewhere:
    server.empty()
    return server


def site_in(folder: Path, elsewhere: ServerElsewhere) -> CopiedLife:
    folder.mkdir()
    return CopiedLife(folder, FileStore(folder / "samples"), elsewhere)


def sent(site: CopiedLife, rows: list[Row]) -> None:
    site.send(rows)
    site.seal()


@pytest.fixture
def world(elsewhere: ServerElsewhere, tmp_path: Path) -> Iterator[CopiedLife]:
    made = site_in(tmp_path / "one", elsewhere)
    yield made
    made.close()


def test_two_sites_have_tags_of_their_own(world: CopiedLife, elsewhere: ServerElsewhere, tmp_path: Path) -> None:
    """Both number their tags from one: in the copy each has its own number, and nobody reads the other's."""
    sent(world, [(1, MONTH_ENDS_US, 1.5, GOOD)])
    world.forward()
    other = site_in(tmp_path / "two", elsewhere)
    other.copy.close()
    other.reconciler._copy = other.copy = elsewhere.open("wien", "two")
    sent(other, [(1, MONTH_ENDS_US, 7.0, GOOD), (2, MONTH_ENDS_US, -2.0, GOOD)])
    while other.reconciler.step():
        pass
    assert elsewhere.rows("brno") == world.expected()
    assert elsewhere.rows("wien") == other.expected()
    other.close()


def test_a_site_that_has_the_name_of_another_is_refused_until_it_takes_over(
    world: CopiedLife, elsewhere: ServerElsewhere
) -> None:
    sent(world, [(1, MONTH_ENDS_US, 1.5, GOOD)])
    world.forward()
    restored = elsewhere.open("brno", "another")
    with pytest.raises(ConfigError, match="another installation forwards as site 'brno'"):
        restored.claim()
    restored.take_over()
    restored.claim()
    sent(world, [(1, MONTH_ENDS_US + 1, 2.0, GOOD)])
    world.clock.tick(DAY_US)
    with pytest.raises(ConfigError):
        world.reconciler.step()
    restored.close()


def test_a_server_that_drops_everybody_is_found_again(world: CopiedLife, elsewhere: ServerElsewhere) -> None:
    sent(world, [(1, MONTH_ENDS_US, 1.5, GOOD)])
    world.forward()
    elsewhere.drop_everybody()
    sent(world, [(1, MONTH_ENDS_US + 1, 2.0, GOOD)])
    world.clock.tick(DAY_US)
    with pytest.raises(LinkError, match="the copy is away"):
        world.reconciler.step()
    world.forward()


def test_what_is_brought_is_whole(world: CopiedLife, elsewhere: ServerElsewhere) -> None:
    """Every kind, the device's own time, the protocol's own status: as the site has them."""
    values: dict[Kind, Value] = {
        Kind.F64: float("-inf"), Kind.I64: -(2**63), Kind.U64: 2**64 - 1, Kind.BOOL: True, Kind.STR: "č\0",
        Kind.JSON: "[1]",
    }  # fmt: skip
    batches = [Batch.of(kind, [(1, MONTH_ENDS_US + kind, value, GOOD)]) for kind, value in values.items()]
    ours = [replace(one, ts_device=one.ts - 5, native=one.quality.astype("u4") * 0 + 9) for one in batches]
    world.historian.put([Frame("test", Lane.IMPORT, 1, 1, tuple(ours))])
    world.historian.seal_once()
    while world.reconciler.step():
        pass
    copy = EnterpriseCopy(elsewhere.connect)
    number = copy.number("brno", 1)
    assert number is not None
    found = {block.kind: block for block in copy.reader.raw(Range((number,), *EVER))}
    copy.close()
    assert {kind: block.value.tolist()[0] for kind, block in found.items()} == values
    assert {(int(one.device[0] - one.ts[0]), int(one.native[0])) for one in found.values()} == {(-5, 9)}  # type: ignore[index]


def test_of_time_that_went_at_the_site_the_copy_keeps_what_it_held(
    world: CopiedLife, elsewhere: ServerElsewhere
) -> None:
    """What comes late for it, and what is said of it afterwards, stays at the site: how-to, "What it does not do"."""
    begin_us, stays = MONTH_ENDS_US - DAY_US, (1, MONTH_ENDS_US, 3.0, GOOD)
    went: list[Row] = [(1, begin_us + at, 1.5, GOOD) for at in (0, 2)]
    sent(world, [*went, stays])
    world.pass_time(100 * 24)
    world.keep()
    assert (world.plain.rows(), elsewhere.rows()) == ([stays], [*went, stays])
    late: Row = (1, begin_us + 1, 7.0, GOOD)
    sent(world, [late])
    world.say(Said(1, begin_us, begin_us + 1, "change", value=-2.0))
    world.forward()
    assert (world.plain.rows(), elsewhere.rows()) == ([late, stays], [*went, stays])


def test_what_comes_late_between_two_times_that_went_is_brought(world: CopiedLife, elsewhere: ServerElsewhere) -> None:
    """Whoever reads the site is told of one stretch of a month that went; the copy lacks what lies between."""
    begin_us, stays = MONTH_ENDS_US - DAY_US, (1, MONTH_ENDS_US, 3.0, GOOD)
    rows: list[Row] = [(1, begin_us + at, 1.5, GOOD) for at in (0, 9, 5, 6)]
    sent(world, [rows[0], stays])
    world.pass_time(100 * 24)
    world.keep()
    sent(world, [rows[1]])
    world.pass_time(24)
    world.keep()
    assert [one.n for one in world.retention.gone.of(1, *EVER)] == [2]
    for late in rows[2:]:
        sent(world, [late])
        world.forward()
    assert elsewhere.rows() == [*sorted(rows), stays]
