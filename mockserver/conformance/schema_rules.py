"""What the two validators of the contract say of an exchange, as discrepancies with names that are stable.

Both often see one fault, each in its own words; here it is one discrepancy. Knows nothing of batch jobs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mockserver.conformance.report import Part, Rule
from mockserver.conformance.rules import Discrepancy
from mockserver.contract.judge import Exchange, Violation
from mockserver.contract.operation import Operation

_MISSING = re.compile(r"""["'](\w+)["'] is a required property""")
_INDEX = re.compile(r"(?:^|(?<=\.))\d+(?=\.|$)")
_NUMBER = re.compile(r"\d+")


def _rule(name: str, says: str) -> Rule:
    return Rule(id=f"judge/{name}", says=says, place="openapi.yaml, paths", part=Part.JUDGE)


BODIES = _rule("bodies-keep-their-schema", "The body of an answer keeps its schema.")
STATUSES = _rule("statuses-are-documented", "An operation answers only with statuses that are documented.")
MEDIA_TYPES = _rule("media-types-are-documented", "An answer has a media type that is documented.")
NOTHING = _rule("nothing-is-not-something", "Where the documents have no operation, the answer says so.")
EVERY = (STATUSES, MEDIA_TYPES, BODIES, NOTHING)  # each stated for every operation by itself


@dataclass(frozen=True, slots=True)
class _Fault:
    """One fault of a body. path: keys, indices as `[]`; a missing key is named as if it were there."""

    path: str
    missing: bool
    message: str


def schema_discrepancies(
    exchange: Exchange, violations: Sequence[Violation], operation: Operation | None, *, shared: str = ""
) -> Iterator[Discrepancy]:
    """Yield each of *violations*, which the judge found in *exchange*, once.

    shared: the file that states the response for several operations, empty when this one has it for itself.
    """
    if not violations:
        return
    if operation is None:
        expected = violations[0].expected
        yield Discrepancy(
            rule=NOTHING, where="response.status", expected=expected, found=str(exchange.status)
        )
        return
    place = shared or f"{operation.method} {operation.path}, responses, {exchange.status}"
    if exchange.status not in operation.responses:
        yield _undocumented_status(exchange, operation)
        return
    media_type = exchange.response_headers.get("content-type", "").partition(";")[0].strip()
    validators = operation.responses[exchange.status].validators
    if validators and media_type not in validators and "*/*" not in validators:
        yield Discrepancy(
            rule=replace(MEDIA_TYPES, place=place),
            where="response.headers.content-type",
            expected=" or ".join(validators),
            found=media_type or "none",
            kind=f"{exchange.status} {media_type}",
        )
        return
    rule = replace(BODIES, place=place)
    for fault in _merged(violations):
        yield Discrepancy(
            rule=rule,
            where=f"response.body.{fault.path}" if fault.path else "response.body",
            expected="it is there" if fault.missing else "what its schema says",
            found="it is missing" if fault.missing else _steady(fault.message),
            kind=f"{exchange.status}{' missing' if fault.missing else ''}",
        )


def _undocumented_status(exchange: Exchange, operation: Operation) -> Discrepancy:
    return Discrepancy(
        rule=replace(STATUSES, place=f"{operation.method} {operation.path}, responses"),
        where="response.status",
        expected=" or ".join(map(str, operation.responses)),
        found=str(exchange.status),
        kind=str(exchange.status),
    )


def _merged(violations: Sequence[Violation]) -> Iterator[_Fault]:
    """Yield every fault once, those that the compiled validator names first."""
    faults = [_fault(each) for each in violations]
    met: set[str] = set()
    has_place = any(each.path for each in faults)
    for fault in faults:
        if fault.path not in met and (fault.path or not has_place):
            met.add(fault.path)
            yield fault


def _fault(violation: Violation) -> _Fault:
    head, separator, message = violation.found.partition(": ")
    if violation.where == "response" and separator and ", body" in head:
        path = head.partition(", body")[2].lstrip(".")
    else:
        path, message = violation.where.removeprefix("response").removeprefix(".body"), violation.found
    path = _INDEX.sub("[]", path.lstrip("."))
    missing = _MISSING.search(message)
    if missing:
        path = f"{path}.{missing[1]}" if path else missing[1]
    return _Fault(path.replace(".[]", "[]"), missing is not None, message)


def _steady(message: str) -> str:
    """Return *message* without the target's values, which vary."""
    message = re.sub(r"^.*? (?=is (not|too|less|greater|shorter|longer)|does not|has )", "it ", message)
    return _NUMBER.sub("N", message)[:200]
