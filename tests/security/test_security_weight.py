"""What a password costs who guesses: looked at where nothing is made lighter for the tests."""

from __future__ import annotations

import re

import pytest

from dovetail.security.passwords import Passwords


@pytest.fixture
def quickly() -> None:
    """At production's weight."""


def test_passwords_are_hashed_at_a_cost_that_makes_guessing_slow() -> None:
    kept = Passwords().hash("quiet bottles on a belt")
    cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", kept)
    assert cost is not None
    assert int(cost[1]) >= 19 * 1024  # KiB, SECURITY A4
