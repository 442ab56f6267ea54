"""From a path to an operation, by a tree of segments. Built once from the document; knows nothing of ASGI.

Source for what is alike and what is not: recorded, http/collection trailing slash, double slash, upper-case
path, dot segment and encoded dash.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.contract.operation import Operation


class PathRefused(ValueError):
    """A parameter in the path cannot be decoded; the message names it."""


@dataclass
class _Node:
    """One segment of the tree. Mutable only while it is built.

    names: of the parameters on the way here.
    rivals: what is fixed in the place of the last parameter.
    """

    children: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    any_depth: bool = False
    names: tuple[str, ...] = ()
    rivals: Mapping[str, "_Node"] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)


class Route(NamedTuple):
    """Where a path leads: the operations by method (none when nothing is there) and the path's parameters."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


NOWHERE = Route({}, {})


class Routes:
    """All paths of a document. Letter case, a slash at the end and repeated slashes make no difference."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._fixed: dict[str, Route] = {}
        self._around: dict[tuple[str, str], _Node] = {}
        guarded: set[str] = set()
        for operation in operations:
            node = self._node(operation)
            node.operations[operation.method] = operation
            if "{" not in operation.path:
                self._fixed[operation.path] = Route(node.operations, {})
            elif (around := _around_one(operation)) is not None:
                self._around[around] = node
            if operation.secured:
                guarded.add(operation.path.split("/")[1])
        self._guarded = frozenset(guarded)
        self._usually_guarded = tuple(f"/{segment}/" for segment in guarded)  # as they are written mostly

    def _node(self, operation: Operation) -> _Node:
        node, rivals = self._root, self._root.children
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                rivals = node.children
                node.parameter = node.parameter or _Node(any_depth=operation.any_depth)
                node = node.parameter
            else:
                node = node.children.setdefault(segment.lower(), _Node())
        node.rivals = rivals
        node.names = tuple(each[1:-1] for each in operation.path.split("/") if each.startswith("{"))
        return node

    def find(self, path: str) -> Route:
        """Return where *path* (percent-encoded) leads.

        Raises PathRefused when a parameter cannot be decoded.
        """
        found = self._fixed.get(path) or self._quickly(path)
        return self._by_segments(path) if found is None else found

    def _quickly(self, path: str) -> Route | None:
        """Return where *path* leads, as long as it is written as in the document around one plain parameter.

        None does not say that it leads nowhere.
        """
        before, _, value = path.rpartition("/")
        node = self._around.get((before, ""))
        if node is None:
            before, _, inner = before.rpartition("/")
            node, value = self._around.get((before, value)), inner
        if node is None or not value or "%" in value or value.lower() in node.rivals:
            return None
        return Route(node.operations, {node.names[0]: value})

    def _by_segments(self, path: str) -> Route:
        node, values = self._root, []
        segments = [segment for segment in path.split("/") if segment]
        for number, segment in enumerate(segments):
            child = node.children.get(segment.lower())
            if child is None:
                child = node.parameter
                if child is None:
                    return NOWHERE
                values.append("/".join(segments[number:]) if child.any_depth else segment)
            node = child
            if node.any_depth:
                break
        parameters = {name: decoded(value, name) for name, value in zip(node.names, values, strict=False)}
        return Route(node.operations, parameters)

    def is_guarded(self, path: str) -> bool:
        """Return whether *path* lies where an unknown path needs credentials before it is called unknown.

        That is below the first segment of any operation that needs them. Source: recorded, uploads/get
        uploads is not a route.
        """
        if path.startswith(self._usually_guarded):
            return True
        return path.lstrip("/").partition("/")[0].lower() in self._guarded


def _around_one(operation: Operation) -> tuple[str, str] | None:
    """Return what stands before the operation's one parameter, and the one segment behind it or nothing.

    None where there are more parameters, or more segments, or the parameter takes slashes.
    """
    around = re.fullmatch(r"([^{}]*)/\{[^{}]*\}(?:/([^{}/]+))?", operation.path)
    return None if around is None or operation.any_depth else (around[1], around[2] or "")


def decoded(segment: str, name: str) -> str:
    """Return the value of the parameter *name*, written as *segment*. Raises PathRefused."""
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        message = f"{name} must be percent-encoded UTF-8 without the character NUL"
        raise PathRefused(message)
    return text
