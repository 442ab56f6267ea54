"""The log of a world: what was said, what was wrong with it, and how to say it again."""

import shlex

import pytest

from mockserver.contract.document import Document
from mockserver.contract.judge import Judge
from mockserver.contract.operation import Contract
from mockserver.control.log_entries import LogEntries, curl_of
from mockserver.server.exchange import LONGEST_LOGGED, Request
from mockserver.simulation.world import World
from tests.asgi_client import Client

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}
JOBS = "/admin/batch-jobs"
LOG = "/_mock/worlds/default/log"


def test_an_exchange_is_told_whole(control: Client, client: Client) -> None:
    answer = client.post(JOBS, EXPORT)

    (told,) = control.get(LOG).json()["exchanges"]

    assert (told["number"], told["method"], told["path"], told["query"]) == (1, "POST", JOBS, "")
    assert told["at"] == "2026-11-22T01:44:39.286Z"
    assert told["request"]["headers"]["content-type"] == "application/json"
    assert told["request"]["body"]["text"] == '{"type":"product-export","context":{},"dry_run":false}'
    assert (told["status"], told["response"]["body"]["text"]) == (201, answer.text)
    assert told["response"]["body"] == {"size": len(answer.body), "text": answer.text, "cut": False}
    assert told["violations"] == []


def test_its_curl_line_asks_for_the_same_again(control: Client, client: Client) -> None:
    client.post(JOBS, {**EXPORT, "context": {"title": "it's"}})

    (told,) = control.get(LOG).json()["exchanges"]

    assert "\n" not in told["curl"]
    assert shlex.split(told["curl"]) == [
        *("curl", "-i", "-X", "POST"),
        *("-H", "x-medusa-access-token: tok_admin_0123456789"),
        *("-H", "content-type: application/json"),
        *("--data-raw", '{"type":"product-export","context":{"title":"it\'s"},"dry_run":false}'),
        f"http://testserver{JOBS}",
    ]


def test_the_curl_line_of_a_world_of_its_own_leads_into_it(control: Client, client: Client) -> None:
    client.get(f"/@one{JOBS}?limit=1")

    (told,) = control.get("/_mock/worlds/one/log").json()["exchanges"]

    assert told["path"] == JOBS
    assert shlex.split(told["curl"])[-1] == f"http://testserver/@one{JOBS}?limit=1"


def test_an_upload_is_told_by_the_names_of_its_files(control: Client, client: Client) -> None:
    client.upload(b"a;b\r\n", filename="two words.csv")

    (told,) = control.get(LOG).json()["exchanges"]

    words = shlex.split(told["curl"])
    assert words[words.index("-F") + 1] == "files=@two words.csv"
    assert not [word for word in words if word.startswith("content-type")]
    assert told["request"]["body"] == {"size": 93, "text": None, "cut": False}


def test_a_head_and_an_empty_header_are_repeated_too(world: World) -> None:
    request = Request(
        method="HEAD",
        path="/health",
        query_string="",
        headers={"x-empty": "", "host": "here:1"},
        origin=("http", ("here", 1)),
        world=world,
    )

    line = curl_of(request)

    assert shlex.split(line) == ["curl", "-I", "-H", "x-empty;", "http://here:1/health"]


def test_what_is_wrong_with_a_request_is_told(control: Client, client: Client) -> None:
    client.get(f"{JOBS}?limit=many&size=1")
    client.post(JOBS, {"type": 1, "context": {}})

    asked, posted = control.get(LOG).json()["exchanges"]

    assert [(each["where"], each["found"]) for each in asked["violations"]] == [
        ("request.query", "property size should not exist"),
        ("request.query", "limit must be a number conforming to the specified constraints"),
    ]
    assert {each["where"] for each in posted["violations"]} == {"request.body"}


def test_what_is_wrong_with_an_answer_is_told(document: Document, world: World, client: Client) -> None:
    client.get(JOBS)
    ((_, entry),) = world.log.after(0)
    body = b'{"batch_jobs": [], "offset": 0, "limit": "10"}'
    broken = entry._replace(headers=[(b"content-type", b"application/json")], body=body)

    violations = LogEntries(Judge(Contract(document), twice=False)).violations(broken)

    assert {each.operation for each in violations} == {"GetBatchJobs"}
    found = " ".join(each.found for each in violations)
    assert "limit" in found
    assert '"count" is a required property' in found


def test_a_long_body_is_cut_and_one_that_is_no_text_left_out(control: Client, client: Client) -> None:
    long = client.upload(b"x" * (LONGEST_LOGGED + 1), filename="long.csv").json()["uploads"][0]["key"]
    binary = client.upload(b"\x89PNG", filename="image.png").json()["uploads"][0]["key"]
    client.get(f"/uploads/{long}")
    client.get(f"/uploads/{binary}")

    bodies = [each["response"]["body"] for each in control.get(LOG).json()["exchanges"]]

    assert bodies[2] == {"size": LONGEST_LOGGED + 1, "text": "x" * LONGEST_LOGGED, "cut": True}
    assert bodies[3] == {"size": 4, "text": None, "cut": False}


def test_a_log_is_read_on_from_where_it_was_read_to(control: Client, client: Client) -> None:
    for _ in range(3):
        client.get("/health")

    first = control.get(f"{LOG}?limit=2").json()
    rest = control.get(f"{LOG}?after=2").json()

    assert [[each["number"] for each in page["exchanges"]] for page in (first, rest)] == [[1, 2], [3]]
    assert (first["last"], rest["last"], rest["forgotten"]) == (3, 3, 0)


def test_a_log_that_was_cleared_goes_on_counting(control: Client, client: Client) -> None:
    client.get("/health")

    cleared = control.delete(LOG)
    client.get("/health")

    told = control.get(LOG).json()
    assert cleared.json() == {"name": "default", "deleted": True}
    assert ([each["number"] for each in told["exchanges"]], told["forgotten"]) == ([2], 1)


def test_steering_is_no_part_of_the_log(control: Client) -> None:
    control.get("/_mock/worlds")
    control.get("/_mock/worlds/default")

    assert control.get(LOG).json()["exchanges"] == []


@pytest.mark.parametrize("query", ["after=-1", "limit=1001", "after=x"])
def test_a_reading_that_cannot_be_is_refused(control: Client, query: str) -> None:
    answer = control.get(f"{LOG}?{query}")

    assert (answer.status, query.partition("=")[0] in answer.message) == (400, True)
