"""The report of a run as a value: the verdict, every violation with its evidence, and what was covered.

Knows nothing of how it was found nor of how it is shown. Nothing in it varies between two runs of one seed
against one target: ids, tokens and instants are numbered in the order they were met (`batch_<1>`, `<instant
3>`), a wait of many polls counts once, and there are no durations.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

REPORT_VERSION = 1  # of the shape of this value; readers of the JSON report may look at it
_SLUG_WORDS, _HASH_DIGITS = 9, 8


class Part(StrEnum):
    """A part of a run, in the order in which they are run."""

    JUDGE = "judge"
    LIFECYCLE = "lifecycle"
    LISTS = "lists"
    FUZZ = "fuzz"


class Verdict(StrEnum):
    """What a run amounts to."""

    CONFORMS = "conforms"
    VIOLATES = "violates"
    INCONCLUSIVE = "inconclusive"

    @property
    def exit_code(self) -> int:
        """Return the exit code of the command: 0 conforms, 1 violates, 2 could not be told."""
        return {Verdict.CONFORMS: 0, Verdict.VIOLATES: 1, Verdict.INCONCLUSIVE: 2}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that the contract promises.

    id: for example `lifecycle/confirm-only-from-pre_processed`. says: one sentence, which a target can break.
    place: where the documents state it, `schemas/BatchJob.yaml, x-lifecycle, transitions, confirm`.
    part: the part that looks for it.
    """

    id: str
    says: str
    place: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One exchange as evidence, normalised: ids, tokens and instants are numbered.

    by: who asked, `user`, `second user` or `nobody`. operation: the operationId, empty where the document
    has none. request: one line, `POST /admin/batch-jobs/batch_<1>/confirm`. curl: the command that repeats
    it, which needs `$URL` and `$TOKEN` (and `$JOB_1` for `batch_<1>`, ...). status: of the response, 0 when
    there was none. body: an excerpt of the response's body, or why there was no response. job: the number
    of the job it is about, None when it is about none. job_status: the status that the answer shows of that
    job, None when it shows none.
    """

    by: str
    operation: str
    request: str
    curl: str
    status: int
    body: str
    job: int | None = None
    job_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One disagreement between the target and the contract.

    id: the same in every run that finds it, `confirm-only-from-pre-processed-3fa2c1d0`; known deviations
    name it. operation: the operationId it was seen at, `none` where the document has no operation. where:
    `response.status`, `response.body.batch_job.confirmed_at`, ... expected, found: for a person to read.
    evidence: the shortest sequence of exchanges that shows it, in order. times: how many different jobs or
    requests showed it; polls of one job count once.
    """

    id: str
    rule: Rule
    operation: str
    where: str
    expected: str
    found: str
    evidence: tuple[Sighting, ...] = ()
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDeviation:
    """A violation that somebody has looked at and lets pass until a day.

    violation: its id. owner: who answers for it. until: the last day on which it passes, None for ever.
    sometimes: it depends on a race, so that a run that does not see it says nothing.
    """

    violation: str
    reason: str
    owner: str
    until: date | None = None
    sometimes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A violation that was found and is known."""

    violation: Violation
    deviation: KnownDeviation


class Reach(StrEnum):
    """Whether something was exercised."""

    COVERED = "covered"
    UNCOVERED = "uncovered"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whether a transition or a cell of the grid was exercised. reason: why not, empty when it was."""

    reach: Reach
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the run exercised; each mapping in the document's order, whole: 0 and `uncovered` are listed too.

    operations: requests by operationId. statuses: answers by `operationId status`, first those documented.
    parameters: requests that gave it, by `operationId name`. transitions: by name. refusals: cells of the
    grid status x client verb, by `verb in status` (`confirm in completed`), those included in which the
    verb is allowed. Polls of one wait count once.
    """

    operations: Mapping[str, int] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    transitions: Mapping[str, Reached] = field(default_factory=dict)
    refusals: Mapping[str, Reached] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One arrow of the lifecycle's picture. by: `client` or `worker`."""

    start: str
    to: str
    transition: str
    by: str
    reach: Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The lifecycle as a drawing needs it.

    statuses: in the order of rank. seen: those that a job was seen in.
    """

    statuses: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()
    arrows: tuple[Arrow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run has to say.

    target: the URL as it was given, without credentials. title, version: of the document. parts: those that
    were run, in order; unfinished: those of them that were cut short. rules: those that were tried, by part.
    violations: the new ones, which fail the run; known: those that do not; stale: known deviations that were
    not seen (empty when not every part was run to its end). notes: what a reader must know beside, in whole
    sentences. trouble: why there is no verdict; empty when there is.
    """

    target: str
    title: str
    version: str
    seed: int
    parts: tuple[Part, ...]
    unfinished: tuple[Part, ...] = ()
    rules: tuple[Rule, ...] = ()
    violations: tuple[Violation, ...] = ()
    known: tuple[Known, ...] = ()
    stale: tuple[KnownDeviation, ...] = ()
    coverage: Coverage = Coverage()
    picture: Picture = Picture()
    notes: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def verdict(self) -> Verdict:
        """Return what the run amounts to: what was found counts, even where the run broke off afterwards."""
        if self.violations:
            return Verdict.VIOLATES
        return Verdict.INCONCLUSIVE if self.trouble else Verdict.CONFORMS


def violation_id(rule: Rule, *, operation: str, where: str, kind: str = "") -> str:
    """Return the id of a violation: words that can be read, and a hash that keeps two such apart.

    kind: what distinguishes two findings of one rule at one place; it must not vary between runs, so no
    ids, instants, counts or messages of the target.
    """
    words = re.findall(r"[a-z0-9]+", f"{rule.id.partition('/')[2]} {kind}".lower().replace("_", "-"))
    whole = f"{rule.id}\0{operation}\0{where}\0{kind}"
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{'-'.join(words[:_SLUG_WORDS])}-{digest}"
