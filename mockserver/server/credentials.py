"""Who is calling: session cookies, bearer tokens and API tokens, made and read.

Knows no operation and no routing.
"""

import base64
import hmac
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

import jwt
from jwt.types import Options

from mockserver.server.exchange import Request

# the recorded server's secret is short, and this is a fake: its tokens guard nothing
warnings.filterwarnings("ignore", category=jwt.InsecureKeyLengthWarning)

COOKIE = "connect.sid"
TOKEN_HEADER = "x-medusa-access-token"  # noqa: S105  # the name of a header
SESSION_LIFE = timedelta(hours=10)
TOKEN_LIFE = timedelta(hours=24)
ALGORITHM = "HS256"
DOMAIN = "admin"
# the instants in a token are judged by the world's clock, not by its reader
UNJUDGED: Options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False}
REMEMBERED = 256  # cookies and tokens whose signatures are not checked anew


@dataclass(frozen=True, slots=True)
class Credentials:
    """Makes and reads everything that says who a caller is, with the two secrets of the server.

    What the last REMEMBERED cookies and tokens say is kept, for it follows from their text alone.
    """

    jwt_secret: str
    cookie_secret: str
    _session_id: Callable[[str], str | None] = field(init=False, repr=False, compare=False)
    _claims: Callable[[str], Mapping[str, Any] | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, read in (("_session_id", self._read_cookies), ("_claims", self._read_token)):
            object.__setattr__(self, name, lru_cache(REMEMBERED)(read))

    def bearer_token(self, user_id: str, *, at: datetime) -> str:
        """Return a JWT for *user_id*, valid for 24 hours from *at*."""
        issued = int(at.timestamp())
        claims = {
            "user_id": user_id,
            "domain": DOMAIN,
            "iat": issued,
            "exp": issued + int(TOKEN_LIFE.total_seconds()),
        }
        return jwt.encode(claims, self.jwt_secret, algorithm=ALGORITHM)

    def session_cookie(self, session_id: str, request: Request) -> bytes:
        """Return the value of `Set-Cookie` that opens the session in a client, in its world."""
        signed = quote(f"s:{session_id}.{self._signature(session_id)}", safe="")
        expires = format_datetime(request.world.clock.latest() + SESSION_LIFE, usegmt=True)
        path = request.mount if request.named_by_path else "/"  # or a browser would mix up two worlds
        return f"{COOKIE}={signed}; Path={path}; Expires={expires}; HttpOnly".encode()

    def has_session(self, request: Request) -> bool:
        """Return whether the request's cookie names a session that is open."""
        session_id = self._session_id(request.headers.get("cookie", ""))
        return session_id is not None and request.world.user_of_session(session_id) is not None

    def new_cookie(self, request: Request) -> bytes:
        """Return the value of `Set-Cookie` for a session of nobody."""
        return self.session_cookie(request.world.new_session_id(), request)

    def by_cookie(self, request: Request) -> str | None:
        """Return the id of the user whose open session the cookie names, and note the session; or None."""
        header = request.headers.get("cookie")
        session_id = self._session_id(header) if header else None
        user_id = request.world.user_of_session(session_id) if session_id else None
        request.session = session_id if user_id else None
        return user_id

    def _read_cookies(self, header: str) -> str | None:
        """Return the id of the session in the header Cookie, or None when it is not signed by us."""
        # by hand: http.cookies gives up at the first odd cookie, and a host's cookies come from all its ports
        pairs = (pair.partition("=") for pair in header.split(";"))
        value = next((value for name, _, value in pairs if name.strip() == COOKIE), "")
        session_id, _, signature = unquote(value.strip().strip('"')).removeprefix("s:").rpartition(".")
        expected = self._signature(session_id)
        return session_id if hmac.compare_digest(signature.encode(), expected.encode()) else None

    def _signature(self, session_id: str) -> str:
        digest = hmac.digest(self.cookie_secret.encode(), session_id.encode(), "sha256")
        return base64.b64encode(digest).decode().rstrip("=")

    def by_bearer(self, request: Request) -> str | None:
        """Return the id that a valid bearer token names, whether or not there is such a user; or None."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme or scheme.lower() != "bearer":
            return None
        claims = self._claims(token.strip())
        if claims is None:
            return None
        expires, at = claims.get("exp"), request.world.settle()
        if claims.get("domain") != DOMAIN or (isinstance(expires, int | float) and expires <= at.timestamp()):
            return None
        user_id = claims.get("user_id")
        return user_id if isinstance(user_id, str) and user_id else None

    def _read_token(self, token: str) -> Mapping[str, Any] | None:
        """Return what a JWT says, or None when it is not signed by us."""
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token, self.jwt_secret, algorithms=[ALGORITHM], options=UNJUDGED
            )
        except jwt.InvalidTokenError:
            return None
        return claims

    def by_api_token(self, request: Request, *, header: str = TOKEN_HEADER) -> str | None:
        """Return the id of the user whose API token is in *header*, or None."""
        token = request.headers.get(header)
        user = request.world.users.with_api_token(token) if token else None
        return user.id if user else None
