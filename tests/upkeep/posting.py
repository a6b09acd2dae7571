"""Somebody who posts a number every moment, and keeps each until it is answered.

`posting.py PORT SPOOL EVERY_S APART_US TOKEN`. It imports nothing of what it posts to.

What it made is in the spool before it is posted, what was answered beside it: both outlive whatever happens to it.
Told to stop (SIGTERM), it makes nothing more, brings what is left, and ends.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
from pathlib import Path

AT_ONCE = 500
STATUSES = (202, 401, 404, 429, 503)  # kept; or it is not there yet, and the same is sent again


class Poster:
    def __init__(self, port: int, spool: Path, *, every_s: float, apart_us: int, token: str) -> None:
        self._port, self._every_s, self._apart_us, self._token = port, every_s, apart_us, token
        self._spool = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._goes_on = True

    def stop(self, *_: object) -> None:
        self._goes_on = False

    def run(self) -> None:
        waiting: list[dict[str, int]] = []
        posted: list[dict[str, int]] = []  # the same under the same key until it is answered
        made, next_s = 0, time.monotonic()
        while self._goes_on or waiting or posted:
            while self._goes_on and time.monotonic() >= next_s:
                made, next_s = made + 1, next_s + self._every_s
                waiting.append({"sent": made, "at": time.time_ns() // 1_000 + self._apart_us})
                self._note("made", made)
            if not posted:
                posted, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            if posted and self._post(posted):
                for row in posted:
                    self._note("kept", row["sent"])
                posted = []
            else:
                time.sleep(0.05)

    def _note(self, what: str, number: int) -> None:
        os.write(self._spool, f"{what} {number}\n".encode())

    def _post(self, rows: list[dict[str, int]]) -> bool:
        headers = {"authorization": f"Bearer {self._token}", "idempotency-key": f"from-{rows[0]['sent']}"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", "/api/v1/intake/lab", json.dumps(rows), headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        assert status in STATUSES, status
        return status == 202


if __name__ == "__main__":
    port, spool, every_s, apart_us, token = sys.argv[1:]
    poster = Poster(int(port), Path(spool), every_s=float(every_s), apart_us=int(apart_us), token=token)
    signal.signal(signal.SIGTERM, poster.stop)
    poster.run()
