"""Which secrets are kept, and the way to put one: never one back out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from dovetail.core.clock import to_rfc3339
from dovetail.core.scope import Scope
from dovetail.operations.http import Api, Page
from dovetail.vault.service import VaultRoom


class SecretView(BaseModel):
    """A secret without its value. `used_by` are the connections that name it; `changed` null: it is missing."""

    name: str
    changed: str | None
    changed_by: str | None
    used_by: list[str]


def routes(api: Api, room: VaultRoom, users: Callable[[], Mapping[str, list[str]]]) -> None:
    """Declare this room's routes. `users` says which connections name a secret, by its name."""

    @api.query("GET", "/secrets", permission="system.manage", summary="Which secrets are kept, and which are missing")
    def get_secrets(scope: Scope) -> Page[SecretView]:
        """By name; one that the plant names and nobody has put is there too."""
        kept = {one.name: one for one in room.names(scope=scope)}
        used = users()
        shown = [
            SecretView(
                name=name,
                changed=to_rfc3339(kept[name].changed_us) if name in kept else None,
                changed_by=kept[name].changed_by if name in kept else None,
                used_by=used.get(name, []),
            )
            for name in sorted({*kept, *used})
        ]
        return Page(items=shown)

    api.change("PUT", "/secrets/{name}", room.put)
    api.change("POST", "/secrets/{name}/delete", room.delete)
