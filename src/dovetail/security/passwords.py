"""Keep and check passwords, a few at a time, and count the wrong ones.

A flood of sign-ins must not take the cores from the plant; the sixth guess within five minutes waits (SECURITY A7, A8).
"""

from __future__ import annotations

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from dovetail.core import ids, limits
from dovetail.core.clock import MINUTE_US
from dovetail.core.scope import system_scope
from dovetail.db.uow import Database
from dovetail.security import store

TRIED_MAX: Final = 1024  # characters of a guess that are looked at
FAILURES_MAX: Final = 5
FAILURES_WITHIN_US: Final = 5 * MINUTE_US
LOCKED_US: Final = 15 * MINUTE_US


class Passwords:
    """Argon2id with the library's current cost; what was hashed with a lower one is hashed anew at sign-in."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._at_once = threading.BoundedSemaphore(limits.PASSWORD_HASHES_AT_ONCE)
        self._nobody_hash = self._hasher.hash(ids.new_secret())

    def hash(self, password: str) -> str:
        """What is kept instead of the password."""
        with self._at_once:
            return self._hasher.hash(password)

    def right(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; where there is none (None) it takes as long and is wrong."""
        with self._at_once:
            try:
                return self._hasher.verify(password_hash or self._nobody_hash, password[:TRIED_MAX]) and bool(
                    password_hash
                )
            except (VerifyMismatchError, InvalidHashError):
                return False

    def outdated(self, password_hash: str | None) -> bool:
        """Whether the cost has been raised since this hash was made."""
        return password_hash is not None and self._hasher.check_needs_rehash(password_hash)


class Failures:
    """The wrong passwords of late, by login."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def locked(self, login: str) -> bool:
        """Whether even the right password opens nothing now."""
        since_us = self._database.clock.now_us() - FAILURES_WITHIN_US
        with self._database.read() as reading:
            return store.count_failures(reading, login, since_us=since_us) >= FAILURES_MAX

    def add(self, login: str) -> None:
        """Note a wrong password."""
        now_us = self._database.clock.now_us()
        with self._database.write(system_scope("gate").actor) as uow:
            store.add_failure(uow, login, at_us=now_us, forget_before_us=now_us - LOCKED_US)
