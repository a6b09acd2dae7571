"""The routes of signed shifts."""

from __future__ import annotations

from dovetail.core.clock import DAY_US
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page, period
from dovetail.signatures.service import VIEW, SignatureOut, SignaturesRoom, signature_out

LONGEST_US = 400 * DAY_US


def routes(api: Api, room: SignaturesRoom) -> None:
    """Declare them."""

    @api.query("GET", "/equipment/{equipment_id}/signatures", permission=VIEW, summary="Which shifts were signed")
    def signatures(equipment_id: int, start: str, end: str, scope: Scope) -> Page[SignatureOut]:
        """Those of the equipment and of what it belongs to, by time; taken back ones too, with who and why."""
        from_us, to_us = period(start, end, longest_us=LONGEST_US)
        return Page(items=[signature_out(one) for one in room.of(equipment_id, from_us, to_us, scope=scope)])

    api.change("POST", "/equipment/{equipment_id}/signatures", room.sign, status=201)
    api.change("POST", "/signatures/{signature_id}/reopen", room.reopen)
