"""A real server on a real socket, and clients that do not keep to HTTP, or do so oddly.

Whatever they send, they get an answer or lose their connection within a bounded time, nobody gets a 5xx, and
the next client is served.
"""

import http.client
import os
import re
import select
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from mockserver.server.settings import Settings
from mockserver.server.wire import HEAD_LIMIT

PATIENCE = 10  # seconds until a test gives up on an answer; machines are noisy
MEGABYTE = 1024 * 1024
JOBS = "/admin/batch-jobs"
TOKEN = f"x-medusa-access-token: {Settings().api_token}\r\n".encode()
A_JOB = b'{"type":"product-export","context":{},"dry_run":true}'
FILE_HEAD = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'
FILE_END = b"\r\n--b--\r\n"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


measured = pytest.mark.skipif(
    not Path("/proc").exists(), reason="only Linux tells in /proc what a process holds"
)


@dataclass(frozen=True)
class Server:
    """A running server. pid: of its process. log: what it has written to stderr."""

    port: int
    pid: int
    log: Path

    def connection(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def resident(self) -> int:
        """Return the memory that the process holds, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run `mockserver serve` on a free port, as a user does."""
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    log = tmp_path_factory.mktemp("wire") / "stderr"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,  # noqa: S603  # our own
    ):
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        yield Server(port=int(url.rpartition(":")[2]), pid=process.pid, log=log)
        process.terminate()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """Give the server, and see that it is not troubled and serves an ordinary client afterwards."""
    logged = running.log.stat().st_size
    yield running
    assert ordinary(running, "GET", "/health") == (200, b"OK")
    assert b"Traceback" not in running.log.read_bytes()[logged:]


def ordinary(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Return status and body of the answer that an ordinary client gets."""
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, body, named)
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def get(target: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join(
        [b"GET " + target + b" HTTP/1.1", b"Host: x", *headers, b"Connection: close", b"", b""]
    )


def post(body: bytes, *headers: bytes, end: bytes = b"Connection: close") -> bytes:
    """Return a request that creates a job, *headers* saying how its body is framed."""
    head = [f"POST {JOBS} HTTP/1.1".encode(), b"Host: x", TOKEN.strip(), b"Content-Type: application/json"]
    return b"\r\n".join([*head, *headers, end, b"", body])


def answered(server: Server, *chunks: bytes) -> bytes:
    """Send *chunks*, and return all that comes until the server closes the connection.

    A server that closes it while the client is still sending has answered too: what had come is returned.
    """
    received = b""
    with server.connection() as client:
        try:
            for chunk in chunks:
                client.sendall(chunk)
            while data := client.recv(65536):
                received += data
        except ConnectionError:
            received += rest(client)
    return received


def rest(client: socket.socket) -> bytes:
    """Return what had come before the connection broke."""
    try:
        return client.recv(65536)
    except ConnectionError:
        return b""


def statuses(received: bytes) -> list[int]:
    """Return the status of each answer in *received*."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


# ---- heads


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"GARBAGE\r\n\r\n", id="garbage"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100), id="a TLS hello"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(bytes(1000), id="zeros"),
        pytest.param(b"\r\n" * 10 + b"nope\r\n\r\n", id="empty lines"),
        pytest.param(b"get /health HTTP/1.1\r\n\r\n", id="a method in lower case"),
        pytest.param(b"FOO /health HTTP/1.1\r\n\r\n", id="a method that nobody knows"),
        pytest.param(b"GET health HTTP/1.1\r\n\r\n", id="a relative target"),
        pytest.param(b"GET /he alth HTTP/1.1\r\n\r\n", id="a blank in the target"),
        pytest.param(b"GET /health HTTP/9.9.9\r\n\r\n", id="a version that is none"),
        pytest.param(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", id="a proxy is asked for"),
        pytest.param(get("/admin/b\u00fc".encode()), id="UTF-8 in the path"),
        pytest.param(get(b"/\xff\xfe"), id="no UTF-8 in the path"),
        pytest.param(get(b"/health?\xff"), id="no ASCII in the query"),
        pytest.param(get(b"http://"), id="an absolute target without a host"),
        pytest.param(get(b"http://x"), id="an absolute target without a path"),
        pytest.param(get(b"http://x:99999999/health"), id="a port that is none"),
        pytest.param(get(b"/health", b"X: a\x00b"), id="NUL in a header"),
        pytest.param(get(b"/health", b"X: a\x7fb"), id="DEL in a header"),
        pytest.param(get(b"/health", b"X : a"), id="a blank before the colon"),
        pytest.param(get(b"/health", b": a"), id="a header without a name"),
        pytest.param(get(b"/health", b"nocolon"), id="a header without a colon"),
        pytest.param(get(b"/health", b"X: a\r\n folded"), id="a folded header"),
        pytest.param(get(b"/health", b"X: a\nY: b"), id="a bare newline"),
        pytest.param(get(b"/health", b"Content-Length: -5"), id="a negative length"),
        pytest.param(get(b"/health", b"Content-Length: abc"), id="a length that is no number"),
        pytest.param(get(b"/health", b"Content-Length: +5"), id="a length with a sign"),
        pytest.param(get(b"/health", b"Content-Length: 5, 5"), id="two lengths in one"),
        pytest.param(get(b"/health", b"Content-Length: " + b"9" * 30), id="a length beyond all bounds"),
        pytest.param(get(b"/health", b"Content-Length: 5", b"Content-Length: 6"), id="two lengths"),
        pytest.param(get(b"/health", b"Content-Length: 5", b"Content-Length: 5"), id="one length twice"),
        pytest.param(
            post(b"0\r\n\r\n", b"Content-Length: 5", b"Transfer-Encoding: chunked"), id="both framings"
        ),
        pytest.param(
            post(b"0\r\n\r\n", b"Transfer-Encoding: chunked", b"Content-Length: 5"), id="both, turned"
        ),
        pytest.param(post(b"", b"Transfer-Encoding: gzip"), id="a framing that nobody knows"),
        pytest.param(
            post(b"zz\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), id="a chunk without a size"
        ),
        pytest.param(post(b"-1\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), id="a negative chunk"),
        pytest.param(
            post(b"f" * 30 + b"\r\n{}", b"Transfer-Encoding: chunked"), id="a chunk beyond all bounds"
        ),
        pytest.param(post(b"2\r\n{}0\r\n\r\n", b"Transfer-Encoding: chunked"), id="a chunk that is longer"),
    ],
)
def test_what_is_no_http_is_refused_and_the_connection_closed(server: Server, request_: bytes) -> None:
    received = answered(server, request_)

    assert statuses(received) == [400]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", 200, id="no Host"),
        pytest.param(b"GET /health HTTP/1.0\r\n\r\n", 200, id="HTTP/1.0"),
        pytest.param(b"GET /health\r\n\r\n", 200, id="HTTP/0.9"),
        pytest.param(b"\r\n\r\n" + get(b"/health"), 200, id="empty lines before"),
        pytest.param(get(b"http://x/health"), 200, id="an absolute target"),
        pytest.param(get(b"http://x:1/health?a=b"), 200, id="an absolute target with port and query"),
        pytest.param(get(b"/health#fragment"), 200, id="a fragment"),
        pytest.param(get(b"/health?a=b?c=d#e"), 200, id="two question marks"),
        pytest.param(get(b"/health", b'Host: a b"<>'), 200, id="an odd Host"),
        pytest.param(get(b"/health", b"X: a\xffb"), 200, id="no ASCII in a header"),
        pytest.param(get(b"*"), 404, id="a star"),
        pytest.param(get(b"//x/health"), 404, id="two slashes before"),
        pytest.param(get(b"/%"), 404, id="a percent sign"),
        pytest.param(get(b"/%zz"), 404, id="an escape that is none"),
        pytest.param(get(b"/uploads/%u0041"), 404, id="an escape of JavaScript"),
        pytest.param(get(b"/uploads/%c0%af"), 400, id="an escape that is no UTF-8"),
        pytest.param(get(b"/uploads/%00"), 400, id="an escaped NUL"),
        pytest.param(get(b"/docs/"), 200, id="the documentation"),
        pytest.param(get(b"/docs/nope"), 404, id="no page of the documentation"),
        pytest.param(get(b"/docs/%00"), 404, id="an escaped NUL in the documentation"),
        pytest.param(get(b"/docs/" + b"a" * 5000), 404, id="a long name in the documentation"),
        pytest.param(get(b"/openapi.json"), 200, id="the bundled document"),
        pytest.param(get(b"/" + b"a" * 60_000), 404, id="a target of 60 kB"),
        pytest.param(get(b"/admin/batch-jobs/" + b"a" * 60_000, TOKEN.strip()), 404, id="an id of 60 kB"),
        pytest.param(
            get(JOBS.encode() + b"?" + b"&".join(b"id[]=%d" % n for n in range(1000)), TOKEN.strip()),
            200,
            id="a thousand parameters",
        ),
        pytest.param(
            get(JOBS.encode() + b"?" + b"&".join(b"a%d=1" % n for n in range(5000)), TOKEN.strip()),
            400,
            id="five thousand parameters",
        ),
        pytest.param(get(JOBS.encode() + b"?" + b"a[b]" * 10_000, TOKEN.strip()), 400, id="brackets"),
        pytest.param(get(JOBS.encode() + b"?" + b"[" * 50_000, TOKEN.strip()), 400, id="open brackets"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n", 404, id="OPTIONS *"),
        pytest.param(b"TRACE /health HTTP/1.1\r\nConnection: close\r\n\r\n", 405, id="TRACE"),
        pytest.param(b"CONNECT /health HTTP/1.1\r\nConnection: close\r\n\r\n", 405, id="CONNECT to a path"),
        pytest.param(
            b"POST /docs/ HTTP/1.1\r\nConnection: close\r\n\r\n", 404, id="POST to the documentation"
        ),
    ],
)
def test_what_is_odd_but_http_is_answered(server: Server, request_: bytes, status: int) -> None:
    assert statuses(answered(server, request_)) == [status]


@measured
@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"GET /", id="target"),
        pytest.param(b"GET /health HTTP/1.1\r\nX: ", id="header"),
        pytest.param(post(b"0\r\nX: ", b"Transfer-Encoding: chunked"), id="trailer"),
        pytest.param(post(b"5;", b"Transfer-Encoding: chunked"), id="chunk extension"),
    ],
)
def test_what_never_ends_is_cut_off(server: Server, beginning: bytes) -> None:
    before = server.resident()

    received = answered(server, beginning, *[b"y" * 65536] * 500)

    assert statuses(received) in ([431], [])  # the connection may break before the answer is read
    assert server.resident() - before < 8 * MEGABYTE


@measured
@pytest.mark.parametrize(
    "beginning",
    [
        pytest.param(b"GET /health HTTP/1.1\r\n", id="headers"),
        pytest.param(post(b"0\r\n", b"Transfer-Encoding: chunked"), id="trailers"),
    ],
)
def test_a_flood_of_headers_is_cut_off(server: Server, beginning: bytes) -> None:
    before = server.resident()

    received = answered(server, beginning, *[b"X-Name: y\r\n" * 5000] * 200)

    assert statuses(received) in ([431], [])
    assert server.resident() - before < 8 * MEGABYTE


def test_a_head_may_be_almost_as_large_as_the_limit(server: Server) -> None:
    head = get(b"/health", *[b"X: " + b"y" * 1000] * 64)

    assert HEAD_LIMIT - 5000 < len(head) < HEAD_LIMIT
    assert statuses(answered(server, head)) == [200]


# ---- bodies


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"%x\r\n%b\r\n0\r\n\r\n" % (len(A_JOB), A_JOB), id="one chunk"),
        pytest.param(b"".join(b"1\r\n%c\r\n" % letter for letter in A_JOB) + b"0\r\n\r\n", id="many chunks"),
        pytest.param(b"%X;a=b;c\r\n%b\r\n0;d\r\n\r\n" % (len(A_JOB), A_JOB), id="extensions"),
        pytest.param(b"%x\r\n%b\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n" % (len(A_JOB), A_JOB), id="trailers"),
        pytest.param(
            b"%x\r\n%b\r\n0\r\nContent-Type: text/plain\r\n\r\n" % (len(A_JOB), A_JOB),
            id="a trailer that lies",
        ),
    ],
)
def test_a_chunked_body_is_understood(server: Server, body: bytes) -> None:
    assert statuses(answered(server, post(body, b"Transfer-Encoding: chunked"))) == [201]


def test_a_trailer_is_no_credential(server: Server) -> None:
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(A_JOB), A_JOB)
    request = post(chunk + TOKEN + b"\r\n", b"Transfer-Encoding: chunked").replace(TOKEN, b"", 1)

    assert statuses(answered(server, request)) == [401]


def test_a_chunked_body_in_many_pieces_is_not_taken_for_one_that_never_ends(server: Server) -> None:
    body = b"[" + b" " * 60_000 + b"]"
    chunks = b"".join(b"1;name=value\r\n%c\r\n" % letter for letter in body) + b"0\r\n\r\n"

    received = answered(server, post(b"", b"Transfer-Encoding: chunked"), chunks)

    assert len(chunks) > HEAD_LIMIT
    assert statuses(received) == [400]
    assert b"an unknown value was passed to the validate function" in received


def test_a_body_longer_than_announced_is_cut_and_the_rest_is_no_request(server: Server) -> None:
    received = answered(server, post(A_JOB, b"Content-Length: 10", end=b"X: y"))

    assert set(statuses(received)) == {400}


def test_a_body_shorter_than_announced_is_waited_for_and_then_given_up(server: Server) -> None:
    with server.connection() as client:
        client.sendall(post(A_JOB, b"Content-Length: 1000"))
        assert ordinary(server, "GET", "/health") == (200, b"OK")
        client.shutdown(socket.SHUT_WR)

        assert client.recv(1) == b""


@pytest.mark.parametrize("length", [1, 60_000, 5_000_000])
def test_a_client_that_leaves_in_the_middle_of_its_body_is_not_missed(server: Server, length: int) -> None:
    with server.connection() as client:
        client.sendall(post(b"x" * length, b"Content-Length: 9000000"))

    assert ordinary(server, "GET", "/health") == (200, b"OK")


def test_a_client_that_leaves_before_its_answers_is_not_missed(server: Server) -> None:
    with server.connection() as client:
        client.sendall(b"GET /openapi.json HTTP/1.1\r\n\r\n" * 500)
        client.recv(1)

    assert ordinary(server, "GET", "/health") == (200, b"OK")


def test_a_client_that_sends_no_more_but_listens_is_answered(server: Server) -> None:
    with server.connection() as client:
        client.sendall(post(A_JOB, b"Content-Length: %d" % len(A_JOB), end=b"X: y"))
        client.shutdown(socket.SHUT_WR)

        assert statuses(client.recv(65536)) == [201]


def test_a_body_that_never_ends_keeps_nobody_else_waiting(server: Server) -> None:
    with server.connection() as client:
        client.sendall(post(b'{"type":', b"Content-Length: 100000"))
        others = [ordinary(server, "GET", "/health") for _ in range(20)]
        client.sendall(b" ")

    assert others == [(200, b"OK")] * 20


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param(JOBS, {"Content-Type": "application/json"}, 413, id="JSON"),
        pytest.param(JOBS, {"Content-Type": "text/plain"}, 401, id="text, nobody"),
        pytest.param("/admin/uploads", MULTIPART, 401, id="upload, nobody"),
        pytest.param("/nope", {"Content-Type": "text/plain"}, 404, id="no path"),
    ],
)
def test_a_refusal_of_10_megabytes_can_be_read_by_an_ordinary_client(
    server: Server, path: str, headers: dict[str, str], status: int, connection: str
) -> None:
    answer = ordinary(server, "POST", path, b"x" * 10 * MEGABYTE, **headers, Connection=connection)

    assert answer[0] == status


def test_a_refused_upload_can_be_read_by_urllib(server: Server) -> None:
    url = f"http://127.0.0.1:{server.port}/admin/uploads"
    body = FILE_HEAD + b"x" * 10 * MEGABYTE + FILE_END

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, body, MULTIPART), timeout=PATIENCE)

    assert refused.value.code == 401
    refused.value.close()


def test_a_refusal_is_sent_before_the_body_has_come(server: Server) -> None:
    with server.connection() as client:
        client.sendall(b"POST /nope HTTP/1.1\r\nContent-Length: 100\r\nConnection: close\r\n\r\n")

        assert statuses(client.recv(65536)) == [404]


def test_10_megabytes_are_uploaded_and_fetched(server: Server) -> None:
    content = os.urandom(10 * MEGABYTE)
    headers = {**MULTIPART, "x-medusa-access-token": Settings().api_token}

    status, answer = ordinary(server, "POST", "/admin/uploads", FILE_HEAD + content + FILE_END, **headers)
    key = re.findall(rb'"key":"([^"]+)"', answer)[0].decode()
    fetched = ordinary(server, "GET", f"/uploads/{key}")
    body = f'{{"file_key":"{key}"}}'.encode()
    ordinary(server, "DELETE", "/admin/uploads", body, **{**headers, "Content-Type": "application/json"})

    assert (status, fetched == (200, content)) == (200, True)


# ---- connections


def test_requests_that_come_together_are_answered_in_their_order(server: Server) -> None:
    requests = [b"GET /health HTTP/1.1\r\n\r\n", b"GET /nope HTTP/1.1\r\n\r\n"]
    created = post(A_JOB, b"Content-Length: %d" % len(A_JOB), end=b"X: y")

    received = answered(server, b"".join([*requests, created, *requests, get(b"/health")]))

    assert statuses(received) == [200, 404, 201, 200, 404, 200]


def test_a_body_that_nobody_read_does_not_spoil_the_next_request(server: Server) -> None:
    unread = b"POST /nope HTTP/1.1\r\nContent-Length: 70000\r\n\r\n" + b"GET / " * 11_666 + b"1234"

    assert statuses(answered(server, unread + get(b"/health"))) == [404, 200]


@measured
@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"GET /health HTTP/1.1\r\n\r\n", id="GET"),
        pytest.param(b"POST /admin/auth HTTP/1.1\r\nContent-Length: 0\r\n\r\n", id="POST without a body"),
        pytest.param(
            b"POST /admin/auth HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            id="POST with a body",
        ),
    ],
)
def test_a_client_that_asks_without_reading_is_made_to_wait(server: Server, request_: bytes) -> None:
    before = server.resident()
    flood = request_ * (MEGABYTE // len(request_))

    with server.connection() as client:
        client.settimeout(0)
        sent = sent_until_refused(client, flood, limit=32 * MEGABYTE)
        others = ordinary(server, "GET", "/health")
        grown = server.resident() - before

    assert sent < 32 * MEGABYTE
    assert others == (200, b"OK")
    assert grown < 32 * MEGABYTE


def sent_until_refused(client: socket.socket, flood: bytes, *, limit: int) -> int:
    """Send *flood* again and again, and return how many bytes the server took until it took no more."""
    sent = 0
    while sent < limit and select.select([], [client], [], 1)[1]:
        sent += client.send(flood[sent % len(flood) :])
    return sent


@pytest.mark.parametrize("offer", [b"websocket", b"h2c", b"TLS/1.0"])
def test_an_offered_upgrade_is_passed_over(server: Server, offer: bytes) -> None:
    upgrade = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " + offer + b"\r\n\r\n"

    assert statuses(answered(server, upgrade * 3 + get(b"/health"))) == [200] * 4


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        (b"Content-Length: %d" % len(A_JOB), A_JOB),
        (b"Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(A_JOB), A_JOB)),
    ],
)
def test_the_body_of_a_client_that_offers_an_upgrade_is_read(
    server: Server, framing: bytes, body: bytes
) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB"
    request = post(body, framing, end=offer)

    assert statuses(answered(server, request + request, get(b"/health"))) == [201, 201, 200]


def test_a_client_that_asks_whether_to_go_on_is_told_so(server: Server) -> None:
    head = post(b"", b"Content-Length: %d" % len(A_JOB), b"Expect: 100-continue")

    with server.connection() as client:
        client.sendall(head)
        told = client.recv(65536)
        client.sendall(A_JOB)
        answer = client.recv(65536)

    assert (told, statuses(answer)) == (b"HTTP/1.1 100 Continue\r\n\r\n", [201])


def test_a_client_that_asks_whether_to_go_on_is_refused_at_once(server: Server) -> None:
    head = post(b"", b"Content-Length: 100", b"Expect: 100-continue").replace(TOKEN, b"")

    with server.connection() as client:
        client.sendall(head.replace(b"application/json", b"text/plain"))

        assert statuses(client.recv(65536)) == [401]


def test_100_clients_that_never_finish_keep_nobody_waiting(server: Server) -> None:
    beginnings = (b"", b"GET /hea", b"GET /health HTTP/1.1\r\nX: ", post(b"{", b"Content-Length: 1000"))

    with ExitStack() as stack:
        clients = [stack.enter_context(server.connection()) for _ in range(100)]
        sent = [client.send(beginnings[number % 4]) for number, client in enumerate(clients)]
        others = [ordinary(server, "GET", "/health") for _ in range(10)]

    assert len(sent) == 100
    assert others == [(200, b"OK")] * 10


HOSTILE = (
    get(b"/" + b"a" * 60_000),
    get(b"/docs/" + b"a" * 3000),
    get(b"/health", *[b"X%d: y" % number for number in range(3000)]),
    get(JOBS.encode() + b"?" + b"&".join(b"a%d=1" % number for number in range(5000)), TOKEN.strip()),
    post(b"[" * 90_000, b"Content-Length: 90000"),
    post(b"x" * MEGABYTE, b"Content-Length: %d" % MEGABYTE),
    post(b'{"type":"' + b"x" * 90_000 + b'","context":{}}', b"Content-Length: 90024"),
    post(b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n", b"Transfer-Encoding: chunked"),
    post(b"0\r\n" + b"X: y\r\n" * 10_000 + b"\r\n", b"Transfer-Encoding: chunked"),
    b"GET /health HTTP/1.1\r\n\r\n" * 500 + get(b"/health"),
    b"POST /admin/uploads HTTP/1.1\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % MEGABYTE
    + b"x" * MEGABYTE,
    bytes(100_000),
    get(JOBS.encode(), b"Authorization: Bearer " + b"W1tb" * 10_000 + b".e30.x"),
    get(JOBS.encode(), b"Cookie: " + b"connect.sid=s%3A;" * 3000),
    get(b"/uploads/nope", b"Range: bytes=" + b"9" * 50_000 + b"-"),
)


@measured
def test_memory_does_not_grow_with_hostile_requests(server: Server) -> None:
    warm = [statuses(answered(server, request)) for request in HOSTILE * 2]
    before = server.resident()

    seen = [statuses(answered(server, request)) for request in HOSTILE * 14]

    assert len(seen) == 210
    assert max(status for each in [*warm, *seen] for status in each) < 500
    assert server.resident() - before < 8 * MEGABYTE
