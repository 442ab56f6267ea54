"""The answers that the document itself shows: its examples, and what can be made up by its schemas.

Knows no world and no server: an answer follows from the document and, where it is drawn, from a chance.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.contract.document import Document
from mockserver.contract.json_schema import Compiler

DEFAULT = "default"
FIRST_SUCCESS, AFTER_SUCCESS = 200, 300


class NotShown(LookupError):
    """The document shows no such answer; the message lists those that it shows."""


class Shown(NamedTuple):
    """An answer that the document shows. media_type: None where there is no body."""

    status: int
    media_type: str | None = None
    value: Any = None


class _Content(NamedTuple):
    """A body that an operation may answer with *status*. named: its examples, the unnamed one as ``."""

    status: int
    media_type: str | None
    schema: Mapping[str, Any] | None
    named: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Examples:
    """The answers that *document* shows."""

    document: Document

    def statuses(self, operation: str) -> Sequence[int]:
        """Return the statuses that the document names for *operation*, in its order."""
        return [int(status) for status in self._responses[operation] if status != DEFAULT]

    def names(self, operation: str, status: int | None = None) -> Sequence[str]:
        """Return the names of the examples of *operation*; those of one *status*, or of all."""
        statuses = self.statuses(operation) if status is None else [status]
        named = (content.named for each in statuses for content in self._contents(operation, each))
        return [*dict.fromkeys(name for names in named for name in names if name)]

    def answer(
        self,
        operation: str,
        *,
        status: int | None = None,
        example: str | None = None,
        chance: Random | None = None,
    ) -> Shown:
        """Return the answer of *operation*. Raises NotShown.

        status: None is that of the example where one is named, or else the lowest success.
        example: the name of one. chance: the body is drawn by its schema, unless an example is named.
        """
        if example is not None:
            return self._named(operation, status, example)
        contents = self._contents(operation, self._usual(operation) if status is None else status)
        if chance is not None:
            content = next((each for each in contents if each.schema is not None), contents[0])
            return self._made_up(operation, content, chance)
        for content in contents:
            if content.named:
                return _shown(content, next(iter(content.named.values())))
        return self._made_up(operation, contents[0], None)

    def _named(self, operation: str, status: int | None, example: str) -> Shown:
        usual = self._usual(operation)
        statuses = [usual, *self.statuses(operation)] if status is None else [status]
        for content in (content for each in statuses for content in self._contents(operation, each)):
            if example and example in content.named:
                return _shown(content, content.named[example])
        known = ", ".join(self.names(operation, status)) or "none"
        with_status = "" if status is None else f" with status {status}"
        raise NotShown(f"{operation} shows no example {example!r}{with_status}; it shows: {known}")

    def _usual(self, operation: str) -> int:
        successes = [each for each in self.statuses(operation) if FIRST_SUCCESS <= each < AFTER_SUCCESS]
        return min(successes or self.statuses(operation) or [FIRST_SUCCESS])

    def _made_up(self, operation: str, content: _Content, chance: Random | None) -> Shown:
        """Return an answer that is made by the schema alone, always the same without *chance*."""
        from mockserver.contract.invention import Inventor, NothingFits  # noqa: PLC0415  # only when it is needed

        if content.schema is None:
            return _shown(content, None if content.media_type is None else "")
        drawing = Random(0) if chance is None else chance  # noqa: S311  # has to be repeatable
        inventor = Inventor(self.document.resolve, drawing, by_example=chance is None)
        is_valid: Callable[[Any], bool] = self._compiler.compile(content.schema).is_valid
        try:
            return _shown(content, inventor.invent(content.schema, is_valid=is_valid))
        except NothingFits as nothing:
            raise NotShown(f"{operation}, status {content.status}: {nothing}") from nothing

    def _contents(self, operation: str, status: int) -> Sequence[_Content]:
        """Return what the document names for *status*, those with an example first. Raises NotShown."""
        responses = self._responses[operation]
        response = responses.get(str(status), responses.get(DEFAULT))
        if response is None:
            known = ", ".join(map(str, self.statuses(operation)))
            raise NotShown(f"{operation} names no status {status}; it names: {known}")
        contents = [
            _Content(
                status=status,
                media_type=media_type,
                schema=entry.get("schema"),
                named=self._examples_of(entry),
            )
            for media_type, entry in response.get("content", {}).items()
        ]
        return sorted(contents, key=lambda each: not each.named) or [
            _Content(status=status, media_type=None, schema=None)
        ]

    def _examples_of(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        named = {
            name: example["value"]
            for name, each in entry.get("examples", {}).items()
            if "value" in (example := self.document.resolve(each))
        }
        return {"": entry["example"], **named} if "example" in entry else named

    @cached_property
    def _responses(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        resolve = self.document.resolve
        return {
            operation["operationId"]: {
                status: resolve(response) for status, response in operation["responses"].items()
            }
            for _, _, operation in self.document.operations()
        }

    @cached_property
    def _compiler(self) -> Compiler:
        return Compiler.of(self.document.bundle)


def _shown(content: _Content, value: Any) -> Shown:
    return Shown(status=content.status, media_type=content.media_type, value=value)
