"""What an answer shows of a batch job and of a user.

The properties of the document's schemas, in its order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mockserver.contract.document import Document, DocumentError
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_json
from mockserver.simulation.query import selected
from mockserver.simulation.users import User, Users
from mockserver.simulation.world import job_column, user_column

CREATOR = "created_by_user"
ALWAYS_OF_JOBS = frozenset(
    {"dry_run", "id", "created_at", "status"}
)  # whatever `fields` says; recorded, list_fields_expand
ALWAYS_OF_USERS = frozenset({"id", "created_at"})


@dataclass(frozen=True)
class Payloads:
    """Shows batch jobs and users as the document describes them.

    job_fields, user_fields: the properties of the schemas, in their order, by name, with the value that a
    property
    has of which the simulation knows nothing: its default, null, or its example.
    """

    job_fields: Mapping[str, Any]
    user_fields: Mapping[str, Any]
    always_expanded: bool

    @classmethod
    def of(cls, document: Document, *, job_columns: frozenset[str]) -> "Payloads":
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
        )

    def batch_job(self, job: BatchJob, users: Users) -> dict[str, Any]:
        """Return *job* whole, in the schema's order."""
        shown = self.job_fields.keys() if self.always_expanded else self.job_fields.keys() - {CREATOR}
        return self._job(job, users, shown)

    def selected_batch_job(self, job: BatchJob, users: Users, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return *job* with the columns and the relation that *query* selects."""
        return self._job(job, users, self._shown(query))

    def _shown(self, query: Mapping[str, Any]) -> frozenset[str]:
        columns = self.job_fields.keys() - {CREATOR}
        shown = selected(query.get("fields"), columns) | ALWAYS_OF_JOBS
        expanded = self.always_expanded or bool(query.get("expand"))
        return shown | {CREATOR} if expanded else shown

    def _job(self, job: BatchJob, users: Users, shown: Any) -> dict[str, Any]:
        payload: dict[str, Any] = {}
        for name, filling in self.job_fields.items():
            if name not in shown:
                continue
            if name == CREATOR:
                payload[name] = self.user(users.get(job.created_by))
            else:
                value = job_column(job, name)
                payload[name] = (
                    to_json(value) if isinstance(value, datetime) else filling if value is None else value
                )
        return payload

    def user(self, user: User, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return *user* without the password, whole or with the columns that *query* selects."""
        columns = self.user_fields.keys()
        shown = columns if query is None else selected(query.get("fields"), columns) | ALWAYS_OF_USERS
        payload: dict[str, Any] = {}
        for name, filling in self.user_fields.items():
            if name in shown:
                value = user_column(user, name)
                payload[name] = (
                    to_json(value) if isinstance(value, datetime) else filling if value is None else value
                )
        return payload


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
