"""The HTTP protocol of the wire: uvicorn's, with bounds. Knows nothing of what is asked or answered.

Uvicorn's fast protocol bounds neither a head nor a trailer nor the requests that wait behind another one,
takes trailers for headers, loses what follows an offered upgrade, goes on answering a client that has left,
and at its end waits for clients that send nothing.
"""

from collections.abc import Sized
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024  # bytes of request line and headers, and of what comes between two pieces of a body
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
NO_HTTP = "Invalid HTTP request received."
FRAMING = (b"content-length", b"transfer-encoding")


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses what never ends. Mutable, as every asyncio protocol."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._beside_bodies = 0  # bytes since the head began, or since the body last grew
        self._head_is_read = False
        self._is_rereading = False

    def connection_made(self, transport: Any) -> None:
        """Take the connection."""
        super().connection_made(transport)
        self.flow = _OneAfterAnother(transport, self.pipeline)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        async def answer(scope: Any, receive: Any, send: Any) -> None:
            async def send_if_open(message: Any) -> None:
                await self.flow.drain()
                cycle.disconnected = cycle.disconnected or self.transport.is_closing()
                await send(message)

            await app(scope, receive, send_if_open)

        super()._start_asgi_task(cycle, answer)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless too much of it is no body."""
        self._unset_keepalive_if_required()
        self._beside_bodies += len(data)
        while data and not self.transport.is_closing():
            data = self._rest_of(data)
        if self._beside_bodies > HEAD_LIMIT and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _rest_of(self, data: bytes) -> bytes:
        """Parse *data*, and return what stands behind the head of a request that offers an upgrade."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            self._decline_upgrade()
            return data[offered.args[0] :]
        except httptools.HttpParserError:
            self.logger.warning(NO_HTTP)
            self.send_400_response(NO_HTTP)
        return b""

    def _decline_upgrade(self) -> None:
        """Go on in HTTP/1.1, as RFC 9110, section 7.8 allows.

        The parser takes such a request to end with its head. It is told again how the body is framed, for
        Java's client offers HTTP/2 with each request, whether it has a body or not.
        """
        framing = b"".join(b"%b: %b\r\n" % header for header in self.headers if header[0] in FRAMING)
        self.cycle.more_body = True
        self._is_rereading = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n" + framing + b"\r\n")
        self._is_rereading = False

    def on_message_begin(self) -> None:
        """Expect a head."""
        if not self._is_rereading:
            self._head_is_read = False
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        if not self._is_rereading:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is none. Source: RFC 9110, section 6.5.1."""
        if not self._head_is_read:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Count anew: what follows is a body."""
        self._beside_bodies, self._head_is_read = 0, True
        if not self._is_rereading:
            super().on_headers_complete()
            # uvicorn cuts a fragment off; a server that is sent one takes it for a part of the query
            # Source: recorded, http/collection with fragment-like
            self.scope["query_string"] = self.url.partition(b"?")[2]

    def on_body(self, body: bytes) -> None:
        """Count anew: the body has grown."""
        self._beside_bodies = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count anew: what follows is the next request's head."""
        self._beside_bodies = 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """Break off what waits for its client or for its turn; a request that is whole is answered."""
        cycle = self.cycle
        is_half = cycle is not None and not cycle.response_complete and cycle.more_body
        if is_half or self.pipeline or self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().shutdown()


class _OneAfterAnother(FlowControl):
    """Reads on only when no request waits: uvicorn would, for each body that is asked for. Mutable.

    waiting: the requests that came before the one in front of them was answered.
    """

    def __init__(self, transport: Any, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Let more come in, unless there is enough to do."""
        if not self._waiting:
            super().resume_reading()
