"""One run, while it goes on: the target, who asks it, what was seen, and what has to be told beside.

Knows how to get in: by a token, a cookie, or an e-mail address with its password. Mutable.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mockserver.conformance.biography import Biography
from mockserver.conformance.errands import Errand, Runner
from mockserver.conformance.oracle import is_at_rest
from mockserver.conformance.recipes import Workshop
from mockserver.conformance.report import Part
from mockserver.conformance.rules import clients_own
from mockserver.conformance.target import (
    Asked,
    Caller,
    NoAnswer,
    Target,
    bearer_caller,
    cookie_caller,
    token_caller,
)
from mockserver.conformance.witness import Witness
from mockserver.contract.operation import Contract

SECOND_PASSWORD = "supersecret-of-conform"  # noqa: S105  # of a user that the run makes for itself
STUCK_TIMES, STUCK_SECONDS, STUCK_LOOKS = 8.0, 8.0, 8  # as long as any other job anywhere, and as many looks
UNMOVED_SECONDS, UNMOVED_SHARE, UNMOVED_LOOKS = 20.0, 1 / 3, 10  # of the time, when no job moves at all
ATTEMPTS = 3  # to make a user, whose request may be lost


class NotLetIn(Exception):
    """The target does not accept the credentials; the message says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What opens the doors: one of a token, a cookie, or an e-mail address with its password."""

    token: str | None = None
    cookie: str | None = None
    email: str | None = None
    password: str | None = None


@dataclass(kw_only=True)
class Inquiry:
    """What the parts of a run share. notes: for the report, in words that do not vary between runs."""

    contract: Contract
    target: Target
    witness: Witness
    workshop: Workshop
    credentials: Credentials
    seed: int
    max_time: float
    second: Caller | None = None
    second_is_made: bool = False
    second_email: str = ""
    notes: list[str] = field(default_factory=list)
    unfinished: set[Part] = field(default_factory=set)
    progress: Callable[[str], None] = lambda _: None

    @property
    def user(self) -> Caller:
        """Return who asks."""
        return self.workshop.by

    def path(self, operation: str) -> str:
        """Return the path template of *operation*."""
        return self.contract.operations[operation].path

    def has(self, *operations: str) -> bool:
        """Return whether the document has all of *operations*."""
        return all(each in self.contract.operations for each in operations)

    def note(self, text: str) -> None:
        """Keep *text* for the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    def chance(self, what: str) -> random.Random:
        """Return chance for *what*, the same in every run of one seed."""
        return random.Random(f"{self.seed}/{what}")  # noqa: S311  # no secret

    def run(self, part: Part, *errands: Errand) -> None:
        """Run *errands* of *part* side by side, until the part's time is up."""
        troubles: set[str] = set()
        runner = Runner(
            workshop=self.workshop, ends=self.target.ends, impatient=self.is_stuck, troubles=troubles
        )
        runner.run(errands)
        for each in sorted(troubles):
            self.note(f"{part}: {each}")
        if runner.cut:
            self.unfinished.add(part)

    # -- jobs that do not move

    def is_stuck(self, job: Biography) -> bool:
        """Return whether *job* has waited far longer than any job of this run did anywhere."""
        if self.witness.at_rest(job):
            return False
        waited = self.target.clock() - job.changed_at
        longest = max(self._stages(), default=None)
        if longest is None:
            return waited >= self.unmoved_after and job.looks >= UNMOVED_LOOKS
        return waited >= max(STUCK_TIMES * longest, STUCK_SECONDS) and job.looks >= STUCK_LOOKS

    @property
    def unmoved_after(self) -> float:
        """Return for how long no job must have moved at all, until that is said, in seconds."""
        return max(UNMOVED_SECONDS, self.max_time * UNMOVED_SHARE)

    def have_moved(self) -> bool:
        """Return whether the worker has taken any job on."""
        return bool(self._stages())

    def _stages(self) -> list[float]:
        """Return how long jobs were seen to stay where the worker takes them from, in seconds."""
        stages = []
        by_client = clients_own(self.witness.lifecycle)
        for job in self.witness.jobs.values():
            seen = sorted((at, status) for status, at in job.seen.items())
            for (begun, status), (_, after) in pairwise(seen):
                known = status in self.witness.lifecycle.statuses and after not in by_client
                if known and not is_at_rest(self.witness.lifecycle, status, dry_run=job.dry_run):
                    stages.append(job.seen_last[status] - begun)
        return stages

    # -- getting in

    def enter(self) -> None:
        """Find out as whom the target is asked. Raises NotLetIn, and NoAnswer."""
        self.workshop.by = self._caller(self.credentials, "user", "TOKEN")
        if not self.has("GetAuth"):
            return
        asked = self.target.get(self.path("GetAuth"), by=self.user)
        if asked.status == 401:  # noqa: PLR2004  # unauthorized
            raise NotLetIn(
                "the target refuses the credentials; look at --token, --cookie, --email and --password"
            )
        self.witness.creator = _user(asked).get("id")

    def _caller(self, credentials: Credentials, name: str, variable: str) -> Caller:
        if credentials.token is not None:
            return token_caller(name, credentials.token, variable=variable)
        if credentials.cookie is not None:
            return cookie_caller(name, credentials.cookie, variable=variable)
        if credentials.email is None or credentials.password is None:
            raise NotLetIn("say as whom to ask: --token, --cookie, or --email and --password")
        return self.logged_in(credentials.email, credentials.password, name=name, variable=variable)

    def logged_in(self, email: str, password: str, *, name: str, variable: str) -> Caller:
        """Return *name*, logged in by a bearer token, or else by a session. Raises NotLetIn."""
        payload = {"email": email, "password": password}
        statuses = []
        if self.has("PostToken"):
            asked = self.target.post(self.path("PostToken"), payload, by=Caller(name="nobody"))
            statuses.append(asked.status)
            token = asked.json.get("access_token") if isinstance(asked.json, dict) else None
            if isinstance(token, str):
                return bearer_caller(name, token, variable=variable)
        if self.has("PostAuth"):
            asked = self.target.post(self.path("PostAuth"), payload, by=Caller(name="nobody"))
            statuses.append(asked.status)
            cookie = asked.exchange.response_headers.get("set-cookie", "").partition(";")[0]
            if asked.status == 200 and cookie:  # noqa: PLR2004  # logged in
                return cookie_caller(name, cookie, variable=variable)
        answers = " and ".join(map(str, statuses)) or "nothing to log in with"
        raise NotLetIn(f"the target does not let {name} log in ({answers}); look at --email and --password")

    def bring_second(self, credentials: Credentials | None) -> None:
        """Log in a second user: the one given, or one that is made for this run."""
        try:
            if credentials is not None:
                self.second = self._caller(credentials, "second user", "SECOND_TOKEN")
            elif self.has("PostUsers"):
                email = self._new_user()
                self.second_email = email
                self.second = self.logged_in(
                    email, SECOND_PASSWORD, name="second user", variable="SECOND_TOKEN"
                )
                self.second_is_made = True
        except (NotLetIn, NoAnswer):
            self.second = None
        if self.second is None:
            self.note("There was no second user, so ownership was not judged; give one with --second-user.")

    def _new_user(self) -> str:
        """Make a user, and return the e-mail address. Raises NoAnswer."""
        for attempt in range(ATTEMPTS):
            email = f"conform-{self.witness.nonce}{'-again' * attempt}@example.com"
            payload = {"email": email, "password": SECOND_PASSWORD}
            try:
                self.target.post(self.path("PostUsers"), payload, by=self.user)
            except NoAnswer:
                if attempt + 1 == ATTEMPTS or self.target.silent_in_a_row:
                    raise
                continue
            return email
        raise AssertionError("a user is asked for at least once")


def _user(asked: Asked) -> dict[str, Any]:
    user = asked.json.get("user") if isinstance(asked.json, dict) else None
    return user if isinstance(user, dict) else {}
