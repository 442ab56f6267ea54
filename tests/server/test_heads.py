"""Heads that came before are known again, and nothing else is."""

import asyncio
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.server import ServerState

from mockserver.server.heads import LONGEST, MOST, MOST_SEEN, Head, KnownHeads
from mockserver.server.wire import BoundedHttpProtocol

TARGET = ("/a", b"/a", b"b=1")
PLAIN = b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
HEADERS = [(b"host", b"x"), (b"content-length", b"3")]
BODY = b"abc"
TURNS = 8  # of the event loop, after which everything that can be answered is


def having_read(
    head: bytes, body: bytes, headers: list[tuple[bytes, bytes]], *, times: int = 2
) -> KnownHeads:
    """Return what is known after a request has come so many *times*."""
    known = KnownHeads()
    for _ in range(times):
        known.learn(head + body, "POST", TARGET, headers)
    return known


def test_a_head_is_known_from_its_second_time_on() -> None:
    assert having_read(PLAIN, BODY, HEADERS, times=1).at_start_of(PLAIN + BODY) is None
    assert having_read(PLAIN, BODY, HEADERS).at_start_of(PLAIN + BODY) == Head(
        method="POST",
        path="/a",
        raw_path=b"/a",
        query_string=b"b=1",
        headers=tuple(HEADERS),
        size=len(PLAIN),
        length=len(BODY),
    )


def test_a_known_head_is_known_with_any_body_and_whatever_follows() -> None:
    known = having_read(PLAIN, BODY, HEADERS)

    assert known.at_start_of(PLAIN + b"xyz") is not None
    assert known.at_start_of(PLAIN + b"\r\n\r" + PLAIN) is not None


@pytest.mark.parametrize(
    "data",
    [b"", PLAIN[:-1], PLAIN, PLAIN + BODY[:-1], b"\r\n" + PLAIN + BODY, PLAIN.replace(b"x", b"y") + BODY],
    ids=["nothing", "half a head", "no body", "half a body", "an empty line before", "another head"],
)
def test_what_is_no_whole_request_with_that_head_is_not_known(data: bytes) -> None:
    assert having_read(PLAIN, BODY, HEADERS).at_start_of(data) is None


@pytest.mark.parametrize(
    ("head", "body", "headers"),
    [
        pytest.param(PLAIN, b"abcd", HEADERS, id="the body is longer than it says"),
        pytest.param(PLAIN, b"", HEADERS, id="the body is shorter than it says"),
        pytest.param(PLAIN.replace(b"\r\n", b"\n"), BODY, HEADERS, id="other line ends"),
        pytest.param(PLAIN, BODY, [*HEADERS, (b"content-length", b"3")], id="two lengths"),
        pytest.param(PLAIN, BODY, [(b"content-length", b"+3")], id="a length that is no number"),
        pytest.param(PLAIN, BODY, [*HEADERS, (b"expect", b"100-continue")], id="an expectation"),
        pytest.param(PLAIN, BODY, [*HEADERS, (b"upgrade", b"h2c")], id="an upgrade"),
        pytest.param(PLAIN, BODY, [*HEADERS, (b"transfer-encoding", b"chunked")], id="chunks"),
        pytest.param(b"x" * LONGEST + PLAIN, BODY, HEADERS, id="a long head"),
    ],
)
def test_a_head_that_is_not_plain_is_not_learned(
    head: bytes, body: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    assert having_read(head, body, headers, times=3).at_start_of(head + body) is None


def test_the_oldest_heads_are_forgotten() -> None:
    known = KnownHeads()
    heads = [PLAIN.replace(b"x", b"%d" % number) for number in range(MOST + 1)]
    for head in [*heads, *heads]:
        known.learn(head + BODY, "POST", TARGET, HEADERS)

    assert known.at_start_of(heads[0] + BODY) is None
    assert known.at_start_of(heads[-1] + BODY) is not None


def test_a_head_that_came_once_is_forgotten_when_many_others_have_come() -> None:
    known = having_read(PLAIN, BODY, HEADERS, times=1)
    for number in range(MOST_SEEN):
        known.learn(PLAIN.replace(b"x", b"%d" % number) + BODY, "POST", TARGET, HEADERS)

    known.learn(PLAIN + BODY, "POST", TARGET, HEADERS)

    assert known.at_start_of(PLAIN + BODY) is None


def test_the_last_header_of_a_name_counts() -> None:
    headers = [(b"a", b"1"), (b"content-length", b"3"), (b"a", b"\xe9")]
    head = having_read(PLAIN, BODY, headers).at_start_of(PLAIN + BODY)

    assert head is not None
    assert head.texts == (TARGET[0], TARGET[2].decode(), {"a": "\xe9", "content-length": "3"})


# ---- on the wire


class Forgetful(KnownHeads):
    """Knows no head, so that each is parsed."""

    def at_start_of(self, data: bytes) -> Head | None:  # noqa: ARG002  # KnownHeads
        return None


class Wire(asyncio.Transport):
    """A connection whose other side is a test. Mutable."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


async def conversation(chunks: list[bytes], heads: KnownHeads) -> tuple[list[Any], bytes, bool]:
    """Return what an application is asked when *chunks* come, what is answered, and whether it has ended."""
    asked = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        asked.append(
            [scope[name] for name in ("method", "path", "raw_path", "query_string", "headers")] + [body]
        )
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    config = uvicorn.Config(application, lifespan="off", log_config=None, log_level="critical")
    config.load()
    state = ServerState()
    state.__dict__["heads"] = heads
    protocol, wire = BoundedHttpProtocol(config=config, server_state=state, app_state={}), Wire()
    protocol.connection_made(wire)
    for chunk in chunks:
        if not wire.is_closed:
            protocol.data_received(chunk)
            for _ in range(TURNS):
                await asyncio.sleep(0)
    protocol.connection_lost(None)
    return asked, wire.written, wire.is_closed


REQUESTS = st.sampled_from(
    [
        PLAIN + BODY,
        PLAIN + b"xyz",
        b"GET /b%20c?d HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /b HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
        b"GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /b HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
        b"GET /b HTTP/1.1\nHost: x\n\nGET /c HTTP/1.1\r\n\r\n",
        b"\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        b"POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n\r\n",
        b"POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nhi",
        b"POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi",
        b"POST /d HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ]
)
CUTS = st.lists(st.integers(1, 200), max_size=3)


def cut(data: bytes, lengths: list[int]) -> list[bytes]:
    """Return *data* in pieces: one of each of *lengths*, and the rest."""
    pieces = []
    for length in lengths:
        pieces.append(data[:length])
        data = data[length:]
    return [each for each in (*pieces, data) if each]


CONVERSATIONS = st.lists(
    st.tuples(st.lists(REQUESTS, min_size=1, max_size=4).map(b"".join), st.just([]) | CUTS), max_size=10
)


@settings(max_examples=300)
@given(CONVERSATIONS, st.lists(REQUESTS, max_size=6))
def test_it_makes_no_difference_that_a_head_is_known(
    conversations: list[tuple[bytes, list[int]]], before: list[bytes]
) -> None:
    chunks = [piece for data, lengths in conversations for piece in cut(data, lengths)]
    heads = KnownHeads()

    async def both() -> list[Any]:
        for each in before:
            await conversation([each], heads)
            await conversation([each, each], heads)
        return [await conversation(chunks, heads), await conversation(chunks, Forgetful())]

    knowing, parsing = asyncio.run(both())

    assert knowing == parsing
