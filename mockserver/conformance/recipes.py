"""How to bring a batch job to life: the requests that the document allows, by type of job.

What a type needs is read from the schema of its context: `fileKey` wants an uploaded file, `price_list_id`
a price list. Nothing is ever imported: the files have a header and no rows, or a column that no strategy
knows. Knows nothing of statuses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.conformance.biography import Biography
from mockserver.conformance.target import Asked, Caller, NoAnswer, Query, Target, Upload, path_of
from mockserver.conformance.witness import CREATE, Witness
from mockserver.lifecycle import Transition

MARK = {"note": "made by mockserver conform"}  # a key that no strategy knows, and every server keeps
NO_ROWS = Upload(name="nothing.csv", content=b"Product Id;Product Handle;Product Title\r\n")
NO_PRICES = Upload(name="nothing.csv", content=b"Product Variant ID;SKU;Price USD\r\n")
NO_SUCH_COLUMN = Upload(
    name="wrong.csv",
    content=b"Product Handle;Product Title;No Such Column\r\nmockserver-conform;Nothing;1\r\n",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to make a job. fails: it is meant to fail, because the file has a column that nobody knows."""

    type: str
    needs: frozenset[str] = frozenset()
    fails: bool = False


class NotMade(Exception):
    """A job could not be created; the message says why, in words that do not vary."""


def recipes_of(bundle: Mapping[str, Any]) -> tuple[Recipe, ...]:
    """Return a recipe for every type of the document, and one that fails for the first that reads a file."""
    schema = bundle["components"]["schemas"]["AdminPostBatchesReq"]
    recipes = [Recipe(type=name, needs=needs) for name, needs in _types(schema, bundle)]
    failing = [
        Recipe(type=each.type, needs=each.needs, fails=True) for each in recipes if each.needs == {"fileKey"}
    ]
    return (*recipes, *failing[:1])


def _types(schema: Mapping[str, Any], bundle: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    branches = schema.get("oneOf") or schema.get("anyOf") or []
    contexts: dict[str, frozenset[str]] = {}
    for branch in branches:
        properties = branch.get("properties", {})
        context = properties.get("context", {})
        if "$ref" in context:
            context = bundle["components"]["schemas"].get(context["$ref"].rpartition("/")[2], {})
        known = {"fileKey"} & context.get("properties", {}).keys()
        for name in properties.get("type", {}).get("enum", []):
            contexts[name] = frozenset(known | set(context.get("required", [])))
    for name in schema["properties"]["type"].get("enum", list(contexts)):
        yield name, contexts.get(name, frozenset())


@dataclass(kw_only=True)
class Workshop:
    """Makes jobs, and asks for their transitions. Mutable: it keeps the price list that it found."""

    target: Target
    witness: Witness
    by: Caller
    price_list: str | None = None

    def make(self, recipe: Recipe, *, dry_run: bool, by: Caller | None = None) -> Biography:
        """Return a new job by *recipe*. Raises NotMade."""
        by = by or self.by
        context: dict[str, Any] = dict(MARK)
        if "price_list_id" in recipe.needs:
            context["price_list_id"] = self._price_list(by)
        if "fileKey" in recipe.needs:
            empty = NO_PRICES if "price_list_id" in recipe.needs else NO_ROWS
            context["fileKey"] = self._uploaded(NO_SUCH_COLUMN if recipe.fails else empty, by)
        if unknown := recipe.needs - {"fileKey", "price_list_id"}:
            raise NotMade(f"nobody told how to fill in {', '.join(sorted(unknown))}")
        asked = self.create({"type": recipe.type, "context": context, "dry_run": dry_run}, by=by)
        job = asked.json.get("batch_job") if isinstance(asked.json, dict) else None
        identifier = job.get("id") if isinstance(job, dict) else None
        if identifier not in self.witness.jobs:
            raise NotMade(f"the creation was answered {asked.status}")
        return self.witness.jobs[str(identifier)]

    def create(self, payload: Any, *, by: Caller | None = None) -> Asked:
        """Return the answer to a creation of *payload*."""
        return self.target.post(self.path(CREATE), payload, by=by or self.by)

    def ask(self, job: Biography, transition: Transition, *, query: Query = (), body: bytes = b"") -> Asked:
        """Return the answer to who asks for *transition* of *job*; of a lost one, the witness is told."""
        path = path_of(self.path(transition.operation or ""), id=job.id)
        content_type = "application/json" if body else ""
        try:
            return self.target.send("POST", path, query, by=self.by, body=body, content_type=content_type)
        except NoAnswer:
            self.witness.unanswered(transition, job.id)
            raise

    def path(self, operation: str) -> str:
        """Return the path template of *operation*."""
        return self.witness.contract.operations[operation].path

    def _uploaded(self, file: Upload, by: Caller) -> str:
        asked = self.target.upload(self.path("PostUploadsProtected"), file, by=by)
        uploads = asked.json.get("uploads") if isinstance(asked.json, dict) else None
        if not isinstance(uploads, list) or not uploads or not isinstance(uploads[0].get("key"), str):
            raise NotMade(f"an upload was answered {asked.status}, without a key")
        return str(uploads[0]["key"])

    def _price_list(self, by: Caller) -> str:
        if self.price_list is None:
            asked = self.target.get(self.path("GetPriceLists"), [("limit", "1")], by=by)
            rows = asked.json.get("price_lists") if isinstance(asked.json, dict) else None
            if not isinstance(rows, list) or not rows:
                raise NotMade("there is no price list")
            self.price_list = str(rows[0]["id"])
        return self.price_list
