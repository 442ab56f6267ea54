"""The HTTP protocol of the wire: uvicorn's, with a bound on the head of a request."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024  # bytes of request line and headers; uvicorn's fast protocol has no bound of its own
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses a head that never ends. Mutable, as every asyncio protocol."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_size: int | None = 0  # None while a body is being read

    def data_received(self, data: bytes) -> None:
        """Take what came, unless the head has grown too large."""
        if self._head_size is not None:
            self._head_size += len(data)
        super().data_received(data)
        if self._head_size is not None and self._head_size > HEAD_LIMIT and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_headers_complete(self) -> None:
        """Stop counting: what follows is a body."""
        self._head_size = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Count again: what follows is the next request's head."""
        self._head_size = 0
        super().on_message_complete()
