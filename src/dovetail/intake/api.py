"""The address that other systems post to. It asks for no session: each post carries its own proof."""

from __future__ import annotations

from typing import Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from dovetail.drivers.posts import FLAWS_MAX, Receipt
from dovetail.intake.service import Intake, Knock
from dovetail.operations.http import PROOF, Api

PATH: Final = "/intake/{connection}"


def routes(api: Api, intake: Intake) -> None:
    """Declare the way in."""

    async def post(request: Request) -> Response:
        sender = request.client.host if request.client is not None else "unknown"
        knock = Knock(request.path_params["connection"], request.headers, sender)
        try:
            receipt = await intake.take(knock, request.stream())
        except ClientDisconnect:
            return Response(status_code=400)  # who went away in the middle reads no answer
        return JSONResponse(_said(receipt), status_code=202)

    api.receive("POST", PATH, post, permission=PROOF, summary="Post JSON to a connection of driver `webhook`")


def _said(receipt: Receipt) -> dict[str, object]:
    left_out = [{"pointer": flaw.pointer, "detail": flaw.what} for flaw in receipt.left_out[:FLAWS_MAX]]
    said: dict[str, object] = {"rows": receipt.rows, "samples": receipt.samples, "repeated": receipt.is_repeat}
    return {**said, "left_out": len(receipt.left_out), "flaws": left_out} if left_out else said
