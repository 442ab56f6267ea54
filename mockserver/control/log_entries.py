"""The log of a world as its readers see it: each exchange with what is wrong with it, and how to repeat it.

Everything here is made when somebody reads the log, never while the exchange is under way.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.judge import Exchange, Judge, Violation
from mockserver.contract.parameters import ParameterRefused
from mockserver.server.exchange import LONGEST_LOGGED, Exchanged, Headers, Request, to_json
from mockserver.server.pipeline import FILES_FIELD
from mockserver.simulation.clock import to_json as instant_to_json
from mockserver.simulation.faults import LATENCY

TEXTS = ("text/", "application/json", "application/x-www-form-urlencoded")
# what curl says by itself, or counts anew
CURLS_OWN = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class LogEntries:
    """Shows exchanges. judge: says what is wrong with an answer."""

    judge: Judge

    def shown(self, number: int, entry: Exchanged) -> dict[str, Any]:
        """Return the exchange that has the *number*, as JSON."""
        request, answered = entry.request, headers_of(entry.headers)
        sent = sent_body(request)
        return {
            "number": number,
            "at": instant_to_json(entry.at),
            "method": request.method,
            "path": request.path,
            "query": request.query_string,
            "request": {
                "headers": dict(request.headers),
                "body": _shown_body(sent, request.headers, size=_length(request.headers, len(sent))),
            },
            "faults": [each.kind for each in request.faults],
            "status": entry.status,
            "response": {
                "headers": answered,
                "body": _shown_body(entry.body, answered, size=_whole_size(entry, answered)),
            },
            "violations": [_shown_violation(each) for each in self.violations(entry)],
            "curl": curl_of(request),
        }

    def violations(self, entry: Exchanged) -> list[Violation]:
        """Return where the request, and then the answer, disagree with the contract.

        An answer that was too long to be kept whole is not judged, nor is what a fault made of one.
        """
        request, answered = entry.request, headers_of(entry.headers)
        wrong = list(_of_request(request))
        is_spoilt = any(each.kind != LATENCY for each in request.faults)
        if is_spoilt or _whole_size(entry, answered) > len(entry.body):
            return wrong
        exchange = Exchange(
            method=request.method,
            path=request.path,
            query=request.query_string,
            request_headers=request.headers,
            status=entry.status,
            response_headers=answered,
            response_body=entry.body,
        )
        return [*wrong, *self.judge.violations(exchange)]


def _of_request(request: Request) -> Iterator[Violation]:
    operation = request.operation
    if operation is None:
        return
    messages: list[tuple[str, str]] = []
    try:
        operation.read_query(request.query_string)
    except ParameterRefused as refused:
        messages += [("request.query", each) for each in refused.messages]
    if operation.body is not None:
        messages += [("request.body", each.message) for each in operation.body.complaints(request.body)]
    for where, message in messages:
        yield Violation(operation=operation.id, where=where, expected="the contract", found=message)


def _shown_violation(violation: Violation) -> dict[str, str]:
    return {
        "operation": violation.operation,
        "where": violation.where,
        "expected": violation.expected,
        "found": violation.found,
    }


def headers_of(headers: Headers) -> dict[str, str]:
    """Return *headers* by lower-case name, those that come more than once in one."""
    shown: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def sent_body(request: Request) -> bytes:
    """Return the JSON that *request* said, written anew; nothing where it said none that could be read."""
    is_empty = request.headers.get("content-length") == "0"
    return b"" if request.sent is None or is_empty else to_json(request.sent.value)


def _length(headers: Mapping[str, str], known: int) -> int:
    """Return how many bytes the body has that *headers* announce. known: what there is of it."""
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else known


def _whole_size(entry: Exchanged, answered: Mapping[str, str]) -> int:
    """Return how many bytes the answer's body had; none where only its head was sent."""
    return _length(answered, len(entry.body)) if entry.body else 0


def _shown_body(body: bytes, headers: Mapping[str, str], *, size: int) -> dict[str, Any]:
    is_text = headers.get("content-type", "").startswith(TEXTS) if body else not size
    kept = body[:LONGEST_LOGGED]
    is_cut = bool(body) and (size > len(kept) or len(body) > len(kept))
    # a letter that the cut goes through is left out
    text = kept.decode(errors="ignore" if is_cut else "replace") if is_text else None
    return {"size": size, "text": text, "cut": is_cut}


def curl_of(request: Request) -> str:
    """Return one line for a POSIX shell that asks for the same again. Files have to lie where it is run."""
    query = f"?{request.query_string}" if request.query_string else ""
    words = ["curl", "-i"]
    if request.method == "HEAD":
        words = ["curl", "-I"]
    elif request.method != "GET":
        words += ["-X", request.method]
    words += _header_words(request.headers, without_type=bool(request.files))
    for name, _ in request.files:
        words += ["-F", f"{FILES_FIELD}=@{name}"]
    if body := sent_body(request):
        words += ["--data-raw", body.decode(errors="replace")]
    return shlex.join([*words, f"{request.base_url}{request.path}{query}"])


def _header_words(headers: Mapping[str, str], *, without_type: bool) -> Iterator[str]:
    for name, value in headers.items():
        if name not in CURLS_OWN and not (without_type and name == "content-type"):
            # a header without a value is written with a semicolon
            yield from ("-H", f"{name}: {value}" if value else f"{name};")
