"""The evidence of a reason as screens, reports and the command line show it."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel, Field

from dovetail.core.clock import to_rfc3339


class FaultToldOut(BaseModel):
    """A fault that followed the first one of its stop."""

    code: str
    text: str | None
    reason: str | None
    at: str


class EvidenceOut(BaseModel):
    """Why a stop has its reason; `text` says it in one line.

    `by`: a `fault` of the machine, a `signal` for starved or blocked, what its `state` says, a `rule` of the plant, or
    a `changeover` to another product.
    `at`: when a first-out fault was told, or since when what a rule asks has held; `others`: the faults that followed;
    `values`: what the rule's names said; `told`: what the machine calls the fault; `state`: what its state says;
    `went_from`, `went_to`: between which products.
    """

    by: str
    text: str
    tag_id: int | None = None
    code: str | None = None
    rule: str | None = None
    at: str | None = None
    others: list[FaultToldOut] = Field(default=[])
    values: dict[str, float | bool | str | None] = Field(default={})
    told: str | None = None
    state: str | None = None
    went_from: str | None = None
    went_to: str | None = None


def evidence_out(because: str | None) -> EvidenceOut | None:
    """What is shown of the evidence that a state record keeps; None where it keeps none."""
    if because is None:
        return None
    body: dict[str, Any] = orjson.loads(because)
    at_us = body.get("at_us", body.get("since_us"))
    others = [
        FaultToldOut(code=one["code"], text=one.get("text"), reason=one["reason"], at=to_rfc3339(one["at_us"]))
        for one in body.get("others", ())
    ]
    return EvidenceOut(
        by=body["by"],
        text=in_words(body),
        tag_id=body.get("tag"),
        code=body.get("code"),
        rule=body.get("rule"),
        at=None if at_us is None else to_rfc3339(at_us),
        others=others,
        values=body.get("values", {}),
        told=body.get("text"),
        state=body.get("state"),
        went_from=body.get("from"),
        went_to=body.get("to"),
    )


def in_words(body: dict[str, Any]) -> str:
    """One line.

    >>> in_words({"by": "fault", "code": "17", "text": "Jam", "at_us": 0, "others": [{"code": "22"}, {"code": "31"}]})
    'first-out 17 Jam, then 22, 31'
    >>> in_words({"by": "rule", "rule": "waits-for-filler", "values": {"upstream_state": "Held", "level": 3.0}})
    'rule waits-for-filler: upstream_state Held, level 3'
    """
    match body["by"]:
        case "fault":
            first = " ".join(word for word in ("first-out" if "at_us" in body else "fault", _fault(body)) if word)
            then = ", ".join(_fault(one) for one in body.get("others", ()))
            return f"{first}, then {then}" if then else first
        case "rule":
            values = ", ".join(f"{name} {_value(value)}" for name, value in body["values"].items())
            return f"rule {body['rule']}: {values}" if values else f"rule {body['rule']}"
        case "state":
            return f"state {body['state']}"
        case "changeover":
            return f"changeover {body['from']} → {body['to']}"
        case by:
            return str(by)


def _fault(body: dict[str, Any]) -> str:
    return " ".join(word for word in (body["code"], body.get("text")) if word)


def _value(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
