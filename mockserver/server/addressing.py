"""Which world a request is for: the header `X-Mock-World`, or a base URL that ends in `/@NAME`, or neither.

Knows worlds by name alone. The path wins, for what an answer says of addresses is below it.
"""

from starlette.types import Scope

from mockserver.simulation.world import World
from mockserver.simulation.worlds import DEFAULT, Worlds

HEADER = "x-mock-world"
SIGN = "/@"  # no path of the contract begins so


def addressed(scope: Scope, header: str | None, path: str, worlds: Worlds) -> tuple[World, str, str]:
    """Return the world that a request names, the path below which clients find it, and the path in it.

    scope: its path is cut to the one in the world. header: what `X-Mock-World` says. path: as it came.
    Raises WorldNameRefused or TooManyWorlds.
    """
    name = header or DEFAULT
    if path.startswith(SIGN):
        name, _, below = path.removeprefix(SIGN).partition("/")
        path = f"/{below}"
        scope["path"] = "/" + scope["path"].removeprefix(SIGN).partition("/")[2]
        scope["raw_path"] = path.encode("latin-1")
    return worlds[name], "" if name == DEFAULT else SIGN + name, path
