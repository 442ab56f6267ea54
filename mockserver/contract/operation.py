"""One operation of the document, compiled: what it takes, what it may answer, and who may call it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any

import jsonschema_rs

from mockserver.contract.complaints import Complaint, Resolve, complaints_about
from mockserver.contract.document import Document, DocumentError
from mockserver.contract.json_schema import Compiler
from mockserver.contract.parameters import QueryReader, query_reader
from mockserver.contract.query_string import parse_query
from mockserver.quirk import NO_QUIRKS, Quirks

QUERIES = 256  # remembered of each operation; clients that poll ask the same again


@dataclass(frozen=True)
class BodyReader:
    """Judges the JSON body of one operation."""

    schema: Mapping[str, Any]
    validator: jsonschema_rs.Draft202012Validator
    resolve: Resolve

    def complaints(self, body: Any) -> list[Complaint]:
        """Return what is wrong with *body*; an empty list when it keeps its schema."""
        if self.validator.is_valid(body):
            return []
        complaints = complaints_about(body, self.schema, resolve=self.resolve)
        sentence = self.resolve(self.schema).get("x-complaint")
        if not complaints and sentence is not None:
            return [Complaint(sentence)]
        return complaints or [
            Complaint(f"{'.'.join(map(str, error.instance_path)) or 'the body'}: {error.message}")
            for error in self.validator.iter_errors(body)
        ]


@dataclass(frozen=True, kw_only=True)
class ResponseReader:
    """What an operation may answer with one status.

    schemas: by media type, None where there is none. validators: for them.
    """

    schemas: Mapping[str, Mapping[str, Any] | None]
    validators: Mapping[str, jsonschema_rs.Draft202012Validator | None]
    compiler: Compiler = field(repr=False)

    def validator_of_part(
        self, media_type: str, within: Sequence[str]
    ) -> jsonschema_rs.Draft202012Validator | None:
        """Return what judges some properties of an object in an answer; see `Compiler.compile_part`."""
        schema = self.schemas.get(media_type)
        return None if schema is None else self.compiler.compile_part(schema, within)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation, ready to be run.

    security: the requirements of which one has to be met; none where anybody may call. any_depth: the path
    parameter takes slashes too.
    """

    id: str
    method: str
    path: str
    security: Sequence[Mapping[str, Any]]
    query: QueryReader | None
    body: BodyReader | None
    multipart: bool
    any_depth: bool
    responses: Mapping[int, ResponseReader]

    @property
    def secured(self) -> bool:
        """Return whether only those who are known may call."""
        return bool(self.security) and {} not in self.security

    @cached_property
    def read_query(self) -> Callable[[str], Mapping[str, Any]]:
        """Return what reads a query string as the operation's parameters. It remembers the last ones.

        Raises ParameterRefused.
        """
        reader = self.query

        @lru_cache(QUERIES)
        def read(text: str) -> Mapping[str, Any]:
            return MappingProxyType({} if reader is None else reader.read(parse_query(text)))

        return read

    def response_violations(
        self,
        status: int,
        content_type: str | None,
        payload: Any,
        *,
        validator: jsonschema_rs.Draft202012Validator | None = None,
    ) -> list[str]:
        """Return what is wrong with a response of ours; an empty list when the contract allows it.

        payload: the parsed body for JSON, the text for text, None for anything else or nothing.
        validator: for a payload that is only a part of the body, in place of the contract's for the whole.
        """
        response = self.responses.get(status)
        if response is None:
            return [f"{self.id} answered {status}, which the contract does not name"]
        media_type = (content_type or "").partition(";")[0].strip()
        if media_type not in response.validators:
            if not response.validators or "*/*" in response.validators:
                return []
            return [
                f"{self.id} answered {status} as {media_type or 'nothing'}, which the contract does not name"
            ]
        validator = validator or response.validators[media_type]
        if validator is None or payload is None or validator.is_valid(payload):
            return []
        place = f"{self.id} answered {status}, body"
        return [
            f"{'.'.join([place, *map(str, error.instance_path)])}: {error.message}"
            for error in validator.iter_errors(payload)
        ]


@dataclass(frozen=True)
class Contract:
    """All operations of a document, compiled once."""

    document: Document
    quirks: Quirks = NO_QUIRKS

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Return the operations by operationId. Raises DocumentError when a schema cannot be compiled."""
        compiler = Compiler.of(self.document.bundle)
        default_security = self.document.bundle.get("security", [])
        compiled = {}
        for path, method, operation in self.document.operations():
            try:
                compiled[operation["operationId"]] = self._compiled(
                    path, method, operation, compiler, default_security
                )
            except (KeyError, TypeError, ValueError) as error:
                place = compiler.misfit() or f"{method} {path} cannot be compiled: {error!r}"
                raise DocumentError(f"{self.document.folder}: {place}") from error
        return compiled

    def _compiled(
        self,
        path: str,
        method: str,
        operation: Mapping[str, Any],
        compiler: Compiler,
        default_security: list[Any],
    ) -> Operation:
        resolve = self.document.resolve
        content = resolve(operation.get("requestBody", {})).get("content", {})
        return Operation(
            id=operation["operationId"],
            method=method,
            path=path,
            security=operation.get("security", default_security),
            query=query_reader(operation, resolve=resolve, quirks=self.quirks),
            body=_body_reader(content, compiler, resolve),
            multipart="multipart/form-data" in content,
            any_depth=any(resolve(each).get("x-any-depth") for each in operation["parameters"]),
            responses={
                int(status): _response_reader(resolve(response), compiler)
                for status, response in operation["responses"].items()
                if status != "default"
            },
        )


def _body_reader(content: Mapping[str, Any], compiler: Compiler, resolve: Resolve) -> BodyReader | None:
    if "application/json" not in content:
        return None
    schema = content["application/json"].get("schema", {})
    return BodyReader(schema, compiler.compile(schema), resolve)


def _response_reader(response: Mapping[str, Any], compiler: Compiler) -> ResponseReader:
    content = response.get("content", {})
    schemas = {media_type: entry.get("schema") for media_type, entry in content.items()}
    return ResponseReader(
        schemas=schemas,
        validators={
            media_type: None if schema is None else compiler.compile(schema)
            for media_type, schema in schemas.items()
        },
        compiler=compiler,
    )
