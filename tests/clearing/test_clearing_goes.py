"""Samples go when their rule says so, not before, and never without a trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clearing_world import ALL, LIMIT, RECIPE, SPEED, TAGS, VIBRATION, World, at

from dovetail.core.clock import DAY_US, HOUR_US
from dovetail.core.errors import ConflictError, InvalidError, LinkError, RefusedError
from dovetail.operations.operation import Catalogue, execute
from dovetail.retention.holds import HoldSamples
from dovetail.retention.model import Reference
from plug import PlugPulledError

EVERY = {"drop_after": "P1Y"}


def test_a_plan_says_what_would_go_and_changes_nothing(world: World) -> None:
    world.live()
    world.rule(acme=EVERY)
    before = world.held()
    plan = world.room.plan()
    assert [(line.act, line.rule, line.month, line.samples) for line in plan.lines] == [
        ("drop", "acme", 648, 2 * 31 * 4 + 31),
        ("drop", "acme", 649, 2 * 29 * 4 + 29),
        ("drop", "acme", 650, 2 * 31 * 4),  # the recipe's chunk of March tells what still runs
    ]
    assert plan.spared == 1 + 31  # the limit, and the recipe
    assert world.held() == before


def test_what_is_due_goes_by_itself_and_what_went_is_known(world: World) -> None:
    world.live()
    world.rule(acme=EVERY)
    sent = world.sent()
    world.clear()
    assert world.held() == {SPEED: 2, VIBRATION: 2, RECIPE: 31, LIMIT: 1}
    (went,) = world.room.gone.of(SPEED, at("2024-02-10"), at("2024-02-11"))
    assert (went.rule, went.n) == ("acme", 91 * 4)
    assert world.sent() == sum(world.held().values()) + world.room.gone.samples == sent
    (job,) = world.work.views()
    assert (job.state, job.done, job.total) == ("done", job.total, 2 * 91 * 4 + 60)
    world.restart()
    assert world.gone(SPEED) == 91 * 4
    assert world.held() == {SPEED: 2, VIBRATION: 2, RECIPE: 31, LIMIT: 1}
    assert world.historian.last([LIMIT], scope=ALL)[LIMIT].ts_us == at("2024-01-01")
    assert world.keeper.step() == 0


def test_a_month_of_which_all_goes_is_let_go_at_once(world: World) -> None:
    world.live()
    world.rule(acme__filler={"drop_after": "P1Y"}, acme__press={"drop_after": "P1Y"})
    world.send(RECIPE, [world.clock.now_us()])
    world.send(LIMIT, range(at("2024-12-30"), at("2025-01-03"), HOUR_US))
    world.clear()
    with world.historian.dropper.view(648) as view:
        assert view.size() == (0, 0)
    assert {drop.rule for drop in world.room.drops(ALL)} == {"acme/filler", "acme/press"}


def test_a_row_that_lies_about_its_time_lets_nothing_go_before_it_is_due(world: World) -> None:
    """Its samples are of the last ten days; a disk has put them two weeks back."""
    world.clock.step(at("2026-06-25") - world.clock.now_us())
    days = [world.clock.now_us() - day * DAY_US for day in range(24)]
    world.send(VIBRATION, sorted(days[12:]))
    young = [world.clock.now_us() - 19 * DAY_US // 2, days[1]]
    world.send(VIBRATION, young)
    world.rule(acme__filler={"drop_after": "P10D"})
    with world.historian.chunks.use(max(world.historian.chunks.newest_first())) as month:
        words = month._words
        with month._place.transaction() as session:
            lie = f"update {words.chunk} set t0 = t0 - {14 * DAY_US}, t1 = t1 - {14 * DAY_US} where t0 = {young[0]}"
            session.execute(lie)
    with pytest.raises(LinkError, match="set aside first"):
        world.clear()
    assert world.held(VIBRATION) == {VIBRATION: 14}
    world.historian.seal_once()
    world.clock.tick(HOUR_US)
    world.clear()
    assert world.moments(VIBRATION) == young
    assert world.gone(VIBRATION) == 12


def test_the_nearest_rule_counts_and_by_day_where_little_is_kept(world: World) -> None:
    today = world.clock.now_us() // DAY_US * DAY_US
    for tag in (SPEED, VIBRATION):
        for day in range(40):
            world.send(tag, [today - day * DAY_US + hour * HOUR_US for hour in range(0, 24, 6)][: 1 if not day else 4])
    world.rule(acme={"drop_after": "P1Y", "tags": {"vibration_*": {"drop_after": "P10D"}}})
    world.clear()
    assert world.held(SPEED) == {SPEED: 157}
    assert min(world.moments(VIBRATION)) <= today - 10 * DAY_US  # never sooner than said; a chunk goes as a whole
    assert world.held(VIBRATION)[VIBRATION] + world.gone(VIBRATION) == 157
    assert {drop.rule for drop in world.room.drops(ALL)} == {"acme.vibration_*"}


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ({"acme": {"drop_after": "never"}}, True),
        ({"acme": EVERY, "acme/filler": {"drop_after": "never"}}, True),
        ({"acme": {"drop_after": "never", "scans": {"default": EVERY}}}, False),
        ({"acme/press": EVERY}, True),
    ],
)
def test_what_no_rule_speaks_of_is_kept_for_ever(world: World, rules: dict[str, dict[str, object]], kept: bool) -> None:
    world.live()
    world.rule(**{path.replace("/", "__"): body for path, body in rules.items()})
    world.clear()
    assert (world.held(SPEED) == {SPEED: 91 * 4 + 2}) is kept


def test_a_rule_that_was_just_changed_waits_a_day(world: World) -> None:
    world.live()
    world.rule(acme={"drop_after": "P5Y"})
    world.rule(days_ago=0, acme=EVERY)
    world.clear()
    assert world.gone(SPEED) == 0
    world.clock.tick(25 * HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4


def test_a_person_lets_go_what_a_plan_says_and_nothing_else(world: World) -> None:
    world.live()
    world.keeper.step()
    world.rule(days_ago=0, acme=EVERY)
    digest = world.room.plan().digest
    world.send(SPEED, [at("2024-01-05") + 1])
    with pytest.raises(ConflictError, match="something else"):
        world.do(world.keeper.run, plan=digest)
    begun = world.do(world.keeper.run, plan=world.room.plan().digest)
    with pytest.raises(RefusedError, match="already"):
        world.do(world.keeper.run, plan=world.room.plan().digest)
    world.clear()
    assert world.work.view(begun.job_id).state == "done"
    assert world.gone(SPEED) == 91 * 4 + 1


def test_samples_that_come_late_for_a_month_that_went_go_another_day(world: World) -> None:
    world.live()
    world.rule(acme=EVERY)
    world.clear()
    world.send(SPEED, [at("2024-02-03") + 7])
    assert world.moments(SPEED)[0] == at("2024-02-03") + 7
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.gone(SPEED) == 91 * 4 + 1
    assert world.sent() == sum(world.held().values()) + world.room.gone.samples


# --- what must stay ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", [{"tags": [SPEED]}, {"equipment": [2]}, {"equipment": [1]}])
def test_nothing_that_is_held_goes_until_it_is_released(world: World, held: dict[str, list[int]]) -> None:
    world.live()
    world.rule(acme=EVERY)
    hold = world.do(world.room.holds.hold, start="2024-02-10T00:00:00Z", end="2024-02-12T00:00:00Z", **held)
    world.clear()
    inside = range(at("2024-02-10"), at("2024-02-12"), 6 * HOUR_US)
    assert set(inside) <= set(world.moments(SPEED))
    assert world.held(SPEED)[SPEED] + world.gone(SPEED) == 91 * 4 + 2
    world.do(world.room.holds.release, hold_id=hold.id)
    world.clock.tick(24 * HOUR_US)
    world.clear()
    assert world.held(SPEED) == {SPEED: 2}
    (out,) = world.room.held(ALL)
    assert (out.reason, out.released_reason) == ("case 7", "case 7")


def test_a_hold_and_its_end_can_each_be_taken_back(world: World) -> None:
    room, catalogue = world.room, Catalogue(list(world.room.holds.operations))
    asked = HoldSamples(tags=(SPEED,), start="2024-02-10T00:00:00Z", end="2024-02-12T00:00:00Z")
    given = {"database": world.database, "scope": ALL, "reason": "the wrong month"}
    hold = execute(room.holds.hold, asked, **given)
    ended = catalogue.undo(hold.audit_id, **given)
    assert [one.stands for one in room.held(ALL)] == [False]
    catalogue.undo(ended.audit_id, **given)  # the end of a hold, as good as any other
    newest, oldest = room.held(ALL)
    assert (newest.stands, oldest.stands) == (True, False)
    assert (newest.tags, newest.from_us, newest.to_us) == (oldest.tags, oldest.from_us, oldest.to_us)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nothing"),
        ({"tags": [99]}, "no tags 99"),
        ({"equipment": [99]}, "no equipment 99"),
        ({"tags": [1], "end": "2023-01-01T00:00:00Z"}, "before the start"),
        ({"tags": [1], "end": "tomorrow"}, "not a time"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(world: World, given: dict[str, object], message: str) -> None:
    asked = {"start": "2024-01-01T00:00:00Z", "end": "2024-02-01T00:00:00Z", **given}
    with pytest.raises(InvalidError, match=message):
        world.do(world.room.holds.hold, **asked)


def test_what_a_record_rests_on_stays(world: World) -> None:
    """Whoever signs records says by this which samples they rest on."""
    world.live()
    world.rule(acme=EVERY)
    world.signed = [Reference(frozenset({SPEED}), at("2024-01-15"), at("2024-01-16"), "batch record 12")]
    world.clear()
    assert set(range(at("2024-01-15"), at("2024-01-16"), 6 * HOUR_US)) <= set(world.moments(SPEED))
    assert world.held(VIBRATION) == {VIBRATION: 2}


def test_a_hold_that_comes_while_samples_go_is_told_so(world: World, pull_plug_at: Callable[[str, int], None]) -> None:
    world.live()
    world.rule(acme=EVERY)
    pull_plug_at("retention.begun", 1)
    with pytest.raises(PlugPulledError):
        world.clear()
    pull_plug_at("never", 1)
    with pytest.raises(ConflictError, match="going right now"):
        world.do(world.room.holds.hold, tags=[SPEED], start="2024-01-10T00:00:00Z", end="2024-01-12T00:00:00Z")
    world.do(world.room.holds.hold, tags=[SPEED], start="2024-03-10T00:00:00Z", end="2024-03-12T00:00:00Z")
    world.restart()
    world.clear()
    assert at("2024-03-10") in world.moments(SPEED)


# --- killed between any two steps -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["retention.begun", "historian.dropped", "retention.ended"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_kill_between_two_steps_loses_nothing_else_and_no_count(
    world: World, pull_plug_at: Callable[[str, int], None], name: str, nth: int
) -> None:
    world.live()
    world.rule(acme=EVERY)
    pull_plug_at(name, nth)
    with pytest.raises(PlugPulledError):
        world.clear()
    pull_plug_at("never", 1)
    world.restart()
    assert all(world.held(tag)[tag] + world.gone(tag) == world.sent_of(tag) for tag in TAGS)
    world.send(SPEED, [at("2024-01-03") + 5, at("2024-02-03") + 5])
    world.clear()
    assert world.held() == {SPEED: 2, VIBRATION: 2, RECIPE: 31, LIMIT: 1}
    assert world.gone(SPEED) == 91 * 4 + 2
    assert world.sent() == sum(world.held().values()) + world.room.gone.samples


def test_what_was_decided_and_is_not_there_as_it_was_is_decided_anew(
    world: World, pull_plug_at: Callable[[str, int], None]
) -> None:
    """The store did not answer, went on later, and samples came late in between."""
    world.live()
    world.rule(acme=EVERY)
    pull_plug_at("retention.begun", 1)
    with pytest.raises(PlugPulledError):
        world.clear()
    pull_plug_at("never", 1)
    world.send(SPEED, [at("2024-01-03") + 5])
    world.clear()
    assert world.gone(SPEED) == 91 * 4 + 1
    assert world.sent() == sum(world.held().values()) + world.room.gone.samples


# --- a full disk ------------------------------------------------------------------------------------------------


def test_on_a_full_disk_the_oldest_goes_before_its_time_only_where_the_plant_allows_it(world: World) -> None:
    world.live()
    world.rule(acme={"drop_after": "P9Y"}, acme__filler={"on_full": "evict"})
    world.room_left = [0, 1, 1 << 40]
    assert world.keeper.step() == 1
    assert {drop.act for drop in world.room.drops(ALL)} == {"evict"}
    assert min(world.moments(SPEED)) == at("2024-02-01")
    world.clear()
    assert min(world.moments(SPEED)) == at("2024-02-01")
    assert world.moments(LIMIT) == [at("2024-01-01")]


def test_what_makes_no_room_is_not_let_go_for_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.live()
    world.rule(acme={"drop_after": "P9Y", "on_full": "evict"})
    world.room_left = [0]
    world.clear()
    assert min(world.moments(SPEED)) == at("2024-02-01")
    assert "made no room" in caplog.text


def test_what_was_summed_up_goes_with_what_it_was_summed_up_from(world: World) -> None:
    """A trend never shows hours of samples that are no more there, and still shows those that stayed."""
    for tag in (SPEED, VIBRATION):
        world.send(tag, range(at("2024-01-01"), at("2024-01-08"), HOUR_US // 30))
        world.send(tag, [at("2025-01-01"), world.clock.now_us() - HOUR_US])
    while world.historian.compact_once():
        pass
    world.rule(acme=EVERY)
    world.do(world.room.holds.hold, tags=[VIBRATION], start="2024-01-03T00:00:00Z", end="2024-01-04T00:00:00Z")
    world.clear()
    while world.historian.compact_once():
        pass
    for tag in (SPEED, VIBRATION):
        trend = world.historian.series(tag, at("2024-01-01"), at("2024-02-01"), 31 * 24, scope=ALL)
        kept = [moment for moment in world.moments(tag) if moment < at("2024-02-01")]
        assert int(trend.n.sum()) == len(kept)
    assert world.held(SPEED) == {SPEED: 2}
