"""The routes by which people have all samples looked through, and see how far it is."""

from __future__ import annotations

from dovetail.core.scope import Scope
from dovetail.operations.http import Api
from dovetail.scrubbing.service import Scrub, SearchView

MANAGE = "system.manage"


def routes(api: Api, scrub: Scrub) -> None:
    """Declare them."""
    api.change("POST", "/samples/search", scrub.begin, status=202)

    @api.query("GET", "/samples/search", permission=MANAGE, summary="How far the search for damage is, and its finds")
    def get_search(scope: Scope) -> SearchView:
        scope.require(MANAGE, None)
        return scrub.view()
