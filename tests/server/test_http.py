"""HTTP itself, in the default personality: methods, paths, headers, bodies, files.

Source: recorded, groups http,
retrieve, uploads and export_files; what the real server answers as an HTML page is the contract's JSON here.
"""

import gzip
import json
import zlib
from typing import Any

import pytest

from tests.asgi_client import Answer, Client

JOBS = "/admin/batch-jobs"
UPLOADS = "/admin/uploads/protected"
JSON = {"content-type": "application/json"}
A_JOB = b'{"type":"product-export","context":{},"dry_run":true}'
NO_TYPE = {"type": "invalid_data", "message": "type must be a string, context must be an object"}
ALLOWED, SECOND_ALLOWED, OTHER = "http://localhost:7001", "http://localhost:7000", "http://evil.example"


@pytest.fixture
def anonymous(shared_anonymous: Client) -> Client:
    """Return a client without credentials, of the server that all tests here share."""
    return shared_anonymous


@pytest.fixture
def client(shared_client: Client) -> Client:
    """Return a client that is logged in to the same server."""
    return shared_client


def posted(client: Client, body: bytes, **headers: str) -> Answer:
    return client.request("POST", JOBS, body=body, headers={**JSON, **headers})


def created(client: Client) -> Any:
    return posted(client, A_JOB).json()["batch_job"]


# ---- methods


@pytest.mark.parametrize("path", [JOBS, "/admin/auth", "/admin/store", "/admin/users", "/health"])
def test_head_is_get_without_its_body(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert (head.status, head.headers, head.body) == (200, got.headers, b"")
    assert head.headers["content-length"] == str(len(got.body))


def test_head_of_one_job_is_get_without_its_body(client: Client) -> None:
    path = f"{JOBS}/{created(client)['id']}"

    got, head = client.get(path), client.head(path)

    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


def test_head_needs_credentials_where_get_does(anonymous: Client) -> None:
    head = anonymous.head(JOBS)

    assert (head.status, head.body) == (401, b"")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", JOBS, "GET, HEAD, POST"),
        ("PATCH", JOBS, "GET, HEAD, POST"),
        ("DELETE", JOBS, "GET, HEAD, POST"),
        ("TRACE", JOBS, "GET, HEAD, POST"),
        ("FOO", JOBS, "GET, HEAD, POST"),
        ("PUT", f"{JOBS}/batch_nope", "GET, HEAD"),
        ("DELETE", f"{JOBS}/batch_nope", "GET, HEAD"),
        ("GET", f"{JOBS}/batch_nope/confirm", "POST"),
        ("PUT", f"{JOBS}/batch_nope/cancel", "POST"),
        ("GET", "/admin/uploads", "DELETE, POST"),
        ("GET", UPLOADS, "POST"),
        ("GET", "/admin/auth/token", "POST"),
        ("PUT", "/admin/auth", "DELETE, GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
        ("OPTIONS", "/health", "GET, HEAD"),
        ("POST", "/uploads/nope.csv", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(
    client: Client, method: str, path: str, allow: str
) -> None:
    answer = client.request(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, allow)
    assert answer.json() == {"type": "not_allowed", "message": f"Cannot {method} {path}"}


def test_a_header_does_not_override_the_method(client: Client) -> None:
    path = f"{JOBS}/{created(client)['id']}"

    answer = client.request("POST", path, headers={"x-http-method-override": "GET"})

    assert answer.status == 405


def test_one_idempotency_key_twice_is_two_jobs(client: Client) -> None:
    first = posted(client, A_JOB, idempotency_key="k").json()["batch_job"]["id"]
    second = posted(client, A_JOB, idempotency_key="k").json()["batch_job"]["id"]

    assert first != second


# ---- other origins


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/batch_nope/confirm", "/admin/nope", "/ADMIN/nope"])
def test_options_are_answered_without_credentials_whatever_the_path(anonymous: Client, path: str) -> None:
    answer = anonymous.options(path)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers == {
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
        "content-length": "0",
        "vary": "Origin, Access-Control-Request-Headers",
    }


def test_a_preflight_of_an_allowed_origin_is_granted(anonymous: Client) -> None:
    answer = anonymous.options(
        JOBS,
        origin=ALLOWED,
        access_control_request_method="POST",
        access_control_request_headers="content-type,idempotency-key",
    )

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert answer.headers["access-control-allow-headers"] == "content-type,idempotency-key"
    assert answer.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize("origin", [OTHER, "null", "", f"{ALLOWED}.evil.example", "HTTP://LOCALHOST:7001"])
def test_a_preflight_of_another_origin_is_not_granted(anonymous: Client, origin: str) -> None:
    answer = anonymous.options(JOBS, origin=origin, access_control_request_method="POST")

    assert answer.status == 204
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [ALLOWED, SECOND_ALLOWED])
def test_an_allowed_origin_is_named_in_the_answer(client: Client, origin: str) -> None:
    answer = client.get(JOBS, origin=origin)

    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", [OTHER, "null"])
def test_another_origin_is_served_but_not_named(client: Client, origin: str) -> None:
    answer = client.get(JOBS, origin=origin)

    assert answer.status == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("POST", JOBS, b"{bad", 400, id="400"),
        pytest.param("GET", JOBS, b"", 401, id="401"),
        pytest.param("POST", "/admin/auth", b" " * 200_000, 413, id="413"),
    ],
)
def test_a_frontend_of_another_origin_may_read_why_it_was_refused(
    anonymous: Client, method: str, path: str, body: bytes, status: int
) -> None:
    answer = anonymous.request(method, path, body=body, headers={**JSON, "origin": ALLOWED})

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, ALLOWED)


def test_files_and_health_are_for_every_page_to_link_and_none_to_read(anonymous: Client) -> None:
    answers = [anonymous.get(path, origin=ALLOWED) for path in ("/health", "/uploads/nope.csv", "/nope")]

    assert [answer.status for answer in answers] == [200, 404, 404]
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)


# ---- paths


@pytest.mark.parametrize(
    "path", [JOBS, f"{JOBS}/", "/admin//batch-jobs", f"{JOBS}///", "/ADMIN/Batch-Jobs", "/Admin/BATCH-JOBS/"]
)
def test_letter_case_and_spare_slashes_make_no_difference(client: Client, path: str) -> None:
    job = created(client)

    assert client.get(path).json()["batch_jobs"][0]["id"] == job["id"]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/./batch-jobs",
        "/admin/../admin/batch-jobs",
        "/admin/%2e/batch-jobs",
        "/admin/batch%2Djobs",
        "/admin/batch-jobs;a=b",
        "/admin%2Fbatch-jobs",
        "/admin",
        "/admin/",
        "/admin/nope",
        "/",
        "//",
        "/nope",
        "/uploads",
        "/docs/nope",
        "/docs/%00",
        "/docs/../../pyproject.toml",
        "/docs/%2e%2e/%2e%2e/pyproject.toml",
        "/docsnope",
        "/openapi.jsonx",
    ],
)
def test_what_is_no_path_of_the_contract_is_not_found(client: Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status, answer.json()) == (404, {"type": "not_found", "message": f"Cannot GET {path}"})


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "FOO"])
@pytest.mark.parametrize("path", ["/docs", "/docs/", "/openapi.json"])
def test_the_documentation_can_only_be_read(anonymous: Client, method: str, path: str) -> None:
    assert anonymous.request(method, path).status == 404


@pytest.mark.parametrize(
    ("segment", "job_id"),
    [
        ("batch_01H00000000000000000000000", "batch_01H00000000000000000000000"),
        ("a'b%22c", "a'b\"c"),
        ("a%2Fb", "a/b"),
        ("%E0%A4%A4", "\u0924"),
        ("50%", "50%"),
        ("%zz", "%zz"),
        ("undefined", "undefined"),
        ("null", "null"),
        ("confirm", "confirm"),
        ("%2e%2e", ".."),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_an_unknown_id_is_named_as_it_was_meant(client: Client, segment: str, job_id: str) -> None:
    answer = client.get(f"{JOBS}/{segment}")

    assert answer.status == 404
    assert answer.json() == {"type": "not_found", "message": f"Batch job with id {job_id} was not found"}


@pytest.mark.parametrize("segment", ["%00", "a%00b", "%E0%A4%A", "%ff", "%c0%af", "%ed%a0%80"])
@pytest.mark.parametrize("path", [f"{JOBS}/{{}}", f"{JOBS}/{{}}/confirm", "/admin/users/{}", "/uploads/{}"])
def test_an_id_that_is_no_text_is_refused(client: Client, path: str, segment: str) -> None:
    answers = [client.get(path.format(segment)), client.post(path.format(segment))]

    assert [(answer.status, answer.json()["type"]) for answer in answers] == [(400, "invalid_data")] * 2


def test_an_id_may_be_percent_encoded_but_keeps_its_letter_case(client: Client) -> None:
    job_id = created(client)["id"]

    assert client.get(f"{JOBS}/{job_id.replace('_', '%5F')}").json()["batch_job"]["id"] == job_id
    assert client.get(f"{JOBS}/{job_id.upper()}").status == 404


@pytest.mark.parametrize(
    "query", ["foo=bar", "expand=created_by_user", "limit=abc&order=x", "%", "fields=id"]
)
def test_the_query_of_one_job_is_ignored(client: Client, query: str) -> None:
    path = f"{JOBS}/{created(client)['id']}"

    assert client.get(f"{path}?{query}").json() == client.get(path).json()


# ---- entity tags


@pytest.mark.parametrize("path", [JOBS, "/admin/store", "/admin/nope", "/health"])
def test_every_answer_carries_the_entity_tag_that_express_makes(client: Client, path: str) -> None:
    answer = client.get(path)

    length, _, digest = answer.headers["etag"].removeprefix('W/"').partition("-")
    assert int(length, 16) == len(answer.body)
    assert len(digest.removesuffix('"')) == 27


def test_what_the_client_has_already_is_not_sent_again(client: Client) -> None:
    path = f"{JOBS}/{created(client)['id']}"
    tag = client.get(path).headers["etag"]

    answer = client.get(path, if_none_match=tag)

    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert not {"content-type", "content-length"} & answer.headers.keys()


@pytest.mark.parametrize("wanted", ["*", "{tag}", '"nope", {tag}', "  {tag}  ", "{strong}"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_entity_tag_matches_however_it_is_written(client: Client, method: str, wanted: str) -> None:
    tag = client.get("/admin/store").headers["etag"]
    header = wanted.format(tag=tag, strong=tag.removeprefix("W/"))

    assert client.request(method, "/admin/store", headers={"if-none-match": header}).status == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"if-none-match": 'W/"1-abc"'},
        {"if-none-match": ""},
        {"if-none-match": ",,"},
        {"if-none-match": "*", "cache-control": "no-cache"},
        {"if-none-match": "*", "cache-control": "max-age=0, no-cache"},
    ],
)
def test_another_tag_or_no_cache_gets_the_whole_answer(client: Client, headers: dict[str, str]) -> None:
    answer = client.request("GET", "/admin/store", headers=headers)

    assert answer.status == 200
    assert answer.json()["store"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", f"{JOBS}/nope", 404), ("GET", "/admin/nope", 404), ("PUT", JOBS, 405), ("POST", JOBS, 400)],
)
def test_a_refusal_is_never_not_modified(client: Client, method: str, path: str, status: int) -> None:
    assert client.request(method, path, headers={"if-none-match": "*"}).status == status


def test_a_changed_job_has_another_entity_tag(client: Client) -> None:
    path = f"{JOBS}/{created(client)['id']}"
    tag = client.get(path).headers["etag"]
    client.post(f"{path}/cancel")

    answer = client.get(path, if_none_match=tag)

    assert (answer.status, answer.headers["etag"] == tag) == (200, False)


# ---- bodies


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(A_JOB, {"content-type": "application/json; charset=utf-8"}, id="charset utf-8"),
        pytest.param(A_JOB, {"content-type": 'application/json;charset="UTF-8"'}, id="charset in quotes"),
        pytest.param(A_JOB, {"content-type": "Application/JSON"}, id="upper-case type"),
        pytest.param(b"\xef\xbb\xbf" + A_JOB, {}, id="byte order mark"),
        pytest.param(b" \r\n" + A_JOB + b"\t", {}, id="blanks around"),
        pytest.param(gzip.compress(A_JOB), {"content-encoding": "gzip"}, id="gzip"),
        pytest.param(zlib.compress(A_JOB), {"content-encoding": "deflate"}, id="deflate"),
        pytest.param(A_JOB, {"content-encoding": "identity"}, id="identity"),
        pytest.param(A_JOB, {"accept": "application/xml"}, id="accept xml"),
        pytest.param(b'{"type":"nope",' + A_JOB[1:], {}, id="the last of two equal keys counts"),
    ],
)
def test_a_body_is_understood(client: Client, body: bytes, headers: dict[str, str]) -> None:
    answer = client.request("POST", JOBS, body=body, headers={**JSON, **headers})

    assert (answer.status, answer.json()["batch_job"]["type"]) == (201, "product-export")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{bad", id="malformed"),
        pytest.param(b'{"type":"product-export"', id="truncated"),
        pytest.param(b'"x"', id="string"),
        pytest.param(b"null", id="null"),
        pytest.param(b"5", id="number"),
        pytest.param(b"true", id="true"),
        pytest.param(b"   ", id="blanks"),
        pytest.param(b"\xef\xbb\xbf", id="byte order mark alone"),
        pytest.param(b'{"type":"product-import","context":{"a":NaN}}', id="NaN"),
        pytest.param(b'{"type":"product-import","context":{"a":-Infinity}}', id="Infinity"),
        pytest.param(b'{"type":"product-import","context":{"a":"\\ud800"}}', id="lone surrogate"),
        pytest.param(b'{"type":"product-import","context":{"a":"\xff"}}', id="no UTF-8"),
        pytest.param(A_JOB.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(A_JOB + A_JOB, id="two values"),
        pytest.param(b"[" * 50_000, id="50000 brackets"),
        pytest.param(b'{"a":' * 10_000, id="10000 braces"),
        pytest.param(b"9" * 50_000, id="50000 digits"),
        pytest.param(b'{"a":' + b"9" * 50_000 + b"}", id="a number of 50000 digits"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    answer = posted(client, body)

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")
    assert answer.message.startswith("the body is not ")


def test_an_array_is_json_but_no_job(client: Client) -> None:
    answer = posted(client, b"[]")

    assert (answer.status, answer.message) == (400, "an unknown value was passed to the validate function")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/vnd.api+json",
        "multipart/form-data; boundary=b",
        ";;;",
        "\xff",
    ],
)
def test_a_body_of_another_type_counts_as_an_empty_object(client: Client, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type is not None else {}

    answer = client.request("POST", JOBS, body=A_JOB, headers=headers)

    assert (answer.status, answer.json()) == (400, NO_TYPE)


def test_an_empty_json_body_counts_as_an_empty_object(client: Client) -> None:
    answer = posted(client, b"")

    assert (answer.status, answer.json()) == (400, NO_TYPE)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"content-encoding": "foo"}, 415, id="unknown encoding"),
        pytest.param({"content-encoding": "gzip, gzip"}, 415, id="two encodings"),
        pytest.param({"content-encoding": "gzip"}, 400, id="gzip, but plain"),
        pytest.param({"content-encoding": "deflate"}, 400, id="deflate, but plain"),
        pytest.param({"content-type": "application/json; charset=latin1"}, 415, id="latin1"),
        pytest.param({"content-type": "application/json; charset=utf-16"}, 415, id="utf-16"),
        pytest.param({"content-type": "application/json; charset="}, 415, id="no charset"),
        pytest.param({"content-type": "application/json; charset=\xff"}, 415, id="no ASCII charset"),
    ],
)
def test_a_body_that_cannot_be_decoded_is_refused(
    client: Client, headers: dict[str, str], status: int
) -> None:
    answer = client.request("POST", JOBS, body=A_JOB, headers={**JSON, **headers})

    assert (answer.status, answer.json()["type"]) == (status, "invalid_data")


@pytest.mark.parametrize("parameter", ["charset*", "charset*0*", f"charset*{'9' * 5000}", "=", "a" * 5000])
def test_an_odd_parameter_of_the_content_type_does_no_harm(client: Client, parameter: str) -> None:
    answer = client.request(
        "POST", JOBS, body=A_JOB, headers={"content-type": f"application/json; {parameter}=x"}
    )

    assert answer.status == 201


def test_a_small_gzip_body_that_unpacks_to_a_large_one_is_refused(client: Client) -> None:
    bomb = gzip.compress(b" " * 100_000_000)

    answer = posted(client, bomb, content_encoding="gzip")

    assert len(bomb) < 102_400
    assert (answer.status, answer.message) == (413, "request entity too large")


def test_a_gzip_body_that_ends_too_early_is_refused(client: Client) -> None:
    answer = posted(client, gzip.compress(A_JOB)[:-4], content_encoding="gzip")

    assert (answer.status, answer.message) == (400, "the body is not gzip: it ends too early")


def padded(size: int) -> bytes:
    """Return a job whose JSON has *size* bytes."""
    frame = '{"type":"product-export","dry_run":true,"context":{"a":""}}'
    return frame.replace('""', f'"{"x" * (size - len(frame))}"').encode()


def test_a_body_may_have_100_kilobytes(client: Client) -> None:
    body = padded(102_400)

    assert (len(body), posted(client, body).status) == (102_400, 201)


def test_one_byte_more_is_too_large(client: Client) -> None:
    answer = posted(client, padded(102_401))

    assert answer.status == 413
    assert answer.json() == {"type": "invalid_data", "message": "request entity too large"}


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_context_may_be_400_levels_deep(client: Client, opening: str, closing: str) -> None:
    deep = f'{{"a":{opening * 400}1{closing * 400}}}'

    answer = posted(client, f'{{"type":"product-import","dry_run":true,"context":{deep}}}'.encode())

    job = answer.json()["batch_job"]
    seen = client.get(f"{JOBS}/{job['id']}").json()["batch_job"]
    assert answer.status == 201
    assert json.dumps(seen["context"], separators=(",", ":")) == deep


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_context_600_levels_deep_is_refused(client: Client, opening: str, closing: str) -> None:
    deep = f'{{"a":{opening * 600}1{closing * 600}}}'

    answer = posted(client, f'{{"type":"product-import","context":{deep}}}'.encode())

    assert (answer.status, answer.message) == (400, "the body is nested more than 512 levels deep")


def test_a_context_as_deep_as_is_let_in_is_answered(client: Client) -> None:
    deep = "[" * 510 + "]" * 510

    answer = posted(client, f'{{"type":"product-import","context":{{"a":{deep}}}}}'.encode())

    assert answer.status == 201


def test_get_has_no_use_for_a_body(client: Client) -> None:
    path = f"{JOBS}/{created(client)['id']}"

    answers = [client.request("GET", path, body=body, headers=JSON) for body in (b'{"a":1}', b"{bad")]

    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("verb", ["confirm", "cancel"])
def test_asking_ignores_its_body_but_it_must_parse(client: Client, verb: str) -> None:
    path = f"{JOBS}/batch_nope/{verb}"

    answers = [client.request("POST", path, body=body, headers=JSON) for body in (b'{"status":"x"}', b"{bad")]

    assert [answer.status for answer in answers] == [404, 400]


# ---- the order of checks


@pytest.mark.parametrize("path", [JOBS, "/admin/nope", f"{JOBS}/batch_nope/confirm", "/nope"])
def test_malformed_json_is_refused_before_anything_else_is_looked_at(anonymous: Client, path: str) -> None:
    answer = anonymous.request("POST", path, body=b"{", headers=JSON)

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", JOBS, b"{}"),
        ("GET", f"{JOBS}?nope=1", b""),
        ("GET", f"{JOBS}/batch_nope", b""),
        ("POST", f"{JOBS}/batch_nope/cancel", b""),
        ("GET", "/admin/nope", b""),
        ("GET", "/admin", b""),
        ("PUT", JOBS, b""),
        ("POST", UPLOADS, b""),
        ("DELETE", "/admin/uploads", b"{}"),
    ],
)
def test_credentials_are_asked_for_before_anything_is_said(
    anonymous: Client, method: str, path: str, body: bytes
) -> None:
    answer = anonymous.request(method, path, body=body, headers=JSON)

    assert (answer.status, answer.text) == (401, "Unauthorized")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_what_lies_outside_of_admin_is_unknown_without_credentials_too(anonymous: Client) -> None:
    assert [anonymous.get(path).status for path in ("/", "/nope", "/uploads/nope.csv")] == [404] * 3


def test_a_body_is_validated_before_its_type_is_looked_up(client: Client) -> None:
    answer = posted(client, b'{"type":"nope","context":5,"zz":1}')

    assert answer.message == "property zz should not exist, context must be an object"


# ---- downloads

CONTENT = b"0123456789"


def uploaded(client: Client, content: bytes = CONTENT, **named: str) -> str:
    """Return the path of a new file."""
    return f"/uploads/{client.upload(content, **named).json()['uploads'][0]['key']}"


def test_a_file_is_sent_to_everybody_who_knows_its_name(client: Client, anonymous: Client) -> None:
    answer = anonymous.get(uploaded(client))

    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers == {
        "accept-ranges": "bytes",
        "cache-control": "public, max-age=0",
        "content-length": "10",
        "content-type": "text/csv; charset=UTF-8",
        "etag": 'W/"a-1a200ed4476"',
        "last-modified": "Sun, 22 Nov 2026 01:44:39 GMT",
    }


@pytest.mark.parametrize(
    ("asked", "part", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=9-9", b"9", "bytes 9-9/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=0-99", CONTENT, "bytes 0-9/10"),
        ("bytes=-99", CONTENT, "bytes 0-9/10"),
        ("bytes=0-999999999999999999", CONTENT, "bytes 0-9/10"),
    ],
)
def test_a_part_of_a_file_is_sent(client: Client, asked: str, part: bytes, content_range: str) -> None:
    answer = client.get(uploaded(client), range=asked)

    assert (answer.status, answer.body, answer.headers["content-range"]) == (206, part, content_range)
    assert answer.headers["content-length"] == str(len(part))


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=999999999999999999-"])
def test_a_part_that_is_not_there_is_refused_with_the_size(client: Client, asked: str) -> None:
    answer = client.get(uploaded(client), range=asked)

    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */10")
    assert answer.message == "the file has no such part: it holds 10 bytes"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "garbage",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=0-1,3-4",
        "items=0-1",
        "bytes=\xb2-\xb3",
        f"bytes=0-{'9' * 5000}",
        f"bytes=-{'9' * 5000}",
        f"bytes={'9' * 5000}-",
    ],
)
def test_what_is_no_single_range_of_bytes_gets_the_whole_file(client: Client, asked: str) -> None:
    answer = client.get(uploaded(client), range=asked)

    assert (answer.status, answer.body) == (200, CONTENT)


@pytest.mark.parametrize(
    ("headers", "status", "length"), [({}, 200, "10"), ({"range": "bytes=2-4"}, 206, "3")]
)
def test_head_of_a_file_tells_its_length(
    client: Client, headers: dict[str, str], status: int, length: str
) -> None:
    head = client.request("HEAD", uploaded(client), headers=headers)

    assert (head.status, head.headers["content-length"], head.body) == (status, length, b"")


def test_a_file_that_the_client_has_is_not_sent_again(client: Client) -> None:
    path = uploaded(client)
    tag = client.get(path).headers["etag"]

    answers = [client.get(path, if_none_match=wanted) for wanted in (tag, "*", 'W/"a-0"')]

    assert [(answer.status, answer.body) for answer in answers] == [(304, b""), (304, b""), (200, CONTENT)]


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("a.CSV", "text/csv; charset=UTF-8"),
        ("a.txt", "text/plain"),
        ("a.csv.gz", "application/octet-stream"),
        ("a.nope", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_name_says(client: Client, filename: str, media_type: str) -> None:
    assert client.get(uploaded(client, filename=filename)).headers["content-type"] == media_type


@pytest.mark.parametrize(
    "path", ["/uploads/nope.csv", "/uploads/../x", "/uploads/%2e%2e/x", "/uploads/a/b/c"]
)
def test_a_file_that_is_not_there_is_not_found(anonymous: Client, path: str) -> None:
    answer = anonymous.get(path)

    assert (answer.status, answer.json()) == (404, {"type": "not_found", "message": f"Cannot GET {path}"})


def test_a_deleted_file_is_gone_and_may_be_deleted_again(client: Client) -> None:
    path = uploaded(client)
    key = path.removeprefix("/uploads/")

    answers = [client.delete("/admin/uploads", {"file_key": key}) for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"id": key, "object": "file", "deleted": True}] * 2
    assert client.get(path).status == 404


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        ({"file_key": "nope.csv"}, 200, "http://testserver/uploads/nope.csv"),
        ({"file_key": ""}, 200, "http://testserver/uploads/"),
        ({}, 400, "file_key must be a string"),
        (None, 400, "file_key must be a string"),
        ({"file_key": "a", "x": 1}, 400, "property x should not exist"),
    ],
)
def test_an_address_is_given_for_any_key(client: Client, payload: Any, status: int, said: str) -> None:
    answer = client.post("/admin/uploads/download-url", payload)

    assert (answer.status, next(reversed(answer.json().values()))) == (status, said)


# ---- uploads

END = b"--b--\r\n"


def part(
    filename: str = 'filename="a.csv"', content: bytes = b"x;y\n1;2\n", *, field: str = "files"
) -> bytes:
    """Return one part of a multipart body whose boundary is b."""
    disposition = f'form-data; name="{field}"; {filename}'.encode()
    return b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + content + b"\r\n"


def sent(client: Client, body: bytes, content_type: str = "multipart/form-data; boundary=b") -> Answer:
    return client.request("POST", UPLOADS, body=body, headers={"content-type": content_type})


@pytest.mark.parametrize("path", ["/admin/uploads", UPLOADS])
def test_files_are_kept_under_an_instant_and_their_name(client: Client, path: str) -> None:
    answer = client.upload(b"x", filename="a.csv", target=path)

    key = "1795311879286-a.csv"
    assert answer.status == 200
    assert answer.json() == {"uploads": [{"url": f"http://testserver/uploads/{key}", "key": key}]}


def test_two_files_are_kept_in_their_order(client: Client) -> None:
    answer = sent(client, part() + part('filename="b.csv"', b"second") + END)

    keys = [upload["key"] for upload in answer.json()["uploads"]]
    assert keys == ["1795311879286-a.csv", "1795311879286-b.csv"]
    assert client.get(f"/uploads/{keys[1]}").body == b"second"


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ('filename="dir/sub/c.csv"', "c.csv"),
        ('filename="C:\\dir\\c.csv"', "c.csv"),
        ('filename="../../etc/passwd"', "passwd"),
        ('filename=".."', ".."),
        ('filename=""', ""),
        ('filename="fü.csv"', "fÃ¼.csv"),
        ('filename="a\\"b.csv"', 'a"b.csv'),
        ('filename="a b&c.csv"', "a b&c.csv"),
        ('filename="{}"', "{}"),
        (f'filename="{"x" * 2000}"', "x" * 2000),
    ],
)
def test_only_the_last_part_of_a_files_name_is_kept(client: Client, filename: str, name: str) -> None:
    answer = sent(client, part(filename) + END)

    assert [upload["key"] for upload in answer.json()["uploads"]] == [f"1795311879286-{name}"]


def test_a_file_may_be_empty(client: Client) -> None:
    path = uploaded(client, b"")

    head = client.head(path)

    assert (head.status, head.headers["content-length"]) == (200, "0")
    assert client.get(path, range="bytes=0-1").status == 416


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(END, id="no part"),
        pytest.param(part("x=y", field="note") + END, id="a plain field"),
        pytest.param(b"--b\r\n\r\nabc\r\n" + END, id="a part without a name"),
    ],
)
def test_a_form_without_files_keeps_nothing(client: Client, body: bytes) -> None:
    answer = sent(client, body)

    assert (answer.status, answer.json()) == (200, {"uploads": []})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(part(field="file") + END, "files are taken from the field files", id="wrong field"),
        pytest.param(part(field="files[]") + END, "files are taken from the field files", id="files[]"),
        pytest.param(part("x=y") + END, "files must be a file", id="no file name"),
        pytest.param(b"", "its last boundary is missing", id="empty"),
        pytest.param(part(), "its last boundary is missing", id="no last boundary"),
        pytest.param(part()[:-12], "its last boundary is missing", id="cut short in the content"),
        pytest.param(part()[:30], "its last boundary is missing", id="cut short in the head"),
        pytest.param(b"garbage", "the multipart body is malformed", id="garbage"),
        pytest.param(part().replace(b"\r\n", b"\n"), "the multipart body is malformed", id="bare newlines"),
        pytest.param(part(f'filename="{"x" * 50_000}"') + END, "the multipart body is malformed", id="name"),
        pytest.param(
            part() * 1001 + END, "more than 1000 files in one request", id="more files than anybody has"
        ),
    ],
)
def test_a_malformed_upload_is_refused_with_the_reason(client: Client, body: bytes, said: str) -> None:
    answer = sent(client, body)

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")
    assert said in answer.message


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/csv",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/mixed; boundary=b",
        "multipart/form-data; boundary=c",
        "multipart/form-data; boundary=\xff",
        f"multipart/form-data; boundary={'b' * 5000}",
        f"multipart/form-data; boundary*{'9' * 5000}=b",
    ],
)
def test_an_upload_needs_multipart_with_its_boundary(client: Client, content_type: str) -> None:
    answer = sent(client, part() + END, content_type)

    assert (answer.status, answer.json()["type"]) == (400, "invalid_data")


def test_an_upload_that_was_refused_keeps_nothing(client: Client) -> None:
    sent(client, part('filename="unkept.csv"') + part(field="file") + END)

    assert client.get("/uploads/1795311879286-unkept.csv").status == 404
