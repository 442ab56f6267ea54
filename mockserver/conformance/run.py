"""The run: its parts in turn, each in its share of the time, and the report that comes of them.

The parts are modules of their own; this one only divides the time and gathers. Heavy libraries are imported
here, by the verb that needs them, and nowhere on the way to it.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mockserver.conformance import fuzz
from mockserver.conformance.biography import Biography
from mockserver.conformance.errands import TargetGone, look
from mockserver.conformance.exploration import Exploration
from mockserver.conformance.findings import Findings
from mockserver.conformance.inquiry import Credentials, Inquiry, NotLetIn
from mockserver.conformance.lists.run import run as run_lists
from mockserver.conformance.lists.standing import Standing
from mockserver.conformance.losses import say_losses
from mockserver.conformance.probes.run import run as run_probes
from mockserver.conformance.promises import tried
from mockserver.conformance.recipes import Workshop, recipes_of
from mockserver.conformance.report import (
    Arrow,
    Coverage,
    Part,
    Picture,
    Reach,
    Reached,
    Report,
)
from mockserver.conformance.rules import NEVER_FINISHES, READS_ARE_FRESH
from mockserver.conformance.target import (
    BROKEN,
    NOBODY,
    REFUSED,
    SECONDS_PER_REQUEST,
    Enough,
    NoAnswer,
    OutOfTime,
    Target,
)
from mockserver.conformance.witness import Witness
from mockserver.contract.document import Document
from mockserver.contract.judge import Judge
from mockserver.contract.operation import Contract
from mockserver.lifecycle import Asker

SHARES: Mapping[Part, float] = {Part.JUDGE: 0.2, Part.LIFECYCLE: 0.4, Part.LISTS: 0.15, Part.FUZZ: 0.25}
FOR_THE_END = 0.05  # of the time, for a last look at every job
LONGEST_OF_ALL = 1 / 6  # of the time, for one request: more time waits longer for each
HARMLESS_TWICE = ("PostBatchJobs", "PostToken", "PostAuth", "PostUploads", "PostUploadsProtected")
UNANSWERED = "requests were not answered"
STOPPED = "The run stopped at the first violation, as it was asked to; what comes after was not tried."
UNFINISHED = "the time was up before all of it was done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to run. max_time: in seconds, for all. eventual: for how many seconds reads may be stale.

    stop_at_first: whether one violation is enough, those aside whose ids are *known*.
    """

    url: str
    credentials: Credentials
    second: Credentials | None = None
    max_time: float = 60.0
    seed: int = 0
    parts: tuple[Part, ...] = tuple(Part)
    workers: int = 1
    eventual: float = 0.0
    stop_at_first: bool = False
    known: frozenset[str] = frozenset()
    # is told what is done, and an empty text now and then while that goes on
    progress: Callable[[str], None] = lambda _: None


@dataclass(kw_only=True)
class Conformance:
    """One run on one target. Mutable, and used once."""

    document: Document
    options: Options
    client: object
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    trouble: str = ""
    exploration: Exploration | None = None
    standing: Standing | None = None
    done: list[Part] = field(default_factory=list)

    def run(self) -> Report:
        """Return the report; it says so itself where the target could not be judged."""
        inquiry = self._inquiry()
        try:
            self._judge(inquiry)
        except Enough:
            inquiry.note(STOPPED)
            inquiry.unfinished.update(self.options.parts)
        return self._report(inquiry)

    def _judge(self, inquiry: Inquiry) -> None:
        """Run every part, as long as the target answers, and look at every job once more. Raises Enough."""
        begun = self.clock()
        for_parts = begun + self.options.max_time * (1 - FOR_THE_END)
        try:
            self.options.progress("getting in")
            inquiry.target.ends = for_parts
            inquiry.enter()
            inquiry.bring_second(self.options.second)
            for number, part in enumerate(self.options.parts):
                self._run_part(inquiry, part, self.options.parts[number:], for_parts)
        except OutOfTime:
            self.trouble = "the time was up before the target had answered; give it more with --max-time"
        except NotLetIn as error:
            self.trouble = str(error)
        except (NoAnswer, TargetGone) as error:
            self.trouble = _unanswered(error, inquiry.target)
        if self.done and not self.trouble:
            inquiry.target.ends = begun + self.options.max_time
            self._look_again(inquiry)
        if not self.trouble and inquiry.target.silent_for >= SECONDS_PER_REQUEST:
            self.trouble = _unanswered(NoAnswer("no answer for the last part of the run"), inquiry.target)

    def _inquiry(self) -> Inquiry:
        contract = Contract(self.document)
        witness = Witness(
            contract=contract,
            judge=Judge(contract),
            findings=Findings(),
            eventual=self.options.eventual,
            nonce=secrets.token_hex(4),
        )
        target = Target(
            client=self.client,  # type: ignore[arg-type]  # httpx.Client, which is not imported here
            url=self.options.url,
            witness=witness,
            ends=self.clock(),
            clock=self.clock,
            sleep=self.sleep,
            tick=lambda: self.options.progress(""),
            enough=lambda: self._is_enough(witness.findings),
            timeout=max(SECONDS_PER_REQUEST, self.options.max_time * LONGEST_OF_ALL),
            named=witness.name_of,
            repeatable=frozenset(
                contract.operations[each].path for each in HARMLESS_TWICE if each in contract.operations
            ),
        )
        return Inquiry(
            contract=contract,
            target=target,
            witness=witness,
            workshop=Workshop(target=target, witness=witness, by=NOBODY),
            credentials=self.options.credentials,
            seed=self.options.seed,
            max_time=self.options.max_time,
            progress=self.options.progress,
        )

    def _is_enough(self, findings: Findings) -> bool:
        return self.options.stop_at_first and not self.options.known.issuperset(findings.found)

    def _run_part(self, inquiry: Inquiry, part: Part, left: tuple[Part, ...], ends: float) -> None:
        now = self.clock()
        share = SHARES[part] / sum(SHARES[each] for each in left)
        inquiry.target.ends = now + max(ends - now, 0.0) * share
        self.options.progress(f"{part}: {_DOING[part]}")
        self.done.append(part)
        try:
            self._part(inquiry, part)
        except OutOfTime:
            inquiry.unfinished.add(part)

    def _part(self, inquiry: Inquiry, part: Part) -> None:
        if part is Part.JUDGE:
            run_probes(inquiry)
        elif part is Part.LIFECYCLE:
            self._explore(inquiry)
        elif part is Part.LISTS:
            run_lists(inquiry, self._stood(inquiry))
        else:
            fuzz.run(inquiry, workers=self.options.workers)

    def _explore(self, inquiry: Inquiry) -> None:
        exploration = Exploration(
            workshop=inquiry.workshop,
            recipes=recipes_of(self.document.bundle),
            seed=self.options.seed,
        )
        self.exploration = exploration
        # those jobs come to rest while this part waits for the worker anyway
        for_lists = self._stood(inquiry).errands() if Part.LISTS in self.options.parts else ()
        inquiry.run(Part.LIFECYCLE, *exploration.grid(), *for_lists, *exploration.walks())

    def _stood(self, inquiry: Inquiry) -> Standing:
        """Return the jobs of the lists part, which the part before it begins to make."""
        self.standing = self.standing or Standing(inquiry=inquiry)
        return self.standing

    def _look_again(self, inquiry: Inquiry) -> None:
        """Look once more at every job: what has ended stays as it is, and the rest may have ended by now."""
        self.options.progress("a last look at every job")
        jobs = list(inquiry.witness.jobs.values())
        stuck = [each for each in jobs if inquiry.is_stuck(each)]
        looked_at: set[str] = set()
        try:
            for job in jobs:
                if job.owner == inquiry.user.name:
                    look(inquiry.workshop, job, poll=True)
                    looked_at.add(job.id)
        except (NoAnswer, OutOfTime):
            inquiry.note("The last look at the jobs was cut short.")
        for job in stuck:
            if job.id in looked_at and inquiry.is_stuck(job):  # who did not look cannot say that it is stuck
                _say_stuck(inquiry, job)
        restless = {each.status for each in jobs if not inquiry.witness.at_rest(each) and each not in stuck}
        if restless and Part.LIFECYCLE in self.done:
            statuses = [each for each in inquiry.witness.lifecycle.statuses if each in restless]
            inquiry.note(
                f"Some jobs were still {', '.join(statuses)} when the time was up, and moving; with more "
                "--max-time they can be followed to their end."
            )

    # -- the report

    def _report(self, inquiry: Inquiry) -> Report:
        info = self.document.bundle.get("info", {})
        say_losses(inquiry)
        if any(each.rule == READS_ARE_FRESH for each in inquiry.witness.findings.found.values()):
            inquiry.note(
                "Reads were stale for a while, from which other violations may come. Where that is meant to "
                "be, run again with --eventual SECONDS, for example --eventual 1."
            )
        for part in sorted(inquiry.unfinished, key=list(Part).index):
            if STOPPED not in inquiry.notes:
                inquiry.note(f"{part}: {UNFINISHED}; give it more with --max-time.")
        split = urlsplit(self.options.url)
        shown = split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()
        return Report(
            target=shown,
            title=str(info.get("title", "")),
            version=str(info.get("version", "")),
            seed=self.options.seed,
            parts=tuple(self.done),
            rules=tried(inquiry.witness, parts=self.done, unfinished=_cut_short(inquiry)),
            violations=inquiry.witness.findings.violations(),
            coverage=self._coverage(inquiry),
            picture=self._picture(inquiry),
            unfinished=tuple(part for part in self.done if part in _cut_short(inquiry)),
            notes=tuple(inquiry.notes),
            trouble=self.trouble,
        )

    def _coverage(self, inquiry: Inquiry) -> Coverage:
        witness = inquiry.witness
        operations, statuses, parameters = {}, {}, {}
        for _, _, operation in self.document.operations():
            name = operation["operationId"]
            operations[name] = witness.operations.get(name, 0)
            for status in operation["responses"]:
                statuses[f"{name} {status}"] = witness.statuses.get(f"{name} {status}", 0)
            for each in operation["parameters"]:
                parameter = self.document.resolve(each)
                if parameter["in"] == "query":
                    key = f"{name} {parameter['name']}"
                    parameters[key] = witness.parameters.get(key, 0)
        undocumented = {
            key: witness.statuses[key] for key in sorted(witness.statuses.keys() - statuses.keys())
        }
        return Coverage(
            operations=operations,
            statuses={**statuses, **undocumented},
            parameters=parameters,
            transitions={
                name: self._transition_reached(inquiry, name) for name in witness.lifecycle.transitions
            },
            refusals={} if self.exploration is None else self.exploration.cells(),
        )

    def _transition_reached(self, inquiry: Inquiry, name: str) -> Reached:
        if name in inquiry.witness.made:
            return Reached(reach=Reach.COVERED)
        return Reached(reach=Reach.UNCOVERED, reason="no job was seen to make it")

    def _picture(self, inquiry: Inquiry) -> Picture:
        lifecycle, witness = inquiry.witness.lifecycle, inquiry.witness
        arrows = []
        for each in lifecycle.transitions.values():
            for start in (status for status in lifecycle.statuses if status in each.starts):
                reach = Reach.COVERED if each.name in witness.made else Reach.UNCOVERED
                if each.by is Asker.CLIENT and self.exploration is not None:
                    reach = self.exploration.cells()[f"{each.name} in {start}"].reach
                by = each.by.value
                arrows.append(Arrow(start=start, to=each.to, transition=each.name, by=by, reach=reach))
        return Picture(
            statuses=lifecycle.statuses, seen=frozenset(witness.seen_statuses), arrows=tuple(arrows)
        )


_DOING: Mapping[Part, str] = {
    Part.JUDGE: "who is let in, what is refused, and with which words",
    Part.LIFECYCLE: "every status with every verb, then walks by chance",
    Part.LISTS: "pages, filters and orders of jobs that stand still",
    Part.FUZZ: "schemathesis invents requests",
}


def _cut_short(inquiry: Inquiry) -> set[Part]:
    return inquiry.unfinished | {
        part for part in Part if any(note.startswith(f"{part}: {UNANSWERED}") for note in inquiry.notes)
    }


def is_whole(report: Report) -> bool:
    """Return whether every part was run, and each to its end, so that what was not seen is not there."""
    return report.parts == tuple(Part) and not report.trouble and not report.unfinished


def _unanswered(error: Exception, target: Target) -> str:
    if str(error) == REFUSED:
        todo = "start it, or see that this is its address"
    elif str(error) == BROKEN:
        todo = "see what closes them: the target, or something before it"
    else:
        todo = "see why it is so slow; with more --max-time, each request may take a sixth of that"
    first = "" if any(each.answered for each in target.tallies.values()) else "the target does not answer: "
    return f"{first or 'the target does not answer any more: '}{error}; {todo}"


def _say_stuck(inquiry: Inquiry, job: Biography) -> None:
    found = f"still {job.status} after many times as long as any other job stayed anywhere"
    expected = f"the job leaves {job.status}, as others left theirs"
    if not inquiry.have_moved():
        found = (
            f"still {job.status} after a third of the run, as is every job; if the worker is that slow, give "
            "the run more --max-time"
        )
        expected = f"the job leaves {job.status}"
    inquiry.witness.report(
        NEVER_FINISHES,
        *job.trail,
        job.last_asked,
        where="status",
        expected=expected,
        found=found,
        kind=f"in {job.status}",
        subject=job.id,
    )


def conform(document: Document, options: Options) -> Report:
    """Return what is to be said of the target at the URL of *options*."""
    import httpx  # noqa: PLC0415  # heavy, and only this verb needs it

    limits = httpx.Limits(max_connections=4)
    with httpx.Client(limits=limits, follow_redirects=False, trust_env=False) as client:
        return Conformance(document=document, options=options, client=client).run()
