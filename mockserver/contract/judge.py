"""Judging an exchange by the contract, twice.

Once by the compiled schemas and, unless once is enough, by openapi-core, which shares no code with them.

Off the hot path: openapi-core is slow, and is imported only when a judge is made.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.contract.operation import Contract, Operation
from mockserver.contract.routes import PathRefused, Routes

if TYPE_CHECKING:
    from openapi_core import OpenAPI

NOWHERE_STATUSES = (
    400,
    401,
    404,
    405,
)  # what may be answered where no operation is; 400 for what cannot be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request with the response it got. path: percent-encoded, without the query.

    headers: by lower-case name.
    """

    method: str
    path: str
    query: str = ""
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: bytes = b""
    status: int
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One disagreement between an exchange and the contract.

    where: `response.status`, `response.body.count`, ...
    """

    operation: str
    where: str
    expected: str
    found: str


class Judge:
    """Judges exchanges by one contract."""

    def __init__(self, contract: Contract, *, twice: bool = True) -> None:
        """Compile the contract for both validators. twice: openapi-core judges too."""
        self._routes = Routes(contract.operations.values())
        self._second = _second(contract) if twice else None

    def violations(self, exchange: Exchange) -> list[Violation]:
        """Return every disagreement; an empty list when the exchange keeps the contract."""
        try:
            route = self._routes.find(exchange.path)
        except PathRefused:
            return list(_where_nothing_is(exchange))
        operation = route.operations.get("GET" if exchange.method == "HEAD" else exchange.method)
        if operation is None:
            return list(_where_nothing_is(exchange))
        if exchange.method == "HEAD" or exchange.status == 304:  # noqa: PLR2004  # both come without a body
            return []
        return [*self._by_compiled(operation, exchange), *self._by_openapi_core(operation, exchange)]

    def _by_compiled(self, operation: Operation, exchange: Exchange) -> Iterator[Violation]:
        content_type = exchange.response_headers.get("content-type")
        try:
            payload = _payload(content_type, exchange.response_body)
        except ValueError as error:
            expected = f"what {content_type} promises"
            yield Violation(
                operation=operation.id, where="response.body", expected=expected, found=str(error)
            )
            return
        for complaint in operation.response_violations(exchange.status, content_type, payload):
            yield Violation(
                operation=operation.id, where="response", expected="the contract", found=complaint
            )

    def _by_openapi_core(self, operation: Operation, exchange: Exchange) -> Iterator[Violation]:
        request = _SecondRequest(method=operation.method.lower(), path=operation.path)
        content_type = exchange.response_headers.get("content-type", "")
        response = _SecondResponse(
            status_code=exchange.status,
            content_type=content_type,
            data=exchange.response_body,
            headers=exchange.response_headers,
        )
        if self._second is None:
            return
        for error in self._second.iter_apicall_response_errors(request, response):
            if not exchange.response_body and "json" not in content_type:
                continue  # an empty text or file is one too; openapi-core misses the body
            inner = getattr(error.__cause__, "schema_errors", None) or [error]
            for each in inner:
                path = ".".join(str(part) for part in getattr(each, "absolute_path", ()))
                message = getattr(each, "message", str(each))
                where = f"response.body.{path}" if path else "response"
                yield Violation(
                    operation=operation.id, where=where, expected="openapi-core's approval", found=message
                )


def _second(contract: Contract) -> "OpenAPI":
    from openapi_core import OpenAPI  # noqa: PLC0415  # heavy, and only those who judge twice need it

    return OpenAPI.from_dict(dict(contract.document.bundle))


def _where_nothing_is(exchange: Exchange) -> Iterator[Violation]:
    if exchange.status not in NOWHERE_STATUSES and exchange.method != "OPTIONS":
        expected = ", ".join(map(str, NOWHERE_STATUSES))
        found = str(exchange.status)
        yield Violation(operation="none", where="response.status", expected=expected, found=found)


def _payload(content_type: str | None, body: bytes) -> Any:
    media_type = (content_type or "").partition(";")[0]
    if media_type == "application/json":
        return json.loads(body)
    # which letters its bytes are, nobody promises of a file
    return body.decode(errors="replace") if media_type.startswith("text/") else None


@dataclass(slots=True)
class _Parameters:
    """What openapi-core writes the path's parameters to."""

    path: Any = None
    query: Any = field(default_factory=dict)
    header: Any = field(default_factory=dict)
    cookie: Any = field(default_factory=dict)


@dataclass(slots=True)
class _SecondRequest:
    """As much of a request as openapi-core wants in order to find the operation.

    The path is the template itself.
    """

    method: str
    path: str
    host_url: str = "http://localhost"
    content_type: str = ""
    body: bytes | None = None
    parameters: Any = field(default_factory=_Parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SecondResponse:
    """A response in openapi-core's terms."""

    status_code: int
    content_type: str
    data: bytes
    headers: Mapping[str, str]
