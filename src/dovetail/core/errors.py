"""An error says who can mend it: a person at the configuration, time, nobody (this point only), or the caller.

The tree is the retry policy (DESIGN §4). `code` is stable and documented; `hint` tells the person the way on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DovetailError(Exception):
    """Base of every error that Dovetail raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.hint = hint


class ConfigError(DovetailError):
    """A person must change the configuration; the program refuses to start or to apply."""

    code = "config"


class UnapprovedError(ConfigError):
    """Somebody answers whom no person has approved, and is put aside until one does.

    `option` is where the configuration keeps who was approved (`security.server_fingerprint`), `value` what to write
    there; `shows` is what the other end says of itself, for a person to compare: (what, its value).
    """

    code = "unapproved"

    def __init__(
        self,
        message: str,
        *,
        option: str,
        value: str,
        shows: Sequence[tuple[str, str]],
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.option = option
        self.value = value
        self.shows = tuple(shows)


class LinkError(DovetailError):
    """Time may heal it (a cable, a restart): the session backs off and tries again."""

    code = "link"


class BusyError(LinkError):
    """Nothing is wrong with what was asked, but we are behind with our work: to be asked again (HTTP 503)."""

    code = "busy"

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_s = retry_after_s


class MalformedError(LinkError):
    """A file is no database any more, or its pages do not fit together: it is set aside as a whole, and kept."""

    code = "historian-malformed"


class DamagedError(DovetailError):
    """Bytes that lie here do not have the sum they were written with, or a version that this program cannot read."""

    code = "historian-damaged"


class PointError(DovetailError):
    """Only this point is wrong: it becomes a bad-quality sample and the rest goes on."""

    code = "point"

    def __init__(self, message: str, *, native: int = 0, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.native = native


class RefusedError(DovetailError):
    """The caller may not, or not now (HTTP 403 and 409)."""

    code = "refused"


class InvalidError(RefusedError):
    """What was entered does not make sense; `pointer` is the JSON pointer of the field at fault (HTTP 422)."""

    code = "invalid"

    def __init__(self, message: str, *, pointer: str = "", code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.pointer = pointer


class NotFoundError(RefusedError):
    """It does not exist, or it lies outside the caller's scope: the two must look the same (HTTP 404)."""

    code = "not-found"


class ConflictError(RefusedError):
    """Somebody else changed it first (HTTP 409); the message names both versions, `members` may hold them whole."""

    code = "conflict"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.members = dict(members or {})


class UnauthenticatedError(RefusedError):
    """Nobody is signed in, or the session has ended (HTTP 401)."""

    code = "unauthenticated"


class TooOftenError(RefusedError):
    """Too often: the caller may come again after so many seconds (HTTP 429)."""

    code = "too-often"

    def __init__(self, message: str, *, retry_after_s: int, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_s = retry_after_s
