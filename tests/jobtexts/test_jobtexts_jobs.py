"""A controller or a scanner says in one text what runs: what it names begins, what nobody knows waits and is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from production_plant import PLANT, World, restarted, world

from asking import client_of
from dovetail.core.bus import Bus
from dovetail.core.clock import to_rfc3339
from dovetail.core.errors import ConflictError, InvalidError
from dovetail.core.quality import BAD_NOT_CONNECTED
from dovetail.core.scope import Actor, Scope, system_scope
from dovetail.db.uow import Database
from dovetail.dispatch.service import DispatchRoom
from dovetail.gone.model import Drop, Stretch
from dovetail.jobtexts import api
from dovetail.jobtexts.model import Meant, Named, meant, says
from dovetail.jobtexts.plant import JobEntry
from dovetail.operations.http import Api
from dovetail.operations.operation import Done, execute
from dovetail.retention.service import RetentionRoom
from dovetail.testing.clock import ManualClock
from shortcuts import examples

ALL = system_scope()
DAY = {"start": "2026-01-05T00:00:00Z", "end": "2026-01-06T00:00:00Z"}
WORDS = "{text_tag: recipe, ends: ['', '0'], ignores: [NOREAD], products: {'17': water}}"
PARTS = r"{text_tag: recipe, pattern: '(?P<order>PO-[0-9]{1,6})(;(?P<product>[a-z]{1,20})?(;(?P<lot>.{1,20}))?)?'}"


def plant_of(job: str) -> bytes:
    return PLANT.replace("{product_tag: recipe, order_tag: order, at_once: 2}", job).encode()


@dataclass
class Floor:
    """The small line whose filler says by one text what it runs, and the desk where orders are planned."""

    plant: World
    dispatch: DispatchRoom

    def do(self, name: str, **given: Any) -> Done[Any]:
        every = (*self.dispatch.operations, *self.plant.production.operations)
        operation = next(one for one in every if one.name == name)
        asked = operation.input.model_validate(given)
        return execute(operation, asked, database=self.plant.database, scope=ALL, reason="we looked")

    def order(self, job_order: str, product: str = "cola", **said: Any) -> Done[Any]:
        where = {"equipment_id": self.plant.id("line1"), "job_order": job_order}
        done = self.do("job_order.plan", **where, product=product, **said)
        self.plant.step()
        return done

    def hear(self, *said: tuple[float, str]) -> None:
        for minute, text in said:
            self.plant.signal(minute, "recipe", text)
        self.plant.step()

    def texts(self) -> list[str]:
        """`5 PO-9 held unknown` per text, in minutes."""
        with self.plant.database.read() as reading:
            span = (self.plant.at(-10_000), self.plant.at(10_000))
            found = self.plant.production.texts.texts(reading, self.plant.id("line1"), *span, scope=ALL)
        return [
            f"{self.plant.minute(one.ts_us):g} {one.text} {one.outcome} {one.why or ''}".strip() for one in found[::-1]
        ]

    def id_of(self, text: str) -> str:
        with self.plant.database.read() as reading:
            span = (self.plant.at(-10_000), self.plant.at(10_000))
            found = self.plant.production.texts.texts(reading, self.plant.id("filler"), *span, scope=ALL)
        return next(one.id for one in found if one.text == text)

    @property
    def jobs(self) -> list[str]:
        return self.plant.jobs("filler")


def floor_of(database: Database, plant: World) -> Floor:
    dispatch = DispatchRoom(
        database, equipment=plant.equipment, production=plant.production, materials=plant.materials,
        clock=plant.clock, signed=lambda *_: (),
    )  # fmt: skip
    plant.production.texts.orders = dispatch.order_of
    plant.equipment.apply({"plant.yaml": plant_of(WORDS)}, scope=ALL)
    plant.now(60)
    plant.step()
    return Floor(plant, dispatch)


@pytest.fixture
def floor(database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[Floor]:
    with world(database, clock, bus, folder=tmp_path / "historian") as plant:
        yield floor_of(database, plant)


@pytest.fixture
def small(sqlite_database: Database, clock: ManualClock, bus: Bus, tmp_path: Path) -> Iterator[Floor]:
    with world(sqlite_database, clock, bus, folder=tmp_path / "historian") as plant:
        yield floor_of(sqlite_database, plant)


def let_go(plant: World, retention: RetentionRoom) -> None:
    """All that the recipe said so far goes, as a rule of retention lets it."""
    tag, historian = plant.tag("filler", "recipe"), plant.historian
    (batch,) = historian.raw([tag], plant.at(0), plant.at(60), scope=ALL)
    while historian.seal_once():
        pass
    for month in historian.dropper.months():
        with historian.dropper.still():
            historian.dropper.drop(month, None, [])
    assert not any(len(one) for one in historian.raw([tag], plant.at(0), plant.at(60), scope=ALL))
    of = (Stretch(tag, int(batch.ts[0]), int(batch.ts[-1]), len(batch)),)
    retention.gone.take([Drop(1, "drop", "acme", 672, plant.at(60), None, len(batch), 90, of, plant.at(60), "a", 1)])


@pytest.mark.parametrize("words, text, expected", [
    ({}, "PO-1", Named(either="PO-1")),
    ({"names": "order"}, "PO-1", Named(order="PO-1")),
    ({"names": "product"}, "cola", Named(product="cola")),
    ({"products": {"17": "cola"}}, "17", Named(product="cola")),                    # how the machine calls it
    ({}, "", "nothing"),                                                            # a display that was blanked
    ({"ends": ("", "0")}, "", "ends"),
    ({"ends": ("0",)}, "0", "ends"),
    ({"ignores": ("NOREAD",)}, "NOREAD", "nothing"),                                # the scanner saw no code
    ({}, "x" * 201, "too-long"),
    ({"pattern": "PO(?P<order>[0-9]{1,9})"}, "PO17", Named(order="17")),
    ({"pattern": "PO(?P<order>[0-9]{1,9})"}, "XPO17", "no-match"),                  # the whole text, not a part
    ({"pattern": "(?P<product>.{1,9});(?P<lot>.{1,9})?", "products": {"7": "cola"}}, "7;L1", Named(None, "cola", "L1")),
    ({"pattern": "(?P<order>[0-9]{0,9});(?P<lot>.{1,9})"}, ";L1", "no-match"),      # names no job
    ({"pattern": "(?P<product>[a-z]{1,9});(?P<lot>.{1,150})"}, "cola;" + "L" * 121, "too-long"),  # than a lot may be
    ({"pattern": "(?P<order>.{1,150})"}, "P" * 121, "too-long"),
])  # fmt: skip
def test_what_a_text_says(words: dict[str, Any], text: str, expected: object) -> None:
    assert says(JobEntry(text_tag="recipe", **words), text) == expected


@dataclass(frozen=True)
class Planned:
    id: str = "PO-1"
    product: str = "cola"
    lot: str | None = "L1"
    standard_rate_upm: float | None = 90.0


@pytest.mark.parametrize("named, order, expected", [
    (Named(either="PO-1"), Planned(), Meant("cola", "PO-1", "L1", 90.0)),
    (Named(either="cola"), None, Meant("cola")),
    (Named(either="kola"), None, "unknown"),
    (Named(order="PO-9"), None, "no-order"),
    (Named(order="PO-9", product="cola", lot="L7"), None, Meant("cola", "PO-9", "L7")),     # the text says enough
    (Named(order="PO-1", product="water", lot="L7"), Planned(), Meant("water", "PO-1", "L7", 90.0)),
    (Named(product="kola"), None, "no-product"),
])  # fmt: skip
def test_what_is_named_of_what_is_planned_and_known(named: Named, order: Planned | None, expected: object) -> None:
    assert meant(named, order, {"cola": None, "water": None}) == expected


def test_a_text_begins_what_it_names_and_ends_what_it_says(floor: Floor) -> None:
    floor.order("PO-1", lot="L1", standard_rate_upm=90)
    floor.hear((1, "PO-1\0\0  "), (5, "NOREAD"), (6, "PO-1"), (10, "17"), (20, ""), (30, "PO-1"))
    floor.plant.signal(40, "recipe", "water", quality=BAD_NOT_CONNECTED)
    floor.plant.step()
    assert floor.jobs == ["1-10 cola PO-1", "10-20 water", "30-… cola PO-1"]
    with floor.plant.database.read() as reading:
        filler, span = floor.plant.id("filler"), (floor.plant.at(0), floor.plant.at(60))
        first, *_ = floor.plant.production.responses(reading, filler, *span, scope=ALL)
    assert (first.started_by, first.ended_by, first.lot, first.standard_rate_upm) == ("tag", "tag", "L1", 90)
    assert floor.texts() == ["1 PO-1 names", "10 17 names", "20  ends", "30 PO-1 names"]


def test_what_a_longer_text_left_behind_the_end_of_a_shorter_one_is_no_part_of_it(floor: Floor) -> None:
    floor.hear((1, "PO-1-old\0\0"), (10, "cola\0old\0"), (20, "water"))  # a record of either kind holds no NUL
    assert floor.texts() == ["1 PO-1-old held unknown", "10 cola names", "20 water names"]
    assert floor.jobs == ["10-20 cola", "20-… water"]


def test_a_text_whose_sample_is_no_more_still_says_what_it_said(small: Floor) -> None:
    retention = RetentionRoom(
        small.plant.database, small.plant.historian, plant=small.plant.equipment.plant, clock=small.plant.clock
    )
    small.plant.production.texts.gone = retention.gone.of
    small.hear((1, "cola"), (10, "PO-9"), (20, "cola"))
    let_go(small.plant, retention)
    small.hear((30, "PO-8"))
    small.order("PO-8")  # what was held before is looked at again
    assert small.jobs == ["1-30 cola", "30-… cola PO-8"]
    small.do("job_text.answer", text_id=small.id_of("PO-9"), product="water")
    small.plant.step()
    assert small.jobs == ["1-10 cola", "10-20 water", "20-30 cola", "30-… cola PO-8"]


def test_a_text_that_nobody_knows_is_held_and_begins_its_job_once_its_order_is_planned(floor: Floor) -> None:
    floor.hear((1, "cola"), (10, "PO-9"), (20, "water"))
    assert floor.jobs == ["1-20 cola", "20-… water"]  # what ran runs on
    assert floor.texts() == ["1 cola names", "10 PO-9 held unknown", "20 water names"]
    floor.order("PO-8")
    assert floor.texts()[1] == "10 PO-9 held unknown"
    floor.order("PO-9")
    assert floor.jobs == ["1-10 cola", "10-20 cola PO-9", "20-… water"]  # when it was said, not when it was planned
    assert floor.texts()[1] == "10 PO-9 names"


def test_an_order_planned_while_nobody_looked_is_found_after_a_start(small: Floor) -> None:
    small.hear((10, "PO-9"))
    where = {"equipment_id": small.plant.id("line1"), "job_order": "PO-9"}
    small.do("job_order.plan", **where, product="cola")
    room = restarted(small.plant)
    room.texts.orders = small.dispatch.order_of
    while room.step(3):
        pass
    assert small.jobs == ["10-… cola PO-9"]


def test_a_person_says_what_a_text_meant_and_takes_it_back(floor: Floor) -> None:
    floor.hear((1, "cola"), (10, "PO-9"))
    floor.order("PO-1")
    text = floor.id_of("PO-9")
    with pytest.raises(InvalidError, match="a job order that is not planned here"):
        floor.do("job_text.answer", text_id=text, job_order="PO-2")
    with pytest.raises(InvalidError, match="a product that nobody knows") as refused:
        floor.do("job_text.answer", text_id=text, product="colla")
    assert refused.value.hint == "did you mean cola?"
    floor.do("job_text.answer", text_id=text, job_order="PO-1")
    floor.plant.step()
    assert floor.jobs == ["1-10 cola", "10-… cola PO-1"]
    with pytest.raises(ConflictError, match="said already what it meant"):
        floor.do("job_text.answer", text_id=text)
    floor.do("job_text.unanswer", text_id=text)
    floor.plant.step()
    assert (floor.jobs, floor.texts()[1]) == (["1-… cola"], "10 PO-9 held unknown")
    floor.do("job_text.answer", text_id=text)
    floor.plant.step()
    assert (floor.jobs, floor.texts()[1]) == (["1-… cola"], "10 PO-9 nothing")  # it was no job


def test_what_a_text_meant_when_it_was_said_stays(small: Floor) -> None:
    small.order("PO-1")
    small.hear((1, "PO-1"))
    small.order("PO-1", product="water")  # the order is changed while it runs
    small.hear((0, "water"), (30, "17"))  # and a late text makes the jobs be read again
    assert small.jobs == ["0-1 water", "1-30 cola PO-1", "30-… water"]


def test_each_text_is_read_by_the_plant_code_of_its_moment(small: Floor) -> None:
    small.hear((-5, "cola"), (10, "17"), (20, "cola"))  # the first one before there was a plant
    assert small.jobs == ["-5-10 cola", "10-20 water", "20-… cola"]
    small.plant.now(100)
    small.plant.equipment.apply({"plant.yaml": plant_of(WORDS.replace("'17': water", "'17': cola"))}, scope=ALL)
    small.plant.now(200)
    small.hear((110, "water"), (120, "17"), (15, "water"))  # the last one is late
    assert small.jobs == ["-5-10 cola", "10-20 water", "20-110 cola", "110-120 water", "120-… cola"]
    small.plant.equipment.apply({"plant.yaml": plant_of("{product_tag: recipe}")}, scope=ALL)
    small.hear((16, "cola"))  # later still: what the texts began stands, read by whom it may
    assert small.jobs == ["-5-10 cola", "10-20 water", "20-110 cola", "110-120 water", "120-… cola"]


def test_parts_of_a_text(small: Floor) -> None:
    small.plant.equipment.apply({"plant.yaml": plant_of(PARTS)}, scope=ALL)
    small.plant.now(120)
    small.hear((70, "PO-77;cola;L-5"), (80, "17"), (90, "PO-78"))
    assert small.jobs == ["70-… cola PO-77"]
    assert small.texts() == ["70 PO-77;cola;L-5 names", "80 17 held no-match", "90 PO-78 held no-order"]


TEXTS = st.sampled_from(["cola", "water", "17", "PO-1", "PO-9", "", "NOREAD"])


@settings(max_examples=examples(16))
@given(st.lists(st.tuples(st.integers(1, 40), TEXTS), max_size=8, unique_by=lambda said: said[0]), st.randoms())
def test_late_and_shuffled_texts_give_the_same(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, str]], order: random.Random
) -> None:
    told: list[tuple[list[str], list[str]]] = []
    shuffled = list(said)
    order.shuffle(shuffled)
    for arrived in (sorted(said), shuffled):
        clock, bus = ManualClock(), Bus()
        folder = tmp_path_factory.mktemp("texts")
        database = Database(f"sqlite:///{folder / 'records.db'}", clock=clock, bus=bus)
        database.create_for_tests()
        with world(database, clock, bus, folder=folder / "historian") as plant:
            floor = floor_of(database, plant)
            floor.order("PO-1")
            for one in arrived:
                floor.hear(one)
            told.append((floor.jobs, floor.texts()))
        database.close()
    assert told[0] == told[1]


def test_the_texts_are_shown_with_their_address_and_answered_over_http(small: Floor) -> None:
    small.hear((10, "PO-9"), (20, "cola"))
    routes = Api(small.plant.database)
    api.routes(routes, small.plant.production.texts)
    here = frozenset({small.plant.id("filler")})
    client: TestClient = client_of(
        Scope(actor=Actor(id="p1", name="Ada"), at={"plant.view": here, "job.operate": here}), routes
    )
    path = f"/api/v1/equipment/{small.plant.id('filler')}/job-texts"
    (held,) = client.get(path, params=DAY | {"only": "held"}).json()["items"]
    assert (held["text"], held["tag"], held["address"], held["at"]) == (
        "PO-9", "acme/line1/filler.recipe", "ns=2;s=Recipe", to_rfc3339(small.plant.at(10)),
    )  # fmt: skip
    assert (held["message"], held["hint"][:14]) == ("'PO-9': it is no job order here and no product", "plan the order")
    answered = client.post(f"/api/v1/job-texts/{held['id']}/answer", json={"product": "water"})
    assert (answered.status_code, answered.json()["by"]) == (200, "Ada")
    small.plant.step()
    assert small.jobs == ["10-20 water", "20-… cola"]
    assert client.get(path, params=DAY | {"only": "held"}).json()["items"] == []
    assert client.post("/api/v1/job-texts/nobody/answer", json={}).status_code == 404
