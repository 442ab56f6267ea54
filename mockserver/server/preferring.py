"""Answers from the document, for a client that prefers one: `Prefer: code=404, example=NAME, dynamic=true`.

As Prism understands them, its query parameters `__code`, `__example` and `__dynamic` too: the request is
authenticated and validated first, so that none hides a client's own mistake, and the world stays as it is.
Ours: a preference that cannot be met is refused with 400; Prism's 404 could be the one that was asked for.
"""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from starlette.types import Receive, Scope, Send

from mockserver.contract.examples import Examples, NotShown
from mockserver.server.errors import INVALID, RequestRefused
from mockserver.server.exchange import Request
from mockserver.server.pipeline import REQUEST, UNDERSCORES, Station, Transmit
from mockserver.server.preferences import PREFER, applied
from mockserver.server.shown import response_of

CODE, EXAMPLE, DYNAMIC = "code", "example", "dynamic"
IN_QUERY = {f"{UNDERSCORES}{name}": name for name in (CODE, EXAMPLE, DYNAMIC)}
TRUTHS = {"true": True, "false": False}
WISH = "mockserver.wish"
VARY = (b"vary", b"Prefer")


class _Wish(NamedTuple):
    """What the client prefers, in its own words; None where it says nothing."""

    code: str | None
    example: str | None
    dynamic: str | None


class Preferring:
    """Answers from the document where the client prefers that. Everything else passes, after a look at it.

    secure, validate: make the stations that come before any answer.
    """

    def __init__(
        self,
        app: Station,
        *,
        examples: Examples,
        secure: Callable[[Station], Station],
        validate: Callable[[Station], Station],
        transmit: Transmit,
    ) -> None:
        self.app = app
        self.examples = examples
        self.judged = secure(validate(self._answer))
        self.transmit = transmit

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Let the request pass, or answer it from the document once it has been judged."""
        request: Request = scope[REQUEST]
        if not request.preferences and UNDERSCORES not in request.query_string:
            return self.app(scope, receive, send)
        _take_from_query(request)
        stated = request.preferences
        scope = {**scope, "query_string": request.query_string.encode("latin-1")}
        wish = _Wish(code=stated.get(CODE), example=stated.get(EXAMPLE), dynamic=stated.get(DYNAMIC))
        is_plain = wish.code is None and not wish.example and wish.dynamic in (None, "false")
        if is_plain or request.operation is None:
            return self.app(scope, receive, send)
        scope[WISH] = wish
        return self.judged(scope, receive, send)

    async def _answer(self, scope: Scope, _receive: Receive, send: Send) -> None:
        request: Request = scope[REQUEST]
        wish: _Wish = scope[WISH]
        assert request.operation is not None  # noqa: S101  # nothing else is answered
        operation = request.operation.id
        try:
            is_drawn = _truth(wish.dynamic) and not wish.example
            shown = self.examples.answer(
                operation,
                status=None if wish.code is None else self._status(operation, wish.code),
                example=wish.example or None,
                chance=request.world.chance(_said(request, wish)) if is_drawn else None,
            )
        except NotShown as nothing:
            raise RequestRefused(400, INVALID, f"Prefer: {nothing}") from nothing
        met = {CODE: wish.code, EXAMPLE: wish.example or None, DYNAMIC: "true" if is_drawn else None}
        said = (applied(name, value) for name, value in met.items() if value is not None)
        headers = dict.fromkeys(header for each in said for header in each)
        await self.transmit(request, response_of(shown, headers=[*headers, VARY]), send)

    def _status(self, operation: str, code: str) -> int:
        if not (code.isascii() and code.isdecimal()):
            known = ", ".join(map(str, self.examples.statuses(operation)))
            raise NotShown(f"code={code} is no status; {operation} names: {known}")
        return int(code)


def _take_from_query(request: Request) -> None:
    """Let *request* say in its header what it prefers in its query; nobody is going to see it there."""
    stated, others = dict[str, str](), list[str]()
    for part in request.query_string.split("&"):
        name, _, value = part.partition("=")
        preference = IN_QUERY.get(unquote_plus(name))
        if preference is None:
            others.append(part)
        else:
            stated.setdefault(preference, unquote_plus(value))
    if stated:
        request.query_string = "&".join(others)
        request.preferences = {**stated, **request.preferences}
        said = (applied(name, value)[0][1].decode("latin-1") for name, value in request.preferences.items())
        request.headers = {**request.headers, PREFER: ", ".join(said)}


def _truth(text: str | None) -> bool:
    truth = False if text is None else TRUTHS.get(text.lower())
    if truth is None:
        raise NotShown(f"dynamic={text} is neither true nor false")
    return truth


def _said(request: Request, wish: _Wish) -> str:
    """Return all that a made-up answer depends on: equal requests get equal answers."""
    files = [name for name, _ in request.files]
    return (
        f"dynamic {request.method} {request.path}?{request.query_string} {request.body} {files} {wish.code}"
    )
