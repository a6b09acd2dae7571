"""The network cable between one browser and the server, for a test to pull and to plug in again."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Page, Route, WebSocketRoute


@dataclass
class Cable:
    """Plugged in at first. Laid before the page's first address; pulled, nothing of the API gets through.

    `loses_answers`: what a person enters arrives, and the answer to it is lost.
    """

    pulled: bool = False
    loses_answers: bool = False
    _open: list[WebSocketRoute] = field(default_factory=list[WebSocketRoute])

    def lay(self, page: Page) -> Cable:
        """Lead everything that this page says to the API through this cable."""
        page.route_web_socket("**/api/v1/live", self._live)
        page.route("**/api/v1/**", self._ask)
        return self

    def pull(self) -> None:
        """From now on nobody answers."""
        self.pulled = True
        for socket in self._open:
            socket.close()
        self._open.clear()

    def plug_in(self) -> None:
        """It works again; the page finds that out by itself."""
        self.pulled = False

    def _live(self, socket: WebSocketRoute) -> None:
        if self.pulled:
            socket.close()
            return
        socket.connect_to_server()
        self._open.append(socket)

    def _ask(self, route: Route) -> None:
        if self.loses_answers and route.request.method == "POST":
            route.fetch()
            route.abort("connectionreset")
        elif self.pulled:
            route.abort("internetdisconnected")
        else:
            route.continue_()
