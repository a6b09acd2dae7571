"""Whatever comes from outside is read or refused: soon, in our own words, and without taking the plant's memory."""

from __future__ import annotations

import pytest
from fuzz_judge import Target, Trial, cases, replay
from fuzz_soak import MILLION, soak
from fuzz_targets import TARGETS

from shortcuts import FUZZED, FUZZED_SLOW

EACH = [pytest.param(one, id=one.name) for one in TARGETS]


@pytest.mark.parametrize("target", EACH)
def test_what_comes_in_spoiled_does_no_harm(target: Target) -> None:
    trial = Trial(target)
    outcome = trial.run(FUZZED_SLOW if target.slow else FUZZED, seed=1)
    trial.close()
    assert outcome.findings == {}
    assert outcome.refused < outcome.executions  # the examples that begin it are none that are refused


def test_what_once_did_harm_does_none() -> None:
    for target, file in cases(TARGETS):
        replay(target, file.read_bytes())


@pytest.mark.soak
@pytest.mark.parametrize("target", EACH)
def test_a_million_of_each(target: Target, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():  # who waits for hours wants to see how far it is
        outcome = soak(target)
    assert outcome.findings == {}
    assert outcome.executions == MILLION
