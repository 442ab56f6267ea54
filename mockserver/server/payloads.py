"""What an answer shows of a batch job and of a user.

The properties of the document's schemas, in its order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from mockserver.bounded import make_room
from mockserver.contract.document import Document, DocumentError
from mockserver.quirk import NO_QUIRKS, Quirk, Quirks
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_json
from mockserver.simulation.query import Page, selected
from mockserver.simulation.users import User, Users

LISTS_HIDE_DRY_RUN = Quirk(
    name="lists-hide-dry-run",
    does="a list shows dry_run as false for every job, unless `fields` adds it",
    matters="a dashboard that lists jobs cannot tell which of them wait for a confirmation",
    evidence="lifecycle/list shows dry run job",
)
FIELDS_HIDE_INSTANTS = Quirk(
    name="fields-hide-instants",
    does="with `fields`, the status follows from the selected instants alone",
    matters="fields=id shows every job as created, whatever has become of it",
    evidence="list_fields_expand/fields id",
)
KEY_ORDER = Quirk(
    name="key-order",
    does="the answer to a create has another order of keys than every later read, in the job and in its "
    "context",
    matters="texts that are compared, or snapshots, differ between the first answer and the next",
    evidence="create/export minimal",
)
SHOWN_PASSWORD_HASH = Quirk(
    name="shown-password-hash",
    does="the answer to an update of a user has the key password_hash, which is null",
    matters="a client with a strict schema finds a key that no document names",
    evidence="auth/setup api token a",
)
FIRST_JOB_ORDER = (
    *("dry_run", "type", "created_by", "context", "id", "result"),
    *("pre_processed_at", "processing_at", "confirmed_at", "completed_at", "canceled_at", "failed_at"),
    *("created_at", "updated_at", "deleted_at", "status"),
)
SENT_USER_ORDER = ("role", "email", "first_name", "last_name")  # those that were sent come first
FIRST_USER_ORDER = (
    *("id", "role", "first_name", "last_name", "api_token", "metadata"),
    *("created_at", "updated_at", "deleted_at"),
)
CREATOR = "created_by_user"
COLUMNS = 64  # sets of columns of which it is remembered how they are shown
# shown whatever `fields` says. Source: recorded, list_fields_expand/fields id
ALWAYS_OF_JOBS = frozenset({"dry_run", "id", "created_at", "status"})
ALWAYS_OF_USERS = frozenset({"id", "created_at"})


@dataclass(frozen=True)
class Payloads:
    """Shows batch jobs and users as the document describes them.

    job_fields, user_fields: the properties of the schemas, in their order, by name, each with the value it
    has when the simulation knows none: its default, null, or its example.
    instants: those of the job fields that the lifecycle sets.
    """

    job_fields: Mapping[str, Any]
    user_fields: Mapping[str, Any]
    always_expanded: bool
    instants: frozenset[str] = frozenset()
    quirks: Quirks = NO_QUIRKS

    @classmethod
    def of(cls, document: Document, *, job_columns: frozenset[str], quirks: Quirks = NO_QUIRKS) -> "Payloads":
        """Return the payloads of *document*. Raises DocumentError when a required property cannot be filled.

        job_columns: the properties of a batch job that the simulation knows.
        """
        job = document.bundle["components"]["schemas"]["BatchJob"]
        user = document.bundle["components"]["schemas"]["User"]
        return cls(
            job_fields=_fillings(document, "BatchJob", job, known=job_columns | {CREATOR}),
            user_fields=_fillings(
                document, "User", user, known=frozenset(User.__dataclass_fields__) | {"deleted_at"}
            ),
            always_expanded=CREATOR in job.get("required", ()),
            instants=frozenset(document.lifecycle.instants.values()),
            quirks=quirks,
        )

    def new_batch_job(self, job: BatchJob, users: Users) -> dict[str, Any]:
        """Return *job*, just created, whole."""
        payload = self.batch_job(job, users)
        return _reordered(payload, FIRST_JOB_ORDER) if KEY_ORDER in self.quirks else payload

    def batch_job(self, job: BatchJob, users: Users) -> dict[str, Any]:
        """Return *job* whole, in the schema's order."""
        return self._job(job, users, self._whole_job)

    @cached_property
    def _whole_job(self) -> "_Columns":
        usual = self.job_fields.keys() if self.always_expanded else self.job_fields.keys() - {CREATOR}
        return self._job_columns(frozenset(usual))

    def _job_columns(self, shown: frozenset[str]) -> "_Columns":
        columns = self._known_columns.get(shown)
        if columns is None:
            fillings = {name: filling for name, filling in self.job_fields.items() if name in shown}
            make_room(self._known_columns, most=COLUMNS)
            columns = _Columns.of(fillings, BatchJob, besides=self.instants)
            self._known_columns[shown] = columns
        return columns

    @cached_property
    def _known_columns(self) -> dict[frozenset[str], "_Columns"]:
        return {}

    @cached_property
    def _whole_user(self) -> "_Columns":
        return _Columns.of(self.user_fields, User)

    def selected_batch_jobs(
        self, jobs: Iterable[BatchJob], users: Users, query: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return *jobs*, each with the columns and the relation that *query* selects."""
        columns = self.job_fields.keys() - {CREATOR}
        chosen = selected(query.get("fields"), columns) | ALWAYS_OF_JOBS
        expanded = self.always_expanded or bool(query.get("expand"))
        shown = chosen | {CREATOR} if expanded else chosen
        is_added = "dry_run" in selected(query.get("fields"), columns - {"dry_run"})
        changes = {"dry_run": False} if LISTS_HIDE_DRY_RUN in self.quirks and not is_added else {}
        taken = self._job_columns(shown)
        return [{**self._job(job, users, taken), **changes, **self._status(job, chosen)} for job in jobs]

    def _status(self, job: BatchJob, chosen: frozenset[str]) -> dict[str, str]:
        """Return the status of *job* where it follows from the *chosen* instants alone."""
        if FIELDS_HIDE_INSTANTS not in self.quirks:
            return {}
        visible = {name: at for name, at in job.instants.items() if name in chosen}
        return {"status": job.lifecycle.status_of(visible)}

    def _job(self, job: BatchJob, users: Users, columns: "_Columns") -> dict[str, Any]:
        payload = columns.shown_of(job)
        latest, text = job.updated_at, payload.get("updated_at")
        for name, at in job.instants.items():
            if name in payload:
                # the latest change set one of them, and is written already
                payload[name] = text if at is latest and text is not None else to_json(at)
        if CREATOR in payload:
            payload[CREATOR] = self.user(users.get(job.created_by))
        return payload

    def user(self, user: User, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return *user* without the password, whole or with the columns that *query* selects."""
        if query is None or "fields" not in query:
            return self._whole_user.shown_of(user)
        shown = selected(query["fields"], self.user_fields) | ALWAYS_OF_USERS
        fillings = {name: filling for name, filling in self.user_fields.items() if name in shown}
        return _Columns.of(fillings, User).shown_of(user)

    def new_user(self, user: User, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return *user*, just created from what was *sent*."""
        payload = self.user(user)
        if KEY_ORDER not in self.quirks:
            return payload
        named = [name for name in SENT_USER_ORDER if name in sent]
        return _reordered(payload, (*named, *FIRST_USER_ORDER))

    def changed_user(self, user: User) -> dict[str, Any]:
        """Return *user*, just updated."""
        payload = self.user(user)
        return {**payload, "password_hash": None} if SHOWN_PASSWORD_HASH in self.quirks else payload


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns an answer shows, in its order. Made once for many rows.

    fillings: by name, what stands where a row has no value. names: those that a row has as attributes.
    values: gives them all at once.
    """

    fillings: dict[str, Any]
    names: tuple[str, ...]
    values: Callable[[Any], tuple[Any, ...]]

    @classmethod
    def of(
        cls, fillings: Mapping[str, Any], row: type, *, besides: frozenset[str] = frozenset()
    ) -> "_Columns":
        """Return the columns of *fillings*. row: the class of the rows, asked for all but those *besides*."""
        names = tuple(name for name in fillings if hasattr(row, name) and name not in besides)
        # the first one twice, so that it gives a tuple even where there is but one
        return cls({**fillings}, names, attrgetter(*names, *names[:1]) if names else lambda _: ())

    def shown_of(self, row: Any) -> dict[str, Any]:
        """Return what is shown of *row*."""
        payload = self.fillings.copy()
        for name, value in zip(self.names, self.values(row), strict=False):
            if value is not None:
                payload[name] = to_json(value) if type(value) is datetime else value
        return payload


def paging_of(page: Page) -> dict[str, float]:
    """Return what a list says of itself beside its rows."""
    return {"count": page.count, "offset": page.offset, "limit": page.limit}


def _reordered(payload: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    first = {name: payload[name] for name in order if name in payload}
    return {**first, **payload}


def _fillings(
    document: Document, schema_name: str, schema: Mapping[str, Any], *, known: frozenset[str]
) -> dict[str, Any]:
    fillings: dict[str, Any] = {}
    for name, reference in schema["properties"].items():
        each = document.resolve(reference)
        if name in known or each.get("nullable"):
            fillings[name] = None
        elif "default" in each or "example" in each:
            fillings[name] = each.get("default", each.get("example"))
        elif name in schema.get("required", ()):
            place = document.folder / "schemas" / f"{schema_name}.yaml"
            message = (
                f"{place}: the property {name} is required, and nothing here knows its value; give it a "
                "`default` or an `example`, or let it be `nullable`"
            )
            raise DocumentError(message)
    return fillings
