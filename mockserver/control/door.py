"""The door before a server: what lies below `/_mock` goes to its control, everything else to itself.

Mutable: the control is made when it is first asked for, so that a server which nobody steers starts as
quickly as one without.
"""

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/_mock"
LENGTH = len(PREFIX)
WORLD = b"x-mock-world"


class Door:
    """An ASGI application around two others."""

    def __init__(self, app: ASGIApp, control: Callable[[], ASGIApp]) -> None:
        """Make the door. control: makes the application below PREFIX."""
        self.app = app
        self._make = control
        self._control: ASGIApp | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Hand a request on."""
        path = scope.get("path", "")
        if path[:LENGTH] == PREFIX and path[LENGTH : LENGTH + 1] in ("", "/"):
            return self._steer(scope, receive, send)
        return self.app(scope, receive, send)

    async def _steer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._control is None:
            self._control = self._make()
        # whoever steers names a world in the path, whatever the client sends with all its requests
        headers = [each for each in scope["headers"] if each[0] != WORLD]
        await self._control({**scope, "headers": headers}, receive, send)
