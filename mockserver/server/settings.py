"""What a user may set of a server: secrets, people and origins.

Only the command line knows where they come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from mockserver.quirk import NO_QUIRKS, Quirks
from mockserver.simulation.scenario import SCENARIOS, Scenarios

Engine = Literal["compiled", "stock"]
ENGINES: Sequence[Engine] = get_args(Engine)

# the dashboard's ports first, then those where frontend tools serve by default
USUAL_ORIGINS = tuple(
    f"http://{host}:{port}"
    for port in (7000, 7001, 8000, 3000, 5173, 4200, 8080)
    for host in ("localhost", "127.0.0.1")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The ready admin, the secrets, and who may call from a browser.

    cors: origins that may call with credentials; `*` lets every origin. logs: each world keeps its last
    exchanges, for those who steer it.
    scenarios: those that may be asked for by name.
    """

    admin_email: str = "admin@example.com"
    admin_password: str = "supersecret"  # noqa: S105  # documented: the fake's admin
    api_token: str = "tok_admin_0123456789"  # noqa: S105  # the same
    jwt_secret: str = "supersecret-jwt"  # noqa: S105  # the same
    cookie_secret: str = "supersecret-cookie"  # noqa: S105  # the same
    cors: Sequence[str] = USUAL_ORIGINS
    seed: int = 0
    logs: bool = True
    quirks: Quirks = NO_QUIRKS
    scenarios: Scenarios = field(default_factory=lambda: SCENARIOS)
