"""Who is measured: how each server is started, what it is asked, and which version it is."""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mockserver.contract.document import load, shipped_folder
from tests.benchmarks.calls import JOBS, Answer, Call, Client, create, create_differing, get_one, page
from tests.benchmarks.failure import BenchmarkFailed
from tests.benchmarks.peers import Peers
from tests.benchmarks.process import Server, running

OURS, STARLETTE, CONNEXION, PRISM, MOCKOON, JSON_SERVER = (
    "ours",
    "starlette",
    "connexion",
    "prism",
    "mockoon",
    "json-server",
)
NEED_NPM = (PRISM, MOCKOON, JSON_SERVER)
NAMES = (OURS, STARLETTE, CONNEXION, *NEED_NPM)
GET_ONE, CREATE, CREATE_DIFFERING, LIST_TEN = "get_one", "create", "create_differing", "list_ten"
# those that change nothing come first: a server that remembers answers all of them from the same ten jobs
WORKS = (GET_ONE, LIST_TEN, CREATE, CREATE_DIFFERING)
HEALTH = Call(path="/health")
COMPLETED_SECONDS = 20

FOR_PYTHON = 0.15  # which does not compile while it runs
FOR_NODE = 2  # measured: the rate of Prism grows for its first four seconds

Calls = Mapping[str, Sequence[Call]]
"""By work: what is asked in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """One server.

    command: how it is started; `{port}` stands for its port. begin: is called once it has answered, and gives
    the calls, by work. afresh: it keeps what it is asked to create, and so is started anew in each round.
    warm_share: how long it warms up, in cells.
    """

    name: str
    described: str
    command: Sequence[str]
    first: Call = HEALTH
    begin: Callable[[Server], Calls]
    afresh: bool = False
    warm_share: float = FOR_PYTHON


def ours(scenario: str) -> Entrant:
    """Return our server as a user starts it. scenario: what its worker does, and how fast."""
    return Entrant(
        name=OURS,
        described=f"mockserver {version('mockserver')}",
        command=[sys.executable, "-m", "mockserver", "serve", "--port", "{port}", "--scenario", scenario],
        begin=_with_ten_jobs,
        afresh=True,
    )


def _with_ten_jobs(server: Server) -> Calls:
    with Client(server.port) as client:
        ids = [client.ask(create()).json["batch_job"]["id"] for _ in range(10)]
    _wait_for_completion(server, ids[-1])
    return _calls(ids[-1])


def _calls(job_id: str, *, ten: str = "limit=10") -> Calls:
    """Return what a server is asked that knows the job. ten: its query for ten jobs."""
    return {
        GET_ONE: [get_one(job_id)],
        LIST_TEN: [page(ten)],
        CREATE: [create()],
        CREATE_DIFFERING: create_differing(),
    }


def _wait_for_completion(server: Server, job_id: str) -> None:
    """Wait until the job is completed: from then on its answer is always the same."""
    began = time.monotonic()
    with Client(server.port) as client:
        while client.ask(get_one(job_id)).json["batch_job"]["status"] != "completed":
            if time.monotonic() - began > COMPLETED_SECONDS:
                raise BenchmarkFailed(f"a job was not completed within {COMPLETED_SECONDS} s")
            time.sleep(0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What our server answered to each work: what the others are given to answer."""

    by_work: Mapping[str, Answer]

    @classmethod
    def of(cls, entrant: Entrant, workplace: Path) -> "Answers":
        """Return the answers of *entrant*, our server, which is started for nothing else."""
        with running(
            entrant.name, entrant.command, first=entrant.first, log=workplace / "capture.log"
        ) as server:
            calls = entrant.begin(server)
            with Client(server.port) as client:
                return cls(by_work={work: client.ask(calls[work][0]) for work in WORKS})

    def to_json(self) -> dict[str, Any]:
        """Return them as another process reads them."""
        return {
            work: {"status": each.status, "headers": each.headers, "body": each.body.decode()}
            for work, each in self.by_work.items()
        }

    def document(self) -> Mapping[str, Any]:
        """Return the contract, bundled; its examples are these answers, so that peers give the same jobs."""
        bundle: dict[str, Any] = json.loads(json.dumps(load(shipped_folder()).bundle))
        places = {
            GET_ONE: (f"{JOBS}/{{id}}", "get"),
            LIST_TEN: (JOBS, "get"),
            CREATE: (JOBS, "post"),
        }
        for work, (path, method) in places.items():
            answer = self.by_work[work]
            responses = bundle["paths"][path][method]["responses"]
            responses[str(answer.status)]["content"]["application/json"]["example"] = answer.json
        return bundle


def entrants(names: Sequence[str], *, scenario: str, peers: Peers | None, workplace: Path) -> list[Entrant]:
    """Return those of *names* that can be started here, ours first. scenario: of ours."""
    answers = Answers.of(ours(scenario), workplace)
    answers_file, document_file = workplace / "answers.json", workplace / "openapi.json"
    answers_file.write_text(json.dumps(answers.to_json()), encoding="utf-8")
    document_file.write_text(json.dumps(answers.document()), encoding="utf-8")
    job = answers.by_work[GET_ONE].json["batch_job"]
    calls = _calls(job["id"])
    everyone = [ours(scenario), _starlette(answers_file, calls), _connexion(answers_file, calls)]
    if peers is not None:
        everyone += [
            _prism(peers, document_file, calls),
            _mockoon(peers, document_file, calls),
            _json_server(peers, answers.by_work[LIST_TEN].json["batch_jobs"], job, workplace),
        ]
    return [each for each in everyone if each.name in names]


def _starlette(answers: Path, calls: Calls) -> Entrant:
    return Entrant(
        name=STARLETTE,
        described=f"bare Starlette {version('starlette')} under uvicorn {version('uvicorn')}",
        command=[sys.executable, "-m", "tests.benchmarks.programs.starlette_app", str(answers), "{port}"],
        begin=lambda _: calls,
    )


def _connexion(answers: Path, calls: Calls) -> Entrant:
    return Entrant(
        name=CONNEXION,
        described=f"stock Connexion {version('connexion')} (AsyncApp)",
        command=[sys.executable, "-m", "tests.benchmarks.programs.connexion_app", str(answers), "{port}"],
        begin=lambda _: calls,
    )


def _prism(peers: Peers, document: Path, calls: Calls) -> Entrant:
    command = peers.script("@stoplight/prism-cli", "dist/index.js")
    return Entrant(
        name=PRISM,
        described=f"Prism {peers.versions['@stoplight/prism-cli']}",
        # silent and in one process, which is how it is fastest
        command=[*command, "mock", "--port", "{port}", "-m", "false", "-v", "silent", str(document)],
        begin=lambda _: calls,
        warm_share=FOR_NODE,
    )


def _mockoon(peers: Peers, document: Path, calls: Calls) -> Entrant:
    command = [*peers.script("@mockoon/cli", "bin/run.js"), "start", "--data", str(document)]
    return Entrant(
        name=MOCKOON,
        described=f"Mockoon CLI {peers.versions['@mockoon/cli']}",
        command=[*command, "--port", "{port}", "--disable-log-to-file", "--disable-admin-api"],
        begin=lambda _: calls,
        warm_share=FOR_NODE,
    )


def _json_server(
    peers: Peers, jobs: Sequence[Mapping[str, Any]], job: Mapping[str, Any], workplace: Path
) -> Entrant:
    """Return json-server, which knows no contract: the jobs are its rows.

    They come from a script, so that it keeps what is posted in memory, and does not write it to a file.
    """
    rows, paths = workplace / "rows.js", workplace / "paths.json"
    rows.write_text(f"module.exports = () => ({json.dumps({'batch-jobs': jobs})})", encoding="utf-8")
    paths.write_text(json.dumps({"/admin/*": "/$1"}), encoding="utf-8")
    calls = _calls(job["id"], ten="_limit=10")
    command = [*peers.script("json-server", "lib/cli/bin.js"), str(rows), "--routes", str(paths)]
    return Entrant(
        name=JSON_SERVER,
        described=f"json-server {peers.versions['json-server']}",
        command=[*command, "--port", "{port}", "--quiet"],
        first=get_one(job["id"]),
        begin=lambda _: calls,
        afresh=True,
        warm_share=FOR_NODE / 2,  # it is simple, and warms up in every round
    )
