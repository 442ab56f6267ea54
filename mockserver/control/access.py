"""Who may steer a server. Knows headers, and nothing of what is asked.

A program of the same machine may. So may a page in its browser whose origin may call at all, but no other
page: not by a request that browsers send unasked, nor by a name of its own that it has led to this machine
(DNS rebinding).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from mockserver.server.errors import RequestRefused
from mockserver.server.exchange import Request

TOKEN_HEADER = "x-mock-token"  # noqa: S105  # a header's name
UNAUTHORIZED, FORBIDDEN = "unauthorized", "not_allowed"
CHALLENGE = ((b"www-authenticate", b"Bearer"),)
ANYBODY = frozenset({"*"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a request needs in order to be let in.

    token: that it has to bring; None for none. is_local: it has to call the server by a name of this machine.
    origins: of other pages that may call; `*` lets every page.
    """

    token: str | None = None
    is_local: bool = False
    origins: frozenset[str] = ANYBODY

    def check(self, request: Request) -> None:
        """Let *request* pass. Raises RequestRefused."""
        if self.token is not None:
            if not _brings(self.token, request.headers):
                message = (
                    "the control token is missing or wrong; send it as Authorization: Bearer TOKEN, or as "
                    "X-Mock-Token; the server prints it when it starts, and --control-token sets it"
                )
                raise RequestRefused(401, UNAUTHORIZED, message, headers=CHALLENGE)
        elif self.is_local and not is_local_name(host := request.headers.get("host", "")):
            message = (
                f"the header Host says {host!r}, which is no name of this machine alone; call 127.0.0.1 or "
                "localhost, or start the server with --control-token, which is then demanded instead"
            )
            raise RequestRefused(403, FORBIDDEN, message)
        origin = request.headers.get("origin")
        if origin is not None and not self._is_known(origin, request):
            message = f"the page of {origin} may not steer this server; start it with --cors {origin}"
            raise RequestRefused(403, FORBIDDEN, message)

    def _is_known(self, origin: str, request: Request) -> bool:
        return "*" in self.origins or origin in self.origins or origin == request.base_url


def _brings(token: str, headers: Mapping[str, str]) -> bool:
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    brought = bearer.strip() if scheme.lower() == "bearer" else headers.get(TOKEN_HEADER, "")
    return hmac.compare_digest(brought.encode(), token.encode())


def is_local_name(host: str) -> bool:
    """Return whether *host*, as the header has it, can only be this machine; so can none at all."""
    if not host:
        return True
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)


def is_loopback(address: str) -> bool:
    """Return whether *address* is one that no other machine can reach; a name is none."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
