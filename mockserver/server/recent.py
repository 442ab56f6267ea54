"""What was shown of batch jobs lately, as text, for as long as they have not changed: most clients poll.

Knows how jobs are shown, and no request. What is given again was judged by the contract when it was first
given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from jsonschema_rs import Draft202012Validator

from mockserver.bounded import make_room
from mockserver.server.exchange import JSON, Parts, Response, entity_tag, json_response, to_json
from mockserver.server.payloads import Payloads, paging_of
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_json as instant_to_json
from mockserver.simulation.query import Page
from mockserver.simulation.timetable import UPDATED
from mockserver.simulation.users import Users

ANSWERS, ROWS, ORDERS = 1024, 1024, 256  # kept of each; one takes about 1.5 KB
PART = 100  # rows of a page that are written in one go
QUOTE = b'"'
START = b'{"batch_jobs":['
SHAPING = frozenset({"fields", "expand"})  # with these in the query, a row is not what it usually is

Shown = TypeVar("Shown")


class Recent(Generic[Shown]):
    """What was made of jobs and users, which are frozen values.

    Mutable: it forgets what it has known longest.
    """

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        self._known: dict[str, tuple[BatchJob, Users, Shown]] = {}
        self._most = most

    def get(self, job: BatchJob, users: Users) -> Shown | None:
        """Return what was made of the very same *job* and *users*, or None."""
        known = self._known.get(job.id)
        return known[2] if known is not None and known[0] is job and known[1] is users else None

    def keep(self, job: BatchJob, users: Users, shown: Shown) -> None:
        """Remember what was made of *job* and *users*, in place of what was made of the job before."""
        if job.id not in self._known:
            make_room(self._known, most=self._most)
        self._known[job.id] = (job, users, shown)


class RecentJobs:
    """Answers that tell of batch jobs. Mutable: it remembers the last ones."""

    def __init__(self, payloads: Payloads, *, part_of_new: Draft202012Validator | None = None) -> None:
        """Remember nothing yet.

        part_of_new: judges some properties of a new job; None where they cannot be judged without the others.
        """
        self._payloads = payloads
        self._part_of_new = part_of_new
        self._answers: Recent[Response] = Recent(ANSWERS)
        self._rows: Recent[bytes] = Recent(ROWS)
        self._page = Response(status=200)
        # by what they have in common: how they are shown, or the first of them, as long as there is but one
        self._new: dict[tuple[int, str, bool, str], _New | BatchJob] = {}

    def created(self, job: BatchJob, users: Users) -> Response:
        """Return the answer that tells of *job*, which was just created."""
        key = id(job.context), job.type, job.dry_run, job.created_by
        known = self._new.get(key)
        if isinstance(known, _New) and known.is_like(job, users):
            return known.answer(job, self._part_of_new)
        shown = self._payloads.new_batch_job(job, users)
        if known is not None and self._part_of_new is not None:
            self._new[key] = _New.of(job, users, shown)
        else:
            make_room(self._new, most=ORDERS)
            self._new[key] = job
        return json_response({"batch_job": shown}, status=201)

    def retrieved(self, job: BatchJob, users: Users) -> Response:
        """Return the answer that tells of *job* alone."""
        known = self._answers.get(job, users)
        if known is not None:
            return known
        answer = _tagged(json_response({"batch_job": self._payloads.batch_job(job, users)}))
        self._answers.keep(job, users, answer._replace(payload=None))
        return answer

    def listed(self, page: Page, users: Users, query: Mapping[str, Any]) -> Response | Parts:
        """Return the answer that tells of a *page* of jobs, as *query* wants them shown."""
        if len(page.rows) <= PART:
            answer = self._listed(page, users, query)
            if answer.body != self._page.body:
                answer = _tagged(answer)
                self._page = answer._replace(payload=None)
                return answer
            return self._page
        tail = len(to_json(paging_of(page)))
        parts = (
            self._listed(replace(page, rows=page.rows[start : start + PART]), users, query)
            for start in range(0, len(page.rows), PART)
        )
        return Parts(parts, partial(_joined, tail=tail))

    def _listed(self, page: Page, users: Users, query: Mapping[str, Any]) -> Response:
        paging = paging_of(page)
        if not SHAPING.isdisjoint(query):
            rows = self._payloads.selected_batch_jobs(page.rows, users, query)
            return json_response({"batch_jobs": rows, **paging})
        texts = [self._rows.get(job, users) for job in page.rows]
        fresh = self._freshly_shown(
            [job for job, text in zip(page.rows, texts, strict=True) if text is None], users
        )
        made = iter(fresh)
        whole = b",".join([next(made)[0] if text is None else text for text in texts])
        body = START + whole + b"]," + to_json(paging)[1:]
        payload = {"batch_jobs": [row for _, row in fresh], **paging}
        return Response(status=200, body=body, content_type=JSON, payload=payload)

    def _freshly_shown(self, jobs: Sequence[BatchJob], users: Users) -> list[tuple[bytes, Any]]:
        """Return text and value of each of *jobs* as lists show it."""
        if not jobs:
            return []
        shown = [(to_json(row), row) for row in self._payloads.selected_batch_jobs(jobs, users, {})]
        for job, (text, _) in zip(jobs, shown, strict=True):
            self._rows.keep(job, users, text)
        return shown


@dataclass(frozen=True, slots=True)
class _New:
    """How a job was shown that was just created. Those from equal orders differ in id and instants alone.

    instants: the names under which the answer shows when it was created. text: the answer, without its id and
    these; it is interrupted by the id between its parts, and by the instant between theirs.
    """

    job: BatchJob
    users: Users
    instants: tuple[str, ...]
    text: tuple[tuple[bytes, ...], ...]

    @classmethod
    def of(cls, job: BatchJob, users: Users, shown: Mapping[str, Any]) -> "_New":
        """Return how *job* was *shown*."""
        instants = tuple(name for name in shown if name == UPDATED or name in job.instants)
        text = [[b'{"batch_job":{']]
        for number, (name, value) in enumerate(shown.items()):
            is_another = name == "id" or name in instants
            text[-1][-1] += b"," * (number > 0) + to_json(name) + b":"
            text[-1][-1] += QUOTE if is_another else to_json(value)
            if name == "id":
                text.append([QUOTE])
            elif is_another:
                text[-1].append(QUOTE)
        text[-1][-1] += b"}}"
        return cls(job, users, instants, tuple(map(tuple, text)))

    def is_like(self, job: BatchJob, users: Users) -> bool:
        """Return whether *job*, with the same type, dry_run and creator, is shown like this one."""
        known = self.job
        return (
            known.context is job.context
            and known.scenario is job.scenario
            and known.lifecycle is job.lifecycle
            and self.users is users
        )

    def answer(self, job: BatchJob, validator: Draft202012Validator | None) -> Response:
        """Return the answer that tells of *job*, which is like this one. validator: for what is another."""
        created = instant_to_json(job.updated_at)
        at = created.encode("ascii")
        body = job.id.encode("ascii").join([at.join(each) for each in self.text])
        another = dict.fromkeys(self.instants, created)
        if len(self.text) > 1:  # the id is shown
            another["id"] = job.id
        return Response(201, body, JSON, (), {"batch_job": another}, validator)


def _tagged(answer: Response) -> Response:
    return answer._replace(headers=(*answer.headers, (b"etag", entity_tag(answer.body))))


def _joined(bodies: Sequence[bytes], *, tail: int) -> bytes:
    """Return the *bodies* of parts of one page as one. tail: how long what follows the rows is, in bytes."""
    end = tail + 1  # a bracket and a comma more, a brace less
    rows = b",".join([body[len(START) : -end] for body in bodies])
    return START + rows + bodies[-1][-end:]
