"""Whatever is meddled with in the past, the books balance, are those of one cut, and tell what was known when."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from life import CHANGES, PERIOD, balances, lived

from dovetail.explain.diff import Asked, Differ
from shortcuts import examples

MINUTE, LASTS = st.integers(0, 55), st.integers(1, 30)
SAID = st.sampled_from([
    {"reason": "mechanical/jam"}, {"state": "Held"}, {"state": "RUN"}, {"reason": "dimension"}, {"comment": "?"},
])  # fmt: skip
ENTERED = st.fixed_dictionaries(
    {"filler": st.booleans(), "scrap": st.integers(0, 40), "reason": st.just("dimension/too-long")},
    optional={"good": st.integers(0, 300), "unit": st.sampled_from(["case", "{#}", "kg"])},
)
OTHERWISE = st.sampled_from([
    {"shifts": []}, {"name": "Late start", "shifts": [{"name": "Early", "start": "06:30", "end": "14:00"}]},
])  # fmt: skip
DEED = st.one_of(
    st.tuples(st.just("sample"), st.just("state"), MINUTE, st.sampled_from([6, 11, 4, None])),
    st.tuples(st.just("sample"), st.just("recipe"), MINUTE, st.sampled_from(["cola", "water", "17", "PO-1", ""])),
    st.integers(0, 59).map(lambda m: ("sample", "total", m, 100 + m)),
    st.tuples(st.just("order")),
    st.tuples(st.just("job"), MINUTE, LASTS, st.sampled_from(["cola", "water"])),
    st.tuples(st.just("enter"), MINUTE, LASTS, ENTERED),
    st.tuples(st.just("edit"), MINUTE, LASTS, SAID),
    st.tuples(st.just("exception"), OTHERWISE),
    st.tuples(st.just("apply"), st.sampled_from(sorted(CHANGES))),
    st.tuples(st.just("restate"), MINUTE, LASTS),
)


def is_proven(deeds: list[tuple[tuple[Any, ...], bool]]) -> int:
    """Live it, and hold every promise against it; answers how many deeds were not refused."""
    with lived() as life:
        for what, work in deeds:
            life.act(what, work=work)
        life.work()
        for unit in life.units:
            balances(life, unit)
        assert {known: life.told(known) for known in life.seen} == life.seen
        differ = Differ(life.plant.rooms.performance)
        for kpi in ("oee_index", "availability"):
            asked = Asked(kpi, life.plant.filler, *PERIOD, min(life.seen), None, life.plant.everyone)
            found = differ.diff(asked)
            steps = sum((one.contribution for one in found.changes if one.contribution), Decimal(0))
            assert found.difference is None or steps == found.difference
        return life.done


DEEDS = st.lists(st.tuples(DEED, st.booleans()), min_size=2, max_size=7)


@budget(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.generate])  # fmt: skip
@given(deeds=DEEDS)
def test_the_books_balance_whatever_is_meddled_with(deeds: list[tuple[tuple[Any, ...], bool]]) -> None:
    is_proven(deeds)


@pytest.mark.soak
@budget(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.tuples(DEED, st.booleans()), min_size=2, max_size=16))
def test_thousands_of_lives_balance(deeds: list[tuple[tuple[Any, ...], bool]]) -> None:
    is_proven(deeds)
