"""Stock Connexion over the same contract: its AsyncApp as it comes, requests and responses validated.

Its operations answer with what ours answered. Every other operation of the document is there, and says 501.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from connexion.apps.asynchronous import AsyncApp
from connexion.resolver import Resolver

from mockserver.contract.document import load, shipped_folder
from tests.benchmarks.calls import TOKEN

CALLER = {"sub": "admin"}
# the responses of an operation have more than one content type, so Connexion wants to be told
JSON = {"content-type": "application/json"}
# Stock Connexion names the functions that know credentials in the document
KNOWS = {
    "cookie_auth": "x-apikeyInfoFunc",
    "jwt_token": "x-bearerInfoFunc",
    "api_token": "x-apikeyInfoFunc",
}
OPERATIONS = {"GetBatchJobsBatchJob": "get_one", "GetBatchJobs": "list_ten", "PostBatchJobs": "create"}

Operation = Callable[..., Awaitable[Any]]


async def knows(token: str, *_: object, **__: object) -> Mapping[str, str] | None:
    """Return who calls, None for a token that nobody has."""
    return CALLER if token == TOKEN else None


def main() -> None:
    """Serve the answers in the file that is named first, on the port that is named second."""
    answers = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    operations = {operation: _answering(answers[work]) for operation, work in OPERATIONS.items()}
    operations["GetHealth"] = _healthy
    app = AsyncApp(__name__)
    app.add_api(
        _document(), resolver=Resolver(lambda name: operations.get(name, _nothing)), validate_responses=True
    )
    uvicorn.run(app, port=int(sys.argv[2]), access_log=False, server_header=False, log_level="warning")


def _document() -> dict[str, Any]:
    """Return our document, bent by nothing but the names of the functions that know credentials."""
    document = json.loads(json.dumps(load(shipped_folder()).bundle))
    for name, key in KNOWS.items():
        document["components"]["securitySchemes"][name][key] = f"{knows.__module__}.{knows.__name__}"
    return dict(document)


def _answering(answer: Mapping[str, Any]) -> Operation:
    payload, status = json.loads(answer["body"]), answer["status"]

    async def answering(**_: object) -> tuple[Any, int, Mapping[str, str]]:
        return payload, status, JSON

    return answering


async def _healthy() -> tuple[str, int, Mapping[str, str]]:
    return "OK", 200, {"content-type": "text/html"}


async def _nothing(**_: object) -> tuple[Mapping[str, str], int]:
    return {"message": "not measured"}, 501


if __name__ == "__main__":
    main()
