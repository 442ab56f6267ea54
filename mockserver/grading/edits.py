"""Edits of the documents: what a server that is built from the edited copy does otherwise.

Knows where the lifecycle stands in a bundle, and no defect.
"""

from collections.abc import Mapping
from typing import Any

from mockserver.grading.defect import Edit

BATCH_JOB = ("components", "schemas", "BatchJob")
LIFECYCLE = (*BATCH_JOB, "x-lifecycle")
REQUEST = ("components", "schemas", "AdminPostBatchesReq")


def put(*place: str, value: Any) -> Edit:
    """Return the edit that puts *value* at *place*, key by key."""

    def edit(bundle: Any) -> None:
        _inside(bundle, place[:-1])[place[-1]] = value

    return edit


def removed(*place: str) -> Edit:
    """Return the edit that takes away what stands at *place*."""

    def edit(bundle: Any) -> None:
        del _inside(bundle, place[:-1])[place[-1]]

    return edit


def starts_also(transition: str, *statuses: str) -> Edit:
    """Return the edit that lets *transition* start from *statuses* too."""

    def edit(bundle: Any) -> None:
        _transition(bundle, transition)["from"] += statuses

    return edit


def starts_not(transition: str, *statuses: str) -> Edit:
    """Return the edit that lets *transition* not start from *statuses*."""

    def edit(bundle: Any) -> None:
        starts = _transition(bundle, transition)["from"]
        _transition(bundle, transition)["from"] = [each for each in starts if each not in statuses]

    return edit


def ranked(*statuses: str) -> Edit:
    """Return the edit that ranks the statuses so, the last one above all."""

    def edit(bundle: Any) -> None:
        lifecycle = _inside(bundle, LIFECYCLE)
        lifecycle["statuses"] = {each: lifecycle["statuses"][each] for each in statuses}

    return edit


def first(transition: str) -> Edit:
    """Return the edit that has the worker prefer *transition* where it could make two."""

    def edit(bundle: Any) -> None:
        lifecycle = _inside(bundle, LIFECYCLE)
        lifecycle["transitions"] = {transition: _transition(bundle, transition), **lifecycle["transitions"]}

    return edit


def of_transition(name: str, **changes: Any) -> Edit:
    """Return the edit that changes what is stated of a transition."""

    def edit(bundle: Any) -> None:
        _transition(bundle, name).update(changes)

    return edit


PRE_PROCESS_AT_THE_START = of_transition("start", work="pre_process", on_failure="fail")
"""For jobs that are processed without having been pre-processed: their strategies could not do it."""


def _transition(bundle: Any, name: str) -> Any:
    return _inside(bundle, (*LIFECYCLE, "transitions", name))


def _inside(bundle: Any, place: tuple[str, ...]) -> Any:
    node: Any = bundle
    for key in place:
        if not isinstance(node, Mapping) or key not in node:
            raise KeyError("/".join(place))
        node = node[key]
    return node
