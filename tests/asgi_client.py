"""A client that calls an ASGI application in process, and lets the judge see every exchange.

It sends what it is given to the byte, so that malformed requests can be sent too.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.types import ASGIApp

from mockserver.contract.judge import Exchange


@dataclass(frozen=True)
class Answer:
    """What the application answered. headers: by lower-case name, the last one of each."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def message(self) -> str:
        return str(self.json()["message"])


@dataclass(frozen=True)
class Client:
    """Calls *app*. headers: sent with every request. witness: shown every exchange."""

    app: ASGIApp
    witness: Callable[[Exchange], None]
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, **headers: str) -> "Client":
        added = {name.replace("_", "-"): value for name, value in headers.items()}
        return Client(self.app, self.witness, {**self.headers, **added})

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, headers=headers)

    def head(self, target: str, **headers: str) -> Answer:
        return self.request("HEAD", target, headers=headers)

    def options(self, target: str, **headers: str) -> Answer:
        return self.request("OPTIONS", target, headers=headers)

    def delete(self, target: str, payload: Any = None) -> Answer:
        return self.send_json("DELETE", target, payload)

    def post(self, target: str, payload: Any = None) -> Answer:
        return self.send_json("POST", target, payload)

    def send_json(self, method: str, target: str, payload: Any) -> Answer:
        if payload is None:
            return self.request(method, target)
        body = json.dumps(payload).encode()
        return self.request(method, target, body=body, headers={"content-type": "application/json"})

    def upload(
        self, content: bytes, *, filename: str = "import.csv", target: str = "/admin/uploads/protected"
    ) -> Answer:
        part = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{filename}"\r\n\r\n'.encode()
        headers = {"content-type": "multipart/form-data; boundary=b"}
        return self.request("POST", target, body=part + content + b"\r\n--b--\r\n", headers=headers)

    def list_jobs(self, **query: str) -> Any:
        return self.get(f"/admin/batch-jobs?{urlencode(query)}").json()

    def request(
        self, method: str, target: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        return asyncio.run(self._request(method, target, body, {**self.headers, **(headers or {})}))

    def together(self, method: str, target: str, *, times: int) -> list[Answer]:
        """Send the same request several times at once."""

        async def gather() -> list[Answer]:
            return await asyncio.gather(
                *(self._request(method, target, b"", self.headers) for _ in range(times))
            )

        return asyncio.run(gather())

    async def _request(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        path, _, query = target.partition("?")
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        sent = {"host": "testserver", **sent, **({"content-length": str(len(body))} if body else {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.items()],
            "server": ("testserver", 80),
            "client": ("127.0.0.1", 50000),
        }
        waiting = [{"type": "http.request", "body": body, "more_body": False}]
        messages: list[Any] = []

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        received = {name.decode("latin-1"): value.decode("latin-1") for name, value in messages[0]["headers"]}
        content = b"".join(message.get("body", b"") for message in messages[1:])
        answer = Answer(messages[0]["status"], received, content)
        self.witness(
            Exchange(
                method=method,
                path=path,
                query=query,
                request_headers=sent,
                request_body=body,
                status=answer.status,
                response_headers=received,
                response_body=content,
            )
        )
        return answer
