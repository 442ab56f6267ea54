"""Lies that no list of defects has, told by a proxy before the honest backend: each breaks one rule."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from mockserver.conformance.inquiry import Credentials
from mockserver.conformance.report import Part
from mockserver.contract.document import Document
from tests.conformance.hard_targets import JOBS, Wire, judged

ADMIN = Credentials(email="admin@example.com", password="supersecret")
MADE = "supersecret-of-conform"  # the password of the user that the run makes
Pairs = list[tuple[str, str]]


def asked_anew(request: httpx.Request, *, query: Pairs | None = None, body: Any = None) -> httpx.Request:
    """Return *request* with another query, or another JSON body."""
    url = request.url if query is None else request.url.copy_with(query=urlencode(query).encode())
    content = request.content if body is None else json.dumps(body).encode()
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, url, headers=headers, content=content)


def told_anew(response: httpx.Response, payload: Any) -> httpx.Response:
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return httpx.Response(response.status_code, headers=headers, content=json.dumps(payload).encode())


@dataclass(kw_only=True)
class Asking(Wire):
    """Changes what is asked of a list. change: takes the query and gives another."""

    change: Callable[[Pairs], Pairs]

    def answer(self, request: httpx.Request) -> httpx.Response:
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
        is_list = request.method == "GET" and request.url.path == JOBS
        return super().answer(asked_anew(request, query=self.change(query)) if is_list else request)


def order_counts_on_the_first_page_only(query: Pairs) -> Pairs:
    later = dict(query).get("offset", "0") != "0"
    return [each for each in query if not later or each[0] != "order"]


def filters_count_on_the_first_page_only(query: Pairs) -> Pairs:
    later = dict(query).get("offset", "0") != "0"
    return [each for each in query if not later or not each[0].endswith("_at")]


@dataclass(kw_only=True)
class Telling(Wire):
    """Changes what a list tells. change: takes the query and the page, and changes that."""

    change: Callable[[dict[str, str], Any], None]

    def answer(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        if request.method != "GET" or request.url.path != JOBS or response.status_code != 200:
            return response
        page = json.loads(response.read())
        self.change(dict(parse_qsl(request.url.query.decode())), page)
        return told_anew(response, page)


def old_jobs_are_forgotten(query: dict[str, str], page: Any) -> None:
    if query == {"limit": "0"}:
        page["batch_jobs"].pop()
    if not query.keys() - {"limit"}:
        page["count"] -= 1


def fields_put_out_expand(query: dict[str, str], page: Any) -> None:
    for job in page["batch_jobs"] if query.keys() >= {"fields", "expand"} else ():
        job.pop(query["expand"])


def long_pages_are_cut(query: dict[str, str], page: Any) -> None:
    is_long = query.keys() == {"limit"} and int(query["limit"]) > 11
    page["batch_jobs"] = page["batch_jobs"][: 11 if is_long else None]


@dataclass(kw_only=True)
class LettersLost(Wire):
    """Keeps of a context what is ASCII."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        is_creation = request.method == "POST" and request.url.path == JOBS and b"words" in request.content
        if not is_creation:
            return super().answer(request)
        text = json.dumps(json.loads(request.content), ensure_ascii=False)
        kept = json.loads(text.encode("ascii", "replace"))
        return super().answer(asked_anew(request, body=kept))


@dataclass(kw_only=True)
class Lenient(Wire):
    """Lets in who nearly knows the password of the run's own user. same: whether one passes for another."""

    same: Callable[[str, str], bool]

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/admin/auth") or b'"conform-' not in request.content:
            return super().answer(request)
        body = json.loads(request.content)
        is_same = self.same(body["password"], MADE)
        return super().answer(asked_anew(request, body={**body, "password": MADE}) if is_same else request)


@dataclass(kw_only=True)
class MakesRefused(Wire):
    """Makes a job of a creation that it refuses."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        if request.method == "POST" and request.url.path == JOBS and b"unknown" in response.content:
            super().answer(asked_anew(request, body={"type": "product-export", "context": {}}))
        return response


@dataclass(kw_only=True)
class OneName(Wire):
    """Answers every upload with the key of the first."""

    first: Any = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        if request.url.path != "/admin/uploads/protected" or response.status_code != 200:
            return response
        self.first = self.first or json.loads(response.read())
        return told_anew(response, self.first)


@dataclass(kw_only=True)
class TextOnly(Wire):
    """Serves files as text: what is no UTF-8 is replaced."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        response = super().answer(request)
        if request.method != "GET" or not request.url.path.startswith("/uploads/"):
            return response
        text = response.read().decode(errors="replace")
        return httpx.Response(response.status_code, headers={"content-type": "text/csv"}, text=text)


@dataclass(kw_only=True)
class LogsAllOut(Wire):
    """Ends every session when one is ended."""

    is_over: bool = False

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_over and "cookie" in request.headers:
            return httpx.Response(401, text="Unauthorized")
        response = super().answer(request)
        self.is_over = self.is_over or (request.method == "DELETE" and request.url.path == "/admin/auth")
        return response


@pytest.mark.parametrize(
    ("wire", "lie", "part", "rule"),
    [
        (Asking, {"change": order_counts_on_the_first_page_only}, Part.LISTS, "pages-make-the-whole"),
        (Asking, {"change": filters_count_on_the_first_page_only}, Part.LISTS, "pages-make-the-whole"),
        (Telling, {"change": old_jobs_are_forgotten}, Part.LISTS, "filters-choose"),
        (Telling, {"change": long_pages_are_cut}, Part.LISTS, "pages-make-the-whole"),
        (Telling, {"change": fields_put_out_expand}, Part.LISTS, "expand-adds-a-relation"),
        (LettersLost, {}, Part.JUDGE, "context-is-kept"),
        (Lenient, {"same": lambda a, b: a[:8] == b[:8]}, Part.JUDGE, "logging-in-and-out"),
        (Lenient, {"same": lambda a, b: a.lower() == b.lower()}, Part.JUDGE, "logging-in-and-out"),
        (Lenient, {"same": lambda a, b: a.strip() == b.strip()}, Part.JUDGE, "logging-in-and-out"),
        (MakesRefused, {}, Part.JUDGE, "refused-creations-make-nothing"),
        (OneName, {}, Part.JUDGE, "uploads-are-kept"),
        (TextOnly, {}, Part.JUDGE, "uploads-are-kept"),
        (LogsAllOut, {}, Part.JUDGE, "logging-in-and-out"),
    ],
)
def test_it_is_told_by_the_rule_that_it_breaks(
    document: Document, wire: type[Wire], lie: dict[str, Any], part: Part, rule: str
) -> None:
    report, took = judged(document, wire, parts=(part,), credentials=ADMIN, **lie)

    assert f"{part}/{rule}" in {each.rule.id for each in report.violations}
    assert took <= 60


def test_behind_a_proxy_that_changes_nothing_none_is_broken(document: Document) -> None:
    report, _ = judged(document, parts=(Part.JUDGE, Part.LISTS), credentials=ADMIN)

    assert report.violations == ()
