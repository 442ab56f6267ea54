"""The control API as a test asks it. Knows HTTP, and nothing of worlds but where they are."""

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from mockserver.pytest_plugin.refusals import MockServerRefused

SECONDS = 30  # that an answer may take; a test that waits longer waits for nothing
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Control:
    """Asks the control API of the server at *url*, which holds a connection until it is closed."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Take the server's address. token: what it demands of who comes from another machine."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._client = client_of(f"{url}/_mock", headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._client.close()

    def ask(self, method: str, *path: str, body: Mapping[str, Any] | None = None, **query: int) -> Any:
        """Return what the answer says, None for nothing. Raises MockServerRefused.

        path: its parts, as they are called. body: sent as JSON.
        """
        __tracebackhide__ = True  # a test is shown where it asked, not how that is done
        where = "/" + "/".join(quote(each, safe="") for each in path)
        try:
            answer = self._client.request(method, where, json=body, params=query)
        except httpx.TransportError as error:
            raise MockServerRefused(f"{self._client.base_url.host} does not answer: {error}") from error
        if answer.is_error:
            raise MockServerRefused(_complaint(answer), status=answer.status_code)
        return answer.json() if answer.content else None


def client_of(url: str, *, headers: Mapping[str, str]) -> httpx.Client:
    """Return a client for *url*, which goes through no proxy to this machine."""
    is_near = urlsplit(url).hostname in LOOPBACK
    return httpx.Client(
        base_url=url, headers=dict(headers), timeout=SECONDS, trust_env=not is_near, verify=_trust()
    )


@cache
def _trust() -> SSLContext:
    """Return whom clients trust, which takes long to find out: every test makes clients."""
    return httpx.create_ssl_context()


def _complaint(answer: httpx.Response) -> str:
    """Return what a refusal says."""
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):  # it is not the control API that answers
        return f"{answer.request.method} {answer.request.url} was answered with {answer.status_code}"
