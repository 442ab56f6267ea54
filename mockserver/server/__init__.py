"""HTTP around a world: routing, security, validation, operations and answers."""

import warnings

# connexion imports starlette's test client, which it does not use here, and starlette complains of that
# client
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`", module="connexion")
