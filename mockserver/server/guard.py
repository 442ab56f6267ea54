"""Who may call an operation: the document's security requirements, compiled.

Knows the schemes of the document and the credentials that answer to them; it makes and reads none itself.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mockserver.contract.document import Document, DocumentError
from mockserver.server.credentials import COOKIE, Credentials
from mockserver.server.errors import Unauthorized
from mockserver.server.exchange import Request

Way = Callable[[Request], str | None]
"""Gives the id of the user who calls, or None when the request does not say so in this way."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets callers in. ways: each of them suffices, in the order tried. optional: nobody need be known."""

    ways: tuple[Way, ...]
    optional: bool = False

    def caller(self, request: Request) -> str | None:
        """Return the id of the user who calls; a good credential is not blocked by a bad one before it.

        Raises Unauthorized. Source: recorded, auth/cookie a plus bearer b.
        """
        for way in self.ways:
            user_id = way(request)
            if user_id is not None:
                return user_id
        if self.optional:
            return None
        raise Unauthorized


def guard_of(
    requirements: Sequence[Mapping[str, Any]], document: Document, credentials: Credentials
) -> Guard | None:
    """Return the guard of an operation with these security *requirements*, None where it has none.

    Raises DocumentError for a scheme that nothing here can check.
    """
    if not requirements:
        return None
    ways = [[_way(name, document, credentials) for name in each] for each in requirements]
    return Guard(
        tuple(each[0] if len(each) == 1 else partial(_all_of, each) for each in ways if each),
        optional=[] in ways,
    )


def _all_of(ways: Sequence[Way], request: Request) -> str | None:
    """Return who calls in all these *ways*; the first way says who it is."""
    callers = [way(request) for way in ways]
    return None if None in callers else callers[0]


def _way(name: str, document: Document, credentials: Credentials) -> Way:
    schemes = document.bundle["components"].get("securitySchemes", {})
    if name not in schemes:
        raise DocumentError(
            f"{document.folder}: security names {name}; there is no such scheme; known: {', '.join(schemes)}"
        )
    match document.resolve(schemes[name]):
        case {"type": "apiKey", "in": "cookie", "name": cookie} if cookie == COOKIE:
            return credentials.by_cookie
        case {"type": "http", "scheme": scheme} if str(scheme).lower() == "bearer":
            return credentials.by_bearer
        case {"type": "apiKey", "in": "header", "name": header}:
            return partial(credentials.by_api_token, header=str(header).lower())
    raise DocumentError(
        f"{document.folder}: nothing here can check the security scheme {name}; use http bearer, an apiKey "
        f"in a header, or an apiKey in the cookie {COOKIE}"
    )
