"""Expressions of every form over four signals, and what a plant may have said of them."""

from __future__ import annotations

from expr_signals import Sample
from hypothesis import strategies as st

from dovetail.core import quality as q

STEP_S = 0.1
BEFORE = -80  # steps: nothing is known earlier
END = 60

WINDOW = st.sampled_from(["'100 ms'", "'500 ms'", "'1.2 s'"])


def numbers(below: st.SearchStrategy[str], truths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} + {})".format, below, below),
        st.builds("({} * {})".format, below, below),
        st.builds("({} / {})".format, below, below),
        st.builds("({} if {} else {})".format, below, truths, below),
        st.builds("if_good({}, {})".format, below, below),
        st.builds("mean({}, {})".format, below, WINDOW),
        st.builds("integral({}, {})".format, below, WINDOW),
        st.builds("rate({}, {})".format, below, WINDOW),
        st.builds("previous({}, {})".format, below, WINDOW),
    )


def truths(below: st.SearchStrategy[str], given_numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} < {})".format, given_numbers, given_numbers),
        st.builds("({} and {})".format, below, below),
        st.builds("(not {})".format, below),
        st.builds("on_delay({}, {})".format, below, WINDOW),
        st.builds("off_delay({}, {})".format, below, WINDOW),
        st.builds("rising({}, {})".format, below, WINDOW),
        st.builds("changed({}, {})".format, below, WINDOW),
        st.builds("previous({}, {})".format, below, WINDOW),
    )


NUMBER_0 = st.sampled_from(["n", "m", "2", "0.5"])
TRUTH_0 = st.sampled_from(["on", "off", "n < m"])
NUMBER_1, TRUTH_1 = numbers(NUMBER_0, TRUTH_0), truths(TRUTH_0, NUMBER_0)
EXPRESSIONS = st.one_of(
    NUMBER_1, TRUTH_1, numbers(NUMBER_1 | NUMBER_0, TRUTH_1 | TRUTH_0), truths(TRUTH_1 | TRUTH_0, NUMBER_1 | NUMBER_0)
)

MOMENTS = st.lists(st.integers(BEFORE, END), max_size=7, unique=True).map(sorted)


def series(values: st.SearchStrategy[float | bool | None]) -> st.SearchStrategy[list[Sample]]:
    grade = st.sampled_from([q.GOOD, q.GOOD, q.UNCERTAIN])
    return MOMENTS.flatmap(
        lambda moments: st.tuples(
            *(st.tuples(st.just(round(at * STEP_S, 1)), values, grade) for at in moments)
        ).map(lambda rows: [(at, value) if value is None else (at, value, mark) for at, value, mark in rows])
    )  # fmt: skip


PLANT = st.fixed_dictionaries(
    {
        "n": series(st.sampled_from([0.0, 1.0, 2.5, -4.0, None])),
        "m": series(st.sampled_from([0.0, 3.0, None])),
        "on": series(st.sampled_from([True, False, None])),
        "off": series(st.sampled_from([True, False])),
    }
)
