"""Two servers that are asked the same, so that it shows wherever one of them answers differently."""

from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Twins:
    """An ASGI application that is two; the first one's answers are sent. Mutable: it remembers what it heard.

    A poll that shows nothing new is asked of the first alone, for looking changes nothing.
    compared: how many requests both were asked. differences: where the second did not answer to the byte as
    the first; in which order headers of different names come says nothing (RFC 9110, section 5.3).
    """

    first: ASGIApp
    second: ASGIApp
    compared: int = 0
    differences: list[str] = field(default_factory=list)
    _last: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = [await receive()]
        while sent[-1].get("more_body"):
            sent.append(await receive())
        heard = await _answer(self.first, scope, sent)
        target = b"?".join((scope["raw_path"], scope["query_string"])).decode("latin-1")
        asked = f"{scope['method']} {target}"
        exchange = (asked, scope["headers"], heard)
        if scope["method"] != "GET" or exchange != self._last:
            other = await _answer(self.second, scope, sent)
            self.compared += 1
            self.differences += [f"{asked}\n{heard}\n{other}"] if other != heard else []
        self._last = exchange
        for message in heard:
            await send(message)


async def _answer(app: ASGIApp, scope: Scope, sent: list[Message]) -> list[Message]:
    waiting, heard = iter(sent), list[Message]()

    async def receive() -> Message:
        return next(waiting, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        if "headers" in message:
            message = {**message, "headers": sorted(message["headers"], key=lambda header: header[0])}
        heard.append(message)

    await app({**scope}, receive, send)
    return heard
