"""Defects of the sixth kind: a request that breaks the contract is accepted, or breaks the server."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mockserver.grading.defect import (
    CREATE,
    LIST,
    Answered,
    Ask,
    Asked,
    Defect,
    Lie,
)
from mockserver.grading.edits import REQUEST, put
from mockserver.grading.kind import Kind
from mockserver.grading.telling import BAD_REQUEST, forgives, message_of, refusal

NOT_FOUND, BROKEN = 404, 500
_request = partial(Defect, kind=Kind.REQUESTS)


def _supplied(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Lie:
    """Return the lie that mends the body of a refused create by *change*, which gives {} where it cannot."""

    def otherwise(asked: Asked) -> Asked | None:
        body = asked.payload
        changes = change(body) if isinstance(body, dict) else {}
        return asked.saying({**body, **changes}) if changes else None

    return forgives(BAD_REQUEST, otherwise, CREATE)


def _read_boolean(body: Mapping[str, Any]) -> Mapping[str, Any]:
    words = {"true": True, "false": False}
    return {"dry_run": words[body["dry_run"]]} if body.get("dry_run") in ("true", "false") else {}


def _list_without(name: str) -> Lie:
    """Return the lie that lists as if a refused parameter *name* had not been sent."""

    def otherwise(asked: Asked) -> Asked | None:
        query = parse_qsl(asked.query, keep_blank_values=True)
        kept = [each for each in query if each[0] != name]
        return replace(asked, query=urlencode(kept, safe="[]")) if kept != query else None

    return forgives(BAD_REQUEST, otherwise, LIST)


def _any_type(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered, body = await ask(asked), asked.payload
        if answered.status != NOT_FOUND or not isinstance(body, dict) or "Unable" not in message_of(answered):
            return answered
        made = await ask(asked.saying({**body, "type": "product-export"}))
        return made.saying({"batch_job": {**made.job, "type": body["type"]}}) if made.job else answered

    return tell


def _malformed_is_broken(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered = await ask(asked)
        is_malformed = asked.body and asked.payload is None and answered.status == BAD_REQUEST
        return refusal("Unexpected token", status=BROKEN, kind="unknown_error") if is_malformed else answered

    return tell


VALIDATION = (
    _request(
        name="type-not-required",
        lies="A create without a type makes a product export.",
        missing="Create a job without a type, and expect 400.",
        lie=_supplied(lambda body: {} if "type" in body else {"type": "product-export"}),
    ),
    _request(
        name="any-type-accepted",
        lies="A job of a type that there is not can be created.",
        missing="Create a job of an unknown type, and expect 404 not_found.",
        lie=Lie(operations=(CREATE,), make=_any_type),
    ),
    _request(
        name="context-not-required",
        lies="A create without a context, or with null for it, is accepted.",
        missing="Create a job with the context null, and expect 400.",
        lie=_supplied(lambda body: {"context": {}} if body.get("context") is None else {}),
    ),
    _request(
        name="dry-run-may-be-text",
        lies='A create whose dry_run is "true" or "false" in quotes is accepted.',
        missing='Create a job with dry_run "true", and expect 400.',
        lie=_supplied(_read_boolean),
    ),
    _request(
        name="unknown-properties-accepted",
        lies="A create with a property that there is not is accepted.",
        missing="Create a job with an unknown property, and expect 400.",
        edits=(put(*REQUEST, "additionalProperties", value=True),),
    ),
    _request(
        name="unknown-parameters-ignored",
        lies="A query parameter that there is not is ignored.",
        missing="List with an unknown parameter, and expect 400.",
        edits=(put("paths", "/admin/batch-jobs", "get", "x-strict-query", value=False),),
    ),
    _request(
        name="bad-limit-ignored",
        lies="A limit that is no number, or a negative one, is ignored.",
        missing="List with limit=abc and limit=-1, and expect 400.",
        lie=_list_without("limit"),
    ),
    _request(
        name="bad-instant-ignored",
        lies="created_at[gte] with a value that is no instant is ignored.",
        missing="List with created_at[gte]=yesterday, and expect 400.",
        lie=_list_without("created_at[gte]"),
    ),
    _request(
        name="malformed-json-breaks-it",
        lies="A create whose body is no JSON is answered 500.",
        missing="Create a job with a body that is no JSON, and expect 400.",
        lie=Lie(operations=(CREATE,), make=_malformed_is_broken),
    ),
)
