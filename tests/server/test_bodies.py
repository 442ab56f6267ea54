"""Request bodies: read within bounds, decoded and parsed. Source: recorded, groups http and uploads."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.server.bodies import (
    DEPTH_LIMIT,
    DRAIN_LIMIT,
    FILES_LIMIT,
    JSON_LIMIT,
    LONGEST_KNOWN,
    MOST_KNOWN,
    ClientGone,
    KnownBodies,
    Receive,
    inflated,
    parse_json,
    read_body,
    read_files,
)
from mockserver.server.errors import RequestRefused

JSON = "application/json"
MULTIPART = "multipart/form-data; boundary=recboundary"


def receiving(*chunks: bytes) -> Receive:
    """Return what a server hands to an application whose client sends *chunks*."""
    last = len(chunks) - 1
    messages = iter(
        {"type": "http.request", "body": chunk, "more_body": number < last}
        for number, chunk in enumerate(chunks)
    )

    async def receive() -> Any:
        return next(messages, {"type": "http.disconnect"})

    return receive


def leaving_after(*chunks: bytes) -> Receive:
    """Return the same of a client who goes before its body is whole."""
    messages = iter({"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks)

    async def receive() -> Any:
        return next(messages, {"type": "http.disconnect"})

    return receive


async def next_message(receive: Receive) -> Any:
    return await receive()


def body_of(receive: Receive, *, limit: int = JSON_LIMIT) -> bytes:
    return asyncio.run(read_body(receive, limit=limit))


def files_of(receive: Receive, *, content_type: str = MULTIPART) -> list[tuple[str, bytes]]:
    return asyncio.run(read_files(receive, content_type=content_type, field="files"))


def in_pieces(body: bytes, size: int) -> Iterable[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)] or [b""]


def part(filename: str, content: str, *, field: str = "files") -> bytes:
    """Return one file of a multipart body."""
    head = f'Content-Disposition: form-data; name="{field}"; filename="{filename}"\r\nContent-Type: text/csv'
    return f"--recboundary\r\n{head}\r\n\r\n{content}\r\n".encode()


END = b"--recboundary--\r\n"


# ---- reading


@given(st.lists(st.binary(max_size=8), min_size=1))
def test_a_body_is_its_chunks_joined(chunks: list[bytes]) -> None:
    assert body_of(receiving(*chunks)) == b"".join(chunks)


def test_a_body_may_be_as_large_as_the_limit() -> None:
    assert len(body_of(receiving(b"x" * 60, b"x" * 40), limit=100)) == 100


def test_a_body_larger_than_the_limit_is_read_to_its_end_and_refused() -> None:
    receive = receiving(b"x" * 60, b"x" * 41, b"x")

    with pytest.raises(RequestRefused, match=r"^request entity too large$") as refused:
        body_of(receive, limit=100)

    assert (refused.value.status, refused.value.kind) == (413, "invalid_data")
    assert refused.value.headers == ()
    assert asyncio.run(next_message(receive)) == {"type": "http.disconnect"}


def test_a_body_that_never_ends_costs_the_client_its_connection() -> None:
    chunk = b"x" * (DRAIN_LIMIT // 4)

    with pytest.raises(RequestRefused) as refused:
        body_of(receiving(*[chunk] * 100), limit=100)

    assert refused.value.status == 413
    assert refused.value.headers == ((b"connection", b"close"),)


def test_a_client_that_goes_before_its_body_is_whole_is_noticed() -> None:
    with pytest.raises(ClientGone):
        body_of(leaving_after(b"{"))


# ---- parsing


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b"", {}, id="empty body with json type"),
        pytest.param(b"{}", {}, id="empty object"),
        pytest.param(b" { } ", {}, id="blanks around"),
        pytest.param(b"[]", [], id="array body"),
        pytest.param(b'\xef\xbb\xbf{"type":"product-export"}', {"type": "product-export"}, id="utf-8 bom"),
        pytest.param(b'{"a":1,"a":2}', {"a": 2}, id="the last of two equal keys"),
        pytest.param('{"note":"ünï"}'.encode(), {"note": "ünï"}, id="letters outside ASCII"),
    ],
)
def test_json_is_parsed(body: bytes, value: Any) -> None:
    assert parse_json(body, {"content-type": JSON}) == value


def test_the_same_body_is_read_once() -> None:
    known = KnownBodies()

    first = known.read(b'{"a":[1]}', {"content-type": JSON})
    again = known.read(b'{"a":[1]}', {"content-type": JSON, "x-other": "1"})

    assert again is first
    assert first.value == {"a": [1]}


def test_the_same_bytes_are_read_anew_where_another_header_says_how() -> None:
    known, zipped = KnownBodies(), gzip.compress(b"{}")

    read = known.read(zipped, {"content-type": JSON, "content-encoding": "gzip"})

    assert read.value == {}
    with pytest.raises(RequestRefused):
        known.read(zipped, {"content-type": JSON})
    with pytest.raises(RequestRefused, match="charset"):
        known.read(b"{}", {"content-type": f"{JSON}; charset=latin1"})


def test_what_is_no_json_is_refused_however_often_it_comes() -> None:
    known = KnownBodies()

    with pytest.raises(RequestRefused) as once:
        known.read(b"{", {"content-type": JSON})
    with pytest.raises(RequestRefused) as twice:
        known.read(b"{", {"content-type": JSON})

    assert once.value.message == twice.value.message


def test_long_bodies_and_those_of_long_ago_are_not_kept() -> None:
    known, headers = KnownBodies(), {"content-type": JSON}
    first = known.read(b"[]", headers)
    long = b'["' + b"x" * LONGEST_KNOWN + b'"]'

    reads = [known.read(b"[%d]" % number, headers) for number in range(MOST_KNOWN)]

    assert known.read(b"[]", headers) is not first
    assert known.read(b"[%d]" % (MOST_KNOWN - 1), headers) is reads[-1]
    assert known.read(long, headers) is not known.read(long, headers)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"{bad", "the body is not JSON: ", id="invalid json"),
        pytest.param(b'{"type":"product-export"', "the body is not JSON: ", id="truncated json"),
        pytest.param(b" ", "the body is not JSON: ", id="blanks only"),
        pytest.param(b"\xef\xbb\xbf", "the body is not JSON: ", id="utf-8 bom only"),
        pytest.param(b'{"a":NaN}', "the body is not JSON: ", id="NaN"),
        pytest.param(b'{"a":"\xff"}', "the body is not JSON: ", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "the body is not JSON: ", id="deeper than any parser"),
        pytest.param(b'"x"', "the body is not a JSON object", id="json string"),
        pytest.param(b"null", "the body is not a JSON object", id="json null"),
        pytest.param(b"5", "the body is not a JSON object", id="json number"),
        pytest.param(b"true", "the body is not a JSON object", id="json true"),
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(RequestRefused, match=f"^{said}") as refused:
        parse_json(body, {"content-type": JSON})

    assert (refused.value.status, refused.value.kind) == (400, "invalid_data")


@pytest.mark.parametrize(("opening", "closing"), [(b'{"a":', b"}"), (b"[", b"]")])
def test_json_may_be_as_deep_as_the_limit_and_no_deeper(opening: bytes, closing: bytes) -> None:
    deepest = opening * DEPTH_LIMIT + b"1" + closing * DEPTH_LIMIT

    assert parse_json(deepest, {"content-type": JSON})
    with pytest.raises(RequestRefused, match=f"^the body is nested more than {DEPTH_LIMIT} levels deep$"):
        parse_json(opening + deepest + closing, {"content-type": JSON})


def test_brackets_side_by_side_are_not_deep() -> None:
    body = json.dumps([[] for _ in range(DEPTH_LIMIT * 2)]).encode()

    assert len(parse_json(body, {"content-type": JSON})) == DEPTH_LIMIT * 2


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        'application/json; charset="utf-8"',
        "Application/JSON",
        "application/json;",
    ],
)
def test_utf_8_is_understood_however_it_is_written(content_type: str) -> None:
    assert parse_json(b"{}", {"content-type": content_type}) == {}


@pytest.mark.parametrize("charset", ["latin1", "utf-16", "nope"])
def test_another_charset_is_refused_with_the_one_to_send(charset: str) -> None:
    with pytest.raises(
        RequestRefused, match=f'^unsupported charset "{charset.upper()}"; send UTF-8$'
    ) as refused:
        parse_json(b"{}", {"content-type": f"application/json; charset={charset}"})

    assert refused.value.status == 415


@given(
    st.dictionaries(
        st.text(),
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(),
    )
)
def test_what_is_written_as_json_is_read_back(value: dict[str, Any]) -> None:
    finite = json.loads(json.dumps(value).replace("Infinity", "0"))

    assert parse_json(json.dumps(finite).encode(), {"content-type": JSON}) == finite


@given(st.binary())
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    assert parsed_or_status(body) in ("parsed", 400)


def parsed_or_status(body: bytes) -> str | int:
    """Return `parsed`, or the status of the refusal."""
    try:
        parse_json(body, {"content-type": JSON})
    except RequestRefused as refused:
        return refused.status
    return "parsed"


# ---- content encodings


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b'{"a":1}', mtime=0)),
        ("GZIP", gzip.compress(b'{"a":1}', mtime=0)),
        ("deflate", zlib.compress(b'{"a":1}')),
        ("identity", b'{"a":1}'),
        ("", b'{"a":1}'),
    ],
)
def test_a_known_content_encoding_is_taken_off(encoding: str, body: bytes) -> None:
    assert parse_json(body, {"content-type": JSON, "content-encoding": encoding}) == {"a": 1}


@pytest.mark.parametrize(
    ("encoding", "body", "status", "said"),
    [
        pytest.param(
            "foo",
            b"{}",
            415,
            'unsupported content encoding "foo"; known: gzip, deflate',
            id="content-encoding unknown",
        ),
        pytest.param(
            "gzip", b"{}", 400, "the body is not gzip: .*header check", id="content-encoding gzip but plain"
        ),
        pytest.param("deflate", b"{}", 400, "the body is not deflate: ", id="deflate but plain"),
        pytest.param(
            "gzip",
            gzip.compress(b"{}", mtime=0)[:-3],
            400,
            "the body is not gzip: it ends too early",
            id="cut short",
        ),
        pytest.param(
            "gzip", gzip.compress(b" " * 10**7, mtime=0), 413, "request entity too large", id="much in little"
        ),
    ],
)
def test_another_content_encoding_is_refused(encoding: str, body: bytes, status: int, said: str) -> None:
    with pytest.raises(RequestRefused, match=said) as refused:
        parse_json(body, {"content-type": JSON, "content-encoding": encoding})

    assert refused.value.status == status


@given(st.binary(max_size=200), st.sampled_from([0, 1, 6, 9]))
def test_what_was_compressed_is_read_back(plain: bytes, level: int) -> None:
    assert inflated(gzip.compress(plain, level, mtime=0), "gzip", limit=200) == plain


# ---- uploads


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_files_are_read_in_their_order_however_they_are_cut_on_the_way(size: int) -> None:
    body = part("a.csv", "x;y\n1;2\n") + part("b.csv", "x;y\n3;4\n") + END

    files = files_of(receiving(*in_pieces(body, size)))

    assert files == [("a.csv", b"x;y\n1;2\n"), ("b.csv", b"x;y\n3;4\n")]


@pytest.mark.parametrize(
    ("body", "files"),
    [
        pytest.param(END, [], id="no file but valid multipart"),
        pytest.param(part("empty.csv", "") + END, [("empty.csv", b"")], id="protected empty file"),
        pytest.param(part("fü.csv", "x") + END, [("fÃ¼.csv", b"x")], id="protected unicode name"),
        pytest.param(
            part("dir/sub/c.csv", "x") + END, [("dir/sub/c.csv", b"x")], id="protected with path in name"
        ),
    ],
)
def test_files_are_read_as_recorded(body: bytes, files: list[tuple[str, bytes]]) -> None:
    assert files_of(receiving(body)) == files


@pytest.mark.parametrize("field", ["file", "files[]"])
def test_a_file_in_another_field_is_refused_with_the_right_one(field: str) -> None:
    with pytest.raises(RequestRefused, match=r"files are taken from the field files, not from ") as refused:
        files_of(receiving(part("a.csv", "x", field=field) + END))

    assert refused.value.status == 400


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"]
)
def test_what_is_no_multipart_body_is_refused_with_the_remedy(content_type: str) -> None:
    with pytest.raises(RequestRefused, match=r"^files must be sent as multipart/form-data") as refused:
        files_of(receiving(b"{}"), content_type=content_type)

    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"", "its last boundary is missing", id="protected no body"),
        pytest.param(part("a.csv", "x"), "its last boundary is missing", id="cut short"),
    ],
)
def test_a_multipart_body_that_does_not_end_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(RequestRefused, match=said) as refused:
        files_of(receiving(body))

    assert refused.value.status == 400


def test_more_files_than_the_limit_are_refused() -> None:
    body = part("a.csv", "x") * (FILES_LIMIT + 1) + END

    with pytest.raises(RequestRefused, match=f"^more than {FILES_LIMIT} files in one request$"):
        files_of(receiving(body))


def test_a_client_that_goes_while_uploading_is_noticed() -> None:
    with pytest.raises(ClientGone):
        files_of(leaving_after(part("a.csv", "x")))
