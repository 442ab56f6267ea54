"""The fuzz part: schemathesis invents requests, and what it notices becomes violations.

It runs as a process of its own, whose events are read from the file that it writes. What its checks say about
schemas and doors is left to the judge part, which sees every one of its exchanges too.
"""

import base64
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.report import Part, Rule
from mockserver.conformance.target import THROTTLED, Asked, Caller, Enough, OutOfTime
from mockserver.contract.document import ROOT, shipped_folder
from mockserver.contract.judge import Exchange

CONFIGURATION = "schemathesis.toml"
JUDGED_OTHERWISE = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "ignored_auth",  # it keeps the cookies of those whom it logs in
)
RUNS = ("examples,fuzzing,stateful", "coverage")  # the quick ones first, for the last may be cut short
SECONDS_PER_EXAMPLE, MOST_EXAMPLES = 6.0, 50  # of the whole run, so that equal options ask equally much
LOOKED_AFTER = 0.5  # seconds, between two looks whether schemathesis has ended
FOR_READING = 0.25  # of the time, to judge what was exchanged
SAYS: Mapping[str, str] = {
    "not_a_server_error": "No request is answered with a status of 500 or more.",
    "negative_data_rejection": "What breaks its schema is refused.",
    "positive_data_acceptance": "What keeps its schema is granted.",
    "missing_required_header": "A request without a required header is refused.",
    "unsupported_method": "A method that a path does not have is answered with 405.",
    "allow_header_conformance": "The header Allow names the methods that a path has.",
    "use_after_free": "What was deleted is not there any more.",
    "ensure_resource_availability": "What was made is there.",
    "object_level_authorization": "What belongs to one user is not given to another.",
}
RULES = tuple(
    Rule(id=f"fuzz/{name.replace('_', '-')}", says=says, place="openapi.yaml, paths", part=Part.FUZZ)
    for name, says in SAYS.items()
)
# a real server may have methods that no document names, and do what they say: a DELETE deletes
HARMLESS = '[phases.coverage]\nunexpected-methods = ["TRACE"]\n'
_HEADERS = re.compile(r"^\[headers\]\n(?:[^\[\n].*\n|\n)*", re.MULTILINE)


def run(inquiry: Inquiry, *, workers: int = 1) -> None:
    """Fuzz the target in the time there is, and judge what came of it."""
    budget = inquiry.target.ends - inquiry.target.clock()
    ends = inquiry.target.ends - budget * FOR_READING
    examples = max(1, min(MOST_EXAMPLES, int(inquiry.max_time / SECONDS_PER_EXAMPLE)))
    with tempfile.TemporaryDirectory() as folder:
        for phases in RUNS:
            left = ends - inquiry.target.clock()
            events = Path(folder) / f"{phases}.ndjson"
            if left <= 1 or not _fuzz(
                inquiry, events, phases=phases, examples=examples, workers=workers, seconds=left
            ):
                inquiry.unfinished.add(Part.FUZZ)
            if events.exists():
                _read(inquiry, events)


def _fuzz(  # what a run of schemathesis is told
    inquiry: Inquiry, events: Path, *, phases: str, examples: int, workers: int, seconds: float
) -> bool:
    """Run schemathesis; return whether it came to its end in time."""
    folder = inquiry.contract.document.folder
    configuration = events.parent / CONFIGURATION
    configuration.write_text(_configuration(folder), encoding="utf-8")
    headers = [
        word for name, value in _fuzzer(inquiry).headers.items() for word in ("-H", f"{name}: {value}")
    ]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", str(folder / ROOT), "--url", inquiry.target.url, *headers),
        *("--phases", phases, "--max-examples", str(examples), "--seed", str(inquiry.seed)),
        *("--exclude-checks", ",".join(JUDGED_OTHERWISE), "--workers", str(workers)),
        *("--request-timeout", str(inquiry.target.timeout), "--continue-on-failure", "--no-shrink"),
        *("--report", "ndjson", "--report-ndjson-path", str(events), "--no-color"),
    ]
    log = events.with_suffix(".log")
    with log.open("wb") as output:
        try:
            returncode = run_bounded(
                command, output, folder=events.parent, seconds=seconds, tick=inquiry.target.tick
            )
        except subprocess.TimeoutExpired:
            return False
    if returncode not in (0, 1):
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["it said nothing"]
        inquiry.note(f"fuzz: schemathesis could not be run: {lines[-1].strip()}")
        return False
    return True


def run_bounded(
    command: list[str], output: IO[bytes], *, folder: Path, seconds: float, tick: Callable[[], None]
) -> int:
    """Run *command* for so many seconds at most, and return its exit code. Raises TimeoutExpired."""
    ends = time.monotonic() + seconds
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        command, stdout=output, stderr=subprocess.STDOUT, cwd=folder
    ) as process:
        try:
            while time.monotonic() < ends:
                tick()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(timeout=min(LOOKED_AFTER, max(ends - time.monotonic(), 0)))
            raise subprocess.TimeoutExpired(command, seconds)
        finally:
            process.kill()


def _fuzzer(inquiry: Inquiry) -> Caller:
    """Return who fuzzes: the user that was made for this run, where there is one; nobody else is changed."""
    return inquiry.second if inquiry.second is not None and inquiry.second_is_made else inquiry.user


def _configuration(folder: Path) -> str:
    """Return the configuration that lies beside the documents, without credentials: the run has its own."""
    file = folder / CONFIGURATION
    file = file if file.is_file() else shipped_folder() / CONFIGURATION
    text = _HEADERS.sub("", file.read_text(encoding="utf-8"))
    return text if "[phases.coverage]" in text else f"{text}\n{HARMLESS}"


def _read(inquiry: Inquiry, events: Path) -> None:
    with events.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if inquiry.target.clock() > inquiry.target.ends:
                raise OutOfTime
            if inquiry.target.enough():
                raise Enough
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue  # the last line of a run that was cut short
            if "ScenarioFinished" in event:
                _read_scenario(inquiry, event["ScenarioFinished"].get("recorder", {}))


def _read_scenario(inquiry: Inquiry, recorder: Mapping[str, Any]) -> None:
    """Judge every exchange of one scenario, and tell the checks that failed."""
    interactions = recorder.get("interactions", {})
    asked = {key: each for key, value in interactions.items() if (each := _asked(inquiry, value)) is not None}
    for each in asked.values():
        if each.status == THROTTLED:
            inquiry.target.throttled += 1  # it says nothing of what was asked
        else:
            inquiry.witness.see_strange(each)
    for key, checks in recorder.get("checks", {}).items():
        if key in asked and asked[key].status != THROTTLED:
            for name, failure in _failures(checks):
                _tell(inquiry, name, failure, asked[key])


def _failures(checks: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for check in checks:
        if check.get("status") == "failure":
            yield str(check.get("name")), check.get("failure_info", {}).get("failure", {})


def _asked(inquiry: Inquiry, interaction: Mapping[str, Any]) -> Asked | None:
    """Return an exchange of schemathesis as one of ours; None where there was no answer."""
    request, response = interaction.get("request", {}), interaction.get("response")
    if not response:
        return None
    split = urlsplit(str(request.get("uri", "")))
    above = urlsplit(inquiry.target.url).path.rstrip("/")
    headers = {name.lower(): str(values[0]) for name, values in request.get("headers", {}).items() if values}
    has_credentials = any(name in headers for name in _fuzzer(inquiry).headers)
    exchange = Exchange(
        method=str(request.get("method", "GET")).upper(),
        path=split.path.removeprefix(above) or "/",
        query=split.query,
        request_headers=headers,
        request_body=_bytes(request.get("body") or request.get("content")),
        status=int(response.get("status_code", 0)),
        response_headers={
            name.lower(): str(values[-1]) for name, values in response.get("headers", {}).items() if values
        },
        response_body=_bytes(response.get("content")),
    )
    by = _fuzzer(inquiry) if has_credentials else Caller(name="nobody")
    return Asked(exchange=exchange, by=by, at=inquiry.target.clock(), poll=True)


def _bytes(content: Any) -> bytes:
    if isinstance(content, dict) and "$base64" in content:
        return base64.b64decode(content["$base64"])
    return content.encode() if isinstance(content, str) else b""


def _tell(inquiry: Inquiry, name: str, failure: Mapping[str, Any], asked: Asked) -> None:
    operation, _ = inquiry.witness.route(asked)
    if operation is not None and asked.status not in operation.responses:
        return  # an undocumented status is told by the judge
    rule = Rule(
        id=f"fuzz/{name.replace('_', '-')}",
        says=SAYS.get(name, str(failure.get("title", name))),
        place=f"{operation.method} {operation.path}" if operation is not None else "openapi.yaml, paths",
        part=Part.FUZZ,
    )
    method = name in ("unsupported_method", "allow_header_conformance")
    inquiry.witness.report(
        rule,
        asked,
        where="response.status",
        expected=SAYS.get(name, "what the check wants"),
        found=f"{failure.get('title', 'it does not')}: {asked.status}",
        kind="" if method else str(asked.status),
        anywhere=method,
        subject=f"{asked.exchange.method} {operation.path if operation else asked.exchange.path}",
    )
