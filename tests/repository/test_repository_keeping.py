"""Which copies are kept: what a person reads in the rule is what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dovetail.core.clock import HOUR_US, from_rfc3339
from dovetail.core.errors import InvalidError
from dovetail.repository.keeping import Rule, kept, parse

NIGHTS_US = [from_rfc3339("2026-01-01T02:30:00Z") + day * 24 * HOUR_US for day in range(400)]  # to 4 February 2027


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("14", Rule(newest=14)),
        ("7d,4w,12m", Rule(1, 7, 4, 12)),
        ("7d 4w", Rule(1, 7, 4, 0)),
        ("3, 2d", Rule(3, 2, 0, 0)),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, rule: Rule) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize("text", ["", "d", "7y", "7d;4w", "-1", "0", "0d,0w", "99999", "7 days"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        parse(text)


def test_a_year_of_nights_by_the_usual_rule() -> None:
    keep = sorted(kept(NIGHTS_US, parse("7d,4w,12m")), reverse=True)
    days = [(NIGHTS_US[-1] - NIGHTS_US[at]) // (24 * HOUR_US) for at in keep]
    assert days[:7] == [0, 1, 2, 3, 4, 5, 6]  # Thursday back to Friday
    assert days[7:9] == [11, 18]  # the Sundays of the two weeks before; the last four weeks have two among the seven
    assert days[9:12] == [35, 66, 96]  # the last days of December, November, October
    assert len(days) == 7 + 2 + 10  # of twelve months, this one and January have their last among the seven


@given(
    st.lists(st.integers(0, 3 * 365 * 24), min_size=1, max_size=60),
    st.builds(Rule, st.integers(1, 5), st.integers(0, 9), st.integers(0, 9), st.integers(0, 14)),
)
def test_the_newest_stays_no_more_than_the_rule_says_and_what_goes_never_comes_back(
    hours: list[int], rule: Rule
) -> None:
    made = [NIGHTS_US[0] + hour * HOUR_US for hour in hours]
    keep = kept(made, rule)
    assert len(keep) <= rule.newest + rule.days + rule.weeks + rule.months
    assert max(made) in {made[at] for at in keep}
    left = [made[at] for at in sorted(keep)]
    assert len(kept(left, rule)) == len(left), "what was kept is kept again when nothing has come"
