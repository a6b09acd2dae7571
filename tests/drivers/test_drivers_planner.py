"""Blocks of a controller's memory: every point once, nothing too long, nothing forbidden, one bad point alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.drivers.planner import Block, Layout, Rules, Span, halves, plan

SPANS = st.lists(st.builds(Span, st.integers(0, 400), st.integers(1, 12)), max_size=60)
RULES = st.builds(
    Rules,
    length_max=st.integers(1, 125),
    gap_max=st.integers(0, 40),
    forbidden=st.lists(st.builds(Span, st.integers(0, 420), st.integers(0, 30)), max_size=5).map(tuple),
    cuts=st.frozensets(st.integers(0, 420), max_size=8),
    alone=st.frozensets(st.builds(Span, st.integers(0, 400), st.integers(1, 12)), max_size=8),
)


@pytest.mark.parametrize("spans, rules, blocks", [
    #  start, length                      longest, gap                        start, length, points
    ([(0, 1), (1, 1), (2, 2)],            Rules(125),                         [(0, 4, (0, 1, 2))]),
    ([(2, 2), (0, 1), (1, 1)],            Rules(125),                         [(0, 4, (1, 2, 0))]),       # sorted
    ([(0, 1), (10, 1)],                   Rules(125, 9),                      [(0, 11, (0, 1))]),         # a cheap gap
    ([(0, 1), (10, 1)],                   Rules(125, 8),                      [(0, 1, (0,)), (10, 1, (1,))]),
    ([(0, 100), (100, 26)],               Rules(125),                         [(0, 100, (0,)), (100, 26, (1,))]),
    ([(0, 100), (100, 25)],               Rules(125),                         [(0, 125, (0, 1))]),        # just fits
    ([(5, 1), (5, 1), (5, 4)],            Rules(125),                         [(5, 4, (0, 1, 2))]),       # all one
    ([(0, 9), (2, 1), (8, 3)],            Rules(125),                         [(0, 11, (0, 1, 2))]),      # one inside
    ([(0, 1), (4, 1)],                    Rules(125, 9, (Span(2, 1),)),       [(0, 1, (0,)), (4, 1, (1,))]),
    ([(0, 1), (4, 1)],                    Rules(125, 9, (Span(5, 9),)),       [(0, 5, (0, 1))]),  # ends before it
    ([(0, 1), (1, 1)],                    Rules(125, cuts=frozenset({1})),    [(0, 1, (0,)), (1, 1, (1,))]),
    ([(0, 2), (2, 1)],                    Rules(125, cuts=frozenset({1})),    [(0, 2, (0,)), (2, 1, (1,))]),
    ([(0, 1), (1, 1), (2, 1)],            Rules(125, alone=frozenset({Span(1, 1)}), gap_max=1),
                                                                              [(0, 3, (0, 2)), (1, 1, (1,))]),
    ([],                                  Rules(125),                         []),
])  # fmt: skip
def test_points_share_requests(spans: list[tuple[int, int]], rules: Rules, blocks: list[tuple[object, ...]]) -> None:
    assert plan([Span(*span) for span in spans], rules) == Layout(tuple(Block(*block) for block in blocks))


@pytest.mark.parametrize("span, rules", [
    ((0, 126), Rules(125)),  # longer than a request
    ((4, 2), Rules(125, forbidden=(Span(5, 1),))),
    ((4, 2), Rules(125, forbidden=(Span(0, 5),))),
])  # fmt: skip
def test_what_cannot_be_read_stands_outside(span: tuple[int, int], rules: Rules) -> None:
    assert plan([Span(*span)], rules) == Layout((), (0,))


@given(SPANS, RULES)
def test_every_point_is_read_once_and_nothing_forbidden_ever(spans: list[Span], rules: Rules) -> None:
    layout = plan(spans, rules)
    listed = [index for block in layout.blocks for index in block.members]
    assert sorted([*listed, *layout.outside]) == list(range(len(spans)))
    banned = {at for span in rules.forbidden for at in range(span.start, span.stop)}
    for block in layout.blocks:
        assert 1 <= block.length <= rules.length_max
        assert not banned & set(range(block.start, block.stop))
        assert block.start == min(spans[index].start for index in block.members)
        assert block.stop == max(spans[index].stop for index in block.members)
        starts = [spans[index].start for index in block.members]
        assert starts == sorted(starts)
        assert not any(block.start < cut <= starts[-1] for cut in rules.cuts)
        wanted = {spans[index] for index in block.members}
        assert len(wanted) == 1 or not wanted & rules.alone
    for index in layout.outside:
        span = spans[index]
        assert span.length > rules.length_max or banned & set(range(span.start, span.stop))


@given(SPANS, st.integers(1, 125))
def test_a_wider_gap_never_makes_more_requests(spans: list[Span], length_max: int) -> None:
    narrow, wide = (plan(spans, Rules(max(length_max, 12), gap)) for gap in (0, 500))
    assert len(wide.blocks) <= len(narrow.blocks)


def isolate(spans: Sequence[Span], illegal: set[int]) -> Rules:
    """Ask a device on which some positions are illegal, as a driver does, until nothing is refused but alone."""
    rules = Rules(length_max=125, gap_max=20)

    def refused(block: Block) -> bool:
        return bool(illegal & set(range(block.start, block.stop)))

    def learn(block: Block) -> None:
        nonlocal rules
        parts = halves(block, spans)
        if parts is None:
            rules = rules.refused(Span(block.start, block.length))
            return
        bad = [part for part in parts if refused(part)]
        for part in bad:
            learn(part)
        if not bad:
            rules = rules.cut_at(parts[1].start)

    while True:
        before = rules
        for block in plan(spans, rules).blocks:
            if refused(block):
                learn(block)
        if rules == before:
            return rules


@given(SPANS, st.sets(st.integers(0, 412), max_size=6))
def test_after_learning_only_points_that_are_illegal_themselves_are_refused(
    spans: list[Span], illegal: set[int]
) -> None:
    layout = plan(spans, isolate(spans, illegal))
    for block in layout.blocks:
        if illegal & set(range(block.start, block.stop)):
            assert len({spans[index] for index in block.members}) == 1


def test_neighbours_of_a_bad_point_still_share_a_request() -> None:
    spans = [Span(at, 1) for at in range(100)]
    layout = plan(spans, isolate(spans, {40}))
    assert [(block.start, block.length) for block in layout.blocks] == [(0, 40), (40, 1), (41, 59)]


def test_an_illegal_gap_is_remembered() -> None:
    spans = [Span(0, 2), Span(10, 2)]
    assert [block.length for block in plan(spans, isolate(spans, {5})).blocks] == [2, 2]


def test_a_point_that_came_back_joins_again() -> None:
    spans = [Span(at, 1) for at in range(10)]
    rules = isolate(spans, {4})
    assert len(plan(spans, rules.accepted(Span(4, 1))).blocks) == 1
