"""The witness of a run: shown every exchange, it judges each by the contract and each job by its whole life.

Knows what every part of a run has in common: the two validators, the rules about one job, the oracle, and
what was covered. Mutable: it remembers. It asks nothing of the target.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from mockserver.conformance import asking, rules
from mockserver.conformance.biography import Biography
from mockserver.conformance.evidence import canonical, sightings
from mockserver.conformance.findings import Findings
from mockserver.conformance.oracle import Oracle, is_at_rest, status_of
from mockserver.conformance.report import Rule, Sighting
from mockserver.conformance.rules import Discrepancy
from mockserver.conformance.schema_rules import schema_discrepancies
from mockserver.conformance.target import Asked
from mockserver.contract.judge import Exchange, Judge, Violation
from mockserver.contract.operation import Contract, Operation
from mockserver.contract.routes import PathRefused, Routes
from mockserver.lifecycle import Transition

CREATE, RETRIEVE, LIST = "PostBatchJobs", "GetBatchJobsBatchJob", "GetBatchJobs"
APART = 0.1  # seconds; instants that are set so far apart differ in their milliseconds
LONGEST_TRAIL = 6


@dataclass(kw_only=True)
class Witness:
    """Judges what it is shown. eventual: for how many seconds a read may show what was before."""

    contract: Contract
    judge: Judge
    findings: Findings
    eventual: float = 0.0
    nonce: str = ""
    creator: str | None = None
    jobs: dict[str, Biography] = field(default_factory=dict)
    operations: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    seen_statuses: set[str] = field(default_factory=set)
    rows: set[tuple[str, int, bytes]] = field(default_factory=set)
    judged: dict[tuple[Any, ...], list[Violation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.routes = Routes(self.contract.operations.values())
        self.lifecycle = self.contract.document.lifecycle
        self.asks = {
            each.operation: each for each in self.lifecycle.transitions.values() if each.operation is not None
        }

    # -- what it is shown

    def __call__(self, asked: Asked) -> None:
        """Judge one exchange."""
        operation, parameters = self.route(asked)
        self._count(asked, operation)
        self.judge_alone(asked, operation)
        if operation is None:
            return
        if operation.id == CREATE:
            self._see_creation(asked)
        elif operation.id in self.asks:
            self._see_ask(asked, self.asks[operation.id], parameters.get("id", ""))
        elif operation.id == RETRIEVE:
            self._see_retrieval(asked, parameters.get("id", ""))
        elif operation.id == LIST and asked.status == 200:  # noqa: PLR2004  # a page
            self._see_list(asked)

    def see_strange(self, asked: Asked) -> None:
        """Judge one exchange of somebody else, which tells nothing of the jobs of this run."""
        operation, _ = self.route(asked)
        if operation is not None:
            self.operations.setdefault(operation.id, 1)
            self.statuses.setdefault(f"{operation.id} {asked.status}", 1)
        self.judge_alone(asked, operation)

    def unanswered(self, transition: Transition, job: str) -> None:
        """Take note that a request for *transition* got no answer: it may have been granted or not."""
        biography = self.jobs.get(job)
        if biography is not None and biography.oracle is not None:
            biography.oracle = biography.oracle.ask(transition, accepted=None)
            biography.granted.append(transition)
            biography.unsure = True

    def route(self, asked: Asked) -> tuple[Operation | None, Mapping[str, str]]:
        """Return the operation that *asked* is an exchange of, and the path's parameters."""
        try:
            route = self.routes.find(asked.exchange.path)
        except PathRefused:
            return None, {}
        method = "GET" if asked.exchange.method == "HEAD" else asked.exchange.method
        return route.operations.get(method), route.parameters

    def name_of(self, method: str, path: str) -> str:
        """Return the operationId of a request; where the documents have none, the method and the path."""
        try:
            route = self.routes.find(path)
        except PathRefused:
            return f"{method} {path}"
        operation = route.operations.get("GET" if method == "HEAD" else method)
        return f"{method} {path}" if operation is None else operation.id

    # -- what it says

    def report(  # noqa: PLR0913  # what a violation is made of
        self,
        rule: Rule,
        *asked: Asked,
        where: str,
        expected: str,
        found: str,
        subject: str,
        kind: str = "",
        operation: str | None = None,
        anywhere: bool = False,
        focus: Sequence[str] = (),
    ) -> None:
        """Keep a violation whose evidence is *asked*; its operation is that of the last."""
        if operation is None:
            operation = self._name(asked[-1])
        self.findings.add(
            rule,
            operation=operation,
            where=where,
            expected=expected,
            found=found,
            kind=kind,
            subject=subject,
            anywhere=anywhere,
            evidence=self.evidence(asked, focus=focus),
        )

    def evidence(self, asked: Sequence[Asked], *, focus: Sequence[str] = ()) -> tuple[Sighting, ...]:
        """Return *asked* as evidence."""
        names = {id(each): self._name(each) for each in asked}
        jobs = frozenset(self.jobs)
        return sightings(asked, jobs=jobs, operations=names, focus=focus, nonce=self.nonce)

    def _name(self, asked: Asked) -> str:
        operation, _ = self.route(asked)
        return "none" if operation is None else operation.id

    # -- each exchange alone

    def judge_alone(self, asked: Asked, operation: Operation | None) -> None:
        """Judge one exchange by the contract's two validators."""
        exchange = self._unjudged(asked, operation)
        content_type = exchange.response_headers.get("content-type")
        key = (
            operation and operation.id,
            exchange.method,
            exchange.status,
            content_type,
            exchange.response_body,
        )
        if key not in self.judged:
            self.judged[key] = self.judge.violations(exchange)
        shared = self._shared(operation, exchange.status)
        for each in schema_discrepancies(exchange, self.judged[key], operation, shared=shared):
            leaf = each.where.rpartition(".")[2]
            self.report(
                each.rule,
                *self._leading_to(asked),
                where=each.where,
                expected=each.expected,
                found=each.found,
                kind=each.kind,
                anywhere=bool(shared),
                subject=f"{exchange.method} {exchange.path} {exchange.status}",
                focus=(leaf, "result", "context") if leaf in ("result", "context") else (leaf,),
            )

    def _unjudged(self, asked: Asked, operation: Operation | None) -> Exchange:
        """Return the exchange without those rows of a page that were judged before, each by itself."""
        answer = asked.json
        rows = (
            [key for key, value in answer.items() if isinstance(value, list)]
            if isinstance(answer, dict)
            else []
        )
        if operation is None or len(rows) != 1:
            return asked.exchange
        new = []
        for row in answer[rows[0]]:
            key = (operation.id, asked.status, canonical(row))
            if key not in self.rows:
                self.rows.add(key)
                new.append(row)
        if len(new) == len(answer[rows[0]]):
            return asked.exchange
        return replace(asked.exchange, response_body=orjson.dumps({**answer, rows[0]: new}))

    def _shared(self, operation: Operation | None, status: int) -> str:
        """Return the file of `responses/` that states what *operation* answers with *status*; or nothing."""
        if operation is None:
            return ""
        for _, _, each in self.contract.document.operations():
            if each["operationId"] == operation.id:
                name = each["responses"].get(str(status), {}).get("$ref", "").rpartition("/")[2]
                return f"responses/{name}.yaml" if name else ""
        return ""

    def _leading_to(self, asked: Asked) -> tuple[Asked, ...]:
        """Return *asked* and before it, where it is about a job, what made the job."""
        _, parameters = self.route(asked)
        biography = self.jobs.get(parameters.get("id", ""))
        return (asked,) if biography is None else (*self._trail(biography), asked)

    def _trail(self, biography: Biography, *, but: Asked | None = None) -> tuple[Asked, ...]:
        trail = [each for each in biography.trail if each is not but]
        return tuple(trail if len(trail) <= LONGEST_TRAIL else [trail[0], *trail[1 - LONGEST_TRAIL :]])

    def _count(self, asked: Asked, operation: Operation | None) -> None:
        if operation is None or asked.poll:
            return
        name, status = operation.id, f"{operation.id} {asked.status}"
        self.operations[name] = self.operations.get(name, 0) + 1
        self.statuses[status] = self.statuses.get(status, 0) + 1
        names = {each for each, _ in parse_qsl(asked.exchange.query, keep_blank_values=True)}
        for parameter in sorted(names):
            key = f"{name} {parameter if parameter.endswith('[]') else parameter.partition('[')[0]}"
            self.parameters[key] = self.parameters.get(key, 0) + 1

    # -- jobs

    def _see_creation(self, asked: Asked) -> None:
        job = _job(asked.json)
        if asked.status >= 300 or job is None or not isinstance(job.get("id"), str):  # noqa: PLR2004  # created
            return
        try:
            sent = orjson.loads(asked.exchange.request_body)
        except orjson.JSONDecodeError:
            return
        if job["id"] in self.jobs:
            self._say_twice(asked, str(job["id"]))
            return
        biography = Biography(
            id=job["id"],
            owner=asked.by.name,
            created=asked,
            sent=sent,
            first=job,
            oracle=None,
            last=job,
            last_asked=asked,
            trail=[asked],
            changed_at=asked.at,
            moved_at=asked.at,
        )
        biography.oracle = Oracle.created(self.lifecycle, dry_run=biography.dry_run)
        self.jobs[biography.id] = biography
        creator = self.creator if asked.by.name == "user" else None
        for each in rules.about_creation(job, sent=sent, creator=creator, first=True):
            self._say(each, biography, asked, CREATE)
        self._look(biography, asked, job, CREATE)

    def _say_twice(self, asked: Asked, identifier: str) -> None:
        rule = rules.IDS_ARE_UNIQUE
        before = self.jobs[identifier].created
        self.report(
            rule,
            before,
            asked,
            where="id",
            expected="a new id",
            found="that of an older job",
            subject=identifier,
        )

    def _see_ask(self, asked: Asked, transition: Transition, identifier: str) -> None:
        biography = self.jobs.get(identifier)
        if biography is None or asked.by.name != biography.owner or biography.oracle is None:
            return
        refusal = transition.refusal
        assert refusal is not None  # noqa: S101  # the lifecycle's reader sees to it
        if asked.status == 200:  # noqa: PLR2004  # granted
            self._see_granted(asked, transition, biography, biography.oracle)
        elif asked.status == refusal.status:
            self._see_refused(asked, transition, biography, biography.oracle)
        else:
            self.unanswered(transition, identifier)
            rule = asking.is_answered(transition)
            self._say_of(
                biography,
                asked,
                rule,
                where="response.status",
                expected=f"200 or {refusal.status}",
                found=str(asked.status),
                kind=str(asked.status),
            )

    def _see_granted(
        self, asked: Asked, transition: Transition, biography: Biography, oracle: Oracle
    ) -> None:
        before = biography.status
        after = oracle.ask(transition, accepted=True)
        if not after.possible:
            rule = asking.only_from(transition, self.lifecycle)
            self._say_of(
                biography,
                asked,
                rule,
                where="response.status",
                expected=f"{transition.refusal and transition.refusal.status} of a job that is {before}",
                found=str(asked.status),
                kind=f"in {before}",
            )
            biography.contested |= {history | {transition.to} for history in oracle.after_time().possible}
            biography.oracle = None
        else:
            self.made.add(transition.name)
            biography.late = None  # asked for again, what was lost cannot be told from what was late
            biography.oracle = after
        biography.granted.append(transition)
        biography.trail.append(asked)
        job = _job(asked.json)
        if job is None:
            return
        self._check_shown(asked, transition, biography, job)
        self._look(biography, asked, job, transition.operation or "")

    def _check_shown(
        self, asked: Asked, transition: Transition, biography: Biography, job: rules.Job
    ) -> None:
        """Say where the answer that grants a transition does not show it."""
        rule = asking.shows_in_its_answer(transition)
        if job.get("id") != biography.id:
            self._say_of(
                biography, asked, rule, where="id", expected="the id of that job", found="another", kind="id"
            )
        elif job.get(transition.sets) is None:
            self._say_of(
                biography,
                asked,
                rule,
                where=transition.sets,
                expected="an instant",
                found="null",
                kind="null",
            )

    def _see_refused(
        self, asked: Asked, transition: Transition, biography: Biography, oracle: Oracle
    ) -> None:
        refusal, before = transition.refusal, biography.status
        assert refusal is not None  # noqa: S101  # the caller has looked
        after = oracle.ask(transition, accepted=False)
        answer = asked.json if isinstance(asked.json, dict) else {}
        if not after.possible:
            rule = asking.is_granted(transition)
            self._say_of(
                biography,
                asked,
                rule,
                where="response.status",
                expected=f"200 of a job that is {before}",
                found=str(asked.status),
                kind=f"in {before}",
            )
            return
        biography.oracle = after
        rule = asking.refusal_of(transition)
        for key, wanted in (("type", refusal.type), ("message", refusal.message)):
            if answer.get(key) != wanted:
                self._say_of(
                    biography,
                    asked,
                    rule,
                    where=f"response.body.{key}",
                    expected=wanted,
                    found=str(answer.get(key)),
                )

    def _see_retrieval(self, asked: Asked, identifier: str) -> None:
        biography = self.jobs.get(unquote(identifier))
        if biography is None or asked.by.name != biography.owner:
            return
        job = _job(asked.json)
        if asked.status == 200 and job is not None:  # noqa: PLR2004  # found
            if job.get("id") != biography.id:
                rule = rules.RETRIEVED
                self._say_of(biography, asked, rule, where="id", expected="the id asked for", found="another")
                return
            self._see_view(asked, job, RETRIEVE)
        elif 400 <= asked.status < 500 and not self._may_be_stale(biography, asked):  # noqa: PLR2004  # refused
            biography.late = biography.late or asked
            rule = rules.IS_THERE
            self._say_of(
                biography,
                asked,
                rule,
                where="response.status",
                expected="200",
                found=str(asked.status),
                kind=str(asked.status),
            )

    def _see_list(self, asked: Asked) -> None:
        """Judge every job of a page; and that a page of one job, asked for by its id, has it."""
        jobs = list(_jobs(asked.json))
        for job in jobs:
            self._see_view(asked, job, LIST)
        query = parse_qsl(asked.exchange.query)
        ids = [value for name, value in query if name == "id[]"]
        biography = (
            self.jobs.get(ids[0])
            if len(ids) == 1 and {name for name, _ in query} <= {"id[]", "limit"}
            else None
        )
        if biography is None or biography.owner != asked.by.name or self._may_be_stale(biography, asked):
            return
        if biography.id not in [job.get("id") for job in jobs]:
            biography.late = biography.late or asked
            rule = rules.IS_LISTED
            self._say_of(
                biography, asked, rule, where="batch_jobs", expected="the job", found="it is missing"
            )

    def _see_view(self, asked: Asked, job: rules.Job, operation: str) -> None:
        biography = self.jobs.get(str(job.get("id")))
        if biography is not None:
            self._look(biography, asked, job, operation)

    def _look(self, biography: Biography, asked: Asked, job: rules.Job, operation: str) -> None:
        """Judge one sight of a job.

        A sight that may be stale, and is older than what is known, says nothing.
        """
        history = rules.history_of(self.lifecycle, job)
        if history is None or "updated_at" not in job:
            for each in rules.about_identity(biography.first, job):
                self._say(each, biography, asked, operation)
            return
        if self._may_be_stale(biography, asked) and self._is_older(biography, job, history):
            return
        self._notice_late(biography, asked, job)
        self._look_alone(biography, asked, job, operation)
        self._compare(biography, asked, job, operation)
        self._narrow(biography, asked, history, operation)
        if not biography.contested & {history}:
            for each in rules.about_life(self.lifecycle, job):
                self._say(each, biography, asked, operation, anywhere=True)
        if rules.history_of(self.lifecycle, biography.last) != history:
            biography.changed_at = asked.at
            biography.looks = 0
        biography.looks += 1
        if any(job.get(name) != value for name, value in biography.last.items() if name in job):
            biography.moved_at = asked.at
        biography.last, biography.last_asked = job, asked
        biography.granted.clear()
        biography.unsure = False
        status = status_of(self.lifecycle, history)
        self.seen_statuses.add(status)
        biography.seen.setdefault(status, asked.at)
        biography.seen_last[status] = asked.at

    def _look_alone(self, biography: Biography, asked: Asked, job: rules.Job, operation: str) -> None:
        for each in rules.about_view(self.lifecycle, job):
            self._say(each, biography, asked, operation, anywhere=True)
        for each in rules.about_creation(job, sent=biography.sent, creator=None):
            self._say(each, biography, asked, operation)

    def _compare(self, biography: Biography, asked: Asked, job: rules.Job, operation: str) -> None:
        for each in rules.about_identity(biography.first, job):
            self._say(each, biography, asked, operation)
        granted = tuple(biography.granted)
        apart = not biography.unsure and all(
            asked.at - biography.granted_at.get(each.name, asked.at - 1) >= APART for each in granted
        )
        for each in rules.about_change(self.lifecycle, biography.last, job, asked=granted, apart=apart):
            if each.rule is rules.INSTANTS_STAY:
                biography.oracle = None
            self._say(each, biography, asked, operation, before=biography.last_asked, anywhere=True)
        biography.granted_at.update({transition.name: asked.at for transition in granted})

    def _narrow(self, biography: Biography, asked: Asked, history: frozenset[str], operation: str) -> None:
        oracle = biography.oracle
        if oracle is not None:
            self.made |= self._moves_made(oracle, history)
            oracle = oracle.observe(history)
            if not oracle.possible and history not in biography.contested:
                self._say_impossible(biography, asked, history, operation)
                biography.contested.add(history)
        if oracle is None or not oracle.possible:
            oracle = Oracle.at(self.lifecycle, history, dry_run=biography.dry_run)
        biography.oracle = oracle

    def _moves_made(self, oracle: Oracle, history: frozenset[str]) -> set[str]:
        """Return the names of the worker's moves that must have been made to come to *history*."""
        gained = [history - each for each in oracle.possible if each <= history]
        new = min(gained, key=len, default=frozenset())
        worker = [each for each in self.lifecycle.transitions.values() if each.operation is None]
        return {each.name for each in worker if each.to in new and each.dry_run in (None, oracle.dry_run)}

    def _say_impossible(
        self, biography: Biography, asked: Asked, history: frozenset[str], operation: str
    ) -> None:
        rule = rules.ONLY_ITS_TRANSITIONS
        oracle = biography.oracle
        assert oracle is not None  # noqa: S101  # the caller has looked
        now = status_of(self.lifecycle, history)
        may = [each for each in self.lifecycle.statuses if each in oracle.after_time().statuses]
        seen = [self.lifecycle.instants[each] for each in self.lifecycle.statuses if each in history]
        self._say_of(
            biography,
            asked,
            rule,
            where="status",
            expected=f"after {biography.status}: {', '.join(may)}, each on the lifecycle's own way",
            found=f"{now}, with {', '.join(seen)} set",
            kind=f"{biography.status} to {now}",
            operation=operation,
            before=biography.last_asked,
            anywhere=True,
        )

    # -- reads that may be stale

    def _may_be_stale(self, biography: Biography, asked: Asked) -> bool:
        return asked.at - max(biography.changed_at, biography.moved_at) < self.eventual

    def _is_older(self, biography: Biography, job: rules.Job, history: frozenset[str]) -> bool:
        oracle = biography.oracle
        if oracle is not None and not oracle.observe(history).possible:
            return True
        if any(rules.about_progress(biography.last, job)):
            return True
        now, last = (
            rules.instant_of(job.get("updated_at")),
            rules.instant_of(biography.last.get("updated_at")),
        )
        return now is not None and last is not None and now < last

    def _notice_late(self, biography: Biography, asked: Asked, job: rules.Job) -> None:
        """Say that a read was late, when the same read shows later what it did not show yet.

        What is never shown again was not late but lost; and so is what comes again at another instant, which
        is then somebody else's doing: a worker's, that confirms by itself.
        """
        updated = rules.instant_of(job.get("updated_at"))
        if updated is None:
            return
        stands = ("status", "updated_at", *self.lifecycle.instants.values())
        sight = canonical({key: job.get(key) for key in stands})
        late = biography.late
        if biography.newest_at is not None and updated < biography.newest_at:
            if sight in biography.sights and asked.exchange.method == "GET":
                biography.late = late or asked
        else:
            instants = rules.instants_of(self.lifecycle, job) or {}
            came = biography.newest is not None and biography.newest_instants.items() <= instants.items()
            if late is not None and came and late.exchange.path == asked.exchange.path:
                self._say_late(biography, late, asked)
                biography.late = None
            elif not came:
                biography.late = None  # lost, not late
            biography.newest, biography.newest_at, biography.newest_instants = asked, updated, instants
        biography.sights.add(sight)

    def _say_late(self, biography: Biography, late: Asked, asked: Asked) -> None:
        newest = biography.newest
        before = [*biography.trail, *([newest] if newest and newest not in biography.trail else [])]
        earlier = [each for each in before if each.at < late.at]
        self.report(
            rules.READS_ARE_FRESH,
            *earlier,
            late,
            asked,
            where="batch_job",
            expected="what was answered before (where reads may be late: --eventual SECONDS)",
            found="a stale read: what was before, and only later what was done",
            anywhere=True,
            subject=biography.id,
        )

    # -- saying it

    def _say(
        self,
        discrepancy: Discrepancy,
        biography: Biography,
        asked: Asked,
        operation: str,
        *,
        before: Asked | None = None,
        anywhere: bool = False,
    ) -> None:
        self._say_of(
            biography,
            asked,
            discrepancy.rule,
            where=f"batch_job.{discrepancy.where}",
            expected=discrepancy.expected,
            found=discrepancy.found,
            kind=discrepancy.kind,
            operation=operation,
            before=before,
            anywhere=anywhere,
        )

    def _say_of(  # noqa: PLR0913  # what a violation is made of
        self,
        biography: Biography,
        asked: Asked,
        rule: Rule,
        *,
        where: str,
        expected: str,
        found: str,
        kind: str = "",
        operation: str | None = None,
        before: Asked | None = None,
        anywhere: bool = False,
    ) -> None:
        earlier = list(self._trail(biography, but=asked))
        if before is not None and before is not asked and before not in earlier:
            earlier.append(before)
        leaf = where.split(".")
        self.report(
            rule,
            *earlier,
            asked,
            where=where,
            expected=expected,
            found=found,
            kind=kind,
            operation=operation,
            anywhere=anywhere,
            subject=biography.id,
            focus=tuple(leaf),
        )

    # -- what it knows

    def at_rest(self, biography: Biography) -> bool:
        """Return whether the worker has nothing more to do with that job, as far as was seen."""
        if biography.status not in self.lifecycle.statuses:
            return False
        return is_at_rest(self.lifecycle, biography.status, dry_run=biography.dry_run)


def _job(answer: Any) -> rules.Job | None:
    job = answer.get("batch_job") if isinstance(answer, dict) else None
    return job if isinstance(job, dict) else None


def _jobs(answer: Any) -> Iterator[rules.Job]:
    jobs = answer.get("batch_jobs") if isinstance(answer, dict) else None
    yield from (each for each in jobs or [] if isinstance(each, dict))
