"""Long work that somebody asks for and comes back to read: one at a time, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from dovetail.core.errors import DovetailError, NotFoundError, RefusedError
from dovetail.core.scope import Scope
from dovetail.web.longwork import LongWork

log = logging.getLogger(__name__)

KEPT_MAX: Final = 10  # answers that can still be read; each is asked for again within seconds

type OnStep = Callable[[int, int], None]
"""Told how many steps are done, of how many."""


class InTurn[T]:
    """One piece of work of a kind at a time; the newest answers are kept while the process lives."""

    def __init__(self, work: LongWork, name: str, title: str, unit: str) -> None:
        self._work, self._name, self._title, self._unit = work, name, title, unit
        self._busy = threading.Lock()
        self._found: OrderedDict[str, tuple[str, T]] = OrderedDict()

    def begin(self, answer: Callable[[OnStep], tuple[T, str]], *, scope: Scope) -> str:
        """Begin it; `answer` says what it found, and in a few words how much that was. Answers the id of the work.

        Raises RefusedError while another of its kind runs.
        """
        if not self._busy.acquire(blocking=False):
            hint = "see it in the list of jobs"
            raise RefusedError(f"a {self._name} is worked on already", code=f"{self._name}-busy", hint=hint)
        try:
            work_id = self._work.begin(self._title, total=1, unit=self._unit)
            thread = threading.Thread(target=self._run, args=(answer, scope.actor.id, work_id), daemon=True)
            thread.name = f"dovetail-{self._name}"
            thread.start()
        except BaseException:
            self._busy.release()
            raise
        return work_id

    def _run(self, answer: Callable[[OnStep], tuple[T, str]], asker: str, work_id: str) -> None:
        try:
            found, detail = answer(lambda done, total: self._work.step(work_id, done, total=total))
            self._found[work_id] = (asker, found)
            while len(self._found) > KEPT_MAX:
                self._found.popitem(last=False)
            self._work.end(work_id, detail=detail)
        except DovetailError as error:
            self._work.end(work_id, state="failed", detail=error.message + (f" ({error.hint})" if error.hint else ""))
        except Exception:  # whoever waits is told that it ended, whatever it was
            log.exception("a %s failed", self._name)
            self._work.end(work_id, state="failed", detail="something went wrong on our side; the log has it")
        finally:
            self._busy.release()

    def found(self, work_id: str, *, scope: Scope) -> T:
        """What it found. Raises NotFoundError while it runs, and for whoever did not ask for it."""
        asker, found = self._found.get(work_id, ("", None))
        if found is None or (asker != scope.actor.id and not scope.everything):
            raise NotFoundError(f"there is no such {self._name}, or it has not ended")
        return found
